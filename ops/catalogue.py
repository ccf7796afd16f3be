"""`ato catalogue`: which sentences the desk can say, and whether each has its words in every language.

It reads the source as a syntax tree and runs none of it. A sentence is the first argument of `Line(key=…)`,
`ink.line(…)`, `ink.plain(…)`, of an error whose first parameter is called `key`, or the `reason` of an error that
people read. Where a name stands there, everything this name is given in the same file is a sentence.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.locales import DOMAIN, FOLDER, read_catalogue
from config.marks import nearest
from desk.fields.templates import names_in

ROOT = Path(__file__).parents[1]
ROOMS = ("desk", "handlers", "integrations", "bot")
SAYING = frozenset({"line", "plain"})
"""Methods of whatever speaks to a person; the sentence is the first argument."""

_HEAD = """# Sentences of ATO Desk in the language “LANGUAGE”. The English sentence is the key.
# `ato catalogue update` adds new sentences and drops old ones, `ato catalogue check` says what is missing.
msgid ""
msgstr ""
"Project-Id-Version: ato-desk\\n"
"Language: LANGUAGE\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""

_VALUE = re.compile(r"\{\w+\}")

Sentences = dict[str, set[str]]
"""Each sentence, with the files that say it."""


@dataclass
class Module:
    """One file as the search for sentences sees it."""

    file: str
    tree: ast.Module
    given: dict[str, list[ast.expr]] = field(default_factory=dict)
    """What each name is given anywhere in the file."""


def sentences(root: Path = ROOT) -> Sentences:
    """Find every sentence the desk can say to a person."""
    modules = [_module(path, root) for room in ROOMS for path in sorted((root / room).rglob("*.py"))]
    places = {name: at for module in modules for name, at in (*_errors(module), *_speakers(module))}
    found: Sentences = {}
    for module in modules:
        for call in ast.walk(module.tree):
            if isinstance(call, ast.Call):
                for words in _said(call, module, places):
                    found.setdefault(words, set()).add(module.file)
    return found


def _module(path: Path, root: Path) -> Module:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    module = Module(path.relative_to(root).as_posix(), tree)
    for node in ast.walk(tree):
        for name, value in _gifts(node):
            module.given.setdefault(name, []).append(value)
    return module


