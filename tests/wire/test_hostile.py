"""Hostile words through every text field of both playbooks, looked at where they come out: Slack, Zendesk, sheets, logs."""

import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sheets import SheetReader, write_sheet
from config.load import load
from desk.cards.case_card import face, inboxes
from desk.cards.forms import form
from desk.case.effects import CreateTicket, Requester
from desk.case.situation import Situation
from desk.fields.parse import read
from desk.fields.templates import fill_one, names_in
from desk.playbook.model import Deed, Playbook
from desk.playbook.parts import FieldSpec
from desk.values import Fill, Line
from integrations.google_chat.wire import write_message
from integrations.slack.codec.meta import FormMeta
from integrations.slack.text.lines import Ink
from integrations.slack.views.card import card
from integrations.slack.views.cases import case_blocks
from integrations.slack.views.form import Forms
from integrations.slack.views.ledger import ledger
from integrations.slack.views.telling import telling
from integrations.zendesk.names import Ids
from integrations.zendesk.wire import write_ticket, write_update
from sandbox.slack.blocks import message_faults
from tests.desk.bench import PEOPLE, Bench
from tests.hostile import FORMULAS, HOSTILE, HUGE, LONG, hidden, packed
from tests.wire import slack_limits
from tests.wire.making_cards import texts
from tests.wire.making_forms import SAY

BOOKS = load()
NOW = datetime(2026, 11, 20, 16, 42, tzinfo=UTC)
FREE = {"text", "long_text", "name", "code"}
PLAYED = [
    ("mr_d", "not_found"),
    ("mr_d", "unchanged"),
    ("mr_d", "changed"),
    ("qualia_connect", "higher_tier"),
    ("qualia_connect", "security"),
]
TURNS = (0, 29, 58)
FREE_FIELDS = {name: [field for field, one in book.fields.items() if one.type in FREE] for name, book in BOOKS.items()}
OPTIONAL = {"contact_ticket", "fraud_address", "refund_reason"}
"""What no rehearsal says. It is said with every form, and kept where it is asked for."""
EVIL = re.compile(
    r"<(?:!(?!date)|#|[^>@]*evil|mailto|script|img|b>)|<@(?!UAGENT01|UMOD|UDATA|USECU|ULEAD|UQ)", re.IGNORECASE
)
PARTING = re.compile("[|;\\s\x1c-\x1e]")
"""What parts cells and lines."""
IDS = Ids(form=1, group=2, field=3, tag="t")
NOBODY = Requester(email="nobody@mrd.example", name="Nobody")


def hostile(deed: Deed, book: Playbook, turn: int) -> Deed:
    """The same deed by somebody who writes hostile words wherever they may write."""
    fill = {name: _worse(book.fields[name], raw, turn + n) for n, (name, raw) in enumerate(deed.fill.items())}
    if deed.fill:
        unsaid = (set(FREE_FIELDS[book.playbook]) - fill.keys()) & OPTIONAL
        fill |= {name: packed(book.fields[name].max_length, turn) for name in sorted(unsaid)}
    none = {name: packed(300, turn + n) for n, name in enumerate(deed.none)}
    return deed.model_copy(update={"fill": fill, "none": none})


def _worse(field: FieldSpec, raw: Any, turn: int) -> Any:
    if field.type in FREE:
        return packed(field.max_length, turn, "\n" if field.type == "long_text" else " ")
    if field.type == "rows" and isinstance(raw, str):
        return "\n".join(_row(field, line, turn) for line in raw.splitlines())
    return raw


def _row(field: FieldSpec, line: str, turn: int) -> str:
    cells = line.split("|")
    for at, column in enumerate(list(field.columns.values())[: len(cells)]):
        if column.type == "text" and not column.must:
            cells[at] = PARTING.sub(" ", packed(120, turn + at))
    return "|".join(cells)


