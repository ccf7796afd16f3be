"""The account of the ticket system: taken on when a stored ticket fits, refused when it is another one."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from desk.case.effects import LookAtTicket
from desk.service.ports import TryAgain
from desk.service.ticket_account import CheckedTickets, Standing, check
from tests.desk.bench import CASE, mr_d
from tests.desk.test_mr_d import LOCATE, RECEIVE, SUSPEND, VERIFY
from tests.engine.whole import Whole


@dataclass
class Taken:
    """What a store knows of accounts."""

    accounts: list[str] = field(default_factory=list)
    tickets: list[tuple[int, str, str]] = field(default_factory=list)

    async def known(self) -> list[str]:
        return self.accounts

    async def stored(self, most: int) -> list[tuple[int, str, str]]:
        return self.tickets[:most]

    async def take(self, account: str, now: datetime) -> str:
        self.accounts = self.accounts or [account]
        return self.accounts[0]


@pytest.fixture
async def desk() -> Whole:
    made = await Whole(mr_d()).start()
    await made.play_all((RECEIVE, LOCATE, VERIFY, SUSPEND), CASE)
    return made


def upgraded(desk: Whole) -> Taken:
    return Taken(tickets=[(desk.tickets.tickets[0].id, CASE, "escalation")])


async def said(desk: Whole, store: Taken, account: str = "mrd") -> Standing:
    return await check(account, store, desk.cases, desk.tickets)


async def test_without_tickets_the_account_of_the_settings_will_do(desk: Whole) -> None:
    assert (await said(desk, Taken())).state == "ok"


async def test_another_account_than_the_known_one_is_wrong_and_nothing_is_read(desk: Whole) -> None:
    found = await said(desk, Taken(["mrd"]), "other")
    assert found.state == "wrong"
    assert "tickets are in the Zendesk account mrd, and ATO_ZENDESK__URL names other" in found.words
    assert (await said(desk, Taken(["mrd"]))).state == "ok"


async def test_a_stored_ticket_that_the_desk_made_fits(desk: Whole) -> None:
    assert (await said(desk, upgraded(desk))).state == "ok"


async def test_an_equal_numbered_ticket_of_another_account_does_not_fit(desk: Whole) -> None:
    store = upgraded(desk)
    desk.tickets.tickets[0].key, desk.tickets.tickets[0].query_type = "", "Delivery>Late"
    found = await said(desk, store)
    assert (found.state, "is another ticket in the Zendesk account mrd" in found.words) == ("wrong", True)


async def test_the_ticket_of_another_desk_in_that_account_does_not_fit(desk: Whole) -> None:
    store = upgraded(desk)
    desk.tickets.tickets[0].key = "01OTHER/suspend/1/0"
    assert (await said(desk, store)).state == "wrong"


async def test_while_it_cannot_be_read_it_is_not_known(desk: Whole) -> None:
    store = upgraded(desk)
    desk.tickets.before.append(TryAgain("Zendesk", "it did not answer in time"))
    found = await said(desk, store)
    assert (found.state, "it did not answer in time" in found.words) == ("unread", True)


async def test_a_ticket_that_was_deleted_proves_nothing_and_the_next_is_read(desk: Whole) -> None:
    store = upgraded(desk)
    store.tickets.insert(0, (7, CASE, "escalation"))
    assert (await said(desk, store)).state == "ok"
    store.tickets.pop()
    assert (await said(desk, store)).state == "unread"


async def test_until_it_is_known_every_call_is_put_off_and_certain_to_have_done_nothing(desk: Whole) -> None:
    ticket = desk.tickets.tickets[0].id
    gate = CheckedTickets(desk.tickets)
    look = LookAtTicket(key="k", case=CASE, lane="l", name="escalation", ticket=ticket)
    for call in (
        gate.look(look),
        gate.many([ticket]),
        gate.peek(ticket),
        gate.foreign(ticket, ()),
        gate.inspect(ticket),
    ):
        with pytest.raises(TryAgain) as put_off:
            await call
        assert put_off.value.certain
    gate.standing = Standing("ok")
    assert (await gate.look(look)).id == ticket
