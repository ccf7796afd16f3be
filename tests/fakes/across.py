"""Who is on duty, who looked up whom and what is announced, in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desk.reminders.announcement import DIGEST, Announcement, Gathered
from desk.service.ports import StoreGone


@dataclass
class FakeShifts:
    """Shifts for tests: role to person to whether they are on duty. Set `gone` to make the database not answer."""

    rows: dict[str, dict[str, bool]] = field(default_factory=dict)
    gone: bool = False

    async def on_duty(self) -> Mapping[str, frozenset[str]]:
        return {role: frozenset(p for p, on in people.items() if on) for role, people in self.rows.items()}

    async def begin(self, person: str, roles: Collection[str], now: datetime) -> None:
        self._answer()
        for people in self.rows.values():
            people.pop(person, None)
        for role in roles:
            self.rows.setdefault(role, {})[person] = True
        self.rows = {role: people for role, people in self.rows.items() if people}

    async def end(self, person: str, roles: Collection[str], now: datetime) -> None:
        self._answer()
        for role in {*roles, *(role for role, people in self.rows.items() if person in people)}:
            self.rows.setdefault(role, {})[person] = False

    def _answer(self) -> None:
        if self.gone:
            raise StoreGone("the pretend database does not answer")


@dataclass
class FakeSearches:
    """A log of look-ups."""

    rows: list[tuple[str, str, datetime]] = field(default_factory=list)

    async def note(self, person: str, kind: str, now: datetime, since: datetime) -> int:
        self.rows.append((person, kind, now))
        return sum(who == person and at >= since for who, _, at in self.rows)


@dataclass
class FakeAnnouncements:
    """Announcements in memory."""

    rows: dict[str, tuple[Announcement, datetime]] = field(default_factory=dict)
    begun: dict[str, datetime] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    reminders: dict[Gathered, str] = field(default_factory=dict)

    async def put(self, one: Announcement, now: datetime, stands_for: Sequence[Gathered] = ()) -> bool:
        if one.key in self.rows or self.reminders.keys() & set(stands_for):
            return False
        self.rows[one.key] = (one, now)
        self.reminders |= dict.fromkeys(stands_for, one.key)
        return True

    async def unsaid(self, limit: int) -> Sequence[tuple[Announcement, datetime | None]]:
        left = sorted((at, key) for key, (_, at) in self.rows.items() if key not in self.done)
        return [(self.rows[key][0], self.begun.get(key)) for _, key in left[:limit]]

    async def begin(self, key: str, now: datetime) -> None:
        self.begun.setdefault(key, now)

    async def finish(self, key: str, now: datetime) -> None:
        self.done.add(key)

    async def gathered(self, cases: Sequence[str]) -> frozenset[Gathered]:
        return frozenset(one for one in self.reminders if one.case in cases)

    async def last(self, inboxes: Sequence[str], since: datetime) -> frozenset[str]:
        digests = (one for one, at in self.rows.values() if one.key.startswith(DIGEST) and at > since)
        return frozenset(one.inbox for one in digests if one.inbox in inboxes)
