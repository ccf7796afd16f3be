"""Figures of the source: `python -m tools.house` counts sizes, names and branches beside the aims of decision 0019.

It reads source files and imports none of them. What a tap passes is measured by `python -m benchmarks tap`.
"""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from radon.visitors import ComplexityVisitor

from tools.checks import FILE_LINES, FUNCTION_LINES

ROOT = Path(__file__).parents[1]
BRANCHES = 10
"""Most branches of a function, as radon counts them."""
LONG = 120
PRIVATE = re.compile(r"\._(conn|execute|handle_dbapi|thread|process_response)\b")
WHEEL = ("bot/", "config/", "desk/", "handlers/", "integrations/", "ops/", "tools/")
"""Where a public name stands once. The sandbox shares no code and no names with the desk."""
MIGRATIONS = "integrations/store/migrations/"


@dataclass(frozen=True)
class Counted:
    """One figure: its name, its value and its aim."""

    name: str
    value: int
    aim: int
    where: tuple[str, ...] = ()

    def line(self) -> str:
        """Format as one line, and the places where the aim is missed."""
        met = "met" if self.value <= self.aim else "not met"
        places = "".join(f"\n    {one}" for one in self.where) if self.value > self.aim else ""
        return f"{self.name}: {self.value:,} (aim {self.aim:,}, {met}){places}"


def sources() -> dict[str, str]:
    """Read every Python file of the product, without its tests."""
    words = ["git", "-C", str(ROOT), "ls-files", "*.py"]
    listed = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - no word from outside
    files = listed.stdout.split()
    return {file: (ROOT / file).read_text("utf-8") for file in files if not file.startswith("tests/")}


def counted(files: dict[str, str]) -> Iterator[Counted]:
    """Count everything that is seen without running the code."""
    yield from _lines(files)
    yield _found(f"functions of more than {BRANCHES} branches", 3, _each(branches, files))
    yield _found(f"files over {FILE_LINES} lines", 0, [f for f, words in files.items() if _length(words) > FILE_LINES])
    yield _found(f"functions over {FUNCTION_LINES} lines", 0, _each(_long, files))
    twice = repeated(files)
    yield _found("public names defined twice in the desk", 0, [one for one, among in twice if among > 1])
    yield _found("public names of the desk defined again elsewhere", 0, [one for one, among in twice if among == 1])
    yield Counted("lines of Python outside tests", sum(map(_length, files.values())), 46_000)


def _each(count: Callable[[str, str], list[str]], files: dict[str, str]) -> list[str]:
    return [one for file, words in files.items() for one in count(file, words)]


def _lines(files: dict[str, str]) -> Iterator[Counted]:
    """Count what is seen in single lines."""
    rules: dict[str, tuple[int, Callable[[str], object]]] = {
        "lines with `# fmt: skip`": (20, lambda line: line.endswith("# fmt: skip")),
        f"lines over {LONG} characters": (0, lambda line: len(line) > LONG),
        "private names of another library": (0, PRIVATE.search),
    }
    lines = [(f"{file}:{at}", line) for file, words in files.items() for at, line in enumerate(words.splitlines(), 1)]
    for name, (aim, broken) in rules.items():
        yield _found(name, aim, [where for where, line in lines if broken(line)])


def _found(name: str, aim: int, where: list[str]) -> Counted:
    return Counted(name, len(where), aim, tuple(where))


def _length(words: str) -> int:
    return len(words.splitlines())


def branches(file: str, words: str) -> list[str]:
    """List a file's functions of too many branches: conditions, conditional expressions and comprehensions count."""
    visitor = ComplexityVisitor.from_code(words)
    every = [*visitor.functions, *(method for one in visitor.classes for method in one.methods)]
    return [f"{file}:{one.lineno}: {one.name} ({one.complexity})" for one in every if one.complexity > BRANCHES]


def _long(file: str, words: str) -> list[str]:
    functions = [one for one in ast.walk(ast.parse(words)) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = [(one, (one.end_lineno or one.lineno) - one.lineno + 1) for one in functions]
    return [f"{file}:{one.lineno}: {one.name} ({size})" for one, size in sizes if size > FUNCTION_LINES]


def repeated(files: dict[str, str]) -> list[tuple[str, int]]:
    """List public names of the desk that stand in two modules, each with the number of modules of the desk."""
    where: dict[str, list[str]] = defaultdict(list)
    for file, words in files.items():
        if file.startswith(WHEEL) and not file.startswith(MIGRATIONS):
            for name in dict.fromkeys(_public(ast.parse(words))):
                where[name].append(file)
    found = []
    for name, modules in sorted(where.items()):
        among = sum(one.startswith("desk/") for one in modules)
        if among and len(modules) > 1:
            found.append((f"{name}: {', '.join(modules)}", among))
    return found


def _public(tree: ast.Module) -> Iterator[str]:
    """Yield the public names that a module defines, without its logger."""
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names = [node.name]
            case ast.Assign():
                names = [one.id for one in node.targets if isinstance(one, ast.Name)]
            case ast.AnnAssign(target=ast.Name() as target):
                names = [target.id]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_") and name != "log")


def main() -> int:
    """Print every figure; exit 1 when one is over its aim."""
    figures = list(counted(sources()))
    for one in figures:
        print(one.line())
    return 1 if any(one.value > one.aim for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
