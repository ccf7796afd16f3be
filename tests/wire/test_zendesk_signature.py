"""Who may knock at the Zendesk door, what is read of a delivery, and what it is answered."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.case.commands import Command
from desk.service.ports import StoreGone
from desk.values import TicketRef
from handlers.zendesk.webhook import ZendeskDoor, on_ticket_event
from integrations.zendesk.deliveries import Malformed, check_signature, read_webhook

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts" / "zendesk" / "webhooks"
SECRET = "b3VyLW93bi1zZWNyZXQtZm9yLXRlc3Rz"
STAMP = "2026-11-22T06:30:00Z"
NOW = datetime(2026, 11, 22, 6, 30, 20, tzinfo=UTC)
BODY = b'{"ticket_id": "48213"}'


def sign(timestamp: str, body: bytes, key: bytes = SECRET.encode()) -> str:
    return base64.b64encode(hmac.new(key, timestamp.encode() + body, hashlib.sha256).digest()).decode()


def headers(body: bytes = BODY, **changes: str) -> dict[str, str]:
    given = {
        "X-Zendesk-Webhook-Signature": sign(STAMP, body),
        "X-Zendesk-Webhook-Signature-Timestamp": STAMP,
        "X-Zendesk-Webhook-Invocation-Id": "01JINVOCATION",
    }
    return given | {key.replace("_", "-"): value for key, value in changes.items()}


# The signature ------------------------------------------------------------------------------------


def test_a_vector_worked_out_by_hand() -> None:
    """echo -n '2026-11-22T06:30:00Z{"ticket_id": "48213"}' | openssl dgst -sha256 -hmac $SECRET -binary | base64"""
    assert check_signature(SECRET, STAMP, BODY, "ANNkqxV50SkjZo1rjShOleCIpThzkjOqgvGVDH1EPxo=", NOW)


@pytest.mark.parametrize(
    ("what", "timestamp", "body", "signature"),
    [
        ("another body", STAMP, b'{"ticket_id": "48214"}', sign(STAMP, BODY)),
        ("another timestamp", "2026-11-22T06:30:01Z", BODY, sign(STAMP, BODY)),
        (
            "body before timestamp, as an old page had it",
            STAMP,
            BODY,
            sign("", BODY + STAMP.encode()),
        ),
        ("the secret decoded first", STAMP, BODY, sign(STAMP, BODY, base64.b64decode(SECRET))),
        ("another secret", STAMP, BODY, sign(STAMP, BODY, b"another")),
        ("no signature", STAMP, BODY, ""),
        ("not even ASCII", STAMP, BODY, "é" * 44),
        ("no timestamp", "", BODY, sign("", BODY)),
        ("a naive timestamp", "2026-11-22T06:30:00", BODY, sign("2026-11-22T06:30:00", BODY)),
        ("a timestamp in words", "just now", BODY, sign("just now", BODY)),
        ("a number for a timestamp", "1795329000", BODY, sign("1795329000", BODY)),
    ],
)
def test_a_signature_that_does_not_fit(what: str, timestamp: str, body: bytes, signature: str) -> None:
    assert not check_signature(SECRET, timestamp, body, signature, NOW), what


@pytest.mark.parametrize(
    ("seconds", "fits"),
    [(-300, True), (-301, False), (0, True), (300, True), (301, False), (86400 * 365, False)],
)
def test_a_delivery_is_believed_for_five_minutes_both_ways(seconds: int, fits: bool) -> None:
    at = datetime.fromisoformat(STAMP) + timedelta(seconds=seconds)
    assert check_signature(SECRET, STAMP, BODY, sign(STAMP, BODY), at) is fits


def test_the_clock_may_be_in_any_zone() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=2)))
    assert check_signature(SECRET, STAMP, BODY, sign(STAMP, BODY), there)


def test_an_empty_secret_opens_nothing() -> None:
    assert not check_signature("", STAMP, BODY, sign(STAMP, BODY, b""), NOW)


@given(st.text(), st.binary(), st.text())
def test_garbage_is_refused_without_a_fuss(timestamp: str, body: bytes, signature: str) -> None:
    assert check_signature(SECRET, timestamp, body, signature, NOW) is False


@pytest.mark.skipif(not CONTRACTS.exists(), reason="the recorded contracts are not beside this checkout")
def test_the_recorded_vectors() -> None:
    for vector in json.loads((CONTRACTS / "signature_vectors.json").read_text()):
        at = datetime.fromisoformat(vector["timestamp"])
        body = vector["body"].encode()
        fits = check_signature(vector["secret"], vector["timestamp"], body, vector["signature"], at)
        assert fits is vector["ok"], vector["order"]


# The body -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b'{"ticket_id": "48213"}', b'{"ticket_id": 48213, "more": [1]}'])
def test_a_trigger_names_its_ticket(body: bytes) -> None:
    changed = read_webhook(headers(body), body)
    assert (changed.ticket_id, changed.invocation_id) == (48213, "01JINVOCATION")


def event(**changes: object) -> bytes:
    """A webhook subscribed to events, as Zendesk words it: ids are strings or null, states upper case."""
    detail = {
        "id": "48213",
        "actor_id": "900000001",
        "group_id": None,
        "status": "OPEN",
        "priority": None,
    }
    given = {
        "account_id": 18525119,
        "detail": detail,
        "event": {"current": "OPEN", "previous": "NEW"},
        "id": "0b1e",
        "subject": "zen:ticket:48213",
        "time": "2026-11-22T06:30:00.672717030Z",
        "type": "zen:event-type:ticket.status_changed",
        "zendesk_event_version": "2022-11-06",
    }
    return json.dumps(given | changes).encode()


def test_an_event_names_its_ticket() -> None:
    assert read_webhook(headers(), event()).ticket_id == 48213


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"48213"',
        b"not json",
        b"\xff\xfe",
        b'{"ticket_id": ""}',
        b'{"ticket_id": null}',
        b'{"ticket_id": true}',
        b'{"ticket_id": "48213; drop"}',
        b'{"ticket_id": "{{ticket.id}}"}',
        b'{"ticket_id": -1}',
        b'{"ticket_id": "0"}',
        b'{"ticket_id": 48213.5}',
        b'{"ticket_id": 99999999999999999999999}',
        b'{"ticket_id": {"id": 1}}',
        b"[" * 5000,
        event(type="zen:event-type:user.deleted"),
        event(detail={"id": None}),
    ],
)
def test_a_body_that_names_no_ticket(body: bytes) -> None:
    with pytest.raises(Malformed, match="names no ticket"):
        read_webhook(headers(body), body)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_delivery_without_a_usable_id(name: str) -> None:
    with pytest.raises(Malformed, match="invocation id"):
        read_webhook({"x-zendesk-webhook-invocation-id": name}, BODY)


@pytest.mark.skipif(not CONTRACTS.exists(), reason="the recorded contracts are not beside this checkout")
def test_the_recorded_payloads() -> None:
    for sample in json.loads((CONTRACTS / "samples.json").read_text()):
        payload = sample["payload"]
        raw = json.dumps(payload).encode()
        if ":ticket." in payload["type"]:
            assert read_webhook(headers(raw), raw).ticket_id == int(payload["detail"]["id"])
        else:
            with pytest.raises(Malformed):
                read_webhook(headers(raw), raw)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        read_webhook(headers(body), body)
    except Malformed as malformed:
        assert str(malformed).endswith(".")


# The door -----------------------------------------------------------------------------------------


@dataclass
class Desk:
    """An engine and a table of cases that note what they are asked; `gone` is a database that does not answer."""

    tickets: dict[int, str] = field(default_factory=lambda: {48213: "01JCASE"})
    noted: list[tuple[int, str]] = field(default_factory=list)
    accepted: list[Command] = field(default_factory=list)
    gone: bool = False

    async def note(self, ticket: TicketRef, delivery: str) -> bool:
        if self.gone:
            raise StoreGone
        self.noted += [(ticket.id, delivery)] if ticket.id in self.tickets else []
        return ticket.id in self.tickets

    async def accept(self, command: Command) -> None:
        self.accepted.append(command)

    def door(self) -> ZendeskDoor:
        return ZendeskDoor(engine=self, secret=SECRET, real_now=lambda: NOW)


async def test_a_change_is_noted_under_the_deliverys_id() -> None:
    desk = Desk()
    answer = await on_ticket_event(BODY, headers(), desk.door())
    assert answer.status == 200
    assert desk.noted == [(48213, "zendesk:01JINVOCATION")]
    assert desk.accepted == []


async def test_headers_may_have_any_capitals() -> None:
    small = {name.lower(): value for name, value in headers().items()}
    assert (await on_ticket_event(BODY, small, Desk().door())).status == 200


@pytest.mark.parametrize(
    ("body", "given", "status", "says"),
    [
        (BODY, headers(X_Zendesk_Webhook_Signature="forged"), 401, "Nothing was kept"),
        (BODY, {}, 401, "signing secret"),
        (b"[]", headers(b"[]"), 400, "names no ticket"),
        (BODY, headers(X_Zendesk_Webhook_Invocation_Id=""), 400, "invocation id"),
    ],
)
async def test_what_is_not_let_in(body: bytes, given: dict[str, str], status: int, says: str) -> None:
    desk = Desk()
    answer = await on_ticket_event(body, given, desk.door())
    assert answer.status == status
    assert says in answer.body["error"]
    assert desk.noted == []
    assert desk.accepted == []


async def test_somebody_elses_ticket_is_no_error() -> None:
    """Errors would open Zendesk's circuit breaker and cut off our own tickets too."""
    desk = Desk(tickets={})
    assert (await on_ticket_event(BODY, headers(), desk.door())).status == 200
    assert desk.accepted == []


async def test_a_database_that_is_gone_asks_for_the_delivery_again() -> None:
    answer = await on_ticket_event(BODY, headers(), Desk(gone=True).door())
    assert answer.status == 503
    assert "Nothing was kept" in answer.body["error"]
