"""Two replicas on one PostgreSQL, one Slack: whose role ended at one of them acts at neither, whatever comes late."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from bot.main import assemble
from bot.running import Bot
from config.settings import settings
from desk.case import commands as cmd
from desk.case.state import Case
from handlers.ticks.leavers import Leavers, on_leavers
from integrations.store.announcements import StoredAnnouncements
from integrations.store.holdings import StoredHoldings
from ops.stage import PEOPLE, ROLES, SANDBOX
from sandbox.company import Company
from sandbox.slack import events, payloads
from tests.desk.bench import Bench, mr_d
from tests.postgres import postgres, postgres_server  # noqa: F401 - fixtures

CASE = "01JD0000000000000000000012"
DEEDS = mr_d().rehearsals["unchanged"].deeds
MOD, AGENT = PEOPLE["mod"], PEOPLE["agent"]
Start = Callable[[], Awaitable["Replica"]]


class Replica:
    """A bot without background work, spoken to as Slack does: signed, over HTTP."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(bot.app), base_url="http://desk")

    async def send(self, raw: str, kind: str, **headers: str) -> httpx.Response:
        at = str(int(time.time()))
        secret = SANDBOX["ATO_SLACK__SIGNING_SECRET"].encode()
        mac = hmac.new(secret, f"v0:{at}:{raw}".encode(), hashlib.sha256).hexdigest()
        signed = {"x-slack-signature": f"v0={mac}", "x-slack-request-timestamp": at, "content-type": kind}
        return await self.http.post("/slack/events", content=raw, headers={**signed, **headers})

    async def hear(self, body: dict[str, Any], again: int = 0) -> None:
        """Take an event; `again` is the how-manieth time Slack sends it."""
        retry = {"x-slack-retry-num": str(again), "x-slack-retry-reason": "http_timeout"} if again else {}
        assert (await self.send(json.dumps(body), "application/json", **retry)).status_code == 200

    async def press(self, person: str, action: str) -> None:
        body = {
            "type": "block_actions",
            "user": {"id": person},
            "trigger_id": f"{time.time_ns()}.1",
            "container": {"type": "message", "message_ts": "1.2", "channel_id": "CMOD0001"},
            "channel": {"id": "CMOD0001"},
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": f"{CASE}|1"}],
        }
        form = urlencode({"payload": json.dumps(body)})
        assert (await self.send(form, "application/x-www-form-urlencoded")).status_code == 200

    async def play(self, *deeds: Any) -> None:
        for deed in deeds:
            command = Bench(mr_d()).command(deed).model_copy(update={"case": CASE, "delivery": f"{time.time_ns()}"})
            assert (await self.bot.engine.accept(command)).refusal is None

    async def case(self) -> Case:
        found = await self.bot.engine.look(CASE)
        assert found
        return found[0]

    async def refusals(self) -> list[str]:
        return [one.why.key for one in (await self.case()).log if one.kind == "act_refused"]


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    async with Company() as company:
        yield company


@pytest.fixture
async def start(company: Company, postgres: str, tmp_path: Path) -> AsyncIterator[Start]:  # noqa: F811
    started: list[Bot] = []
    roles = {f"ATO_SLACK__GROUPS__{role.upper()}": group for role, (group, _) in ROLES.items()}
    inboxes = {f"ATO_SLACK__INBOXES__{role.upper()}": at for role, (_, at) in ROLES.items() if at}
    given = {
        "ATO_SLACK__API_URL": company.urls["slack"],
        "ATO_ZENDESK__URL": company.urls["zendesk"],
        "ATO_DATABASE_URL": postgres,
        "ATO_PLAYBOOKS__NAMES": "mr_d",
    }

    async def one() -> Replica:
        bot = assemble(settings(SANDBOX | roles | inboxes | given))
        started.append(bot)
        bot.engine.hashes = {n: await bot.cases.remember_playbook(b) for n, b in bot.playbooks.items()}
        await bot.people.warm()
        return Replica(bot)

    yield one
    for bot in started:
        await bot.stop()


def moved(company: Company, group: str, people: list[str]) -> dict[str, Any]:
    """Have a user group hold these people; return what Slack says of it, unsent."""
    space = company.slack.space
    there = space.groups[group]
    before, at = there.people, there.updated
    there.people, there.updated = people, int(time.time())
    return payloads.event_callback(space, events.group_members_changed(space, there, before, at))


async def test_a_dismissed_person_acts_at_no_replica(company: Company, start: Start) -> None:
    """H6: the event reaches one replica, the click the other."""
    first, second = await start(), await start()
    await first.play(*DEEDS[:3])
    await first.hear(moved(company, "SMODS001", ["UMOD0002"]))
    await second.press(MOD, "do:suspend:suspended")
    assert (await second.case()).step("suspend").status == "open"
    (why,) = await second.refusals()
    assert "I have not changed anything" in why
    await second.press("UMOD0002", "do:suspend:suspended")
    assert (await first.case()).step("suspend").outcome == "suspended"


