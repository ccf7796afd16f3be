"""An instant is shown as Babel shows it, without asking Babel for each."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime

from desk.fields.format import locale, show_instant


@pytest.mark.parametrize("language", ["en", "it", "en-GB", "it-IT", "de"])
@pytest.mark.parametrize("zone", ["Africa/Johannesburg", "Europe/Rome", "UTC"])
def test_every_month_is_named_as_babel_names_it(language: str, zone: str) -> None:
    for month in range(1, 13):
        at = datetime(2025, month, month, month, 5 * (month % 12), tzinfo=UTC)
        asked = {"tzinfo": ZoneInfo(zone), "locale": locale(language)}
        assert show_instant(at, language, zone) == format_datetime(at, "d MMM y HH:mm", **asked)
