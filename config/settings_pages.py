"""Generator of `docs/settings.md` and `.env.example` from the settings models. It reads no environment."""

from itertools import groupby
from typing import Any

from pydantic import SecretStr

from config.environment import Variable, variables
from config.settings import Settings

_HEAD = """# Settings

Every setting is an environment variable; `./.env` is read too, and the environment goes before it.
A secret may stand in a file: add `_FILE` to its name and give the path (`ATO_SLACK__TOKEN_FILE=/run/secrets/slack`).
A table takes a row as `NAME__KEY=value`, or all of it as JSON. An unknown `ATO_` variable is refused.
`ato settings check` tells everything that is missing or wrong at once.

This page and `.env.example` are written by `ato settings write` from `config/sections.py`.
"""

_TITLES = {
    "ATO_NAME": "Desk",
    "ATO_SLACK": "Slack",
    "ATO_ZENDESK": "Zendesk",
    "ATO_BACKOFFICE": "Back office",
    "ATO_GOOGLE_CHAT": "Google Chat",
    "ATO_DATABASE_URL": "Database",
    "ATO_VAULT": "Vault",
    "ATO_WEB": "Web",
    "ATO_CLOCK": "Clock",
    "ATO_CHASER": "Chaser",
    "ATO_WATCHDOG": "Watchdog",
    "ATO_PLAYBOOKS": "Playbooks",
    "ATO_LOCALES": "Languages",
    "ATO_LOG": "Log",
}


def settings_page() -> str:
    """Return the content of docs/settings.md."""
    parts = [_HEAD]
    for title, rows in _sections():
        parts.append(f"\n## {title}\n\n| variable | what it is for | when left out |\n|---|---|---|\n")
        parts.extend(_row(one) for one in rows)
    return "".join(parts)


def example_page() -> str:
    """Return the content of .env.example."""
    parts = ["# Copy to .env and fill in. docs/settings.md says the same at length.\n"]
    for title, rows in _sections():
        parts.append(f"\n# {title}\n")
        parts.extend(_line(one) for one in rows)
    return "".join(parts)


def _sections() -> list[tuple[str, list[Variable]]]:
    grouped = groupby(variables(Settings), key=lambda one: one.name.split("__")[0])
    return [(_TITLES[name], list(rows)) for name, rows in grouped]


def _row(one: Variable) -> str:
    name = f"`{one.name}`" + (f", `{one.name}__{one.row}`" if one.table else "") + (" 🔒" if one.secret else "")
    return f"| {name} | {one.purpose}. | {_default(one)} |\n"


def _default(one: Variable) -> str:
    if one.required or one.needed:
        return "**required**"
    return f"`{_plain(one.default)}`" if one.default not in (None, {}, ()) else "nothing"


def _line(one: Variable) -> str:
    name = f"{one.name}__{one.example}" if one.table else one.name
    value = "" if one.required or one.default in (None, {}, ()) else _plain(one.default)
    return f"# {one.purpose}.\n{'' if one.required or one.needed else '# '}{name}={value}\n"


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
