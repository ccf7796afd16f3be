"""How much work waits and since when: urgent and routine apart, and without what waits for a person."""

from datetime import timedelta

from desk.case.work_events import EffectDied
from desk.service.watchdog import Backlog, Queue
from integrations.store.engine import Database
from integrations.store.lateness import StoredLateness
from tests.contract.making import Maker, card
from tests.fakes.clock import START


async def test_what_waits_is_counted_by_urgency(keep: Maker, engine: Database) -> None:
    store = StoredLateness(engine)
    assert await store.backlog() == Backlog()
    case = await keep.open(effects=[card("a1", "a"), card("a2", "b")])
    keep.clock.move(timedelta(minutes=1))
    await keep.add(case, keep.claimed(), effects=[card("a3", "c", urgent=True)])
    assert await store.backlog() == Backlog(Queue(1, START + timedelta(minutes=1)), Queue(2, START))


async def test_what_is_done_or_waits_for_a_dead_letter_is_not(keep: Maker, engine: Database) -> None:
    store = StoredLateness(engine)
    effects = [card("a1", "a"), card("a2", "b"), card("a3", "c", needs=("a2",))]
    case = await keep.open(effects=effects)
    case = await keep.add(case, keep.claimed(), settles="a1")
    assert await store.backlog() == Backlog(Queue(), Queue(2, START))
    died = EffectDied(at=START, by="bot", effect="a2", what="show_card", system="Zendesk", reason="no form")
    await keep.add(case, died, kills="a2")
    assert await store.backlog() == Backlog(Queue(), Queue(), 1)
