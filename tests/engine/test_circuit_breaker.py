"""Zendesk is gone for an hour while two hundred cases come in: each gets one ticket, and every card says what is so.

The engine and the queue are the real ones; the database, Zendesk, Slack and the clock are in memory.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from desk.case import commands as cmd
from desk.case.effects import CreateTicket, UpdateTicket
from desk.case.results import CardSeen, TicketSeen
from desk.service.engine import Engine
from desk.service.ports import Attempt, TryAgain
from desk.values import Fill
from integrations.queue.embedded import EmbeddedQueue
from integrations.slack.views.card import card
from tests.desk.bench import PEOPLE
from tests.engine.whole import Try, Whole
from tests.fakes.cases import FakeCases
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.effects import FakeEffects
from tests.fakes.tickets import FakeTickets
from tests.wire.making_cards import ink

SHORT = Path(__file__).parents[1] / "journey" / "playbooks"
GONE_AT = datetime(2026, 11, 26, 8, 42, tzinfo=UTC)
"""10:42 where the desk is."""
DATE = re.compile(r"<!date[^|]*\|\S+ (\d\d:\d\d)>")
"""How Slack is given an instant, and what it shows where it cannot."""
CASES, MINUTE = 200, timedelta(minutes=1)


@dataclass
class Zendesk(FakeTickets):
    """Counts every call by the minute; while it is down, none is answered."""

    clock: FakeClock = field(default_factory=FakeClock)
    down: bool = False
    calls: Counter[datetime] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)

    def _call(self, key: str) -> None:
        self.calls[self.clock.now().replace(second=0, microsecond=0)] += 1
        if self.down:
            raise TryAgain("Zendesk", "it did not answer in time", silent=True)
        self.order.append(key)

    async def create(self, effect: CreateTicket, attempt: Attempt) -> TicketSeen:
        await attempt.prepare(b"")
        self._call(effect.key)
        return await super().create(effect, attempt)

    async def update(self, effect: UpdateTicket, attempt: Attempt) -> TicketSeen:
        self._call(effect.key)
        return await super().update(effect, attempt)


@dataclass
class Desk:
    """The desk under test and its world."""

    engine: Engine
    effects: FakeEffects
    queue: EmbeddedQueue
    clock: FakeClock
    zendesk: Zendesk
    chat: FakeChat

    async def rest(self) -> None:
        """Let the queue do everything that can be done now."""
        for _ in range(100_000):
            self.queue.wake()
            await asyncio.sleep(0)
            if running := list(self.queue._running.values()):
                await asyncio.wait(running)
            elif not await self.effects.ready(self.clock.now(), [], 1):
                return
        raise AssertionError("the queue does not come to rest")

    async def pass_by(self, time: timedelta) -> None:
        """Let time pass, a quarter of a minute at a time."""
        until = self.clock.now() + time
        while self.clock.now() < until:
            self.clock.move(timedelta(seconds=15))
            await self.rest()

    async def open(self, number: int) -> str:
        case, who = f"01CASE{number:04}", PEOPLE["agent"].model_copy(update={"id": f"UA{number}"})
        fills = {"customer_id": Fill(raw=str(2_000_000 + number))}
        opened = cmd.OpenCase(case=case, delivery=f"open {case}", by=who, playbook="short", fills=fills)
        assert (await self.engine.accept(opened)).refusal is None
        return case

    async def tap(self, case: str) -> None:
        """The MOD presses Suspended now; nothing may be refused because Zendesk is gone."""
        tap = cmd.CompleteStep(
            case=case,
            delivery=f"tap {case}",
            by=PEOPLE["mod"],
            step="suspend",
            occurrence=1,
            outcome="suspended",
        )
        assert (await self.engine.accept(tap)).refusal is None

    async def mods_card(self, case: str) -> str:
        """What the MOD reads on the case's card, as it stands in the channel."""
        found = await self.engine.look(case)
        assert found is not None
        ts = found[0].cards["role:mod"].ts
        drawn = next(one.face for one in self.chat.posted if one.ts == ts and one.face)
        blocks = card(drawn, found[1], ink(self.clock.now(), zone="Africa/Johannesburg")).blocks
        return DATE.sub(r"\1", str(blocks))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = FakeClock(GONE_AT)
    books = load(SHORT, ["short"])
    cases = FakeCases()
    effects = FakeEffects(cases)
    zendesk, chat = Zendesk(clock=clock), FakeChat()
    hashes = {"short": await cases.remember_playbook(books["short"])}
    built = Engine(cases=cases, tickets=zendesk, chat=chat, clock=clock, playbooks=books, hashes=hashes)
    built.queue = queue = EmbeddedQueue(effects, clock, built.perform, idle=0.01)
    running = asyncio.create_task(queue.run())
    yield Desk(built, effects, queue, clock, zendesk, chat)
    await queue.stop(5)
    await running


