"""Message catalogues (gettext): sentences in each language, read once. The English template is the key.

Values are inserted by name and never interpreted, so what a customer wrote cannot reach a format. An argument ending in
`_at` is an instant, shown in the reader's zone; a text is shown in the reader's language, a list is joined as the
language joins lists, and `people` naming `role:<role>` goes through the resolver. It does not know Slack.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desk.fields.format import locale, show_instant
from desk.fields.templates import fill_one
from desk.values import Line, in_language

FOLDER = Path(__file__).parent / "locales"
DOMAIN = "ato"

PeopleOf = Callable[[str, str], str]
"""Returns the names of a role's people in a language."""


def _role_itself(role: str, language: str) -> str:
    return role


class Catalogue:
    """Translates lines; every translation is in memory, and the fallback is English."""

    def __init__(self, folder: Path = FOLDER, people: PeopleOf = _role_itself) -> None:
        """Read every catalogue of a folder, `<language>/LC_MESSAGES/ato.po`."""
        self._people = people
        self._messages = {
            file.parent.parent.name: read_catalogue(file) for file in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the available languages."""
        return tuple(sorted({"en", *self._messages}))

    def __call__(self, line: Line, language: str, zone: str) -> str:
        """Translate a line, with its instants in a zone."""
        template = self._template(line.key, language)

        def value(name: str) -> str:
            return self._show(name, line.args[name], language, zone) if name in line.args else f"{{{name}}}"

        return fill_one(template, value)

    def _template(self, key: str, language: str) -> str:
        found = self._messages.get(language) or self._messages.get(language[:2]) or {}
        return found.get(key) or key

    def _show(self, name: str, value: Any, language: str, zone: str) -> str:
        if name.endswith("_at"):
            return _instant(value, language, zone)
        if isinstance(value, dict):
            return in_language(value, language)
        if isinstance(value, list | tuple):
            return _joined([str(one) for one in value], language)
        if name == "people" and isinstance(value, str) and value.startswith("role:"):
            return self._people(value.removeprefix("role:"), language)
        return str(value)


def _instant(value: Any, language: str, zone: str) -> str:
    """Format an instant in the reader's zone; text that is no instant is returned as it is."""
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(str(value))
        except ValueError:
            return str(value)
    if value.tzinfo is None:
        return str(value)
    return show_instant(value, language, _known_zone(zone))


@cache
def _known_zone(zone: str) -> str:
    """Return a valid zone; a person's zone comes from outside and may be none."""
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def _joined(words: list[str], language: str) -> str:
    from babel.lists import format_list  # noqa: PLC0415 - locale data loads only where lists are shown

    return format_list(words, locale=locale(language))


def read_catalogue(file: Path) -> Mapping[str, str]:
    """Read one `.po` file: English to translation, without untranslated and fuzzy entries."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - read once, at the start

    with file.open("rb") as opened:
        catalogue = read_po(opened, domain=DOMAIN, abort_invalid=True)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