def play(book: str, rehearsal: str, turn: int) -> Iterator[Bench]:
    """Play a rehearsal in hostile words, and stop after each deed to look."""
    bench = Bench(BOOKS[book])
    for deed in BOOKS[book].rehearsals[rehearsal].deeds:
        decision = bench.play(hostile(deed, BOOKS[book], turn))
        assert decision.refusal is None or deed.refused, decision.refusal
        yield bench


def ink(language: str) -> Ink:
    return Ink(
        say=SAY,
        language=language,
        zone="Africa/Johannesburg",
        now=NOW,
        day=NOW.date(),
        role=str,
        mentions=lambda role: "<@UMOD0001>",
    )


def messages(bench: Bench) -> Iterator[Any]:
    """Everything drawn in Slack of a case as it is now."""
    case, book = bench.case, bench.playbook
    look = ink(book.languages[0])
    for inbox in inboxes(Situation(case, book, NOW)):
        yield card(face(Situation(case, book, NOW), inbox), book, look).blocks
    for effect in bench.of("tell_people"):
        yield from (one.blocks for one in telling(effect, "", look, "https://slack.example/1").messages)
    for person in ("agent", "mod", "qagent", "qhigher"):
        yield case_blocks(case, book, PEOPLE[person], look)
    yield ledger(case, book, look)


def harmless(blocks: Any) -> None:
    for text in texts(blocks):
        assert not EVIL.search(text), text
        assert not hidden(text), [hex(ord(one)) for one in hidden(text)]
    assert message_faults(list(blocks)) == []
    for element in _of_kind(blocks, "mrkdwn"):
        assert element.get("verbatim") or "evil" not in element["text"]
    for element in _of_kind(blocks, "plain_text"):
        assert not hidden(element["text"]), element
    for url in _urls(blocks):
        assert "evil" not in url


def _of_kind(blocks: Any, kind: str) -> Iterator[dict[str, Any]]:
    if isinstance(blocks, dict):
        if blocks.get("type") == kind:
            yield blocks
        blocks = list(blocks.values())
    if isinstance(blocks, list | tuple):
        for one in blocks:
            yield from _of_kind(one, kind)


def _urls(blocks: Any) -> Iterator[str]:
    if isinstance(blocks, dict):
        if isinstance(blocks.get("url"), str):
            yield blocks["url"]
        blocks = list(blocks.values())
    if isinstance(blocks, list | tuple):
        for one in blocks:
            yield from _urls(one)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize(("book", "rehearsal"), PLAYED)
def test_nothing_that_comes_out_is_live(book: str, rehearsal: str, turn: int, caplog: pytest.LogCaptureFixture) -> None:
    seen = {"slack": 0, "zendesk": 0, "sheet": 0}
    with caplog.at_level(logging.DEBUG):
        for bench in play(book, rehearsal, turn):
            for blocks in messages(bench):
                harmless(blocks)
                seen["slack"] += "evil" in json.dumps(blocks)
            for effect in bench.done:
                _in_zendesk(effect, seen)
                _in_sheets(effect, seen)
                _in_google_chat(effect)
            bench.done.clear()
    assert "evil" not in caplog.text
    assert seen["slack"], "the words never came out, so nothing was tested"
    assert seen["zendesk"] or book != "mr_d" or rehearsal != "not_found"


def _in_zendesk(effect: Any, seen: dict[str, int]) -> None:
    if effect.kind not in {"create_ticket", "update_ticket"}:
        return
    made = isinstance(effect, CreateTicket)
    raw = write_ticket(effect, IDS, NOBODY) if made else write_update(effect, IDS, None)
    ticket = json.loads(raw)["ticket"]
    comment = ticket.get("comment", {"body": "", "public": False})
    assert set(comment) <= {"body", "public", "uploads"}, "no html_body"
    assert comment["public"] is False
    assert "](" not in comment["body"]
    assert "][" not in comment["body"]
    assert not hidden(comment["body"], "\n\t\r"), [hex(ord(one)) for one in hidden(comment["body"])]
    if made:
        assert not hidden(ticket["subject"], "")
        assert "\n" not in ticket["subject"]
    seen["zendesk"] += "evil" in comment["body"]


