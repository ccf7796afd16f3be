"""Days of chasing against lists written by hand: weekends, public holidays, a change of the clocks and a restart.

The engine and the store are the real ones, on a file; the clock stands still between two ticks, and what is said is
written down instead of posted. The last test moves the clock of a running bot.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from config.load import PLAYBOOKS, load
from config.locales import Catalogue
from desk.case import commands as cmd
from desk.case.effects import TellPeople
from desk.case.results import Told
from desk.case.situation import Situation
from desk.playbook.model import Playbook
from desk.service.engine import Engine
from desk.service.ports import Attempt
from desk.values import Fill, Person
from integrations.queue.trying import next_try
from integrations.store import tables
from integrations.store.cases import StoredCases
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database
from integrations.store.upgrade import upgrade
from integrations.store.vault import Vault
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.tickets import FakeTickets
from tests.journey.scene import LEAD, MOD, Scene, eventually, words

TICK = timedelta(seconds=15)
CASE = "01JD0000000000000000000012"
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
ROME, CAPE = ZoneInfo("Europe/Rome"), ZoneInfo("Africa/Johannesburg")

Reminder = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""When on the wall of the people who are told, in which inbox, who is mentioned, and the sentences."""


@dataclass
class Diary(FakeChat):
    """A chat that writes reminders down."""

    clock: FakeClock = field(default_factory=FakeClock)
    zone: ZoneInfo = ROME
    reminders: list[Reminder] = field(default_factory=list)

    async def tell(self, effect: TellPeople, situation: Situation, attempt: Attempt) -> Told:
        if effect.reminder:
            at = self.clock.now().astimezone(self.zone)
            said = tuple(Catalogue()(line, "en", self.zone.key) for line in effect.lines)
            self.reminders.append((f"{at:%a %d %b %H:%M}", effect.inbox, effect.mention, said))
        return await super().tell(effect, situation, attempt)


