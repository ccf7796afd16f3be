"""YAML reader with source positions: plain data, and the line of each value and key. It knows no playbook.

Scalars follow YAML 1.2: `17:00`, `yes` and `no` are strings, `true` and `12` are not.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

Where = tuple[str | int, ...]
"""The path to a value: keys and positions from the top."""

SIZE_LIMIT = 1_000_000
NODE_LIMIT = 100_000
DEPTH_LIMIT = 40


@dataclass(frozen=True)
class Problem:
    """A problem in a file: position, message, and the valid word that was probably meant."""

    file: str
    line: int
    column: int
    what: str
    nearest: str | None = None
    warning: bool = False

    def __str__(self) -> str:
        """Return `file:line: what. Did you mean “…”?`."""
        hint = f" Did you mean “{self.nearest}”?" if self.nearest else ""
        kind = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}: {kind}{self.what}.{hint}"


@dataclass(frozen=True)
class Source:
    """Positions of one file: `values` and `keys` by their path from the top."""

    file: str
    values: dict[Where, tuple[int, int]]
    keys: dict[Where, tuple[int, int]]

    def place(self, where: Where, *, key: bool = False) -> tuple[int, int]:
        """Return line and column of a value (or its key), else of its nearest known parent."""
        if key and where in self.keys:
            return self.keys[where]
        for end in range(len(where), 0, -1):
            found = self.values.get(where[:end]) or self.keys.get(where[:end])
            if found:
                return found
        return (1, 1)

    def problem(self, where: Where, what: str, nearest: str | None = None, *, key: bool = False) -> Problem:
        """Build a problem at a path."""
        return Problem(self.file, *self.place(where, key=key), what, nearest)


class Unreadable(Exception):
    """The file is not valid YAML of plain data; `problems` hold the positions."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def nearest(word: object, known: Iterable[str]) -> str | None:
    """Return the known word closest to this one, if any is close."""
    words = {one.casefold(): one for one in known}
    found = get_close_matches(str(word).casefold(), words, n=1, cutoff=0.55)
    return words[found[0]] if found else None


def read(path: Path, *, name: str | None = None) -> tuple[Any, Source]:
    """Read one file; raises Unreadable."""
    file = name or str(path)
    if not path.is_file():
        raise Unreadable(Problem(file, 1, 1, "there is no such file"))
    if path.stat().st_size > SIZE_LIMIT:
        raise Unreadable(Problem(file, 1, 1, f"the file is larger than {SIZE_LIMIT:,} bytes"))
    try:
        words = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise Unreadable(Problem(file, line, 1, "the file is not UTF-8 text")) from None
    return read_text(words, file)


def read_text(words: str, file: str) -> tuple[Any, Source]:
    """Parse YAML from a string; raises Unreadable."""
    try:
        node = _composed(words)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(Problem(file, line, column, f"not YAML: {wrong.problem}")) from None
    except (yaml.YAMLError, RecursionError) as wrong:
        raise Unreadable(Problem(file, 1, 1, f"not YAML: {type(wrong).__name__}")) from None
    if node is None:
        raise Unreadable(Problem(file, 1, 1, "the file is empty"))
    reader = _Reader(file)
    data = reader.value(node, ())
    if reader.problems:
        raise Unreadable(*reader.problems)
    return data, reader.source


def _composed(words: str) -> yaml.Node | None:
    """Parse with libyaml where available; on an error parse again with PyYAML for its message."""
    if yaml.__with_libyaml__ and not _too_deep(words):
        with suppress(yaml.YAMLError, UnicodeError):
            return yaml.compose(words, Loader=yaml.CSafeLoader)
    return yaml.compose(words, Loader=yaml.SafeLoader)


def _too_deep(words: str) -> bool:
    """Return whether the nesting may be so deep that libyaml would crash the process.

    PyYAML's own parser only raises.
    """
    brackets = words.count("[") + words.count("{")
    dashes = max((line.count("- ") + line.count("? ") for line in words.splitlines()), default=0)
    return brackets > 20_000 or dashes > 1_000


class _Reader:
    """Converts a node tree into plain data and records the position of each node."""

    def __init__(self, file: str) -> None:
        self.source = Source(file, {}, {})
        self.problems: list[Problem] = []
        self.left = NODE_LIMIT

    def value(self, node: yaml.Node, where: Where) -> Any:
        """Read one node."""
        self.left -= 1
        if self.left < 0 or len(where) > DEPTH_LIMIT:
            self._wrong(node, "too deep or too large: does an alias contain itself?")
            raise Unreadable(*self.problems)
        self.source.values[where] = _mark(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*where, at)) for at, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            word = str(key.value)
            if not isinstance(key, yaml.ScalarNode):
                self._wrong(key, "a key must be one word")
            elif word == "<<" and not key.style:
                merged |= self._merge(value, where)
            elif word in found:
                first = self.source.keys[*where, word][0]
                self._wrong(key, f"“{word}” stands here twice; the first is on line {first}")
            else:
                self.source.keys[*where, word] = _mark(key)
                found[word] = self.value(value, (*where, word))
        return merged | found

    def _merge(self, node: yaml.Node, where: Where) -> dict[str, Any]:
        """Resolve a merge key (`<<`); the mapping's own keys keep their positions."""
        before = dict(self.source.values), dict(self.source.keys)
        data = self.value(node, where)
        self.source.values.update(before[0])
        self.source.keys.update(before[1])
        if isinstance(data, dict):
            return data
        self._wrong(node, "“<<” needs an alias of a mapping")
        return {}

    def _wrong(self, node: yaml.Node, what: str) -> None:
        self.problems.append(Problem(self.source.file, *_mark(node), what))


def _mark(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


_PLAIN: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"~|null|"), lambda _: None),
    (re.compile(r"true|false"), lambda word: word == "true"),
    (re.compile(r"[-+]?(0|[1-9]\d{0,17})"), int),
    (re.compile(r"[-+]?\d+\.\d+"), float),
)


def _scalar(node: yaml.Node) -> Any:
    """Resolve a plain scalar by the core schema of YAML 1.2; a quoted or block scalar is a string."""
    word = str(node.value)
    if not getattr(node, "style", None) and not node.tag.endswith("!"):
        for pattern, read_word in _PLAIN:
            if pattern.fullmatch(word):
                return read_word(word)
    return word
