"""What the real client does with an account: its traps, its rules, its limits, against the pretend Zendesk."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from desk.service.ports import GiveUp, TryAgain
from integrations.store.pace import MemoryPace
from integrations.zendesk.client import ZendeskTickets
from integrations.zendesk.desk_marks import external_id
from integrations.zendesk.sign_in import ApiToken
from integrations.zendesk.turns import ChangeTurns
from sandbox import seeds
from tests.contract.zendesk_sandbox import CREATE, Account, Try, account, look, note


@pytest.fixture
async def zendesk() -> AsyncIterator[Account]:
    async with account() as running:
        yield running


@pytest.fixture
async def client(zendesk: Account) -> AsyncIterator[ZendeskTickets]:
    client = zendesk.client()
    yield client
    client.close()


async def test_a_ticket_is_what_the_procedure_says(zendesk: Account, client: ZendeskTickets) -> None:
    seen = await client.create(CREATE, Try())
    ticket = zendesk.tickets()[0]
    assert ticket["query_type"] == "Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover"
    assert ticket["requester"] == {
        "name": "Naledi Mahlangu",
        "email": "naledi.mahlangu@example.com",
    }
    assert ticket["assignee"] is None
    assert ticket["is_public"] is False
    assert CREATE.case not in str(ticket["external_id"])
    assert "ticket #48001" in str(zendesk.comments(seen.id)[0]["body"])


async def test_the_requester_is_told_nothing(zendesk: Account, client: ZendeskTickets) -> None:
    seen = await client.create(CREATE, Try())
    await client.update(note(seen.id), Try())
    assert zendesk.mails() == 0
    assert [comment["public"] for comment in zendesk.comments(seen.id)] == [False, False]


async def test_without_a_safe_contact_the_company_is_the_requester(zendesk: Account, client: ZendeskTickets) -> None:
    await client.create(CREATE.model_copy(update={"requester": None}), Try())
    asker = zendesk.tickets()[0]["requester"]
    assert asker == {"name": "Account takeover desk", "email": "ato-placeholder@mrd.example"}


async def test_a_later_try_sends_the_same_bytes_under_the_same_key(zendesk: Account, client: ZendeskTickets) -> None:
    """The list says no (as if the ticket were still under way), so the key alone has to keep the ticket single."""
    attempt = Try()
    await client.create(CREATE, attempt)
    zendesk.zendesk.helpdesk.account.tickets[48213].state["external_id"] = None
    attempt.failed()
    again = await client.create(CREATE.model_copy(update={"subject": "Reworded"}), attempt)
    posts = zendesk.world.asked("zendesk", "POST /api/v2/*")
    assert again.id == 48213
    assert attempt.kept[0] == attempt.kept[1]
    assert posts[0].body == posts[1].body
    assert posts[0].key == posts[1].key
    assert len(zendesk.tickets()) == 1


async def test_after_two_hours_the_list_keeps_the_ticket_single(zendesk: Account, client: ZendeskTickets) -> None:
    attempt = Try()
    zendesk.world.new_fault("zendesk", "reset_after", match="POST /api/v2/*", times=1)
    with pytest.raises(TryAgain) as failed:
        await client.create(CREATE, attempt)
    assert failed.value.certain is False
    zendesk.world.clock.advance(3 * 3600)
    attempt.failed(failed.value)
    await client.create(CREATE, attempt)
    assert len(zendesk.tickets()) == 1
    assert zendesk.asked("POST /api/v2/*") == 1


async def test_of_two_tickets_the_lowest_is_kept(zendesk: Account, client: ZendeskTickets) -> None:
    attempt = Try()
    first = await client.create(CREATE, attempt)
    second = await client.create(CREATE.model_copy(update={"key": "other"}), Try())
    account = zendesk.zendesk.helpdesk.account
    account.tickets[second.id].state["external_id"] = account.tickets[first.id].state["external_id"]
    attempt.failed()
    with capture_logs() as logs:
        assert (await client.create(CREATE, attempt)).id == first.id
    assert [(line["event"], line["others"]) for line in logs] == [("zendesk_tickets_doubled", [second.id])]


async def test_many_lanes_at_once_do_not_mix(zendesk: Account) -> None:
    """zenpy is not thread-safe: a shared client would send one lane's headers or bytes with another's."""
    client = zendesk.client()
    effects = [CREATE.model_copy(update={"key": f"lane {n}", "subject": f"Case {n}"}) for n in range(40)]
    await asyncio.gather(*(client.create(effect, Try()) for effect in effects))
    client.close()
    held = {str(ticket["subject"]): ticket["external_id"] for ticket in zendesk.tickets()}
    assert held == {effect.subject: external_id(effect.key) for effect in effects}
    posts = zendesk.world.asked("zendesk", "POST /api/v2/*")
    assert all(post.key == post.body["ticket"]["external_id"] for post in posts)
    assert zendesk.asked("GET /api/v2/groups*") == 1


async def test_another_body_under_the_key_is_looked_up_then_given_up(zendesk: Account, client: ZendeskTickets) -> None:
    await client.create(CREATE, Try())
    zendesk.zendesk.helpdesk.account.tickets[48213].state["external_id"] = None
    with pytest.raises(GiveUp, match="earlier, different request"):
        await client.create(CREATE.model_copy(update={"subject": "Reworded"}), Try())
    assert len(zendesk.tickets()) == 1


async def test_the_first_try_of_a_repeated_effect_finds_the_ticket(zendesk: Account, client: ZendeskTickets) -> None:
    first = await client.create(CREATE, Try())
    again = await client.create(CREATE.model_copy(update={"subject": "Reworded"}), Try())
    assert again.id == first.id


async def test_somebody_elses_change_in_between_is_not_overwritten(zendesk: Account, client: ZendeskTickets) -> None:
    """The ticket moves between our look and our write: 409, and the next try starts from what is so then."""
    ticket = (await client.create(CREATE, Try())).id
    attempt = Moving(zendesk, ticket)
    with pytest.raises(TryAgain) as failed:
        await client.update(note(ticket), attempt)
    assert failed.value.after == timedelta(seconds=2)
    assert failed.value.certain is True
    attempt.failed(failed.value)
    seen = await client.update(note(ticket), attempt)
    assert seen.group == "Food Management Group"
    assert len(zendesk.comments(ticket)) == 2


class Moving(Try):
    """A try during which a person moves the ticket, just before our bytes leave."""

    def __init__(self, zendesk: Account, ticket: int) -> None:
        super().__init__()
        self.zendesk, self.ticket, self.moved = zendesk, ticket, False

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        await super().prepare(body, lands)
        if not self.moved:
            self.zendesk.world.clock.advance(60)
            self.zendesk.move(self.ticket, status="pending")
            self.moved = True


async def test_a_note_that_arrives_late_is_not_doubled(zendesk: Account, client: ZendeskTickets) -> None:
    """Our first PUT lands only after the second try has looked at the comments: its stamp keeps the note single."""
    ticket = (await client.create(CREATE, Try())).id
    late = Landing(zendesk, ticket)
    late.before = True
    with pytest.raises(TryAgain):
        await client.update(note(ticket), late)
    late.failed()
    await client.update(note(ticket), late)
    assert len(zendesk.comments(ticket)) == 2


class Landing(Try):
    """A try during which an earlier PUT, believed lost, lands."""

    def __init__(self, zendesk: Account, ticket: int) -> None:
        super().__init__()
        self.zendesk, self.ticket = zendesk, ticket

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        await super().prepare(body, lands)
        if len(self.kept) == 1:
            self.zendesk.world.clock.advance(60)
            self.zendesk.put(self.ticket, body)


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [("7", 7.0), ("0.5", 0.5), ("86400", 600.0), (None, 30.0), ("soon", 30.0)],
)
async def test_too_many_requests_is_never_slept_through(
    zendesk: Account, client: ZendeskTickets, retry_after: str | None, expected: float
) -> None:
    zendesk.world.new_fault("zendesk", "status", match="POST /api/v2/*", status=429, retry_after=retry_after, times=1)
    with pytest.raises(TryAgain) as failed:
        await client.create(CREATE, Try())
    assert failed.value.after == timedelta(seconds=expected)
    assert failed.value.certain is True
    assert zendesk.asked("POST /api/v2/*") == 1


async def test_a_refused_connection_is_certainly_nothing_done() -> None:
    client = Account(None, None, "http://127.0.0.1:9").client()  # type: ignore[arg-type]  # nobody listens there
    with pytest.raises(TryAgain, match="cannot be reached"):
        await client.look(look(1))
    client.close()


async def test_the_bot_knows_itself(client: ZendeskTickets) -> None:
    assert await client.whoami() == 900000001


async def test_wrong_credentials_are_said(zendesk: Account) -> None:
    client = zendesk.client(sign_in=ApiToken(seeds.ZENDESK_BOT_EMAIL, "wrong"))
    with pytest.raises(GiveUp, match="anonymous user"):
        await client.whoami()
    with pytest.raises(GiveUp, match="does not let the bot in"):
        await client.create(CREATE, Try())
    client.close()


async def test_no_failure_tells_who_the_customer_is(zendesk: Account, client: ZendeskTickets) -> None:
    effect = CREATE.model_copy(update={"status": "naledi.mahlangu@example.com"})
    with pytest.raises(GiveUp) as gave_up:
        await client.create(effect, Try())
    assert "naledi" not in str(gave_up.value)
    assert "status" in gave_up.value.reason


async def test_one_ticket_is_not_changed_more_often_than_zendesk_allows(
    zendesk: Account, client: ZendeskTickets
) -> None:
    """Twenty changes at once; what is too many waits in the queue, and nothing of it was sent."""
    seen = await client.create(CREATE, Try())
    client.keep_to(ChangeTurns(MemoryPace(clock=lambda: 0.0), 1000))
    for number in range(20):
        await client.update(note(seen.id).model_copy(update={"key": f"n{number}"}), Try())
    late = Try()
    with pytest.raises(TryAgain, match="too many changes at once") as again:
        await client.update(note(seen.id).model_copy(update={"key": "n20"}), late)
    assert again.value.certain
    assert again.value.after is not None
    assert 50 < again.value.after.total_seconds() <= 60
    assert late.kept == []
    other = await client.create(CREATE.model_copy(update={"key": "another"}), Try())
    await client.update(note(other.id).model_copy(update={"key": "n21"}), Try())