@dataclass
class Days:
    """A desk whose days pass at once: the real engine over the real store, ticked every fifteen seconds."""

    playbook: Playbook
    diary: Diary
    clock: FakeClock
    url: str
    tickets: FakeTickets = field(default_factory=FakeTickets)
    deliveries: int = 0
    ticks: int = 0

    async def start(self) -> None:
        """Open the store as a process that was just started would."""
        self.vault = Vault([KEY], "a digest key of thirty-two letters")
        self.database: Database = open_database(self.url)
        cases = StoredCases(self.database, self.vault)
        hashes = {self.playbook.playbook: await cases.remember_playbook(self.playbook)}
        self.engine = Engine(
            cases=cases,
            tickets=self.tickets,
            chat=self.diary,
            clock=self.clock,
            playbooks={self.playbook.playbook: self.playbook},
            hashes=hashes,
        )
        self.effects = StoredEffects(self.database, self.vault)

    async def stop(self) -> None:
        await self.database.close()

    async def act(self, command: type[cmd.Command], role: str, who: str = "U1", **about: Any) -> None:
        """Let somebody do something, and everything outside that follows from it."""
        self.deliveries += 1
        by = Person(id=who, roles=frozenset({role}))
        fills = {name: Fill(raw=raw) for name, raw in about.pop("fill", {}).items()}
        given = about | ({"fills": fills} if fills else {})
        asked = command(case=CASE, delivery=f"d{self.deliveries}", by=by, **given)
        answer = await self.engine.accept(asked)
        assert answer.refusal is None, answer.refusal
        await self.work()

    async def work(self) -> None:
        """Do what waits, as the queue would."""
        while waiting := await self.effects.ready(self.clock.now(), (), 50):
            for one in waiting:
                attempt = next_try(self.effects, self.clock, one, self.clock.now())
                assert await self.engine.perform(one.effect, attempt) is None

    async def tick(self) -> None:
        """The chaser's tick, twice at the same instant: the second must find nothing."""
        await self.engine.chase_due()
        await self.work()
        told = len(self.diary.reminders)
        assert await self.engine.chase_due() == 0
        assert len(self.diary.reminders) == told
        self.ticks += 1

    async def until(self, end: datetime) -> None:
        """Tick every fifteen seconds; the ticks at which nothing can be due are passed over."""
        while (due := await self.next_due()) is not None and due < end:
            self.clock.move(max(TICK * -(-(due - self.clock.now()) // TICK), timedelta()))
            await self.tick()
        self.clock.move(end - self.clock.now())
        await self.tick()

    async def next_due(self) -> datetime | None:
        return await self.database.scalar(select(func.min(tables.deadlines.c.fire_at)))


def days(folder: Path, playbook: Playbook, start: datetime, zone: ZoneInfo) -> Days:
    clock = FakeClock(start.astimezone(UTC))
    url = f"sqlite:///{folder / 'days.sqlite3'}"
    upgrade(url)
    return Days(playbook, Diary(clock=clock, zone=zone), clock, url)


@pytest.fixture
async def easter(tmp_path: Path) -> AsyncIterator[Days]:
    book = load(Path(__file__).parent / "playbooks", ["turni"])["turni"]
    made = days(tmp_path, book, datetime(2027, 3, 26, 17, 0, tzinfo=ROME), ROME)
    await made.start()
    yield made
    await made.stop()


EASTER: list[Reminder] = [
    # Friday, 26 March 2027. The case opens at 17:00; blocking is urgent and due at 17:15.
    (
        "Fri 26 Mar 17:15",
        "role:sicurezza",
        ("role:sicurezza",),
        ("TUR-1: “Block the account” is due at 26 Mar 2027 17:15. role:sicurezza owes it.",),
    ),
    # Saturday: an urgent duty is chased at weekends, a day after it was due.
    (
        "Sat 27 Mar 17:15",
        "role:responsabile",
        ("role:responsabile",),
        ("TUR-1: “Block the account” was due at 26 Mar 2027 17:15. role:sicurezza owes it.",),
    ),
    # Sunday, 28 March: at 02:00 the clocks went to 03:00. Ten working hours of the night shift are the six of
    # Saturday and four of Sunday, which end at 05:00 on the new clock.
    (
        "Sun 28 Mar 05:00",
        "role:notte",
        ("role:notte",),
        ("TUR-1: “Watch the account” is due at 28 Mar 2027 05:00. role:notte owes it.",),
    ),
    # Forty-eight real hours after Friday 17:15 the new clock shows 18:15.
    (
        "Sun 28 Mar 18:15",
        "role:responsabile",
        ("role:responsabile",),
        ("TUR-1: “Block the account” was due at 26 Mar 2027 17:15. role:sicurezza owes it.",),
    ),
    # Monday: the night shift's two hours are the last one of Sunday's night and the first one of Monday's.
    (
        "Mon 29 Mar 01:00",
        "role:notte",
        ("role:notte",),
        ("TUR-1: “Watch the account” was due at 28 Mar 2027 05:00. role:notte owes it.",),
    ),
    # Easter Monday is a holiday: the office's two hours are one of Friday and one of Tuesday, until 10:00. At 10:00
    # and at 11:00 the bot was down; when it comes back at 11:30 it says it once.
    (
        "Tue 30 Mar 11:30",
        "role:sicurezza",
        ("role:sicurezza",),
        ("TUR-1: “Check the logins” was due at 30 Mar 2027 10:00. role:sicurezza owes it.",),
    ),
    (
        "Tue 30 Mar 14:00",
        "role:responsabile",
        ("role:responsabile",),
        ("TUR-1: “Check the logins” was due at 30 Mar 2027 10:00. role:sicurezza owes it.",),
    ),
]


async def test_easter_is_chased_as_the_list_says(easter: Days) -> None:
    await easter.act(cmd.OpenCase, "agente", playbook="turni", fill={"conto": "Q-1"})
    await easter.until(datetime(2027, 3, 30, 9, 30, tzinfo=ROME))
    await easter.stop()
    easter.clock.move(timedelta(hours=2))
    await easter.start()
    await easter.until(datetime(2027, 3, 31, 9, 0, tzinfo=ROME))
    assert easter.diary.reminders == EASTER


async def test_a_restart_without_a_pause_repeats_nothing(easter: Days) -> None:
    await easter.act(cmd.OpenCase, "agente", playbook="turni", fill={"conto": "Q-1"})
    for day in range(27, 30):
        await easter.until(datetime(2027, 3, day, 5, 0, tzinfo=ROME))
        await easter.stop()
        await easter.start()
        await easter.tick()
    assert easter.diary.reminders == EASTER[:5]


async def test_three_days_of_silence_are_caught_up_in_one_word_to_each(easter: Days) -> None:
    """Seven rungs were reached while the bot was down; each inbox hears once, of the highest rung of each duty."""
    await easter.act(cmd.OpenCase, "agente", playbook="turni", fill={"conto": "Q-1"})
    await easter.stop()
    easter.clock.move(timedelta(days=4))
    await easter.start()
    await easter.tick()
    at = "Tue 30 Mar 18:00"
    assert easter.diary.reminders == [
        (
            at,
            "role:responsabile",
            ("role:responsabile",),
            (
                "TUR-1: “Block the account” was due at 26 Mar 2027 17:15. role:sicurezza owes it.",
                "TUR-1: “Check the logins” was due at 30 Mar 2027 10:00. role:sicurezza owes it.",
            ),
        ),
        (
            at,
            "role:notte",
            ("role:notte",),
            ("TUR-1: “Watch the account” was due at 28 Mar 2027 05:00. role:notte owes it.",),
        ),
    ]
    await easter.until(datetime(2027, 4, 2, 9, 0, tzinfo=ROME))
    assert len(easter.diary.reminders) == 2


async def test_what_is_done_in_time_is_not_chased(easter: Days) -> None:
    await easter.act(cmd.OpenCase, "agente", playbook="turni", fill={"conto": "Q-1"})
    for step in ("blocca", "verifica"):
        await easter.act(cmd.CompleteStep, "sicurezza", step=step)
    await easter.act(cmd.CompleteStep, "notte", step="sorveglia")
    assert await easter.next_due() is None
    await easter.until(datetime(2027, 3, 31, 9, 0, tzinfo=ROME))
    assert easter.diary.reminders == []


# Mr D's own playbook ------------------------------------------------------------------------------

INTAKE = {
    "channel": "call",
    "reasons": ("orders",),
    "name": "Naledi",
    "surname": "Mahlangu",
    "email": "naledi.mahlangu@example.com",
    "phone": "082 555 0142",
}
FOUND = {
    "profile_link": "https://admin.example/profiles/2048811",
    "customer_id": "2048811",
    "username_now": "same",
    "email_now": "same",
    "phone_now": "same",
}
PASSED = {"popi_full_name": "pass", "popi_contact": "pass", "popi_last_order": "pass"}

SUSPEND = "Suspend the profile & escalate to Data Support Compliance"
ESCALATE = "Escalate on Slack to web security"
TELL = "Tell the customer that the account is suspended"


def late(what: str, due: str, owner: str, how: str = "was") -> str:
    return f"ATO-1: “{what}” {how} due at {due}. {owner} owes it."


def both(due: str, owner: str, how: str = "was") -> tuple[str, str]:
    return late(ESCALATE, due, owner, how), late(TELL, due, owner, how)


WEEKEND: list[Reminder] = [
    # Friday, 11 December 2026. The call comes at 16:30; the MOD has fifteen minutes from then and takes twenty-two.
    ("Fri 11 Dec 16:45", "role:mod", ("role:mod",), (late(SUSPEND, "11 Dec 2026 16:45", "role:mod", "is"),)),
    ("Fri 11 Dec 16:50", "role:mod", ("role:mod",), (late(SUSPEND, "11 Dec 2026 16:45", "role:mod"),)),
    # Suspended at 16:52. Data compliance has one hour of the office: eight minutes of Friday, fifty-two of Monday.
    (
        "Mon 14 Dec 08:52",
        "role:data_compliance",
        ("role:data_compliance",),
        both("14 Dec 2026 08:52", "role:data_compliance", "is"),
    ),
    (
        "Mon 14 Dec 09:22",
        "role:data_compliance",
        ("role:data_compliance",),
        both("14 Dec 2026 08:52", "role:data_compliance"),
    ),
    ("Mon 14 Dec 10:52", "role:team_lead", ("role:team_lead",), both("14 Dec 2026 08:52", "role:data_compliance")),
]
HOLIDAY: list[Reminder] = [
    ("Tue 15 Dec 16:45", "role:mod", ("role:mod",), (late(SUSPEND, "15 Dec 2026 16:45", "role:mod", "is"),)),
    ("Tue 15 Dec 16:50", "role:mod", ("role:mod",), (late(SUSPEND, "15 Dec 2026 16:45", "role:mod"),)),
    # Wednesday, 16 December, is the Day of Reconciliation: nobody is reminded. On Thursday Priya has it since 08:30,
    # so the first word goes to her alone; the bot is down from 09:00 to 11:00 and then says the newest once.
    ("Thu 17 Dec 08:52", "person:UDATA001", (), both("17 Dec 2026 08:52", "<@UDATA001>", "is")),
    ("Thu 17 Dec 11:00", "role:team_lead", ("role:team_lead",), both("17 Dec 2026 08:52", "<@UDATA001>")),
]


@pytest.fixture
async def cape(tmp_path: Path) -> AsyncIterator[Days]:
    book = load(PLAYBOOKS, ["mr_d"])["mr_d"]
    made = days(tmp_path, book, datetime(2026, 12, 11, 16, 30, tzinfo=CAPE), CAPE)
    await made.start()
    yield made
    await made.stop()


async def suspended_late(cape: Days) -> None:
    """Play a case to step 6; the MOD takes twenty-two minutes."""
    opened = cape.clock.now()
    await cape.act(cmd.OpenCase, "cs_agent", "UAGENT01", playbook="mr_d", fill=INTAKE)
    await cape.act(cmd.CompleteStep, "cs_agent", "UAGENT01", step="locate", outcome="found", fill=FOUND)
    await cape.act(
        cmd.CompleteStep,
        "cs_agent",
        "UAGENT01",
        step="verify_standard",
        outcome="verified",
        fill=PASSED,
    )
    await cape.until(opened + timedelta(minutes=22))
    await cape.act(cmd.CompleteStep, "mod", "UMOD0001", step="suspend", outcome="suspended")


async def test_mr_d_over_a_weekend(cape: Days) -> None:
    await suspended_late(cape)
    await cape.until(datetime(2026, 12, 15, 8, 0, tzinfo=CAPE))
    assert cape.diary.reminders == WEEKEND


async def test_mr_d_over_a_public_holiday_with_a_restart(cape: Days) -> None:
    cape.clock.move(timedelta(days=4))
    await suspended_late(cape)
    await cape.until(datetime(2026, 12, 17, 8, 30, tzinfo=CAPE))
    await cape.act(cmd.ClaimStep, "data_compliance", "UDATA001", step="flag_security")
    await cape.until(datetime(2026, 12, 17, 9, 0, tzinfo=CAPE))
    await cape.stop()
    cape.clock.move(timedelta(hours=2))
    await cape.start()
    await cape.until(datetime(2026, 12, 18, 8, 0, tzinfo=CAPE))
    assert cape.diary.reminders == HOLIDAY


# A running bot ------------------------------------------------------------------------------------


def test_the_mod_is_reminded_once_when_twenty_minutes_have_passed(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.card(MOD)
    scene.control("POST", "/clock", json={"advance": 20 * 60})
    found = eventually(lambda: case.thread(MOD), "a reminder under the MOD's card")
    scene.control("POST", "/clock", json={"advance": 60})
    case.card(MOD, "🔴")
    scene.control("POST", "/clock", json={"advance": 10 * 60})
    lead = eventually(lambda: [m for m in scene.channel(LEAD) if case.name in words(m)], "the lead is told")
    assert case.thread(MOD) == found
    assert len(found) == 1
    assert "<@UMOD0001> <@UMOD0002>" in words(found[0])
    assert f"{case.name}: “Suspend the profile &amp; escalate to Data Support Compliance” was due at" in words(found[0])
    assert len(lead) == 1
