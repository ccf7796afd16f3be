"""What a desk wrote under its old name, it finds after it was renamed, and nothing of another desk."""

import json
from collections.abc import AsyncIterator

import pytest

from desk.case.effects import UpdateTicket
from desk.service.ports import TryAgain
from integrations.slack.web.client import SlackClient
from integrations.zendesk.desk_marks import external_id, marker
from sandbox import seeds
from sandbox.company import Company
from tests.contract.zendesk_sandbox import CREATE, Account, Try, account

OLD, NEW = ("ato",), ("fraud-eu", "ato")


@pytest.fixture
async def zendesk() -> AsyncIterator[Account]:
    async with account() as found:
        yield found


async def sent_and_lost(zendesk: Account, kind: str) -> Try:
    """Let the desk of the old name send a new ticket, and lose the request or its answer."""
    client, attempt = zendesk.client(desks=OLD), Try()
    zendesk.world.new_fault("zendesk", kind, match="POST /api/v2/tickets*", times=1)
    with pytest.raises(TryAgain) as failed:
        await client.create(CREATE, attempt)
    attempt.failed(failed.value)
    client.close()
    return attempt


@pytest.mark.parametrize("kind", ["reset_after", "reset_before"])
async def test_a_ticket_begun_under_the_old_name_is_made_once(zendesk: Account, kind: str) -> None:
    attempt = await sent_and_lost(zendesk, kind)
    client = zendesk.client(desks=NEW)
    seen = await client.create(CREATE, attempt)
    client.close()
    (ticket,) = zendesk.tickets()
    assert (seen.id, ticket["external_id"]) == (ticket["id"], external_id(CREATE.key))
    assert json.loads(attempt.kept[-1])["ticket"]["external_id"] == external_id(CREATE.key)


async def test_a_note_of_the_old_name_is_not_added_again(zendesk: Account) -> None:
    old, new = zendesk.client(desks=OLD), zendesk.client(desks=NEW)
    ticket = (await old.create(CREATE, Try())).id
    note = UpdateTicket(key="note/1", case=CREATE.case, lane=CREATE.lane, name=CREATE.name, ticket=ticket, note="Words")
    attempt = Try()
    await old.update(note, attempt)
    attempt.failed()
    await new.update(note, attempt)
    bodies = [str(one["body"]) for one in zendesk.comments(ticket)]
    assert sum(marker("note/1") in body for body in bodies) == 1
    assert not any(marker("note/1", "fraud-eu") in body for body in bodies)
    await new.update(note.model_copy(update={"key": "note/2"}), Try())
    assert marker("note/2", "fraud-eu") in str(zendesk.comments(ticket)[-1]["body"])
    old.close()
    new.close()


async def test_two_desks_never_take_each_others_tickets_for_their_own(zendesk: Account) -> None:
    one, other = zendesk.client(desks=OLD), zendesk.client(desks=("fraud-eu",))
    tickets = [(await client.create(CREATE, Try())).id for client in (one, other)]
    assert len(set(tickets)) == 2  # one key of an effect, two desks
    for client in (one, other):
        for ticket in tickets:
            assert await client.foreign(ticket, [str(CREATE.query_type)]) is None
        client.close()


async def test_a_message_of_another_desk_under_the_same_key_is_not_its_own() -> None:
    async with Company() as company:
        clients = [
            SlackClient(seeds.BOT_TOKEN, company.urls["slack"], desks=desks) for desks in (OLD, ("fraud-eu",), NEW)
        ]
        at = await clients[0].post("CMOD0001", "Digest", [], "key", None)
        found = [[one.ts async for one in client.sent("CMOD0001", None, 0)] for client in clients]
        assert found == [[at], [], [at]]
        for client in clients:
            await client.close()
