"""Environment variables to nested values: known names, secrets from files, suggestions for typos.

It does not read the environment itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError

from config.marks import nearest

PREFIX = "ATO_"


class BadSettings(Exception):
    """The settings are invalid; the text lists every problem, one a line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems)))
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Variable:
    """One variable: name, purpose and default."""

    name: str
    purpose: str
    default: Any
    required: bool
    secret: bool
    table: bool
    """Whether it is a mapping, so that `NAME__KEY` sets one entry."""
    needed: bool = False
    """Whether nearly every installation sets it, although a legacy setting may replace it."""
    row: str = "<ROLE>"
    """What `KEY` stands for, and an example of one."""
    example: str = "MOD"


def variables(model: type[BaseModel], prefix: str = PREFIX) -> Iterator[Variable]:
    """Yield every variable of a model and its sections, in order."""
    for name, field in model.model_fields.items():
        full = f"{prefix}{name.upper()}"
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from variables(section, f"{full}__")
        else:
            yield _variable(full, field)


def _variable(name: str, field: FieldInfo) -> Variable:
    required = field.default is PydanticUndefined
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    words = {name: str(extra[name]) for name in ("row", "example") if name in extra}
    return Variable(
        name,
        field.description or "",
        None if required else field.default,
        required,
        secret=field.annotation is SecretStr or SecretStr in get_args(field.annotation),
        table=get_origin(field.annotation) is dict,
        needed=bool(extra.get("needed")),
        **words,
    )


class _Given(EnvSettingsSource):
    """pydantic-settings' environment source over a mapping instead of the process's environment."""

    def __init__(self, settings: type[BaseSettings], given: Mapping[str, str]) -> None:
        self._given = given
        super().__init__(settings, case_sensitive=False, env_ignore_empty=True)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._given.items() if value}


def read_environment(
    model: type[BaseSettings], given: Mapping[str, str], known: Mapping[str, Variable]
) -> tuple[dict[str, Any], list[str]]:
    """Convert variables into nested values; also return the problems."""
    ours: dict[str, str] = {}
    problems: list[str] = []
    for name, value in sorted(given.items()):
        if name.startswith(PREFIX) and value:
            problems.extend(_take(name, value, known, ours, given))
    try:
        return _Given(model, ours)(), problems
    except (SettingsError, RecursionError):
        return {}, [
            *problems,
            "A table is not written as JSON: give each row as NAME__KEY=value instead.",
        ]


def _take(
    name: str,
    value: str,
    known: Mapping[str, Variable],
    ours: dict[str, str],
    given: Mapping[str, str],
) -> Iterator[str]:
    """Store one variable at its place, or yield why it has none."""
    bare = name.removesuffix("_FILE")
    table = next((one for one in known.values() if one.table and name.startswith(f"{one.name}__")), None)
    if name in known or table:
        ours[name] = value
    elif bare != name and bare in known and known[bare].secret:
        yield from _from_file(name, bare, value, ours, given)
    else:
        meant = nearest(name, known)
        yield f"{name} is not a setting of the desk." + (f" Did you mean {meant}?" if meant else "")


def _from_file(name: str, bare: str, path: str, ours: dict[str, str], given: Mapping[str, str]) -> Iterator[str]:
    if given.get(bare):
        yield f"{name} and {bare} are both given. Keep one of them."
        return
    try:
        ours[bare] = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as wrong:
        yield f"{name} cannot be read: {type(wrong).__name__} at {path}."
        return
    if not ours[bare]:
        yield f"{name} is an empty file: {path}."
