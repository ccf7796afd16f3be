"""A whole desk in memory: the real engine over readable fakes, and a worker that does everything that is queued."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk.case.effects import Effect
from desk.playbook.model import Deed, Playbook
from desk.service.answer import Answer
from desk.service.back_office_port import ProfileSeen
from desk.service.engine import Engine
from tests.desk.bench import PEOPLE, Bench
from tests.fakes.backoffice import FakeBackOffice
from tests.fakes.cases import FakeCases
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.tickets import FakeTickets


@dataclass
class Try:
    """One try at an effect, kept nowhere."""

    number: int = 1
    before: bool = False
    first_at: datetime | None = None
    prepared: bytes | None = None

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        self.before, self.prepared = True, body


@dataclass
class Copies:
    """Google Chat as a list."""

    said: dict[str, tuple[str, ...]] = field(default_factory=dict)

    async def copy(self, lines: tuple[str, ...], key: str) -> str:
        self.said.setdefault(key, tuple(lines))
        return f"spaces/1/messages/{len(self.said)}"


@dataclass
class Whole:
    """The desk and its world; `play` does a deed of a rehearsal on a case of its own."""

    playbook: Playbook
    cases: FakeCases = field(default_factory=FakeCases)
    tickets: FakeTickets = field(default_factory=FakeTickets)
    chat: FakeChat = field(default_factory=FakeChat)
    clock: FakeClock = field(default_factory=FakeClock)
    office: FakeBackOffice = field(default_factory=FakeBackOffice)
    copies: Copies = field(default_factory=Copies)
    later: dict[str, datetime] = field(default_factory=dict)
    engine: Engine = field(init=False)
    deliveries: int = 0

    async def start(self) -> "Whole":
        key = await self.cases.remember_playbook(self.playbook)
        name = self.playbook.playbook
        self.engine = Engine(
            cases=self.cases,
            tickets=self.tickets,
            chat=self.chat,
            clock=self.clock,
            playbooks={name: self.playbook},
            hashes={name: key},
            back_office=self.office,
            copies=self.copies,
        )
        return self

    async def play(self, deed: Deed, case: str) -> Answer:
        bench = Bench(self.playbook)
        command = bench.command(deed).model_copy(update={"case": case, "delivery": self.delivery()})
        answer = await self.engine.accept(command)
        await self.work()
        return answer

    async def play_all(self, deeds: tuple[Deed, ...], case: str) -> Answer:
        answer = None
        for deed in deeds:
            answer = await self.play(deed, case)
            assert bool(answer.refusal) is deed.refused, answer.refusal
        assert answer is not None
        return answer

    def delivery(self) -> str:
        self.deliveries += 1
        return f"d{self.deliveries}"

    async def work(self) -> None:
        """Do what is queued, in order, until nothing is left that could be done now."""
        while ready := next((e for e in self.cases.queued() if self._may(e)), None):
            at = await self.engine.perform(ready, Try())
            if at is not None:
                self.later[ready.key] = at

    def _may(self, effect: Effect) -> bool:
        waits = any(self.cases.effects[key].status != "done" for key in effect.needs)
        return not waits and effect.key not in self.later

    def customer(self, number: str, email: str) -> None:
        self.office.people[number] = ProfileSeen(number, "https://admin.example/p/1", "N", "n", email, "", False)


__all__ = ["PEOPLE", "Whole"]
