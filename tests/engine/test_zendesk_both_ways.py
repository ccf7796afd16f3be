"""Zendesk and the desk through the real engine: tickets made by hand, lost webhooks, uploads; over readable fakes."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import new

import pytest

from bot.sheets import SheetReader
from desk.rules.adopt_ticket import case_of, wanted
from desk.service.ports import GiveUp, TryAgain
from desk.values import TicketRef
from handlers.ticks.reconciler import on_reconcile
from handlers.zendesk.webhook import HttpAnswer, ZendeskDoor, on_ticket_event
from tests.desk.bench import CASE, mr_d
from tests.desk.test_adopt_ticket import NALEDI, PATH
from tests.desk.test_mr_d import LOCATE, RECEIVE, SUSPEND, VERIFY
from tests.desk.test_sheets import POST, UPLOAD
from tests.engine.whole import Whole
from tests.fakes.cases import FakeCases

MR_D = mr_d()
SECRET = "s3cret"


@pytest.fixture
async def desk() -> Whole:
    whole = await Whole(MR_D).start()
    whole.engine.sheets = SheetReader()
    return whole


async def deliver(desk: Whole, ticket: int, invocation: str = "i1") -> HttpAnswer:
    """Zendesk says that a ticket may have changed."""
    door = ZendeskDoor(desk.engine, SECRET, tickets=desk.tickets, adopts=wanted({"mr_d": MR_D}))
    body, at = json.dumps({"ticket_id": str(ticket)}).encode(), datetime.now(UTC).isoformat()
    signature = b64encode(new(SECRET.encode(), at.encode() + body, sha256).digest()).decode()
    headers = {
        "X-Zendesk-Webhook-Signature": signature,
        "X-Zendesk-Webhook-Signature-Timestamp": at,
        "X-Zendesk-Webhook-Invocation-Id": invocation,
    }
    answer = await on_ticket_event(body, headers, door)
    await desk.work()
    return answer


# Made by hand -------------------------------------------------------------------------------------


async def test_a_ticket_made_by_hand_becomes_one_case_however_often_it_is_told(desk: Whole) -> None:
    ticket = desk.tickets.make("CS Data Compliance", PATH, NALEDI)
    answers = [await deliver(desk, ticket, invocation) for invocation in ("i1", "i1", "i2")]
    assert [one.body["ok"] for one in answers] == ["kept"] * 3
    assert await desk.cases.of_ticket(TicketRef(id=ticket)) == case_of(TicketRef(id=ticket))
    found = await desk.engine.look(case_of(TicketRef(id=ticket)))
    assert found is not None
    assert found[0].number == 1
    assert desk.cases.last_number == 1
    assert desk.chat.card("role:data_compliance").face is not None


async def test_our_own_ticket_told_of_before_we_know_its_number_is_not_adopted(desk: Whole) -> None:
    await desk.play_all((RECEIVE, LOCATE, VERIFY, SUSPEND), CASE)
    ours = desk.tickets.tickets[0].id
    desk.cases = desk.engine.cases = FakeCases()  # as if the answer to creating it had not been kept yet
    assert (await deliver(desk, ours)).body == {"ok": "not ours"}
    assert desk.cases.events == {}


@pytest.mark.parametrize(("group", "query_type"), [("Engineering", None), ("Engineering", "Other>Thing")])
async def test_any_other_ticket_is_none_of_ours(desk: Whole, group: str, query_type: str | None) -> None:
    ticket = desk.tickets.make(group, query_type)
    assert (await deliver(desk, ticket)).body == {"ok": "not ours"}
    assert (await deliver(desk, 99)).body == {"ok": "not ours"}
    assert desk.cases.events == {}


async def test_while_the_ticket_cannot_be_read_the_delivery_is_asked_for_again(desk: Whole) -> None:
    ticket = desk.tickets.make("CS Data Compliance", PATH)
    desk.tickets.before.append(TryAgain("Zendesk", "it did not answer in time"))
    answer = await deliver(desk, ticket)
    assert (answer.status, answer.headers) == (503, {"Retry-After": "30"})
    assert desk.cases.events == {}
    assert (await deliver(desk, ticket)).status == 200
    assert len(desk.cases.events) == 1


async def test_an_adopted_case_names_open_cases_of_the_same_customer(desk: Whole) -> None:
    await desk.play(RECEIVE, CASE)
    await deliver(
        desk,
        desk.tickets.make(
            "CS Data Compliance",
            PATH,
            NALEDI.model_copy(update={"email": "naledi.mahlangu@example.com"}),
        ),
    )
    found = [await desk.engine.look(name) for name in desk.cases.events if name != CASE]
    assert [one[0].twins for one in found if one] == [("ATO-1",)]


# Webhooks that were lost --------------------------------------------------------------------------


@dataclass
class Open:
    """The tickets of open cases, as the store would list them."""

    tickets: list[tuple[TicketRef, str]] = field(default_factory=list)

    async def open_tickets(self) -> list[tuple[TicketRef, str]]:
        return self.tickets


async def flagged(desk: Whole) -> tuple[int, Open]:
    await desk.play_all((RECEIVE, LOCATE, VERIFY, SUSPEND), CASE)
    ticket = desk.tickets.tickets[0].id
    return ticket, Open([(TicketRef(id=ticket), CASE)])


async def test_a_change_nobody_told_of_is_found_once(desk: Whole) -> None:
    ticket, store = await flagged(desk)
    assert await on_reconcile(desk.engine, store) == 0
    desk.tickets.move(ticket, group="Engineering", status="pending")
    assert await on_reconcile(desk.engine, store) == 1
    await desk.work()
    found = await desk.engine.look(CASE)
    assert found is not None
    assert (found[0].tickets["escalation"].group, found[0].tickets["escalation"].moved_by) == (
        "Engineering",
        "Priya Naidoo",
    )
    assert await on_reconcile(desk.engine, store) == 0


async def test_a_reply_nobody_told_of_is_found_by_the_stamp(desk: Whole) -> None:
    ticket, store = await flagged(desk)
    desk.tickets.reply(ticket, desk.clock.move(timedelta(minutes=5)))
    assert await on_reconcile(desk.engine, store) == 1
    await desk.work()
    found = await desk.engine.look(CASE)
    assert found is not None
    assert found[0].tickets["escalation"].replies == 1


@pytest.mark.parametrize("error", [TryAgain("Zendesk", "too many requests"), GiveUp("Zendesk", "no entry")])
async def test_a_reading_that_fails_is_left_to_the_next_tick(desk: Whole, error: TryAgain) -> None:
    ticket, store = await flagged(desk)
    desk.tickets.move(ticket, status="solved")
    desk.tickets.before.append(error)
    assert await on_reconcile(desk.engine, store) == 0
    assert await on_reconcile(desk.engine, store) == 1


async def test_without_open_cases_nothing_is_asked(desk: Whole) -> None:
    assert await on_reconcile(desk.engine, Open()) == 0


# Uploads ------------------------------------------------------------------------------------------


async def investigating(desk: Whole) -> str:
    from desk.playbook.model import Deed

    told = Deed(who="data", part="flag_security.customer_told", fill={"told_how": "call"})
    seen = Deed(who="security", part="flag_security.acknowledged")
    await desk.play_all((RECEIVE, LOCATE, VERIFY, SUSPEND, POST, seen, told), CASE)
    return str(UPLOAD.fill["findings_sheet"][0])


async def test_an_uploaded_sheet_finishes_the_step_and_goes_onto_the_ticket(desk: Whole) -> None:
    link = await investigating(desk)
    desk.chat.files[link] = b"Field;Before;After;Changed at\nemail;a@example.com;b@example.com;20/11/2024 18:02\n"
    await desk.play(UPLOAD, CASE)
    found = await desk.engine.look(CASE)
    assert found is not None
    assert found[0].step("investigate").outcome == "access_and_changes"
    (sheet,) = desk.tickets.tickets[0].sheets
    assert sheet.rows == (("email", "a@example.com", "b@example.com", "2024-11-20 18:02", ""),)


async def test_a_sheet_that_is_wrong_is_told_privately_and_nothing_of_it_is_kept(
    desk: Whole,
) -> None:
    link = await investigating(desk)
    desk.chat.files[link] = b"Field;Before;After\nemail;a@example.com;=1+1\n"
    await desk.play(UPLOAD, CASE)
    found = await desk.engine.look(CASE)
    assert found is not None
    assert not found[0].known("changes")
    (told,) = desk.chat.told("person:USECU001")
    assert "formula" in told.lines[1].key


async def test_a_file_that_is_gone_becomes_a_dead_letter(desk: Whole) -> None:
    await investigating(desk)
    await desk.play(UPLOAD, CASE)
    found = await desk.engine.look(CASE)
    assert found is not None
    (trouble,) = found[0].troubles.values()
    assert (trouble.what, trouble.dead) == ("read_sheet", True)