async def test_it_is_checked_where_the_decision_is_committed(company: Company, start: Start) -> None:
    """H6: the role ends while the command is being decided, after its roles were looked up."""
    first, second = await start(), await start()
    await first.play(*DEEDS[:3])
    commit, told = second.bot.cases.commit, []

    async def after_the_event(decision: Any) -> None:
        if not told:
            told.append(decision)
            await first.hear(moved(company, "SMODS001", ["UMOD0002"]))
        await commit(decision)

    second.bot.cases.commit = after_the_event
    await second.press(MOD, "do:suspend:suspended")
    assert "step_completed" in {event.kind for event in told[0].events}
    assert (await first.case()).step("suspend").status == "open"
    assert len(await first.refusals()) == 1


async def test_a_late_retry_of_an_older_event_gives_no_role_back(company: Company, start: Start) -> None:
    """S6: "added" is sent again after "removed" arrived, to another replica."""
    first, second = await start(), await start()
    added = moved(company, "SMODS001", ["UMOD0001", "UMOD0002", "UOUTS001"])
    removed = moved(company, "SMODS001", ["UMOD0001", "UMOD0002"])
    await first.hear(removed)
    await first.hear(removed, again=1)
    await second.hear(added, again=2)
    for replica in (first, second):
        await replica.bot.people.catch_up()
        await replica.bot.people.mend()
        assert replica.bot.people.person("UOUTS001").roles == frozenset()


async def test_a_group_switched_off_and_on_again(company: Company, start: Start) -> None:
    """S6: neither event says who is in it."""
    first, second = await start(), await start()
    space = company.slack.space
    group = space.groups["SMODS001"]

    async def switch(disabled: bool) -> None:
        group.disabled, group.updated = disabled, int(time.time())
        event = events.group_updated(space, group)
        event["subteam"].pop("users", None)
        await first.hear(payloads.event_callback(space, event))

    await switch(disabled=True)
    await second.bot.people.catch_up()
    assert second.bot.people.members("mod") == ()
    await switch(disabled=False)
    await first.bot.people._tasks["SMODS001"]
    await second.bot.people.catch_up()
    assert second.bot.people.members("mod") == ("UMOD0001", "UMOD0002")


async def test_a_guest_and_somebody_of_another_workspace_act_nowhere(company: Company, start: Start) -> None:
    space = company.slack.space
    space.users[MOD].guest, space.users["UMOD0002"].team = "multi", "TOTHER01"
    replica = await start()
    await replica.play(*DEEDS[:3])
    for person in (MOD, "UMOD0002"):
        await replica.press(person, "do:suspend:suspended")
    assert (await replica.case()).step("suspend").status == "open"
    assert len(await replica.refusals()) == 2


async def test_ready_without_a_word_from_slack(company: Company, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3: clicks are kept, with what is known; who was never read has no role."""
    await start()
    monkeypatch.setattr("integrations.slack.people.directory.WARM_WITHIN", 0.2)
    company.world.new_fault("slack", "status", match="usergroups.*", status=429, retry_after="30")
    replica = await start()
    await replica.bot.people._tasks["refresh"]
    monkeypatch.setattr(replica.bot, "worker", None)
    ready = await replica.http.get("/readyz")
    assert "people" not in ready.json()
    assert ready.json()["database"] == "ok"
    assert replica.bot.people.problems
    await replica.play(*DEEDS[:4])
    assert (await replica.case()).step("suspend").outcome == "suspended"
    before = len(company.world.asked("slack", "usergroups.users.list"))
    await replica.bot.people.mend()
    assert len(company.world.asked("slack", "usergroups.users.list")) == before


async def test_what_a_leaver_had_passes_on_also_when_the_desk_was_down(company: Company, start: Start) -> None:
    first = await start()
    await first.play(*DEEDS[:3])
    claim = cmd.ClaimStep(case=CASE, delivery="claim", by=first.bot.people.person(MOD), step="suspend")
    assert (await first.bot.engine.accept(claim)).refusal is None
    await first.bot.people.close()
    moved(company, "SMODS001", ["UMOD0002"])  # nobody hears of it
    company.slack.space.users[AGENT].deleted = True
    second = await start()
    await second.bot.people.refresh()
    store = StoredAnnouncements(second.bot.database)
    desk = Leavers(second.bot.engine, second.bot.people, StoredHoldings(second.bot.database), store)
    assert await on_leavers(desk) == 2
    case = await first.case()
    assert (case.step("suspend").claimed_by, case.opener_left) == (None, True)
    said = [one for one, _ in await store.unsaid(9)]
    assert [one.inbox for one in said] == ["role:mod", "role:mod"]
    assert {line.args["who"] for one in said for line in one.lines} == {f"<@{AGENT}>", f"<@{MOD}>"}
    assert await on_leavers(desk) == 0
