"""Announcements as the pretend Slack received them, and who wrote a ticket as the pretend Zendesk knows it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from desk.case.effects import Requester, Writer
from desk.reminders.announcement import Announcement
from desk.service.announcements import say_all
from desk.service.ports import GiveUp
from desk.values import Line
from integrations.slack.posting.announcer import SlackAnnouncer
from integrations.slack.posting.chat import SlackChat, Speech
from tests.contract.chatting import CHANNELS, SlackWorld, say
from tests.contract.test_chat import slack as slack  # noqa: PLC0414 - the fixture
from tests.contract.zendesk_sandbox import PATH, Account, account
from tests.fakes.across import FakeAnnouncements
from tests.fakes.clock import START

DIGEST = Announcement(
    key="digest/role:mod/1",
    inbox="role:mod",
    mention=("role:mod",),
    title=Line(key="{count} cases wait for {owner}:", args={"count": 4, "owner": "role:mod"}),
    lines=(
        Line(key="{case} ({minutes} min late): {what}", args={"case": "ATO-12", "minutes": 20, "what": {"en": "Call"}}),
        Line(key="Stuck: {case}. {owner} owes it.", args={"case": "ATO-<13>", "owner": "<@UMOD0001>"}),
    ),
)


@pytest.fixture
def announcer(slack: SlackWorld) -> SlackAnnouncer:
    return SlackAnnouncer(
        slack.client,
        CHANNELS,
        slack.people,
        say,
        speech={"mod": Speech("en", "Africa/Johannesburg")},
        titles={"mod": {"en": "MOD"}},
        on_duty=lambda _: ("UMOD0002",),
    )


@pytest.fixture
async def zendesk() -> AsyncIterator[Account]:
    async with account() as running:
        yield running


async def test_a_digest_mentions_who_is_on_duty_and_says_each_line(
    slack: SlackWorld, announcer: SlackAnnouncer
) -> None:
    store = FakeAnnouncements()
    await store.put(DIGEST, START)
    assert await say_all(store, announcer, START) == 1
    [message] = slack.messages()
    assert message.text.startswith("<@UMOD0002> 4 cases wait for MOD: ATO-12 (20 min late): Call")
    shown = message.blocks[0]["text"]["text"].splitlines()
    assert shown[0] == "<@UMOD0002> *4 cases wait for MOD:*"
    assert shown[2] == "Stuck: ATO-&lt;13&gt;. <@UMOD0001> owes it."


@pytest.mark.parametrize("fault", ["lose_answer", "lose_request"])
async def test_it_stands_there_once_whatever_was_lost(slack: SlackWorld, announcer: SlackAnnouncer, fault: str) -> None:
    store = FakeAnnouncements()
    await store.put(DIGEST, START)
    getattr(slack, fault)()
    assert await say_all(store, announcer, START) == 0
    assert await say_all(store, announcer, START + timedelta(seconds=15)) == 1
    assert len(slack.messages()) == 1


async def test_a_person_reads_their_own(slack: SlackWorld, announcer: SlackAnnouncer) -> None:
    store = FakeAnnouncements()
    await store.put(DIGEST.model_copy(update={"inbox": "person:UMOD0001", "mention": ()}), START)
    await say_all(store, announcer, START)
    [message] = slack.messages("person:UMOD0001")
    assert message.text.startswith("4 cases wait for MOD:")


async def test_an_inbox_without_a_channel_is_given_up(slack: SlackWorld, announcer: SlackAnnouncer) -> None:
    store = FakeAnnouncements()
    await store.put(DIGEST.model_copy(update={"inbox": "role:lost"}), START)
    assert await say_all(store, announcer, START) == 1
    assert await store.unsaid(9) == []
    assert slack.messages() == []


@pytest.mark.parametrize(
    ("present", "mention"),
    [
        (("USECU001", "USECU002"), "<!subteam^SPLATSEC>"),
        (("ULEAD001",), "<@ULEAD001>"),
        ((), "Platform Security"),
    ],
)
async def test_a_group_stands_for_everybody_only(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch, present: tuple[str, ...], mention: str
) -> None:
    monkeypatch.setattr("integrations.slack.posting.chat.MOST_MENTIONS", 1)
    await slack.put("SPLATSEC", "USECU001", "USECU002")
    chat = SlackChat(slack.client, CHANNELS, slack.people, say, on_duty=lambda _: present)
    said = chat._on_duty("platform_security") or "Platform Security"
    assert said == mention


async def test_who_wrote_a_ticket_is_read_and_a_colleague_is_nobody(zendesk: Account) -> None:
    client = zendesk.client()
    customer = Requester(email="naledi@example.com", name="Naledi Mahlangu")
    theirs = zendesk.make("CS Data Compliance", PATH, customer)
    assert await client.peek(theirs) == Writer(**customer.model_dump())
    known = zendesk.zendesk.helpdesk.account.user_by_email(customer.email)
    assert known
    known.phone = "083 555 0999"
    wrote = await client.peek(theirs)
    assert wrote and wrote.phone == "083 555 0999"
    assert await client.peek(zendesk.make("CS Data Compliance", PATH)) is None
    with pytest.raises(GiveUp):
        await client.peek(987654321)
    client.close()
