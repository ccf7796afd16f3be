"""Every `read_*` of the rooms, given anything at all: a typed value or a refusal that it names comes out, nothing else."""

import ast
import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sheets import SheetReader
from config.environment import BadSettings, variables
from config.lint import lint
from config.load import load, parse
from config.marks import Problem, Unreadable, read_text
from config.placeholders import put_in
from config.settings import Settings
from config.settings import settings as read_settings
from desk.case.effects import ReadSheet, UpdateTicket
from desk.case.results import SheetRows, SheetWrong, TicketSeen
from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.check import read_fills
from desk.fields.parse import read, read_cells
from desk.playbook import shorthand
from desk.playbook.parts import FieldSpec
from desk.service import read_upload
from desk.service.ports import GiveUp, TryAgain
from desk.values import Fill, Line
from integrations.backoffice import wire as office
from integrations.backoffice.links import Links
from integrations.google_chat import wire as google
from integrations.sheets import cells, workbook
from integrations.sheets.cells import Odd, Reading, Wrong
from integrations.sheets.columns import FINDINGS, Sheet, Unfit
from integrations.sheets.delimited import read_csv
from integrations.sheets.read import read_sheet
from integrations.slack.codec import actions, arrivals, occasions
from integrations.slack.codec import wire as slack
from integrations.slack.codec.meta import FormMeta, read_meta
from integrations.zendesk import wire as zendesk
from integrations.zendesk.deliveries import Malformed, TicketChanged, read_webhook
from integrations.zendesk.names import Names
from integrations.zendesk.setup import read_date
from integrations.zendesk.shapes import RawAudit, RawField, RawNamed, RawTicket
from tests.desk.test_lint import SOUND
from tests.wire.test_settings import GIVEN
from tests.wire.test_slack_anything import ANYTHING, KEYS
from tests.wire.test_slack_anything import READS as SLACK

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "config", "desk", "handlers", "integrations")
BOOKS = load()
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ZONE = ZoneInfo("Africa/Johannesburg")

ODD_WORDS = [
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e",
    "\ufeff",
    "\u2028",
    "-",
    "=1+1",
    "1e400",
    "-0",
    "NaN",
    "Infinity",
    "9" * 5000,
    "http://[",
    "https://[::1",
    "https://x:99999999/",
    "https://\u2100.example",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "253402300800",
    "-62135596801",
    "\u0661\u0662\u0663",
    "DFD-\u0661\u0662\u0663",
    "a" * 3001,
    "a@b",
    "a@[127.0.0.1]",
    '"@"@x.example',
    "xn--a@xn--a",
    "+" * 300,
    "+27" * 90,
    "|",
    "|;|\t",
    "x|" * 60,
    "null",
    "true",
    "[" * 3000,
    "{" * 3000,
    '{"a":' * 2000,
    "1.1.1",
    "::",
    "::ffff:1.2.3.4%x",
    "2026-11-20",
    "2026-W01-1",
    "24:00",
]
"""Words that trip readers up."""
ODD = st.sampled_from(ODD_WORDS)
WORDS = ODD | st.text(max_size=40) | st.builds("{}{}".format, ODD, st.text(max_size=5))
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
TREE = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=15,
)
JSON = TREE.map(json.dumps)
BYTES = st.binary(max_size=300) | JSON.map(str.encode) | WORDS.map(lambda one: one.encode("utf-8", "surrogatepass"))
FILLS = st.builds(
    Fill,
    raw=st.none()
    | st.text(max_size=40)
    | ODD.filter(str.isprintable)
    | st.lists(st.text(max_size=9), max_size=5).map(tuple),
    none_because=st.none() | st.text(max_size=9),
)


def _encodes(words: str) -> bool:
    """JSON from outside holds no half of a pair: pydantic refuses it."""
    return all(not 0xD800 <= ord(letter) <= 0xDFFF for letter in words)


def _fills(asked: Any, fills: list[Fill]) -> Any:
    book, asks = asked
    given_here = {ask.field: fill for ask, fill in zip(asks, fills * len(asks), strict=False)}
    return read_fills(asks, given_here, Situation(Case(id="x"), book, NOW))


