"""Message catalogues: extracts every translatable sentence from the source and checks the translations.

Extraction reads the syntax tree and imports nothing. A sentence is the first argument of `Line(key=…)`, `ink.line(…)`,
`ink.plain(…)`, of an error whose first parameter is called `key`, or the `reason` of an error that people read. A name
in that place stands for every value assigned to it in the same file.
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
    """A parsed source file with its assignments."""

    file: str
    tree: ast.Module
    given: dict[str, list[ast.expr]] = field(default_factory=dict)
    """What each name is given anywhere in the file."""


def sentences(root: Path = ROOT) -> Sentences:
    """Extract every sentence shown to people."""
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
    """Map each assigned name to the expressions assigned to it."""
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
    """Select the element of a value that goes to one name of an unpacking; the whole value where that is unknown."""
    if isinstance(value, ast.IfExp) and of > 1:
        return [*_share(value.body, at, of), *_share(value.orelse, at, of)]
    if isinstance(value, ast.Tuple) and len(value.elts) == of > 1:
        return [value.elts[at]]
    return [value] if value is not None else []


def _errors(module: Module) -> Iterator[tuple[str, int]]:
    """Find exception classes that take a sentence, with the position of that argument."""
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
    """Find functions that take a sentence as `key`, with the position of that argument."""
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
    """Extract the sentences of one call."""
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
    """Resolve an expression to its possible sentences; one built at run time has none."""
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
    """Expand an expression to its possible values: assignments, both branches of a conditional, a table's values."""
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
    """Split `TABLE.get(name, default)` into table and default."""
    if not (isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute)):
        return []
    return [given.func.value, *given.args[1:]] if given.func.attr == "get" else []


def _is_sentence(words: str) -> bool:
    """Exclude identifiers, and templates of only signs and values, which need no translation."""
    if words.isidentifier() and "_" in words:
        return False
    return any(letter.isalpha() for letter in _VALUE.sub("", words))


# Catalogues -------------------------------------------------------------------------------------


def update(folder: Path = FOLDER, root: Path = ROOT) -> dict[str, int]:
    """Rewrite every catalogue: add new sentences, keep translations, drop unused. Return the number untranslated."""
    found = sentences(root)
    left: dict[str, int] = {}
    for file in _files(folder):
        known = read_catalogue(file)
        file.write_text(written(_language(file), known, found), encoding="utf-8")
        left[_language(file)] = sum(words not in known for words in found)
    return left


def written(language: str, known: Mapping[str, str], found: Sentences) -> str:
    """Serialise a catalogue, grouped by source file, so that diffs stay small."""
    from babel.messages.pofile import normalize

    parts = [_HEAD.replace("LANGUAGE", language)]
    for words in sorted(found, key=lambda one: (min(found[one]), one)):
        places = " ".join(sorted(found[words]))
        pair = f"msgid {normalize(words, width=100)}\nmsgstr {normalize(known.get(words, ''), width=100)}"
        parts.append(f"#: {places}\n{pair}\n")
    return "\n".join(parts)


def check(folder: Path = FOLDER, root: Path = ROOT) -> list[str]:
    """List every problem of the catalogues, one sentence each."""
    found = sentences(root)
    return [
        f"{_language(file)}: {wrong}"
        for file in _files(folder)
        for wrong in problems(read_catalogue(file), found, _ids(file))
    ]


def problems(known: Mapping[str, str], found: Sentences, there: Collection[str]) -> Iterator[str]:
    """Compare one catalogue with the extracted sentences; `there` holds all its sentences, translated or not."""
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
