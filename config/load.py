"""Playbook loader: YAML files to a checked model, every problem at once with file and line. It runs nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.lint import lint
from config.marks import Problem, Source, Unreadable, Where, nearest, read
from config.placeholders import NO_VALUES, THE_DESKS, Values, put_in
from desk.playbook.model import Playbook
from desk.values import Text

PLAYBOOKS = Path(__file__).parent / "playbooks"
"""Folder of the playbooks that come with the desk."""

_NOTHING_SET: Mapping[str, Values] = {}


class BadPlaybook(Exception):
    """A playbook is invalid; the text lists every problem, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Checked:
    """Result of checking one file: the playbook if it could be read, and all problems."""

    file: str
    playbook: Playbook | None
    problems: tuple[Problem, ...]
    source: Source | None = None

    @property
    def sound(self) -> bool:
        """Return whether the playbook can be used; warnings do not prevent it."""
        return self.playbook is not None and all(problem.warning for problem in self.problems)


def _errors(checked: Iterable[Checked]) -> list[Problem]:
    return [problem for one in checked for problem in one.problems if not problem.warning]


def _none(folder: Path) -> Iterator[Problem]:
    yield Problem(str(folder), 1, 1, "there is no playbook (*.yaml) in this folder")


def load(
    folder: Path = PLAYBOOKS,
    names: Iterable[str] = (),
    values: Mapping[str, Values] = _NOTHING_SET,
    command: str = THE_DESKS["command"],
) -> Mapping[str, Playbook]:
    """Load every playbook of a folder (or those in `names`), by name; raises BadPlaybook.

    `values` holds, by playbook, the installation's overrides of the playbook's own `values`; `command` is the desk's
    slash command.
    """
    wanted = tuple(names)
    files = [folder / f"{name}.yaml" for name in wanted] or playbook_files(folder)
    checked = [check(file, values.get(file.stem, NO_VALUES), {"command": command}) for file in files]
    problems = _errors(checked)
    problems.extend(_none(folder) if not files else ())
    problems.extend(_twice(checked))
    problems.extend(_two_teams(checked))
    problems.extend(_for_nobody(folder, values))
    if problems:
        raise BadPlaybook(problems)
    return {one.playbook.playbook: one.playbook for one in checked if one.playbook}


def _for_nobody(folder: Path, values: Mapping[str, Values]) -> Iterable[Problem]:
    """Report values set for a playbook that is not in the folder."""
    known = [file.stem for file in playbook_files(folder)]
    for name in values:
        if name not in known:
            what = f"the settings give values to a playbook “{name}”, which is not in this folder"
            yield Problem(str(folder), 1, 1, what, nearest(name, known))


def playbook_files(folder: Path) -> list[Path]:
    """Return the playbook files of a folder, sorted by name."""
    return sorted(file for file in folder.glob("*.y*ml") if file.is_file())


def check(path: Path, values: Values = NO_VALUES, desks: Values = THE_DESKS) -> Checked:
    """Read and check one file; never raises for its content."""
    file = _shown(path)
    try:
        data, source = read(path, name=file)
    except Unreadable as wrong:
        return Checked(file, None, wrong.problems)
    data, unfilled = put_in(data, source, values, desks)
    playbook, problems = parse(data, source)
    if playbook is not None:
        problems = lint(playbook, source)
    every = sorted((*unfilled, *problems), key=lambda p: (p.line, p.column))
    return Checked(file, playbook, tuple(every), source)


def parse(data: Any, source: Source) -> tuple[Playbook | None, tuple[Problem, ...]]:
    """Convert plain data into a playbook, or return its problems."""
    if not isinstance(data, dict):
        return None, (source.problem((), "a playbook is a mapping that begins with “playbook:”"),)
    try:
        return Playbook.model_validate(data), ()
    except ValidationError as wrong:
        found = [_problem(dict(error), data, source) for error in wrong.errors(include_url=False)]
        return None, tuple(dict.fromkeys(found))


def _twice(checked: list[Checked]) -> Iterable[Problem]:
    first: dict[str, str] = {}
    for one in checked:
        if one.playbook is None:
            continue
        name = one.playbook.playbook
        if name in first:
            yield Problem(one.file, 1, 1, f"a playbook called “{name}” is already in {first[name]}")
        first.setdefault(name, one.file)


def _two_teams(checked: list[Checked]) -> Iterable[Problem]:
    """Report a role name with two meanings: roles are shared between playbooks, so a name stands for one team."""
    first: dict[str, tuple[str, Text]] = {}
    for one in checked:
        for name, role in one.playbook.roles.items() if one.playbook else ():
            file, title = first.setdefault(name, (one.file, role.title))
            if one.source and not _alike(title, role.title):
                what = f"“{name}” is another team in {file}; give this role another name, or the same title"
                yield one.source.problem(("roles", name), what, key=True)


def _alike(one: Text, other: Text) -> bool:
    """Return whether two titles are the same in every language they share."""
    shared = one.keys() & other.keys()
    return bool(shared) and all(one[language] == other[language] for language in shared)


def _shown(path: Path) -> str:
    """Return a path relative to the working directory where possible."""
    here = Path.cwd()
    full = path.resolve()
    return str(full.relative_to(here)) if full.is_relative_to(here) else str(path)


def _problem(error: dict[str, Any], data: Any, source: Source) -> Problem:
    """Convert a validation error into a problem with a line."""
    where = _existing(error["loc"], data)
    kind, context = error["type"], error.get("ctx", {})
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        words = _words(error["loc"][:-1])
        what = f"“{name}” is not a word that {_owner(where[:-1])} knows"
        return source.problem(where, what, nearest(name, words), key=True)
    if kind == "missing":
        return source.problem(where, f"“{name}” is missing in {_owner(where)}", key=True)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        what = f"“{error['input']}” is not one of {', '.join(options) or context.get('expected')}"
        return source.problem(where, what, nearest(error["input"], options))
    if kind == "value_error":
        return source.problem(where, str(context.get("error", error["msg"])))
    return source.problem(where, f"{_owner(where)}: {error['msg'][0].lower()}{error['msg'][1:]}")


def _owner(where: Where) -> str:
    return ".".join(str(part) for part in where) or "the playbook"


def _existing(loc: Where, data: Any) -> Where:
    """Follow a location as far as the file goes; pydantic's inner names are skipped."""
    way: list[str | int] = []
    for part in loc:
        there: Any = data.keys() if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
        if part in there:
            data = data[part]
            way.append(part)
    return tuple(way)


def _words(loc: Where) -> tuple[str, ...]:
    """Return the field names allowed at a location."""
    kind: Any = Playbook
    for part in loc:
        kind = _inside(_bare(kind), part)
    model = _bare(kind)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ()
    return tuple(spec.alias or name for name, spec in model.model_fields.items())


def _bare(kind: Any) -> Any:
    """Unwrap Annotated and Optional."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return _bare(next(one for one in get_args(kind) if one is not type(None)))
    return kind


def _inside(kind: Any, part: str | int) -> Any:
    """Return the type at a key or position of a type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields
        return next((s.annotation for n, s in fields.items() if (s.alias or n) == part), None)
    inner = get_args(kind)
    if not inner:
        return None
    return inner[-1] if get_origin(kind) is dict else inner[0]
