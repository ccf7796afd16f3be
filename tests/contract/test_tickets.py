"""What `desk.ports.Tickets` promises, kept by the fake and by the real client against the pretend Zendesk."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from desk.commands import TicketSeen
from desk.ports import GiveUp, Tickets, TryAgain
from integrations.zendesk.client import ZendeskTickets
from tests.contract.zendesk_sandbox import CREATE, Account, Try, account, look, note
from tests.fakes.tickets import FakeTickets


@pytest.fixture
async def zendesk() -> AsyncIterator[Account]:
    async with account() as running:
        yield running


@pytest.fixture
async def client(zendesk: Account) -> AsyncIterator[ZendeskTickets]:
    client = zendesk.client()
    yield client
    client.close()


@dataclass
class Rig:
    """A ticket system under test, and what really is in it."""

    tickets: Tickets
    count: Callable[[], int]
    notes: Callable[[int], list[str]]
    move: Callable[..., None]
    fail: Callable[[str, str], None]


FAULTS = {
    "the request is lost": ("reset_before", {}),
    "the answer is lost": ("reset_after", {}),
    "no answer, nothing done": ("timeout", {}),
    "no answer, but done": ("hold_after", {}),
    "a fault of its own": ("status", {"status": 500}),
    "too many requests": ("status", {"status": 429, "retry_after": "7"}),
    "too many, in fractions": ("status", {"status": 429, "retry_after": "0.5"}),
    "too many, plain text": ("status", {"status": 429}),
    "a conflict in the database": ("status", {"status": 409}),
    "not available": ("status", {"status": 503, "retry_after": "1"}),
}
DONE = {"the answer is lost", "no answer, but done"}


def fake_rig() -> Rig:
    fake = FakeTickets()

    def fail(what: str, call: str) -> None:
        (fake.after if what in DONE else fake.before).append(TryAgain("Zendesk", what))

    def notes(ticket: int) -> list[str]:
        return [text for held in fake.tickets if held.id == ticket for _, text in held.notes]

    return Rig(fake, lambda: len(fake.tickets), notes, fake.move, fail)


def real_rig(zendesk: Account, client: ZendeskTickets) -> Rig:
    def fail(what: str, call: str) -> None:
        kind, more = FAULTS[what]
        zendesk.world.new_fault("zendesk", kind, match=f"{call} *", times=1, **more)

    def notes(ticket: int) -> list[str]:
        return [
            str(comment["body"]) for comment in zendesk.comments(ticket) if not comment["public"]
        ]

    return Rig(client, lambda: len(zendesk.tickets()), notes, zendesk.move, fail)


@pytest.fixture(params=["fake", "zendesk"])
def rig(request: pytest.FixtureRequest) -> Rig:
    if request.param == "fake":
        return fake_rig()
    return real_rig(request.getfixturevalue("zendesk"), request.getfixturevalue("client"))


async def until_done(
    call: Callable[[Try], Awaitable[TicketSeen]], attempt: Try | None = None
) -> TicketSeen:
    """Try as the queue does, at most five times."""
    attempt = attempt or Try()
    for _ in range(5):
        try:
            return await call(attempt)
        except TryAgain as error:
            assert error.system == "Zendesk"
            attempt.failed(error)
    pytest.fail("five tries were not enough")


# What both keep -----------------------------------------------------------------------------------


async def test_a_ticket_is_created_and_read_back(rig: Rig) -> None:
    seen = await rig.tickets.create(CREATE, Try())
    assert (seen.group, seen.status, seen.form) == ("CS Data Compliance", "open", "Customer Query")
    assert seen.lost == ()
    assert seen.url.endswith(f"/agent/tickets/{seen.id}")


@pytest.mark.parametrize("what", FAULTS)
async def test_there_is_one_ticket_whatever_happens(rig: Rig, what: str) -> None:
    rig.fail(what, "POST")
    seen = await until_done(lambda attempt: rig.tickets.create(CREATE, attempt))
    assert rig.count() == 1
    assert len(rig.notes(seen.id)) == 1


@pytest.mark.parametrize("what", FAULTS)
async def test_there_is_one_note_whatever_happens(rig: Rig, what: str) -> None:
    ticket = (await rig.tickets.create(CREATE, Try())).id
    rig.fail(what, "PUT")
    seen = await until_done(lambda attempt: rig.tickets.update(note(ticket), attempt))
    assert len(rig.notes(ticket)) == 2
    assert (seen.group, seen.status) == ("Food Management Group", "open")


async def test_a_ticket_is_created_once_when_the_bot_died_after_sending(rig: Rig) -> None:
    attempt = Try()
    first = await rig.tickets.create(CREATE, attempt)
    attempt.failed()
    again = await rig.tickets.create(CREATE, attempt)
    assert again.id == first.id
    assert rig.count() == 1


async def test_two_effects_are_two_tickets_and_two_notes(rig: Rig) -> None:
    first = await rig.tickets.create(CREATE, Try())
    second = await rig.tickets.create(CREATE.model_copy(update={"key": "another"}), Try())
    assert first.id != second.id
    await rig.tickets.update(note(first.id), Try())
    await rig.tickets.update(note(first.id, key="third"), Try())
    assert len(rig.notes(first.id)) == 3


async def test_a_ticket_moved_by_hand_is_seen_where_it_is(rig: Rig) -> None:
    ticket = (await rig.tickets.create(CREATE, Try())).id
    rig.move(ticket, group="Engineering", status="pending")
    seen = await rig.tickets.look(look(ticket))
    assert (seen.group, seen.status, seen.lost) == ("Engineering", "pending", ())


async def test_a_closed_ticket_is_given_up(rig: Rig) -> None:
    ticket = (await rig.tickets.create(CREATE, Try())).id
    rig.move(ticket, status="closed")
    with pytest.raises(GiveUp, match="is closed"):
        await rig.tickets.update(note(ticket), Try())


async def test_a_missing_ticket_is_given_up(rig: Rig) -> None:
    for call in (
        rig.tickets.look(look(7)),
        rig.tickets.update(note(7), Try()),
        rig.tickets.update(note(None), Try()),
    ):
        with pytest.raises(GiveUp):
            await call


async def test_a_missing_group_is_given_up_before_anything_is_sent(rig: Rig) -> None:
    attempt = Try()
    with pytest.raises(GiveUp, match="no group “CS Data Complaince”"):
        await rig.tickets.create(CREATE.model_copy(update={"group": "CS Data Complaince"}), attempt)
    assert rig.count() == 0
    assert attempt.kept == []
