"""What the page makes of texts: mrkdwn as HTML with everything hostile escaped, the clock's moves and the weather."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.page import weather
from sandbox.page.rendering import Company, Drawer, Reader
from sandbox.page.words import mrkdwn

NAMES = {"UAGENT01": "Thandi Nkosi", "CMOD0001": "mr-d-mod", "SMODS001": "mr-d-mods"}
JOHANNESBURG = "Africa/Johannesburg"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("*bold* and _thin_ and ~gone~", "<strong>bold</strong> and <em>thin</em> and <s>gone</s>"),
        ("2 * 3 * 4, snake_case_name", "2 * 3 * 4, snake_case_name"),
        (
            "<@UAGENT01> in <#CMOD0001>",
            '<span class="mention">@Thandi Nkosi</span> in <span class="mention">#mr-d-mod</span>',
        ),
        ("<!subteam^SMODS001>", '<span class="mention">@mr-d-mods</span>'),
        ("a &amp; b &lt;c&gt;", "a &amp; b &lt;c&gt;"),
        ("`<b>*x*</b>`", "<code>&lt;b&gt;*x*&lt;/b&gt;</code>"),
        (
            "<https://a.example/?b=1&amp;c=2|see>",
            '<a href="https://a.example/?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">see</a>',
        ),
        ("<javascript:alert(1)|click>", "click"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (
            '<https://a.example/"onmouseover="x|see>',
            '<a href="https://a.example/&#34;onmouseover=&#34;x" target="_blank" rel="noopener noreferrer">see</a>',
        ),
        ("&gt; said", '<span class="quote">said</span>'),
        ("<!date^1795334400^{date_num} {time}|then>", "2026-11-22 10:00"),
        ("a\x00b", "ab"),
    ],
)
def test_mrkdwn_is_shown_as_slack_shows_it_and_nothing_of_it_is_html(written: str, shown: str) -> None:
    assert str(mrkdwn(written, NAMES, JOHANNESBURG)) == shown


def _reader() -> Reader:
    person = {"id": "UAGENT01", "name": "Thandi Nkosi", "tz": JOHANNESBURG, "locale": "en-GB"}
    told: dict[str, Any] = {
        "team": {"name": "Mr D"},
        "people": [person],
        "channels": [],
        "groups": [],
    }
    return Reader(Company.read(told), "UAGENT01")


def _message(**more: Any) -> dict[str, Any]:
    at = "2026-11-23T08:00:00+00:00"
    return {"ts": "1.1", "channel": "C1", "user": "UAGENT01", "text": "x", "at": at, **more}


def test_hostile_words_in_every_kind_of_block_are_text() -> None:
    evil = "<img src=x onerror=alert(1)>"
    plain = {"type": "plain_text", "text": evil}
    blocks = [
        {"type": "header", "text": plain},
        {"type": "section", "text": {"type": "mrkdwn", "text": evil}, "fields": [plain]},
        {"type": "context", "elements": [plain]},
        {
            "type": "actions",
            "block_id": "b",
            "elements": [
                {
                    "type": "button",
                    "action_id": evil,
                    "text": plain,
                    "value": evil,
                    "confirm": {"title": plain, "text": plain, "confirm": plain, "deny": plain},
                }
            ],
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": evil}, {"type": "link", "url": evil}],
                }
            ],
        },
        {
            "type": "input",
            "block_id": "i",
            "label": plain,
            "hint": plain,
            "element": {"type": "plain_text_input", "action_id": "a", "placeholder": plain},
        },
        {"type": evil},
    ]
    drawn = Drawer().draw("message", m=_message(blocks=blocks), r=_reader(), threaded=False, fresh=False)
    assert "<img" not in drawn
    assert drawn.count("&lt;img") >= 8


def test_an_unknown_block_is_said_to_be_unknown() -> None:
    drawn = Drawer().draw("message", m=_message(blocks=[{"type": "carousel"}]), r=_reader(), threaded=False)
    assert "cannot show a “carousel”" in drawn


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-11-22T09:00:00", "2026-11-23T06:00:00"),
        ("2026-11-23T05:59:00", "2026-11-23T06:00:00"),
        ("2026-11-23T06:00:00", "2026-11-30T06:00:00"),
    ],
)
def test_monday_morning_is_the_next_one_to_come(now: str, monday: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    expected = datetime.fromisoformat(monday).replace(tzinfo=UTC)
    assert weather.monday(at, JOHANNESBURG) == expected


@pytest.mark.parametrize(
    ("offset", "words"),
    [(0, ""), (20, ""), (900, "+15 min"), (90_000, "+1 d 1 h"), (-3600, "−1 h")],
)
def test_how_far_the_clock_was_moved(offset: float, words: str) -> None:
    assert weather.moved(offset) == words


def test_every_weather_is_recognised_when_it_is_in_force() -> None:
    blank = {"match": "*", "seconds": 0, "status": 0, "retry_after": None, "times": None}
    for one in weather.WEATHERS:
        fault = {**blank, **weather.fault_for("zendesk", one.id)}
        assert weather.in_force([fault]) == {"slack": [], "zendesk": [one.id], "backoffice": []}
