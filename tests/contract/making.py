"""Makes cases, decisions and effects to keep; what they mean does not matter to whoever keeps them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Executable, event

from desk.case import events as ev
from desk.case.effects import Effect, ShowCard
from desk.case.fold import fold
from desk.case.state import Case
from desk.case.work_events import TicketCreated
from desk.service.ports import Cases, Commit
from desk.values import Fact
from desk.workflow.calendar import Deadline
from integrations.store.audit import StoredEvidence
from integrations.store.cases import StoredCases
from integrations.store.engine import Database
from tests.fakes.clock import START, FakeClock

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
EMAIL, PHONE, NAME = "thandi@example.co.za", "+27821234567", "Thandi Nkosi"


@dataclass
class Maker:
    """Makes decisions to keep, the way the engine would."""

    cases: Cases
    playbook_hash: str
    clock: FakeClock

    async def open(self, case: str = "01CASE", by: str = "U1", **rest: object) -> Case:
        """Open a case with a customer in it, and keep it."""
        opened = ev.CaseOpened(
            at=self.clock.now(),
            by=by,
            number=await self.cases.number(),
            playbook="small",
            playbook_hash=self.playbook_hash,
            language="en",
        )
        return await self.add(Case(id=case), opened, self.customer(), **rest)

    async def add(self, case: Case, *events: ev.Event, **rest: object) -> Case:
        """Keep these events of a case, and give the case after them."""
        commit = self.commit(case, *events, **rest)
        await self.cases.commit(commit)
        return commit.case

    def commit(self, case: Case, *events: ev.Event, **rest: object) -> Commit:
        """Make a commit without keeping it."""
        parts = {"effects": (), "deadlines": (), "delivery": "", "at": self.clock.now(), **rest}
        return Commit(case=fold(case, events), events=events, **parts)

    def customer(self) -> ev.FactsRecorded:
        """Say who the customer is."""
        facts = {
            "email": Fact(value=EMAIL, personal=True),
            "phone": Fact(value=PHONE, personal=True),
            "name": Fact(value=NAME, personal=True, keep="short"),
            "orders": Fact(value=["DFD-1", "DFD-2"]),
            "channel": Fact(value="call"),
        }
        return ev.FactsRecorded(at=self.clock.now(), by="U1", facts=facts, step="receive")

    def claimed(self, step: str = "suspend") -> ev.StepClaimed:
        """Say that somebody has a step."""
        return ev.StepClaimed(at=self.clock.now(), by="U2", step=step)

    def late(self, minutes: int, duty: str = "suspend") -> Deadline:
        """Give a deadline this many minutes from the start."""
        return Deadline(duty, START + timedelta(minutes=minutes))

    def at(self, minutes: int) -> datetime:
        return START + timedelta(minutes=minutes)


def card(key: str, lane: str = "card", *, case: str = "01CASE", **rest: object) -> Effect:
    """Plan an effect; which one does not matter to whoever keeps it."""
    return ShowCard(key=key, case=case, lane=lane, inbox="role:mod", **rest)


async def plan_of(engine: Database, query: Executable, **values: object) -> str:
    """Run a query and say how SQLite went about it."""
    ran: list[tuple[str, tuple[object, ...]]] = []
    event.listen(engine.reader, "before_cursor_execute", lambda *a: ran.append((a[2], a[3])))

    def explain(connection: Connection) -> str:
        connection.execute(query, values)
        statement, given = ran[-1]
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return "\n".join(row.detail for row in rows)

    return await engine.read(explain)


async def whole(cases: StoredCases) -> bool:
    """Say whether the evidence of every case holds."""
    kept = StoredEvidence(cases._database, cases._vault)
    found = [await kept.of(one) for one in await kept.records()]
    return not any(one.broken for one in found)


_TICKET = {"effect": "e", "name": "escalation", "url": "https://x", "group": "G", "status": "open"}


def ticket(number: int) -> TicketCreated:
    return TicketCreated(at=START, by="bot", id=number, asked_group="G", **_TICKET)


def ended() -> ev.CaseEnded:
    return ev.CaseEnded(at=START, by="U1", ending="restored")
