"""What `desk.service.ports.Tickets` promises, kept by the fake and by the real client against the pretend Zendesk."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from desk.case.effects import Requester, Sheet, Writer
from desk.case.results import TicketSeen
from desk.service.ports import GiveUp, Tickets, TryAgain
from integrations.zendesk.client import ZendeskTickets
from tests.contract.zendesk_sandbox import (
    CREATE,
    IMPATIENT,
    PATH,
    Account,
    Try,
    account,
    look,
    note,
)
from tests.fakes.clock import START
from tests.fakes.tickets import FakeTickets


@pytest.fixture
async def zendesk() -> AsyncIterator[Account]:
    async with account() as running:
        yield running


@pytest.fixture
async def client(request: pytest.FixtureRequest, zendesk: Account) -> AsyncIterator[ZendeskTickets]:
    params = getattr(request.node, "callspec", None)
    silent = params is not None and params.params.get("what") in SILENT
    client = zendesk.client(write_sheet=as_csv, **({"timeout": IMPATIENT} if silent else {}))
    yield client
    client.close()


SHEET = Sheet(name="ATO-12-changes", header=("Field", "After"), rows=(("email", "=1+1"), ("phone", "+27")))


def as_csv(sheet: Sheet) -> bytes:
    return "\n".join(",".join(row) for row in (sheet.header, *sheet.rows)).encode()


@dataclass
class Rig:
    """A ticket system under test, and what really is in it."""

    tickets: Tickets
    count: Callable[[], int]
    notes: Callable[[int], list[str]]
    move: Callable[..., None]
    fail: Callable[[str, str], None]
    sheets: Callable[[int], list[bytes]]
    reply: Callable[[int], None]
    make: Callable[..., int]


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
SILENT = {"no answer, nothing done", "no answer, but done"}


def fake_rig() -> Rig:
    fake = FakeTickets()

    def fail(what: str, call: str) -> None:
        (fake.after if what in DONE else fake.before).append(TryAgain("Zendesk", what))

    def notes(ticket: int) -> list[str]:
        return [text for held in fake.tickets if held.id == ticket for _, text in held.notes]

    def sheets(ticket: int) -> list[bytes]:
        held = next(held for held in fake.tickets if held.id == ticket)
        return [as_csv(one) for one in held.sheets]

    return Rig(
        fake,
        lambda: len(fake.tickets),
        notes,
        fake.move,
        fail,
        sheets,
        lambda ticket: fake.reply(ticket, START),
        fake.make,
    )


def real_rig(zendesk: Account, client: ZendeskTickets) -> Rig:
    def fail(what: str, call: str) -> None:
        kind, more = FAULTS[what]
        zendesk.world.new_fault("zendesk", kind, match=f"{call} /api/v2/*", times=1, **more)

    def notes(ticket: int) -> list[str]:
        return [str(comment["body"]) for comment in zendesk.comments(ticket) if not comment["public"]]

    return Rig(
        client,
        lambda: len(zendesk.tickets()),
        notes,
        zendesk.move,
        fail,
        zendesk.attached,
        zendesk.reply,
        zendesk.make,
    )


@pytest.fixture(params=["fake", "zendesk"])
def rig(request: pytest.FixtureRequest) -> Rig:
    if request.param == "fake":
        return fake_rig()
    return real_rig(request.getfixturevalue("zendesk"), request.getfixturevalue("client"))


async def until_done(call: Callable[[Try], Awaitable[TicketSeen]], attempt: Try | None = None) -> TicketSeen:
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


async def test_a_sheet_goes_onto_the_note(rig: Rig) -> None:
    ticket = (await rig.tickets.create(CREATE, Try())).id
    await rig.tickets.update(note(ticket, sheet=SHEET), Try())
    assert rig.sheets(ticket) == [as_csv(SHEET)]


@pytest.mark.parametrize("call", ["POST", "PUT"])
@pytest.mark.parametrize("what", FAULTS)
async def test_there_is_one_sheet_whatever_happens(rig: Rig, what: str, call: str) -> None:
    ticket = (await rig.tickets.create(CREATE, Try())).id
    rig.fail(what, call)
    await until_done(lambda attempt: rig.tickets.update(note(ticket, sheet=SHEET), attempt))
    assert len(rig.notes(ticket)) == 2
    assert rig.sheets(ticket) == [as_csv(SHEET)]


async def test_a_look_counts_what_others_said_in_public_and_names_who_moved_it(rig: Rig) -> None:
    ticket = (await rig.tickets.create(CREATE, Try())).id
    fresh = await rig.tickets.look(look(ticket))
    assert (fresh.replies, fresh.replied_at, fresh.moved_by) == (0, None, None)
    rig.reply(ticket)
    rig.move(ticket, status="solved")
    await rig.tickets.update(note(ticket, group=None, status=None), Try())
    seen = await rig.tickets.look(look(ticket))
    assert seen.replies == 1
    assert seen.replied_at is not None
    assert seen.status == "solved"


async def test_whoever_solved_it_is_named_until_the_desk_moves_it_itself(rig: Rig) -> None:
    ticket = (await rig.tickets.create(CREATE, Try())).id
    rig.move(ticket, status="solved")
    assert (await rig.tickets.look(look(ticket))).moved_by == "Priya Naidoo"
    await rig.tickets.update(note(ticket), Try())
    assert (await rig.tickets.look(look(ticket))).moved_by is None


async def test_many_tickets_are_read_at_once_and_missing_ones_are_left_out(rig: Rig) -> None:
    first = (await rig.tickets.create(CREATE, Try())).id
    second = (await rig.tickets.create(CREATE.model_copy(update={"key": "another"}), Try())).id
    rig.move(second, group="Engineering")
    seen = await rig.tickets.many([first, 7, second])
    assert {(one.id, one.group) for one in seen} == {
        (first, "CS Data Compliance"),
        (second, "Engineering"),
    }
    assert await rig.tickets.many([]) == []


async def test_the_stamp_changes_with_the_ticket(rig: Rig) -> None:
    ticket = (await rig.tickets.create(CREATE, Try())).id
    before = (await rig.tickets.look(look(ticket))).stamp
    assert [one.stamp for one in await rig.tickets.many([ticket])] == [before]


async def test_a_ticket_made_by_hand_is_foreign_and_one_of_ours_is_not(rig: Rig) -> None:
    naledi = Writer(email="naledi.mahlangu@example.com", name="Naledi Mahlangu")
    theirs = rig.make("CS Data Compliance", PATH, naledi)
    ours = (await rig.tickets.create(CREATE, Try())).id
    found = await rig.tickets.foreign(theirs, [PATH])
    assert found is not None
    assert (found.seen.id, found.seen.group) == (theirs, "CS Data Compliance")
    assert (found.query_type, found.requester) == (PATH, naledi)
    assert await rig.tickets.foreign(ours, [PATH]) is None
    assert await rig.tickets.foreign(theirs, ["Something>Else"]) is None


async def test_a_ticket_made_by_hand_has_the_agent_who_made_it(rig: Rig) -> None:
    naledi = Writer(email="naledi.mahlangu@example.com", name="Naledi Mahlangu")
    ticket = rig.make("CS Data Compliance", PATH, naledi)
    rig.move(ticket, group="Engineering")
    found = await rig.tickets.foreign(ticket, [PATH])
    assert found is not None
    assert found.author == Requester(email="lerato.mokoena@mrd.example", name="Lerato Mokoena")


async def test_a_ticket_is_inspected_with_whose_it_is_and_who_made_it(rig: Rig) -> None:
    naledi = Writer(email="naledi.mahlangu@example.com", name="Naledi Mahlangu")
    theirs = await rig.tickets.inspect(rig.make("CS Data Compliance", PATH, naledi), CREATE.key)
    assert (theirs.made, theirs.seen.form, theirs.query_type) == ("by_hand", "Customer Query", PATH)
    assert theirs.requester == Requester(email=naledi.email, name=naledi.name)
    agents = await rig.tickets.inspect(rig.make("CS Data Compliance", None))
    assert (agents.query_type, agents.requester and agents.requester.name) == ("", "Lerato Mokoena")
    ours = (await rig.tickets.create(CREATE, Try())).id
    assert (await rig.tickets.inspect(ours, CREATE.key)).made == "for_this"
    assert (await rig.tickets.inspect(ours, "01OTHER/suspend/1/0")).made == "for_another"
    assert (await rig.tickets.inspect(ours)).subject == CREATE.subject
    with pytest.raises(GiveUp):
        await rig.tickets.inspect(987654321)


async def test_who_wrote_a_ticket_is_read_whatever_it_is_about(rig: Rig) -> None:
    naledi = Writer(email="naledi.mahlangu@example.com", name="Naledi Mahlangu")
    assert await rig.tickets.peek(rig.make("CS Data Compliance", None, naledi)) == naledi
    assert await rig.tickets.peek(rig.make("CS Data Compliance", PATH)) is None
    with pytest.raises(GiveUp):
        await rig.tickets.peek(987654321)


async def test_a_foreign_ticket_that_is_solved_is_history(rig: Rig) -> None:
    ticket = rig.make("CS Data Compliance", PATH)
    rig.move(ticket, status="solved")
    assert await rig.tickets.foreign(ticket, [PATH]) is None


async def test_an_agent_who_makes_a_ticket_is_not_its_customer(rig: Rig) -> None:
    found = await rig.tickets.foreign(rig.make("CS Data Compliance", PATH), [PATH])
    assert found is not None
    assert found.requester is None


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