async def test_an_hour_without_zendesk(desk: Desk) -> None:
    names = [await desk.open(number) for number in range(CASES)]
    await desk.rest()
    for name in names[::20]:
        assert "Suspended now" in await desk.mods_card(name)
    desk.zendesk.down = True
    await desk.tap(names[0])
    await desk.pass_by(MINUTE)
    for name in names[1:]:
        await desk.tap(name)
    await desk.pass_by(MINUTE)
    for name in names[::20]:
        assert "Ticket pending: Zendesk has not answered since 10:42" in await desk.mods_card(name)
    await desk.pass_by(58 * MINUTE)
    assert desk.zendesk.tickets == []
    assert sum(desk.zendesk.calls.values()) <= 5 + 60, "one try a minute, however many cases wait"
    desk.zendesk.down, back_at = False, desk.clock.now()
    await desk.pass_by(12 * MINUTE)
    assert Counter(one.key for one in desk.zendesk.tickets) == Counter({f"{name}/suspend/1/0": 1 for name in names})
    assert desk.effects.cases.queued() == []
    after = [count for at, count in desk.zendesk.calls.items() if at >= back_at]
    assert max(after) <= 100, "no storm: Zendesk takes a hundred a minute"
    for name in names[::20]:
        shown = await desk.mods_card(name)
        assert "pending" not in shown
        assert "CS Data Compliance" in shown


async def test_who_waits_for_a_turn_does_not_wait_longer_each_time(desk: Desk) -> None:
    after = timedelta(seconds=4)
    desk.chat.fail(lambda: TryAgain("Slack", "too many messages", after=after, paced=True), times=15)
    await desk.open(0)
    for _ in range(10):
        await desk.rest()
        desk.clock.move(timedelta(seconds=5))
    await desk.rest()
    assert len([one for one in desk.chat.posted if one.face]) == 2


class Busy(FakeChat):
    """A Slack in which every card waits for its turn until the test lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = asyncio.Event()

    async def show(self, *about: Any) -> CardSeen:
        await self.turns.wait()
        return await super().show(*about)


async def test_cards_that_wait_for_their_turn_do_not_keep_tickets_from_being_made(desk: Desk) -> None:
    desk.engine.chat = busy = Busy()
    names = [await desk.open(number) for number in range(12)]
    for name in names:
        await desk.tap(name)
    for _ in range(2000):
        if len(desk.zendesk.order) == len(names):
            break
        desk.queue.wake()
        await asyncio.sleep(0)
    made = list(desk.zendesk.order)
    busy.turns.set()
    await desk.rest()
    assert len(made) == len(names)


async def test_waiting_for_a_turn_is_no_try() -> None:
    made = await Whole(load()["mr_d"]).start()
    await made.play(made.playbook.rehearsals["unchanged"].deeds[0], "01JD0000000000000000000001")
    after = timedelta(seconds=4)
    card_of = next(one.effect for one in made.cases.effects.values() if one.effect.kind == "show_card")
    made.chat.fail(lambda: TryAgain("Slack", "too many messages", after=after, paced=True), times=1)
    attempt = Try(number=4)
    at = await made.engine.perform(card_of, attempt)
    assert attempt.number == 3
    assert at is not None and at - made.clock.now() <= 2 * after
