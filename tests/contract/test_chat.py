"""The Chat port, on the fake and on Slack's adapter against a pretend Slack over real HTTP."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.case import events as ev
from desk.case.effects import ShowCard, TellPeople
from desk.case.fold import fold
from desk.case.situation import Situation
from desk.case.state import Card, Case
from desk.playbook.model import Playbook
from desk.service.ports import GiveUp, TryAgain
from desk.values import Fact, Line
from integrations.slack.people.directory import SlackPeople
from integrations.slack.posting.chat import SlackChat
from integrations.slack.posting.posts import opaque
from integrations.slack.web.client import SlackClient
from sandbox import seeds
from sandbox.company import Company
from tests.contract.chatting import CASE, CHANNELS, NOW, FakeWorld, SlackWorld, Trying, World, say
from tests.fakes.rosters import FakeRosters


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorld]:
    async with Company() as company:
        client = SlackClient(seeds.BOT_TOKEN, company.urls["slack"], timeout=2)
        people = SlackPeople(client, {"mod": "SMODS001", "platform_security": "SPLATSEC"}, {}, FakeRosters())
        yield SlackWorld(company, client, people)
        await people.close()
        await client.close()


@pytest.fixture(params=["fake", "slack"])
def world(request: pytest.FixtureRequest) -> World:
    """Each test of the contract runs on both."""
    return FakeWorld() if request.param == "fake" else request.getfixturevalue("slack")


@pytest.fixture
def playbook() -> Playbook:
    return Playbook.model_validate(
        {
            "playbook": "small",
            "title": "Account takeover",
            "brand": "Small",
            "opens_with": "receive",
            "roles": {
                "cs_agent": {"title": "CS Agent", "inbox": "direct"},
                "mod": {"title": "MOD"},
                "platform_security": {"title": "Platform Security"},
            },
            "fields": {"name": {"type": "name", "title": "Name", "personal": True}},
            "summary": ["name"],
            "steps": {
                "receive": {"title": "Receive", "owner": "cs_agent"},
                "suspend": {"title": "Suspend", "owner": "mod", "after": ["receive"]},
            },
        }
    )


@pytest.fixture
def case() -> Case:
    return fold(
        Case(id=CASE),
        [
            ev.CaseOpened(at=NOW, by="UAGENT01", number=12, playbook="small", playbook_hash="h", language="en"),
            ev.FactsRecorded(at=NOW, by="UAGENT01", facts={"name": Fact(value="Naledi Mahlangu", personal=True)}),
            ev.StepCompleted(at=NOW, by="UAGENT01", step="receive", outcome="done"),
            ev.StepOpened(at=NOW, by="UAGENT01", step="suspend"),
        ],
    )


def show(inbox: str = "role:mod", key: str = f"{CASE}/card/1") -> ShowCard:
    return ShowCard(key=key, case=CASE, lane="l", inbox=inbox)


def tell(inbox: str = "role:mod", pre: str = "", **changes: Any) -> TellPeople:
    return TellPeople(
        key=f"{CASE}/tell/1", case=CASE, lane="l", inbox=inbox, pre=pre, lines=(Line(key="It is late."),), **changes
    )


def standing(case: Case, seen: Any, inbox: str = "role:mod") -> Case:
    return replace(case, cards={inbox: Card(channel=seen.channel, ts=seen.ts)})


class TestChatContract:
    async def test_a_card_is_posted_once_and_then_redrawn_in_place(
        self, world: World, case: Case, playbook: Playbook
    ) -> None:
        first = await world.chat.show(show(), Situation(case, playbook, NOW), Trying())
        assert (first.version, len(world.messages())) == (case.version, 1)
        later = standing(case, first)
        second = await world.chat.show(show(key="other"), Situation(later, playbook, NOW), Trying())
        assert (second.channel, second.ts) == (first.channel, first.ts)
        assert len(world.messages()) == 1

    async def test_sending_is_noted_before_a_post_and_not_before_an_update(
        self, world: World, case: Case, playbook: Playbook
    ) -> None:
        trying = Trying()
        seen = await world.chat.show(show(), Situation(case, playbook, NOW), trying)
        assert trying.prepares == [b""]
        again = Trying()
        await world.chat.show(show(key="other"), Situation(standing(case, seen), playbook, NOW), again)
        assert again.prepares == []

    async def test_a_lost_answer_does_not_make_a_second_card(
        self, world: World, case: Case, playbook: Playbook
    ) -> None:
        trying = Trying()
        for lose in (world.lose_request, world.lose_answer):
            lose()
            with pytest.raises(TryAgain) as again:
                await world.chat.show(show(), Situation(case, playbook, NOW), trying)
            assert not again.value.certain
            trying = trying.again()
        seen = await world.chat.show(show(), Situation(case, playbook, NOW + timedelta(minutes=5)), trying)
        assert [one.ts for one in world.messages()] == [seen.ts]

    async def test_a_lost_answer_does_not_say_it_twice(self, world: World, case: Case, playbook: Playbook) -> None:
        world.lose_answer()
        trying = Trying()
        with pytest.raises(TryAgain):
            await world.chat.tell(tell(), Situation(case, playbook, NOW), trying)
        told = await world.chat.tell(tell(), Situation(case, playbook, NOW), trying.again())
        assert [one.ts for one in world.messages()] == [told.ts]

    async def test_a_lost_answer_in_a_thread_does_not_say_it_twice(
        self, world: World, case: Case, playbook: Playbook
    ) -> None:
        case = standing(case, await world.chat.show(show(), Situation(case, playbook, NOW), Trying()))
        world.lose_answer()
        trying = Trying()
        with pytest.raises(TryAgain):
            await world.chat.tell(tell(), Situation(case, playbook, NOW), trying)
        await world.chat.tell(tell(), Situation(case, playbook, NOW), trying.again())
        assert len(world.messages()) == 2

    async def test_a_pause_is_passed_on(self, world: World, case: Case, playbook: Playbook) -> None:
        world.pause(7)
        with pytest.raises(TryAgain) as again:
            await world.chat.show(show(), Situation(case, playbook, NOW), Trying())
        assert (again.value.after, again.value.certain) == (timedelta(seconds=7), True)
        assert world.messages() == []

    async def test_a_card_somebody_deleted_is_posted_anew(self, world: World, case: Case, playbook: Playbook) -> None:
        first = await world.chat.show(show(), Situation(case, playbook, NOW), Trying())
        world.delete(first.ts)
        second = await world.chat.show(show(key="b"), Situation(standing(case, first), playbook, NOW), Trying())
        assert second.ts != first.ts
        assert [one.ts for one in world.messages()] == [second.ts]

    async def test_messages_stand_in_the_cards_thread(self, world: World, case: Case, playbook: Playbook) -> None:
        seen = await world.chat.show(show(), Situation(case, playbook, NOW), Trying())
        told = await world.chat.tell(tell(), Situation(standing(case, seen), playbook, NOW), Trying())
        reply = next(one for one in world.messages() if one.ts == told.ts)
        assert seen.ts in (getattr(reply, "thread", None), getattr(reply, "thread_ts", None))


class TestSlack:
    """What only Slack's adapter can get wrong."""

    async def test_metadata_says_nothing_about_the_case(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        await slack.chat.show(show(), Situation(case, playbook, NOW), Trying())
        (message,) = slack.messages()
        assert message.metadata == {
            "event_type": "ato_desk",
            "event_payload": {"key": opaque(f"{CASE}/card/1")},
        }
        assert CASE not in json.dumps(message.metadata)

    async def test_nothing_is_unfurled_and_the_text_names_no_customer(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        await slack.chat.show(show(), Situation(case, playbook, NOW), Trying())
        (asked,) = slack.asked("chat.postMessage")
        assert [str(asked.body[n]).lower() for n in ("unfurl_links", "unfurl_media")] in (
            ["0", "0"],
            ["false"] * 2,
        )
        assert asked.body["text"] == "ATO-12 · Suspend · 0 min since the call"

    async def test_gives_the_cards_address(self, slack: SlackWorld, case: Case, playbook: Playbook) -> None:
        seen = await slack.chat.show(show(), Situation(case, playbook, NOW), Trying())
        assert seen.url == f"https://mrd-sandbox.slack.com/archives/CMOD0001/p{seen.ts.replace('.', '')}"

    async def test_a_timeout_after_the_post_is_found_again_and_brought_up_to_date(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        slack.company.world.new_fault("slack", "hold_after", match="chat.postMessage", times=1)
        client = SlackClient(seeds.BOT_TOKEN, slack.company.urls["slack"], timeout=0.3)
        hasty = SlackChat(client, CHANNELS, slack.people, say)
        trying = Trying()
        with pytest.raises(TryAgain) as again:
            await hasty.show(show(), Situation(case, playbook, NOW), trying)
        await client.close()
        assert not again.value.certain
        later = replace(case, ending="done", ended_at=NOW)
        await slack.chat.show(show(), Situation(later, playbook, NOW + timedelta(days=2)), trying.again())
        (message,) = slack.messages()
        assert "closed" in message.text

    async def test_it_is_found_however_the_clocks_differ(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        first_at = NOW + timedelta(days=400)
        trying = Trying(first_at=first_at)
        slack.lose_answer()
        with pytest.raises(TryAgain):
            await slack.chat.show(show(), Situation(case, playbook, first_at), trying)
        await slack.chat.show(show(), Situation(case, playbook, first_at + timedelta(minutes=1)), trying.again())
        assert len(slack.messages()) == 1

    async def test_it_is_found_beyond_the_first_page(self, slack: SlackWorld, case: Case, playbook: Playbook) -> None:
        trying = Trying()
        slack.lose_answer()
        with pytest.raises(TryAgain):
            await slack.chat.show(show(), Situation(case, playbook, NOW), trying)
        (first,) = slack.messages()
        for _ in range(450):
            slack.space.add_message(replace(first, ts=slack.space.new_ts(), metadata=None))
        seen = await slack.chat.show(show(), Situation(case, playbook, NOW), trying.again())
        assert seen.ts == first.ts

    async def test_a_refused_connection_is_certain(self, slack: SlackWorld, case: Case, playbook: Playbook) -> None:
        client = SlackClient(seeds.BOT_TOKEN, "http://127.0.0.1:9/api/", timeout=2)
        chat = SlackChat(client, CHANNELS, slack.people, say)
        with pytest.raises(TryAgain) as again:
            await chat.show(show(), Situation(case, playbook, NOW), Trying())
        await client.close()
        assert again.value.certain

    @pytest.mark.parametrize(
        ("inbox", "sentence"),
        [
            ("role:outside", "Invite the bot to the channel CGENERAL"),
            ("role:nowhere", "The channel CNOTHERE does not exist"),
            ("role:cs_agent", "No channel is set for CS Agent"),
            ("person:UNOBODY1", "no active Slack account"),
        ],
    )
    async def test_a_refusal_says_what_to_do(
        self, slack: SlackWorld, case: Case, playbook: Playbook, inbox: str, sentence: str
    ) -> None:
        with pytest.raises(GiveUp, match=sentence) as refused:
            await slack.chat.show(show(inbox), Situation(case, playbook, NOW), Trying())
        assert "Naledi" not in refused.value.reason

    async def test_a_wrong_token_says_so(self, slack: SlackWorld, case: Case, playbook: Playbook) -> None:
        client = SlackClient("xoxb-wrong", slack.company.urls["slack"], timeout=2)
        chat = SlackChat(client, CHANNELS, slack.people, say)
        with pytest.raises(GiveUp, match="does not accept the bot's token"):
            await chat.show(show(), Situation(case, playbook, NOW), Trying())
        await client.close()

    @pytest.mark.parametrize("status", [500, 503])
    async def test_a_broken_slack_is_tried_again(
        self, slack: SlackWorld, case: Case, playbook: Playbook, status: int
    ) -> None:
        slack.company.world.new_fault("slack", "status", match="chat.postMessage", status=status, times=1)
        trying = Trying()
        with pytest.raises(TryAgain) as again:
            await slack.chat.show(show(), Situation(case, playbook, NOW), trying)
        assert not again.value.certain
        await slack.chat.show(show(), Situation(case, playbook, NOW), trying.again())
        assert len(slack.messages()) == 1

    async def test_a_plain_text_429_without_a_wait_is_a_pause_too(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        slack.company.world.new_fault("slack", "status", match="chat.postMessage", status=429, times=1)
        with pytest.raises(TryAgain) as again:
            await slack.chat.show(show(), Situation(case, playbook, NOW), Trying())
        assert again.value.certain

    async def test_a_person_gets_their_card_in_direct_messages(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        seen = await slack.chat.show(show("person:UAGENT01"), Situation(case, playbook, NOW), Trying())
        assert seen.channel == "DAGENT01"
        assert "Naledi" in json.dumps(slack.messages("person:UAGENT01")[0].blocks)

    async def test_a_public_channel_is_masked_and_says_so(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        slack.space.channels["CMOD0001"].kind = "channel"
        await slack.chat.show(show(), Situation(case, playbook, NOW), Trying())
        drawn = json.dumps(slack.messages()[0].blocks)
        assert "Naledi" not in drawn
        assert "this channel is public" in drawn

    async def test_mentions_everybody_of_a_role_or_their_group(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        await slack.put("SMODS001", "UMOD0001", "UMOD0002")
        await slack.put("SPLATSEC", *[f"USECU{n:03}" for n in range(9)])
        mention = ("role:mod", "role:platform_security", "person:UAGENT01")
        told = await slack.chat.tell(tell(mention=mention), Situation(case, playbook, NOW), Trying())
        message = next(one for one in slack.messages() if one.ts == told.ts)
        assert message.text.startswith("<@UMOD0001> <@UMOD0002> <!subteam^SPLATSEC> <@UAGENT01> It is late.")

    async def test_a_reminder_in_direct_messages_leads_to_the_card(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        await slack.put("SMODS001", "UMOD0001")
        seen = await slack.chat.show(show(), Situation(case, playbook, NOW), Trying())
        case = replace(case, cards={"role:mod": Card(channel=seen.channel, ts=seen.ts, url=seen.url)})
        remind = tell("person:UMOD0001", thread=False, reminder=True)
        await slack.chat.tell(remind, Situation(case, playbook, NOW), Trying())
        (message,) = slack.messages("person:UMOD0001")
        assert seen.url in json.dumps(message.blocks)

    async def test_a_role_without_people_is_named(self, slack: SlackWorld, case: Case, playbook: Playbook) -> None:
        told = await slack.chat.tell(tell(mention=("role:mod",)), Situation(case, playbook, NOW), Trying())
        assert next(m for m in slack.messages() if m.ts == told.ts).text == "MOD It is late."

    async def test_long_logs_are_whole_and_posted_once_though_an_answer_was_lost(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        case = standing(case, await slack.chat.show(show(), Situation(case, playbook, NOW), Trying()))
        logs = "".join(f"{n} <login> & ok\n" for n in range(1500))
        slack.company.world.new_fault("slack", "slow", match="chat.postMessage", seconds=0, times=1)
        slack.lose_answer()
        trying = Trying()
        with pytest.raises(TryAgain):
            await slack.chat.tell(tell(pre=logs), Situation(case, playbook, NOW), trying)
        await slack.chat.tell(tell(pre=logs), Situation(case, playbook, NOW), trying.again())
        replies = slack.messages()[1:]
        said = [
            e["elements"][0]["text"]
            for m in replies
            for b in m.blocks
            if b["type"] == "rich_text"
            for e in b["elements"]
        ]
        assert "".join(said) == logs
        assert len({one.thread_ts for one in replies}) == 1

    @pytest.mark.parametrize("lost", ["chat.postMessage", "files.completeUploadExternal", "files.getUploadURLExternal"])
    async def test_a_file_is_shared_once_though_an_answer_was_lost(
        self, slack: SlackWorld, case: Case, playbook: Playbook, lost: str
    ) -> None:
        case = standing(case, await slack.chat.show(show(), Situation(case, playbook, NOW), Trying()))
        logs = "".join(f"{n} login\n" for n in range(9000))
        slack.company.world.new_fault("slack", "reset_after", match=lost, times=1)
        trying = Trying()
        with pytest.raises(TryAgain):
            await slack.chat.tell(tell(pre=logs), Situation(case, playbook, NOW), trying)
        await _until_told(slack, tell(pre=logs), case, playbook, trying.again())
        replies = slack.messages()[1:]
        shared = [slack.space.files[name] for one in replies for name in one.files]
        assert [file.content.decode() for file in shared] == [logs]
        assert len(replies) == 2

    async def test_a_thread_that_vanished_does_not_lose_the_message(
        self, slack: SlackWorld, case: Case, playbook: Playbook
    ) -> None:
        gone = replace(case, cards={"role:mod": Card(channel="CMOD0001", ts="1.000001")})
        told = await slack.chat.tell(tell(), Situation(gone, playbook, NOW), Trying())
        assert [one.ts for one in slack.messages()] == [told.ts]


async def _until_told(slack: SlackWorld, effect: TellPeople, case: Case, playbook: Playbook, trying: Trying) -> None:
    """Try as the queue does: Slack shares a file a while after it said yes."""
    for _ in range(20):
        try:
            await slack.chat.tell(effect, Situation(case, playbook, NOW), trying)
        except TryAgain:
            trying = trying.again()
            slack.company.slack.space.share_seconds = 0
            await slack.client.web.api_test()
        else:
            return
    raise AssertionError("never told")
