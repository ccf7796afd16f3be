"""Tickets by account and number, and the account that a database took on."""

import pytest
from sqlalchemy import text

from desk.service.ports import Conflict
from desk.values import TicketRef
from integrations.store.accounts import StoredAccounts
from integrations.store.cases import StoredCases
from integrations.store.engine import Database
from integrations.store.tickets import OpenTickets
from tests.contract.making import Maker, ticket
from tests.fakes.clock import START

pytestmark = pytest.mark.parametrize("address", ["sqlite", "postgres"], indirect=True)
HERE, THERE = TicketRef(account="mrd", id=48231), TicketRef(account="qualia", id=48231)


def on(account: str, number: int = 48231, **rest: object) -> object:
    return ticket(number).model_copy(update={"account": account, **rest})


async def test_an_account_is_taken_on_once(engine: Database) -> None:
    store = StoredAccounts(engine)
    assert await store.known() == []
    assert await store.take("mrd", START) == "mrd"
    assert await store.take("qualia", START) == "mrd"
    assert await store.known() == ["mrd"]


async def test_what_an_earlier_version_stored_is_on_the_account_taken_on(keep: Maker, engine: Database) -> None:
    store = StoredAccounts(engine)
    await keep.add(await keep.open(), ticket(48231))
    assert await store.stored(5) == [(48231, "01CASE", "escalation")]
    await store.take("mrd", START)
    assert await OpenTickets(engine).open_tickets() == [(HERE, "01CASE")]
    earlier = "INSERT INTO tickets (ticket_id, case_id, name) VALUES ('7', '01CASE', 'other')"
    await engine.write(lambda c: c.execute(text(earlier)))
    assert await keep.cases.of_ticket(TicketRef(account="mrd", id=7)) == "01CASE"
    await store.take("mrd", START)
    assert {one.account for one, _ in await OpenTickets(engine).open_tickets()} == {"mrd"}


async def test_equal_numbers_on_two_accounts_are_two_tickets(keep: Maker, stored: StoredCases) -> None:
    await keep.add(await keep.open("01CASE"), on("mrd"))
    assert await stored.of_ticket(THERE) is None
    assert await stored.note(THERE, "w1", START, lambda *_: None) is None
    await keep.add(await keep.open("02CASE"), on("qualia"))
    assert (await stored.of_ticket(HERE), await stored.of_ticket(THERE)) == ("01CASE", "02CASE")
    assert await stored.note(THERE, "w1", START, lambda *_: None) == "02CASE"


async def test_a_ticket_given_by_hand_stays_with_the_case_that_has_it(keep: Maker, stored: StoredCases) -> None:
    await keep.add(await keep.open("01CASE"), on("mrd"))
    other = await keep.open("02CASE")
    await keep.add(await keep.open("03CASE"), on("", 5))
    for number in (48231, 5):
        with pytest.raises(Conflict):
            await keep.add(other, on("mrd", number, by_hand=True))
    assert await stored.of_ticket(HERE) == "01CASE"
    await keep.add(other, on("mrd", 48232, by_hand=True))
    assert await stored.of_ticket(TicketRef(account="mrd", id=48232)) == "02CASE"