def _in_sheets(effect: Any, seen: dict[str, int]) -> None:
    sheet = getattr(effect, "sheet", None)
    if sheet is None:
        return
    for row in csv.reader(io.StringIO(write_sheet(sheet).decode("utf-8-sig")), delimiter=";"):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b")), cell
            assert not hidden(cell)
            seen["sheet"] += "evil" in cell


def _in_google_chat(effect: Any) -> None:
    if effect.kind == "copy_brief":
        text = json.loads(write_message([str(one) for one in effect.lines]))["text"]
        assert "<" not in text
        assert not hidden(text)


@pytest.mark.parametrize("book", BOOKS)
def test_every_text_field_was_given_hostile_words(book: str) -> None:
    given = {
        name
        for of, rehearsal in PLAYED
        if of == book
        for bench in play(book, rehearsal, 0)
        for name in bench.case.facts
    }
    assert set(FREE_FIELDS[book]) - given == set()


@pytest.mark.parametrize("book", BOOKS)
def test_a_form_with_hostile_answers_in_it_is_one_that_slack_takes(book: str) -> None:
    playbook = BOOKS[book]
    drawn = 0
    for name, step in playbook.steps.items():
        for outcome in step.outcomes:
            bench = Bench(playbook)
            shown = form(bench.case, playbook, name, None, outcome, new=True)
            typed = {
                one.name: Fill(raw=packed(one.field.max_length, drawn))
                for one in shown.inputs
                if one.field.type in FREE
            }
            meta = FormMeta(case=bench.case.id, playbook=book, step=name, outcome=outcome)
            view = Forms(SAY).view(shown, meta, playbook.languages[0], submit=Line(key="Submit"), typed=typed)
            slack_limits.check(view)
            for text in texts(view["blocks"]):
                assert not EVIL.search(text)
            drawn += 1
    assert drawn > 5


@pytest.mark.parametrize("book", BOOKS)
def test_what_is_far_too_long_or_large_is_refused_at_its_field(book: str) -> None:
    for name, field in BOOKS[book].fields.items():
        assert isinstance(read(field, Fill(raw=LONG), NOW), Line) or field.type in {"files"}, name
        if field.type == "money":
            for words in HUGE:
                found = read(field, Fill(raw=words), NOW)
                assert isinstance(found, Line) or len(found["amount"]) <= 10, words


def test_a_row_of_a_sheet_gives_no_formula_back() -> None:
    field = BOOKS["mr_d"].fields["changes"]
    for formula in FORMULAS:
        found = read(field, Fill(raw=f"email | a | {formula} | 2026-11-20 18:02 | log"), NOW)
        assert isinstance(found, list | Line)


# Templates run sandboxed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "template",
    [
        "{name.__class__}",
        "{name[0]}",
        "{0}",
        "{}",
        "{name!r}",
        "{name:>99999999}",
        "{name:{case}}",
        "{__import__('os')}",
        "{name",
        "}",
    ],
)
def test_a_template_names_fields_and_nothing_else(template: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        names_in(template)


def test_what_is_put_into_a_template_is_not_read_as_one() -> None:
    assert (
        fill_one("{name}, {case}", {"name": "{case}{name.__class__}", "case": "ATO-1"}.__getitem__)
        == "{case}{name.__class__}, ATO-1"
    )


# What is uploaded ----------------------------------------------------------------------------------


async def test_a_file_is_known_by_its_bytes_and_its_name_is_not_even_asked_for() -> None:
    field = BOOKS["mr_d"].fields["changes"]
    for content in (
        b"MZ\x90\x00" + b"\x00" * 99,
        b"%PDF-1.7\n",
        b"<html><script>",
        b"\x7fELF",
        b"#!/bin/sh\nid\n",
    ):
        found = await SheetReader().read(content, field, "UTC", NOW)
        assert found.kind == "sheet_wrong"


def test_the_corpus_holds_what_it_says() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE)
    assert all(packed(300, turn) for turn in TURNS)
    for one in HOSTILE:
        assert any(one in packed(3000, turn, "\n") for turn in TURNS), one
