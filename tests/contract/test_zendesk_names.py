"""How the real client finds an account's names again when the admin changes them, against the pretend Zendesk."""

from collections.abc import AsyncIterator

import pytest

from desk.service.ports import GiveUp
from integrations.zendesk.client import ZendeskTickets
from tests.contract.zendesk_sandbox import CREATE, Account, Try, account


@pytest.fixture
async def zendesk() -> AsyncIterator[Account]:
    async with account() as running:
        yield running


@pytest.fixture
async def client(zendesk: Account) -> AsyncIterator[ZendeskTickets]:
    client = zendesk.client()
    yield client
    client.close()


async def test_a_rule_that_routes_the_ticket_away_is_reported(zendesk: Account, client: ZendeskTickets) -> None:
    zendesk.switch(reroute={"to": "Engineering", "when_group": "CS Data Compliance"})
    seen = await client.create(CREATE, Try())
    assert (seen.group, seen.lost) == ("Engineering", ("group",))


async def test_a_dropdown_that_silently_keeps_nothing_is_reported(zendesk: Account, client: ZendeskTickets) -> None:
    """The option gets another tag after we read it: Zendesk answers 200 and keeps nothing."""
    await client.create(CREATE.model_copy(update={"key": "warms the names"}), Try())
    field = zendesk.zendesk.helpdesk.account.field_titled("Query type")
    assert field is not None
    option = next(one for one in field.options if one.value.endswith("suspected_ato"))
    option.value = "renamed_tag"
    seen = await client.create(CREATE, Try())
    assert seen.lost == ("query type",)
    after = await client.create(CREATE.model_copy(update={"key": "names are read anew"}), Try())
    assert after.lost == ()


async def test_a_group_made_anew_is_found_again(zendesk: Account, client: ZendeskTickets) -> None:
    """The kept body names a group that is gone; Zendesk refuses it, and the names are looked up anew."""
    attempt = Try()
    await client.create(CREATE.model_copy(update={"key": "warms the names"}), Try())
    account = zendesk.zendesk.helpdesk.account
    old = account.group_named("CS Data Compliance")
    assert old is not None
    old.deleted = True
    account.add_group("CS Data Compliance")
    seen = await client.create(CREATE, attempt)
    assert (seen.group, seen.lost) == ("CS Data Compliance", ())
    assert len(attempt.kept) == 2
    assert len(zendesk.tickets()) == 2


@pytest.mark.parametrize(
    ("switch", "sentence"),
    [
        ({"remove_form": "Customer Query"}, "no ticket form “Customer Query”: the nearest is “"),
        ({"remove_group": "CS Data Compliance"}, "no group “CS Data Compliance”: the nearest is “"),
        (
            {"remove_option": "mrdf_blacklisting_blacklisted_suspected_ato"},
            "no query type “Mr D Food",
        ),
    ],
)
async def test_what_is_missing_is_named_and_can_be_retried(
    zendesk: Account, client: ZendeskTickets, switch: dict[str, object], sentence: str
) -> None:
    zendesk.switch(**switch)
    with pytest.raises(GiveUp) as gave_up:
        await client.create(CREATE, Try())
    assert sentence in gave_up.value.reason
    assert "Ask your Zendesk admin" in gave_up.value.reason
    assert "press Retry" in gave_up.value.reason
    zendesk.world.reset()
    assert (await client.create(CREATE, Try())).lost == ()


async def test_two_groups_of_one_name_are_not_guessed(zendesk: Account, client: ZendeskTickets) -> None:
    zendesk.zendesk.helpdesk.account.add_group("cs data  compliance")
    with pytest.raises(GiveUp, match="2 of the group"):
        await client.create(CREATE, Try())


async def test_names_are_found_on_the_second_page(zendesk: Account, client: ZendeskTickets) -> None:
    account = zendesk.zendesk.helpdesk.account
    for number in range(130):
        account.add_group(f"Team {number}")
    account.add_group("The very last")
    seen = await client.create(CREATE.model_copy(update={"group": "The very last"}), Try())
    assert seen.group == "The very last"


async def test_names_are_read_once(zendesk: Account, client: ZendeskTickets) -> None:
    for number in range(3):
        await client.create(CREATE.model_copy(update={"key": str(number)}), Try())
    assert zendesk.asked("GET /api/v2/groups*") == 1
