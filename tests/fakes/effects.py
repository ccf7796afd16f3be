"""The effects table in memory, for the queue: over the cases in memory, which know what was planned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from desk.case.effects import Effect
from tests.fakes.cases import FakeCases


@dataclass(frozen=True)
class Waiting:
    """An effect whose turn it is, with what earlier tries left behind."""

    effect: Effect
    attempts: int = 0
    first_at: datetime | None = None
    before: bool = False
    prepared: bytes | None = None


@dataclass
class FakeEffects:
    """What the embedded queue needs of a store."""

    cases: FakeCases
    tried: dict[str, Waiting] = field(default_factory=dict)
    next: dict[str, datetime] = field(default_factory=dict)

    async def ready(self, now: datetime, busy: Collection[str], limit: int) -> Sequence[Waiting]:
        heads: dict[str, Effect] = {}
        for effect in self.cases.queued():
            heads.setdefault(effect.lane, effect)
        found = [one for one in heads.values() if one.lane not in busy and self._may(one, now)]
        found.sort(key=lambda one: not one.urgent)
        return [self.tried.get(one.key, Waiting(one)) for one in found[:limit]]

    def _may(self, effect: Effect, now: datetime) -> bool:
        needs_met = all(self.cases.effects[key].status == "done" for key in effect.needs)
        return needs_met and self.next.get(effect.key, now) <= now

    async def next_at(self, now: datetime) -> datetime | None:
        later = (self.next.get(one.key, now) for one in self.cases.queued())
        return min((at for at in later if at > now), default=None)

    async def waiting(self, key: str) -> bool:
        return self.cases.effects[key].status == "queued"

    async def prepare(
        self,
        key: str,
        body: bytes,
        number: int,
        started_at: datetime,
        next_at: datetime | None = None,
    ) -> None:
        kept = self._kept(key, number, started_at)
        self.tried[key] = replace(kept, before=True, prepared=body)
        self.next |= {key: next_at} if next_at else {}

    async def later(self, key: str, number: int, started_at: datetime, next_at: datetime, error: str | None) -> None:
        self.tried[key] = self._kept(key, number, started_at)
        self.next[key] = next_at

    def _kept(self, key: str, number: int, started_at: datetime) -> Waiting:
        kept = self.tried.get(key) or Waiting(self.cases.effects[key].effect)
        return replace(kept, attempts=number, first_at=kept.first_at or started_at)
