"""Every limit of Block Kit the sandbox holds: what just fits is taken, one more is refused, and where it is said.

Where the vendor's own table of limits is at hand it is compared with this one; otherwise that test is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.company import Company
from sandbox.slack.blocks import message_faults, too_large, view_faults

CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "slack" / "block-limits.json"
Json = dict[str, Any]


def t(length: int, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": "x" * length}


def option(text: int = 1, value: int = 1, **more: Any) -> Json:
    return {"text": t(text), "value": "v" * value, **more}


def options(count: int) -> list[Json]:
    return [{"text": t(1), "value": str(n)} for n in range(count)]


def button(**more: Any) -> Json:
    return {"type": "button", "text": t(1), **more}


def confirm(**more: Any) -> Json:
    sizes = {"title": t(1), "text": t(1), "confirm": t(1), "deny": t(1)}
    return button(confirm=sizes | more)


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def select(**more: Any) -> list[Json]:
    return actions({"type": "static_select", "options": options(1), **more})


def entry(element: Json, **more: Any) -> list[Json]:
    return [{"type": "input", "label": t(1), "element": element, **more}]


def line(kind: str = "plain_text_input", **more: Any) -> list[Json]:
    return entry({"type": kind, **more})


def section(**more: Any) -> list[Json]:
    return [{"type": "section", **more}]


def image(**more: Any) -> list[Json]:
    return [{"type": "image", "image_url": "https://x", "alt_text": "x", **more}]


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": t(1), "blocks": [], "submit": t(1), **more}


def rows(count: int, columns: int = 1) -> list[Json]:
    cell = {"type": "raw_text", "text": "x"}
    return [{"type": "table", "rows": [[cell] * columns] * count}]


def video(**more: Any) -> list[Json]:
    body = {"alt_text": "x", "title": t(1), "thumbnail_url": "x", "video_url": "x", **more}
    return [{"type": "video", **body}]


def menu(kind: str, count: int) -> list[Json]:
    return actions({"type": kind, "options": options(count)})


def divider(count: int) -> list[Json]:
    return [{"type": "divider"} for _ in range(count)]


def group(label: int = 1, count: int = 1, groups: int = 1) -> list[Json]:
    one = {"label": t(label), "options": options(count)}
    return actions({"type": "static_select", "option_groups": [one] * groups})


def described(size: int) -> list[Json]:
    return select(options=[option(description=t(size))])


# name in the vendor's table -> (limit, something of that size)
MESSAGE_LIMITS: dict[str, tuple[int, Callable[[int], list[Json]]]] = {
    "message.blocks.max_items": (50, divider),
    "action_id.max_length": (255, lambda n: actions(button(action_id="a" * n))),
    "block_id.max_length": (255, lambda n: [{"type": "divider", "block_id": "b" * n}]),
    "button.text.max_length": (75, lambda n: actions(button(text=t(n)))),
    "button.url.max_length": (3000, lambda n: actions(button(url="u" * n))),
    "button.value.max_length": (2000, lambda n: actions(button(value="v" * n))),
    "button.accessibility_label.max_length": (
        75,
        lambda n: actions(button(accessibility_label="a" * n)),
    ),
    "confirmation.title.max_length": (100, lambda n: actions(confirm(title=t(n)))),
    "confirmation.text.max_length": (300, lambda n: actions(confirm(text=t(n)))),
    "confirmation.confirm.max_length": (30, lambda n: actions(confirm(confirm=t(n)))),
    "confirmation.deny.max_length": (30, lambda n: actions(confirm(deny=t(n)))),
    "option.text.max_length": (75, lambda n: select(options=[option(text=n)])),
    "option.value.max_length": (150, lambda n: select(options=[option(value=n)])),
    "option.description.max_length": (75, described),
    "option.url.max_length": (
        3000,
        lambda n: actions({"type": "overflow", "options": [option(url="u" * n)]}),
    ),
    "option_group.label.max_length": (75, lambda n: group(label=n)),
    "option_group.options.max_items": (100, lambda n: group(count=n)),
    "select.option_groups.max_items": (100, lambda n: group(groups=n)),
    "select.placeholder.max_length": (150, lambda n: select(placeholder=t(n))),
    "select.options.max_items": (100, lambda n: select(options=options(n))),
    "overflow.options.max_items": (5, lambda n: menu("overflow", n)),
    "checkboxes.options.max_items": (10, lambda n: menu("checkboxes", n)),
    "radio_buttons.options.max_items": (10, lambda n: menu("radio_buttons", n)),
    "plain_text_input.placeholder.max_length": (150, lambda n: line(placeholder=t(n))),
    "plain_text_input.min_length.max": (3000, lambda n: line(min_length=n)),
    "plain_text_input.max_length.max": (3000, lambda n: line(max_length=n)),
    "email_input.placeholder.max_length": (
        150,
        lambda n: line("email_text_input", placeholder=t(n)),
    ),
    "url_input.placeholder.max_length": (150, lambda n: line("url_text_input", placeholder=t(n))),
    "number_input.placeholder.max_length": (
        150,
        lambda n: line("number_input", is_decimal_allowed=True, placeholder=t(n)),
    ),
    "date_picker.placeholder.max_length": (150, lambda n: line("datepicker", placeholder=t(n))),
    "time_picker.placeholder.max_length": (150, lambda n: line("timepicker", placeholder=t(n))),
    "rich_text_input.placeholder.max_length": (
        150,
        lambda n: line("rich_text_input", placeholder=t(n)),
    ),
    "actions.elements.max_items": (25, lambda n: actions(*(button() for _ in range(n)))),
    "context.elements.max_items": (
        10,
        lambda n: [{"type": "context", "elements": [t(1) for _ in range(n)]}],
    ),
    "text.max_length": (3000, lambda n: [{"type": "context", "elements": [t(n, "mrkdwn")]}]),
    "header.text.max_length": (150, lambda n: [{"type": "header", "text": t(n)}]),
    "image.image_url.max_length": (3000, lambda n: image(image_url="u" * n)),
    "image.alt_text.max_length": (2000, lambda n: image(alt_text="a" * n)),
    "image.title.max_length": (2000, lambda n: image(title=t(n))),
    "image_element.alt_text.max_length": (
        2000,
        lambda n: [{"type": "context", "elements": [image(alt_text="a" * n)[0]]}],
    ),
    "input.label.max_length": (2000, lambda n: entry({"type": "datepicker"}, label=t(n))),
    "input.hint.max_length": (2000, lambda n: entry({"type": "datepicker"}, hint=t(n))),
    "markdown.text.max_length": (12000, lambda n: [{"type": "markdown", "text": "m" * n}]),
    "section.text.max_length": (3000, lambda n: section(text=t(n, "mrkdwn"))),
    "section.fields.max_items": (10, lambda n: section(fields=[t(1)] * n)),
    "section.fields.item_max_length": (2000, lambda n: section(fields=[t(n)])),
    "table.rows.max_items": (100, rows),
    "table.columns.max_items": (20, lambda n: rows(1, n)),
    "video.title.max_length": (200, lambda n: video(title=t(n))),
    "video.description.max_length": (200, lambda n: video(description=t(n))),
    "video.author_name.max_length": (50, lambda n: video(author_name="a" * n)),
    "video.title_url.max_length": (2000, lambda n: video(title_url="u" * n)),
}
VIEW_LIMITS: dict[str, tuple[int, Callable[[int], Json]]] = {
    "view.blocks.max_items": (100, lambda n: modal(blocks=divider(n))),
    "view.private_metadata.max_length": (3000, lambda n: modal(private_metadata="p" * n)),
    "view.callback_id.max_length": (255, lambda n: modal(callback_id="c" * n)),
    "view.external_id.max_length": (255, lambda n: modal(external_id="e" * n)),
    "view.title.max_length": (24, lambda n: modal(title=t(n))),
    "view.close.max_length": (24, lambda n: modal(close=t(n))),
    "view.submit.max_length": (24, lambda n: modal(submit=t(n))),
    "file_input.max_files.max": (10, lambda n: modal(blocks=line("file_input", max_files=n))),
}


@pytest.mark.parametrize("name", MESSAGE_LIMITS)
def test_a_message_may_be_as_large_as_the_limit_and_no_larger(name: str) -> None:
    limit, build = MESSAGE_LIMITS[name]
    assert message_faults(build(limit)) == []
    assert message_faults(build(limit + 1)) != []


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_a_view_may_be_as_large_as_the_limit_and_no_larger(name: str) -> None:
    limit, build = VIEW_LIMITS[name]
    assert view_faults(build(limit), "modal") == []
    assert view_faults(build(limit + 1), "modal") != []


@pytest.mark.skipif(not CONTRACT.exists(), reason="the vendor's table of limits is not here")
def test_the_limits_are_the_vendors() -> None:
    theirs = json.loads(CONTRACT.read_text())
    ours = {name: limit for name, (limit, _) in {**MESSAGE_LIMITS, **VIEW_LIMITS}.items()}
    assert ours == {name: theirs[name] for name in ours}


BROKEN: dict[str, tuple[list[Json], str]] = {
    "no options": (select(options=[]), "at least 1 item(s) needed"),
    "no options and no groups": (actions({"type": "static_select"}), "either options or"),
    "unknown block": ([{"type": "marquee"}], "unsupported block type: marquee"),
    "unknown element": (actions({"type": "slider"}), "unsupported element type: slider"),
    "unknown key": (section(text=t(1), colour="red"), "invalid additional property: colour"),
    "empty section": (section(), "section needs text or fields"),
    "empty text": (section(text=t(0)), "at least 1 characters"),
    "mrkdwn on a button": (actions(button(text=t(1, "mrkdwn"))), "must be one of plain_text"),
    "two of one block_id": (
        [{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}],
        "block_id is used twice: b",
    ),
    "two of one action_id": (
        actions(button(action_id="a"), button(action_id="a")),
        "action_id is used twice in one block: a",
    ),
    "no label": ([{"type": "input", "element": {"type": "datepicker"}}], "required field: label"),
    "file in a message": (line("file_input"), "file_input is only for modals"),
    "number without a word on decimals": (line("number_input"), "is_decimal_allowed"),
    "a first choice that is not there": (
        select(initial_option={"text": t(2), "value": "z"}),
        "initial_option is not one of the options",
    ),
    "shorter than short": (line(min_length=9, max_length=2), "min_length is greater"),
    "a loud style": (actions(button(style="loud")), "must be one of primary, danger"),
    "a day of words": (line("datepicker", initial_date="tomorrow"), "should be a date"),
    "text outside an input": (actions({"type": "plain_text_input"}), "unsupported element"),
    "rich list too deep": (
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": []}],
            }
        ],
        "must be between 0 and 8",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_a_message_is_said(name: str) -> None:
    blocks, sentence = BROKEN[name]
    found = message_faults(blocks)
    assert any(sentence in one and "[json-pointer:/blocks" in one for one in found), found


def test_a_modal_with_an_input_needs_submit() -> None:
    view = modal(blocks=line())
    assert view_faults(view, "modal") == []
    del view["submit"]
    assert "submit is required" in view_faults(view, "modal")[0]
    assert view_faults({"type": "home", "blocks": line()}, "home") == []
    assert view_faults(view, "home") == ["[ERROR] type must be home [json-pointer:/view/type]"]


def test_a_view_of_more_than_250_kb_is_too_large() -> None:
    assert too_large(modal(blocks=section(text=t(3000)) * 100))
    assert not too_large(modal(blocks=section(text=t(3000)) * 80))


async def test_the_sentences_reach_the_caller(company: Company, web: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as message:
        await web.chat_postMessage(channel="CMOD0001", text="x", blocks=select(options=[]))
    assert message.value.response["error"] == "invalid_blocks"
    said = message.value.response["response_metadata"]["messages"]
    assert said == ["[ERROR] at least 1 item(s) needed [json-pointer:/blocks/0/elements/0/options]"]
    trigger = company.slack.space.new_trigger("UAGENT01")
    with pytest.raises(SlackApiError) as view:
        await web.views_open(trigger_id=trigger, view=modal(title=t(25)))
    assert view.value.response["error"] == "invalid_arguments"
    assert "/view/title/text" in view.value.response["response_metadata"]["messages"][0]
    assert (await web.views_open(trigger_id=trigger, view=modal()))["ok"]
