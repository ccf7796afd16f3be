"""Settings from the environment: variables begin with `ATO_`; `__` separates section and name.

A secret may be in a file instead: `ATO_SLACK__TOKEN_FILE=/run/secrets/slack_token`. No other module reads the
environment, and importing this one reads nothing.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.environment import BadSettings, Variable, read_environment, variables
from config.readings import DeskName, command, desk_name
from config.sections import (
    BackOffice,
    Chaser,
    ClockSettings,
    GoogleChatSettings,
    Locales,
    Log,
    Playbooks,
    Slack,
    Vault,
    Watchdog,
    Web,
    Zendesk,
)
from desk.values import UNNAMED


class Settings(BaseSettings):
    """All settings of an installation."""

    model_config = SettingsConfigDict(env_prefix="ATO_", env_nested_delimiter="__", frozen=True, extra="forbid")

    name: DeskName = Field(
        UNNAMED,
        description=(
            "The desk's name, such as fraud-eu: two desks on one Zendesk account or in one Slack workspace need"
            " different ones, and everything a desk makes there carries its name"
        ),
    )
    slack: Slack
    zendesk: Zendesk
    backoffice: BackOffice = BackOffice()
    database_url: SecretStr = Field(
        SecretStr("sqlite:///./var/ato.sqlite3"),
        description=(
            "Where cases are kept: an SQLite file, whose folder is made at the first start, or PostgreSQL for many"
            " replicas (`postgresql://user:password@host:5432/name`)"
        ),
    )
    google_chat: GoogleChatSettings = GoogleChatSettings()
    vault: Vault
    web: Web = Web()
    clock: ClockSettings = ClockSettings()
    chaser: Chaser = Chaser()
    watchdog: Watchdog = Watchdog()
    playbooks: Playbooks = Playbooks()
    locales: Locales = Locales()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only the values `settings()` has read, so that a test never sees its machine's environment."""
        return (sources["init_settings"],)


def settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and `./.env`; raises BadSettings with every problem at once."""
    given = surroundings() if environ is None else environ
    known = {one.name: one for one in variables(Settings)}
    values, problems = read_environment(Settings, given, known)
    if given.get("ATO_NAME") == "":
        problems.append("ATO_NAME is empty. Take the line out for a desk without a name, or give one such as fraud-eu.")
    problems.extend(_sign_in(values.get("zendesk"), known, {line.split(" ", 1)[0] for line in problems}))
    try:
        found = Settings(**values)
    except ValidationError as wrong:
        problems.extend(_sentences(wrong, known, {line.split(" ", 1)[0] for line in problems}))
    if problems:
        raise BadSettings(problems)
    return found


def desk_and_command(given: Mapping[str, str]) -> tuple[str, str]:
    """Return the desk's name and its slash command, whatever else is set; raises BadSettings."""
    found: list[str] = []
    problems: list[str] = []
    for name, check, default in (("ATO_NAME", desk_name, UNNAMED), ("ATO_SLACK__COMMAND", command, "/ato")):
        try:
            found.append(check(given.get(name, default)))
        except ValueError as wrong:
            problems.append(f"{name} cannot be used: {wrong}.")
    if problems:
        raise BadSettings(problems)
    return found[0], found[1]


def surroundings(file: Path = Path(".env")) -> Mapping[str, str]:
    """Return the environment, with `./.env` as its fallback."""
    written = {name: value for name, value in dotenv_values(file).items() if value is not None}
    return {**written, **os.environ}


def _sentences(wrong: ValidationError, known: Mapping[str, Variable], told: set[str]) -> Iterator[str]:
    """Yield a sentence per invalid variable; its value is never repeated, it may be a secret."""
    for error in wrong.errors(include_url=False, include_input=False):
        name = _variable([str(part) for part in error["loc"]], known)
        if error["type"] == "missing":
            missing = [one for one in _required(name, known) if not {one.name, f"{one.name}_FILE"} & told]
            yield from (f"{one.name} is missing. {one.purpose}." for one in missing)
        else:
            reason = str(error.get("ctx", {}).get("error") or error["msg"])
            purpose = known[name].purpose if name in known else ""
            yield f"{name} cannot be used: {reason}. {purpose}".rstrip() + "."


def _variable(way: list[str], known: Mapping[str, Variable]) -> str:
    """Return the variable that a path into the settings stands in."""
    names = [_name(way[:end]) for end in range(len(way), 0, -1)]
    return next((name for name in names if name in known), names[0])


def _required(name: str, known: Mapping[str, Variable]) -> list[Variable]:
    """Return the variable of this name, else the required variables of this section."""
    if name in known:
        return [known[name]]
    return [one for one in known.values() if one.name.startswith(f"{name}__") and one.required]


def _sign_in(given: Any, known: Mapping[str, Variable], told: set[str]) -> Iterator[str]:
    """Yield the missing Zendesk credentials: an OAuth client, or an API token."""
    for name in sign_in_missing(given if isinstance(given, dict) else {}):
        if name not in told and f"{name}_FILE" not in told:
            yield f"{name} is missing. {known[name].purpose}."


_PAIRS = (
    ("CLIENT_ID", "CLIENT_SECRET"),
    ("SECOND_CLIENT_ID", "SECOND_CLIENT_SECRET"),
    ("EMAIL", "TOKEN"),
)


def _given(names: Collection[str], given: Mapping[str, object]) -> set[str]:
    return {name for name in names if str(given.get(name.lower()) or "").strip()}


def _other_half(pair: tuple[str, str], has: Collection[str]) -> list[str]:
    """Return the missing half of a pair of which one is given."""
    missing = [name for name in pair if name not in has]
    return missing if len(missing) == 1 else []


def sign_in_missing(given: Mapping[str, object]) -> Iterator[str]:
    """Yield the Zendesk credentials that are missing, from the values of its section.

    With a complete first OAuth client an incomplete API token is ignored.
    """
    first, second, old = _PAIRS
    has = _given((*first, *second, *old), given)
    begun = has & {*first, *second}
    missing = [name for pair in ((first, second) if begun else _PAIRS) for name in _other_half(pair, has)]
    if not has & set(first) and (begun or not has & set(old)):
        missing.extend(first)
    yield from (f"ATO_ZENDESK__{name}" for name in missing)


def _name(way: list[str]) -> str:
    return "ATO_" + "__".join(way).upper()