class _Uploaded:
    """A chat in which somebody uploaded this."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def file(self, file: str, most: int) -> bytes:
        return self.content[:most]


SHEET = next((b, n) for b in BOOKS.values() for n, one in b.fields.items() if one.columns)


def _uploaded(content: bytes) -> Any:
    book, into = SHEET
    effect = ReadSheet.model_construct(file="F1", into=into)
    chat: Any = _Uploaded(content)
    return asyncio.run(read_upload.read_sheet(chat, SheetReader(), effect, book, NOW))


def _ticket(raw: RawTicket, named: Any, dropdowns: Any) -> Any:
    names = zendesk.read_names(named, named, dropdowns)
    asked = UpdateTicket.model_construct(group="G", status="open")
    return zendesk.read_ticket(raw, names, "https://x", asked, "Query type")


HEADER = st.sampled_from(["x-zendesk-webhook-invocation-id", "X-Zendesk-Webhook-Invocation-Id"])
CASE = "01J8ZK3V9QW5T2N7R4M6X8YBCD"
IDS = WORDS | st.builds(
    "{}{}{}".format,
    st.sampled_from(["do:a:b", "form:a:", "menu:a", "more", "retry:", f"{CASE}|", f"{CASE}|1"]),
    WORDS,
    st.just(""),
)
ACTION = st.builds(actions.Action, st.sampled_from(["do", "retry", "hand", "menu"]), st.text(max_size=9))
HOME = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["block_actions", "shortcut", "message_action"]),
        "user": TREE | st.just({"id": "U1"}),
        "trigger_id": SCALAR,
        "callback_id": SCALAR,
        "channel": TREE,
        "response_url": SCALAR,
        "actions": st.lists(TREE | st.just({"action_id": "x"}), max_size=2),
        "view": TREE | st.just({"id": "V", "type": "home"}),
    }
)


def _zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


FILES = [
    _zipped(a=b"0" * 60_000_000),
    _zipped(),
    _zipped(**{"[Content_Types].xml": b"<x>" * 20_000}),
    _zipped(
        **{
            "[Content_Types].xml": b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
            "xl/workbook.xml": b"<a/>",
        }
    ),
    b"Field;Before;After\r\n" + b"a;b;c\r\n" * 100_000,
    b'"' * 200_000,
    b"MZ\x90\x00",
    b"%PDF-1.7",
    b"\xd0\xcf\x11\xe0" * 99,
    b"\x1f\x8b\x08" + b"x" * 99,
    b"#!/bin/sh\nrm -rf /\n",
    b"<!DOCTYPE html><script>",
    b"a," * 60_000,
]
"""A bomb, a workbook without a book, entities, 100,000 rows, no sheet at all."""


def places(body: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [way, *(found for key, inner in items for found in places(inner, (*way, key)))]


def put(body: Any, way: tuple[Any, ...], value: object) -> Any:
    if not way:
        return value
    copied = dict(body) if isinstance(body, dict) else list(body)
    copied[way[0]] = put(body[way[0]], way[1:], value)
    return copied


FIELDS = st.sampled_from([spec for book in BOOKS.values() for spec in book.fields.values()])
SHEETS = [one for book in BOOKS.values() for one in book.fields.values() if one.columns]
ASKS = [(book, step.asks) for book in BOOKS.values() for step in book.steps.values() if step.asks]
NUMBER = st.integers() | st.none()
NAMED = st.lists(st.builds(RawNamed, id=st.integers(), name=WORDS.filter(_encodes), active=st.none() | st.booleans()))
FIELD = st.builds(
    RawField,
    id=st.integers(),
    type=st.sampled_from(["tagger", "text"]),
    title=WORDS.filter(_encodes),
    custom_field_options=st.none() | st.lists(st.fixed_dictionaries({"name": st.text(), "value": st.text()})),
)
TICKET = st.builds(
    RawTicket,
    id=st.integers(),
    status=st.none() | st.text(),
    group_id=NUMBER,
    ticket_form_id=NUMBER,
    custom_fields=st.none() | st.lists(st.fixed_dictionaries({"id": st.integers(), "value": TREE}), max_size=3),
    updated_at=st.none() | WORDS.filter(_encodes),
)
AUDIT = st.builds(
    RawAudit,
    author_id=NUMBER,
    created_at=st.none() | st.datetimes(),
    events=st.none()
    | st.lists(
        st.fixed_dictionaries({"type": st.sampled_from(["Comment", "Change"]), "public": st.none() | st.booleans()}),
        max_size=3,
    ),
)
ENVIRON = st.dictionaries(
    st.sampled_from([one.name for one in variables(Settings)])
    | st.sampled_from(
        ["ATO_SLACK__TOKEN_FILE", "ATO_SLACK__INBOXES__MOD", "ATO_SLACK__INBOXES", "ATO_X", "ATO_", "ATO_WEB"]
    ),
    WORDS.filter(lambda one: "\x00" not in one) | st.sampled_from(["/", "/nowhere", "/proc/self/mem"]),
    max_size=4,
)


@dataclass(frozen=True)
class Reads:
    """A reader, what it is given, what it may give, and which refusals it names."""

    read: Callable[..., Any]
    given: tuple[st.SearchStrategy[Any], ...]
    gives: tuple[type, ...] = ()
    refuses: tuple[type[Exception], ...] = ()


TABLE: dict[str, Reads] = {
    "config.environment.read_environment": Reads(
        lambda given: read_settings(GIVEN | given), (ENVIRON,), (Settings,), (BadSettings,)
    ),
    "config.marks.read_text": Reads(lambda words: read_text(words, "x.yaml"), (WORDS | JSON,), (tuple,), (Unreadable,)),
    "desk.fields.check.read_fills": Reads(
        _fills, (st.sampled_from(ASKS), st.lists(FILLS, min_size=1, max_size=8)), (tuple,)
    ),
    "desk.fields.parse.read_cells": Reads(
        lambda field, cells: read_cells(field, 2, dict(zip(field.columns, cells, strict=False)), NOW),
        (st.sampled_from(SHEETS), st.lists(WORDS, max_size=8)),
        (dict, Line),
    ),
    "desk.playbook.shorthand.read_duration": Reads(shorthand.read_duration, (SCALAR,), (timedelta,), (ValueError,)),
    "desk.playbook.shorthand.read_list": Reads(shorthand.read_list, (TREE,)),
    "desk.playbook.shorthand.read_text": Reads(shorthand.read_text, (TREE,)),
    "desk.service.read_upload.read_sheet": Reads(_uploaded, (BYTES | st.sampled_from(FILES),), (SheetRows, SheetWrong)),
    "integrations.backoffice.wire.read_order": Reads(office.read_order, (BYTES,), (), (GiveUp,)),
    "integrations.backoffice.wire.read_orders": Reads(office.read_orders, (BYTES,), (tuple,), (GiveUp,)),
    "integrations.backoffice.wire.read_profile": Reads(
        lambda raw: office.read_profile(raw, Links()), (BYTES,), (), (GiveUp,)
    ),
    "integrations.backoffice.wire.read_profiles": Reads(
        lambda raw: office.read_profiles(raw, Links()), (BYTES,), (tuple,), (GiveUp,)
    ),
    "integrations.backoffice.wire.read_wallet": Reads(office.read_wallet, (BYTES,), (), (GiveUp,)),
    "integrations.google_chat.wire.read_answer": Reads(
        google.read_answer, (st.integers(100, 599), BYTES, WORDS), (str,), (TryAgain, GiveUp)
    ),
    "integrations.sheets.cells.read_cell": Reads(
        lambda column, cell: cells.read_cell(column, cell, Reading(ZONE, NOW)),
        (st.sampled_from(FINDINGS), WORDS | st.datetimes() | st.builds(Odd, st.just("other"))),
        (str, type(None)),
        (Wrong,),
    ),
    "integrations.sheets.cells.read_text_cell": Reads(cells.read_text_cell, (WORDS,), (str, Odd)),
    "integrations.sheets.delimited.read_csv": Reads(
        lambda raw: read_csv(raw, FINDINGS), (BYTES,), (cells.Table,), (Unfit,)
    ),
    "integrations.sheets.read.read_sheet": Reads(
        lambda raw: read_sheet("x", raw, FINDINGS, zone="Africa/Johannesburg", now=NOW),
        (BYTES | st.sampled_from(FILES),),
        (Sheet, tuple),
    ),
    "integrations.sheets.workbook.read_xlsx": Reads(
        workbook.read_xlsx, (BYTES | st.sampled_from(FILES),), (cells.Table,), (Unfit,)
    ),
    "integrations.sheets.workbook.read_xlsx_cell": Reads(
        workbook.read_xlsx_cell,
        (
            SCALAR | st.datetimes() | st.dates() | st.times() | st.timedeltas() | st.decimals(),
            st.sampled_from("nsbdfe"),
        ),
        (str, datetime, Odd),
    ),
    "integrations.slack.codec.actions.read_action": Reads(actions.read_action, (IDS,), (actions.Action, type(None))),
    "integrations.slack.codec.actions.read_choice": Reads(
        actions.read_choice, (ACTION, IDS | st.none()), (tuple, type(None))
    ),
    "integrations.slack.codec.actions.read_effect_value": Reads(
        actions.read_effect_value, (IDS | st.none(),), (actions.EffectValue, type(None))
    ),
    "integrations.slack.codec.actions.read_step_value": Reads(
        actions.read_step_value, (IDS | st.none(),), (actions.StepValue, type(None))
    ),
    "integrations.slack.codec.actions.read_value": Reads(
        actions.read_value, (ACTION, IDS | st.none()), (actions.EffectValue, actions.StepValue, type(None))
    ),
    "integrations.slack.codec.meta.read_meta": Reads(read_meta, (WORDS | JSON,), (FormMeta, type(None))),
    "integrations.slack.codec.occasions.read_in_home": Reads(
        occasions.read_in_home, (ANYTHING | HOME,), (occasions.InHome, type(None))
    ),
    "integrations.slack.codec.occasions.read_place": Reads(occasions.read_place, (ANYTHING | HOME,), (str,)),
    "integrations.slack.codec.occasions.read_shortcut": Reads(
        occasions.read_shortcut, (ANYTHING | HOME,), (occasions.Shortcut, type(None))
    ),
    "integrations.slack.codec.wire.read_who": Reads(slack.read_who, (ANYTHING,), (arrivals.Sender,)),
    "integrations.slack.codec.wire.read_sender": Reads(slack.read_sender, (ANYTHING,), (arrivals.Sender,)),
    "integrations.zendesk.deliveries.read_webhook": Reads(
        read_webhook, (st.dictionaries(HEADER, WORDS, max_size=3), BYTES), (TicketChanged,), (Malformed,)
    ),
    "integrations.zendesk.setup.read_date": Reads(read_date, (WORDS | st.none(),), (datetime, type(None))),
    "integrations.zendesk.wire.read_history": Reads(
        zendesk.read_history, (st.lists(AUDIT, max_size=4), st.frozensets(st.integers())), (zendesk.History,)
    ),
    "integrations.zendesk.wire.read_names": Reads(
        zendesk.read_names, (NAMED, NAMED, st.lists(FIELD, max_size=3)), (Names,)
    ),
    "integrations.zendesk.wire.read_ticket": Reads(
        _ticket, (TICKET, NAMED, st.lists(FIELD, max_size=3)), (TicketSeen,)
    ),
    "integrations.zendesk.wire.read_written": Reads(zendesk.read_written, (BYTES,), (int,), (ValueError,)),
}
"""What each reader is given here. `read_fills` is every answer of every form; `read_sheet` what people upload."""

ELSEWHERE = {
    **{f"integrations.slack.codec.wire.{read.__name__}": "tests/wire/test_slack_anything.py" for read in SLACK},
    "bot.guards.read_body": "tests/journey/attacking.py",
}
"""Readers that have their own page of this kind, with bodies of their own."""

OURS = {
    "config.locales.read_catalogue": "a file of the desk's own, held by `ato catalogue check`",
    "integrations.backoffice.calls.read_order": "makes a call, reads nothing",
    "integrations.backoffice.calls.read_profile": "makes a call, reads nothing",
    "integrations.backoffice.calls.read_wallet": "makes a call, reads nothing",
    "integrations.store.engine.read_url": "a setting of whoever runs the desk; refused at the start",
    "integrations.store.tables.read_instant": "what the desk itself wrote",
}
"""Readers of what nobody else writes."""


def readers() -> Iterator[str]:
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("read_"):
                    yield f"{module}.{node.name}"


def test_no_reader_is_left_out() -> None:
    assert sorted(readers()) == sorted([*TABLE, *ELSEWHERE, *OURS])
    assert all((ROOT / file).exists() for file in ELSEWHERE.values())


@pytest.mark.parametrize("words", ["[" * 300_000, "{a: " * 200_000, "- " * 300_000, "? " * 300_000])
def test_a_playbook_nested_without_end_does_not_end_the_process(words: str) -> None:
    with pytest.raises(Unreadable):
        read_text(words, "x.yaml")


@pytest.mark.parametrize("name", TABLE)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_typed_value_or_a_refusal_comes_out(name: str, data: st.DataObject) -> None:
    reads = TABLE[name]
    given_here = [data.draw(one) for one in reads.given]
    try:
        found = reads.read(*given_here)
    except reads.refuses as refusal:
        assert str(refusal)
        return
    assert not reads.gives or isinstance(found, reads.gives)


def told(field: FieldSpec, raw: str | tuple[str, ...]) -> None:
    found = read(field, Fill(raw=raw), NOW)
    json.dumps(found.model_dump(mode="json") if isinstance(found, Line) else found)


@pytest.mark.parametrize("book", BOOKS)
def test_every_field_takes_an_odd_answer_or_says_what_is_wrong(book: str) -> None:
    for field in BOOKS[book].fields.values():
        for word in ODD_WORDS:
            told(field, word)
            told(field, (word, "x"))
            told(field, "|".join([word] * max(1, len(field.columns))))


@settings(max_examples=300, deadline=None)
@given(field=FIELDS, raw=WORDS | st.lists(WORDS, max_size=5).map(tuple))
def test_every_field_takes_any_answer_or_says_what_is_wrong(field: FieldSpec, raw: str | tuple[str, ...]) -> None:
    told(field, raw)


@settings(max_examples=120, deadline=None)
@given(data=st.data(), value=TREE)
def test_a_playbook_with_one_place_changed_is_checked_or_refused(data: st.DataObject, value: Any) -> None:
    raw, source = read_text(SOUND, "x.yaml")
    changed = put(raw, data.draw(st.sampled_from(places(raw))), value)
    filled, problems = put_in(changed, source)
    playbook, found = parse(filled, source)
    every = [*problems, *found, *(lint(playbook, source) if playbook else ())]
    assert playbook or every
    assert all(isinstance(one, Problem) and str(one) for one in every)