def _gifts(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Give the names a statement assigns to, each with what it can be given."""
    targets: list[ast.expr] = []
    value: ast.expr | None = None
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        targets, value = [node.target], node.value
    for target in targets if value is not None else ():
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        for at, one in enumerate(names):
            if isinstance(one, ast.Name):
                yield from ((one.id, part) for part in _share(value, at, len(names)))


def _share(value: ast.expr | None, at: int, of: int) -> list[ast.expr]:
    """Give the part of a value that goes to one of several names; the whole where that cannot be seen."""
    if isinstance(value, ast.IfExp) and of > 1:
        return [*_share(value.body, at, of), *_share(value.orelse, at, of)]
    if isinstance(value, ast.Tuple) and len(value.elts) == of > 1:
        return [value.elts[at]]
    return [value] if value is not None else []


def _errors(module: Module) -> Iterator[tuple[str, int]]:
    """Find the errors that carry a sentence, and where among their arguments it stands."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                names = [one.arg for one in method.args.args[1:]]
                for wanted in ("key", "reason"):
                    if wanted in names[:2] and _is_error(node):
                        yield node.name, names.index(wanted)


def _speakers(module: Module) -> Iterator[tuple[str, int]]:
    """Find the functions that are given a sentence as `key` and make a line of it, and where it stands."""
    for node in ast.walk(module.tree):
        names = [one.arg for one in node.args.args] if isinstance(node, ast.FunctionDef) else []
        if isinstance(node, ast.FunctionDef) and "key" in names and _makes_line(node):
            yield node.name, names.index("key") - (names[0] == "self")


def _makes_line(function: ast.FunctionDef) -> bool:
    return any(
        one.arg == "key" and isinstance(one.value, ast.Name) and one.value.id == "key"
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Line"
        for one in call.keywords
    )


def _is_error(node: ast.ClassDef) -> bool:
    return any(
        "Error" in ast.unparse(base) or "Exception" in ast.unparse(base) or ast.unparse(base) in {"GiveUp", "TryAgain"}
        for base in node.bases
    )


def _said(call: ast.Call, module: Module, errors: dict[str, int]) -> Iterator[str]:
    """Give the sentences of one call."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "Line":
        given = next((one.value for one in call.keywords if one.arg == "key"), None)
    elif name in errors or (name in SAYING and isinstance(function, ast.Attribute)):
        at = errors.get(name, 0)
        given = call.args[at] if len(call.args) > at else None
    else:
        return
    if given is not None:
        yield from _words(given, module, frozenset())


def _words(given: ast.expr, module: Module, seen: frozenset[str]) -> Iterator[str]:
    """Follow an expression to the sentences it can be; what is put together while running is none."""
    if isinstance(given, ast.Constant):
        if isinstance(given.value, str) and _is_sentence(given.value):
            yield given.value
        return
    if isinstance(given, ast.Name):
        if given.id in seen:
            return
        seen |= {given.id}
    for one in _choices(given, module):
        yield from _words(one, module, seen)


def _choices(given: ast.expr, module: Module) -> list[ast.expr]:
    """Give what an expression can turn out to be: a name's values, both sides of a choice, a table's values."""
    if isinstance(given, ast.Name):
        return module.given.get(given.id, [])
    if isinstance(given, ast.IfExp):
        return [given.body, given.orelse]
    if isinstance(given, ast.Dict | ast.BoolOp):
        return given.values
    if isinstance(given, ast.Tuple):
        return given.elts
    if isinstance(given, ast.Subscript):
        return [given.value]
    return _of_get(given)


def _of_get(given: ast.expr) -> list[ast.expr]:
    """Give the table and the other value of `TABLE.get(name, otherwise)`."""
    if not (isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute)):
        return []
    return [given.func.value, *given.args[1:]] if given.func.attr == "get" else []


def _is_sentence(words: str) -> bool:
    """Leave out names of the code, and templates that hold signs and values only: they read the same everywhere."""
    if words.isidentifier() and "_" in words:
        return False
    return any(letter.isalpha() for letter in _VALUE.sub("", words))


# Catalogues -------------------------------------------------------------------------------------


def update(folder: Path = FOLDER, root: Path = ROOT) -> dict[str, int]:
    """Write every catalogue anew: new sentences without words, old words kept, unused ones gone. Count what is left."""
    found = sentences(root)
    left: dict[str, int] = {}
    for file in _files(folder):
        known = read_catalogue(file)
        file.write_text(written(_language(file), known, found), encoding="utf-8")
        left[_language(file)] = sum(words not in known for words in found)
    return left


def written(language: str, known: Mapping[str, str], found: Sentences) -> str:
    """Write a catalogue: the sentences file by file, so that a change of the source is a small change here."""
    from babel.messages.pofile import normalize

    parts = [_HEAD.replace("LANGUAGE", language)]
    for words in sorted(found, key=lambda one: (min(found[one]), one)):
        places = " ".join(sorted(found[words]))
        pair = f"msgid {normalize(words, width=100)}\nmsgstr {normalize(known.get(words, ''), width=100)}"
        parts.append(f"#: {places}\n{pair}\n")
    return "\n".join(parts)


def check(folder: Path = FOLDER, root: Path = ROOT) -> list[str]:
    """Say everything that is wrong with the catalogues, one sentence each."""
    found = sentences(root)
    return [
        f"{_language(file)}: {wrong}"
        for file in _files(folder)
        for wrong in problems(read_catalogue(file), found, _ids(file))
    ]


def problems(known: Mapping[str, str], found: Sentences, there: Collection[str]) -> Iterator[str]:
    """Compare what is known with what is said; `there` are all sentences of the file, with words or without."""
    for words in sorted(found):
        if words not in known:
            yield f"“{words}” has no words yet ({', '.join(sorted(found[words]))})"
        elif not _same_names(words, known[words]):
            yield f"“{known[words]}” does not name the same values as “{words}”"
    for words in there:
        if words not in found:
            near = nearest(words, found)
            yield f"“{words}” is not said any more" + (f"; now it is “{near}”" if near else "")


def _same_names(one: str, other: str) -> bool:
    try:
        return set(names_in(one)) == set(names_in(other))
    except ValueError:
        return False


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def _language(file: Path) -> str:
    return file.parent.parent.name


def _ids(file: Path) -> list[str]:
    from babel.messages.pofile import read_po

    with file.open("rb") as opened:
        return [str(message.id) for message in read_po(opened, abort_invalid=True) if message.id]
