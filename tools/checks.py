"""House rules no linter knows: opaque bodies in handlers, broad excepts, one decision for one command, sizes, locks.

Run as `python -m tools.checks`. Reads source files and imports none of them.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOMS = (
    "benchmarks",
    "tools",
    "ops",
    "bot",
    "handlers",
    "integrations",
    "config",
    "desk",
    "sandbox",
)
_CLOSED = frozenset({"body", "raw", "payload"})
"""What handlers carry and never open: a `wire.py` in `integrations/` does."""

FUNCTION_LINES, FILE_LINES = 40, 300

BROAD = {"desk/service/engine.py": 1, "bot/": 1}
"""Where a broad `except` may stand, and how often: performing an effect, and the outermost handler."""

SERVICE = "desk/service/"
"""The package in which one place decides commands."""

CARRIED = ("desk/case/commands.py", "desk/case/state.py")
"""What a person asked for and what is so: neither holds what the engine looked up (`Related` does)."""

_FILLED_IN = re.compile(r"\bfill(?:s|ed)? in\b|\bby the engine\b", re.IGNORECASE)

_ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host|^\S+ @ |file://")


@dataclass(frozen=True)
class Breach:
    """A violation and its place."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        """Format as `file:line: what`."""
        return f"{self.file}:{self.line}: {self.what}"


def check(root: Path) -> list[Breach]:
    """Check the whole project."""
    found: list[Breach] = []
    service: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            file, words = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
            found.extend(check_file(file, words))
            service |= {file: words} if file.startswith(SERVICE) else {}
    found.extend(decisions(service))
    found.extend(broad_excepts(found))
    for lock in sorted(root.glob("requirements*.lock")):
        found.extend(addresses(lock.name, lock.read_text(encoding="utf-8")))
    return [one for one in found if not one.what.startswith(_BROAD)]


def check_file(file: str, words: str) -> Iterator[Breach]:
    """Check one file; broad excepts are collected, since the limit is per room."""
    tree = ast.parse(words, file)
    yield from _sizes(file, words, tree)
    yield from _filled_in(file, words)
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
            yield Breach(file, node.lineno, _BROAD)
        if file.startswith("handlers/"):
            yield from _opened(file, node)


def decisions(service: Mapping[str, str]) -> Iterator[Breach]:
    """Report calls of `decide` in the service, by file and source, unless there is exactly one."""
    calls = [
        (file, node.lineno)
        for file, words in service.items()
        for node in ast.walk(ast.parse(words, file))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "decide"
    ]
    if len(calls) == 1:
        return
    for file, line in calls or [(SERVICE, 1)]:
        yield Breach(file, line, f"decide is called in {len(calls)} places; one command is decided once, in one place")


def _filled_in(file: str, words: str) -> Iterator[Breach]:
    """Report fields of commands and of the case that somebody else fills in."""
    if file not in CARRIED:
        return
    for at, line in enumerate(words.splitlines(), 1):
        if _FILLED_IN.search(line):
            yield Breach(file, at, "filled in by the engine; what other cases say belongs to Related")


_BROAD = "a broad except"


def broad_excepts(found: list[Breach]) -> Iterator[Breach]:
    """Report broad excepts over the allowance."""
    left = dict(BROAD)
    for one in found:
        if one.what != _BROAD:
            continue
        place = next((place for place in left if one.file.startswith(place)), None)
        if place is not None and left[place] > 0:
            left[place] -= 1
        else:
            yield Breach(
                one.file,
                one.line,
                "catches everything; two places may: desk/service/engine.py and the outermost handler in bot/",
            )


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"} for name in names)


def _is_closed(node: ast.expr) -> bool:
    """Say whether an expression is a vendor's body."""
    return isinstance(node, ast.Name) and node.id in _CLOSED


def _opened(file: str, node: ast.AST) -> Iterator[Breach]:
    """Report handlers that read inside a body."""
    for how, inner in (*_asked(node), *_spread(node)):
        if _is_closed(inner):
            yield Breach(file, inner.lineno, f"a handler {how} a body; only wire.py opens it")


def _asked(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Return what a node subscripts or takes attributes of."""
    match node:
        case ast.Subscript(value=inner):
            yield "subscripts", inner
        case ast.Attribute(value=inner):
            yield "asks something of", inner
        case ast.Compare(ops=ops, comparators=others):
            yield from (("looks into", one) for op, one in zip(ops, others, strict=True) if isinstance(op, _INSIDE))
        case ast.Match(subject=inner):
            yield "matches", inner


_INSIDE = (ast.In, ast.NotIn)


def _spread(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Return what a node iterates over or unpacks."""
    match node:
        case ast.For(iter=inner) | ast.AsyncFor(iter=inner) | ast.comprehension(iter=inner):
            yield "iterates over", inner
        case ast.Assign(targets=[ast.Tuple() | ast.List()], value=inner) | ast.Starred(value=inner):
            yield "unpacks", inner
        case ast.keyword(arg=None, value=inner):
            yield "unpacks", inner
        case ast.Dict(keys=keys, values=values):
            yield from (("unpacks", v) for k, v in zip(keys, values, strict=True) if k is None)


def _sizes(file: str, words: str, tree: ast.Module) -> Iterator[Breach]:
    lines = words.count("\n") + 1
    if lines > FILE_LINES + 1:
        yield Breach(file, lines - 1, f"{lines - 1} lines; a file has at most {FILE_LINES}")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield Breach(
                    file,
                    node.lineno,
                    f"{node.name} has {length} lines; a function has at most {FUNCTION_LINES}",
                )


def addresses(file: str, words: str) -> Iterator[Breach]:
    """Report index addresses in a lock file: the source of packages is the installer's choice."""
    for at, line in enumerate(words.splitlines(), 1):
        if _ADDRESS.search(line):
            yield Breach(file, at, "an address; write the lock with `make lock`")


def main() -> int:
    """Print every violation; exit code 1 when there is one."""
    found = check(Path.cwd())
    for breach in found:
        print(breach)
    print(f"house rules: {len(found)} broken")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
