"""A bench for the desk alone: people, the real Mr D playbook, and a world that answers every effect at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from config.load import load
from desk.case import commands as cmd
from desk.case.effects import Effect, Requester
from desk.case.results import Answered, CardSeen, Redacted, Result, TicketFound, TicketSeen, Told
from desk.case.situation import Related, Situation
from desk.case.state import Case
from desk.playbook.model import Deed, Playbook
from desk.rules.decide import Decision, decide
from desk.values import Fill, Fills, Person

CASE = "01JD0000000000000000000012"
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
PLAYBOOKS = Path(__file__).parents[2] / "config" / "playbooks"


@cache
def mr_d() -> Playbook:
    """Read once: a playbook is frozen, and a test that wants another one makes a copy."""
    return load(PLAYBOOKS, ["mr_d"])["mr_d"]


@cache
def qualia() -> Playbook:
    return load(PLAYBOOKS, ["qualia_connect"])["qualia_connect"]


PEOPLE = {
    "agent": Person(id="UAGENT01", roles=frozenset({"cs_agent"}), zone="Africa/Johannesburg"),
    "agent2": Person(id="UAGENT02", roles=frozenset({"cs_agent"})),
    "mod": Person(id="UMOD0001", roles=frozenset({"mod"})),
    "mod2": Person(id="UMOD0002", roles=frozenset({"mod"})),
    "data": Person(id="UDATA001", roles=frozenset({"data_compliance"})),
    "security": Person(id="USECU001", roles=frozenset({"platform_security"})),
    "lead": Person(id="ULEAD001", roles=frozenset({"team_lead"})),
    "outsider": Person(id="UOUTS001"),
    "qagent": Person(id="UQAGEN01", roles=frozenset({"agent"}), language="it", zone="Europe/Rome"),
    "qhigher": Person(id="UQHIGH01", roles=frozenset({"higher_tier"}), language="it"),
    "qsecurity": Person(id="UQSECU01", roles=frozenset({"security"}), language="it"),
    "qlead": Person(id="UQLEAD01", roles=frozenset({"lead"}), language="it"),
}


def fills(given: dict[str, Any] | None = None, none: dict[str, str] | None = None) -> Fills:
    found = {name: Fill(raw=tuple(raw) if isinstance(raw, list) else raw) for name, raw in (given or {}).items()}
    return found | {name: Fill(none_because=why) for name, why in (none or {}).items()}


NUMBERED = Related(number=12)


@dataclass
class Bench:
    """One case on the bench; `hold` names kinds of effects that are not answered."""

    playbook: Playbook
    now: datetime = FRIDAY
    hold: frozenset[str] = frozenset()
    group: str | None = None
    case: Case = field(default_factory=lambda: Case(id=CASE, playbook_hash="hash"))
    done: list[Effect] = field(default_factory=list)
    waiting: list[Effect] = field(default_factory=list)
    last: Decision | None = None
    count: int = 0
    related: Related = NUMBERED

    @property
    def situation(self) -> Situation:
        return Situation(self.case, self.playbook, self.now, self.related)

    def tell(self, command: cmd.Command) -> Decision:
        self.last = decide(command, self.situation)
        self.case = self.last.case
        self.waiting.extend(self.last.effects)
        self.answer()
        return self.last

    def answer(self) -> None:
        ready = [effect for effect in self.waiting if effect.kind not in self.hold]
        while ready:
            self.waiting.remove(ready[0])
            self.settle(ready[0], self.result(ready[0]))
            ready = [effect for effect in self.waiting if effect.kind not in self.hold]

    def settle(self, effect: Effect, result: Result) -> Decision:
        self.done.append(effect)
        decision = decide(cmd.Settle(case=CASE, delivery="", effect=effect, result=result), self.situation)
        self.case = decision.case
        self.waiting.extend(decision.effects)
        return decision

    def result(self, effect: Effect) -> Result:
        if effect.kind in {"create_ticket", "update_ticket", "look_at_ticket"}:
            stands = self.case.tickets.get(effect.name)
            there = (stands.group if stands else None) or "CS Data Compliance"
            group = self.group or getattr(effect, "group", None) or there
            return TicketSeen(id=48231, url="https://mrd.example/tickets/48231", group=group, status="open")
        if effect.kind == "show_card":
            return CardSeen(
                channel="C1",
                ts=f"1.{len(self.done)}",
                version=self.case.version,
                url="https://slack.example/1",
            )
        if effect.kind == "ask_back_office":
            return Answered()
        if effect.kind == "redact_posts":
            return Redacted(count=1)
        return Told(channel="C1", ts=f"2.{len(self.done)}")

    def play(self, deed: Deed) -> Decision:
        return self.tell(self.command(deed))

    def play_all(self, deeds: Iterable[Deed]) -> Case:
        for deed in deeds:
            self.play(deed)
        return self.case

    def command(self, deed: Deed) -> cmd.Command:
        self.count += 1
        by, delivery = PEOPLE[deed.who], f"d{self.count}"
        given = fills(deed.fill, deed.none)
        if deed.makes:
            return self.adoption(deed.makes, by, delivery)
        if deed.part:
            step, part = deed.part.split(".")
            return cmd.CompletePart(case=CASE, delivery=delivery, by=by, step=step, part=part, fills=given)
        if deed.attempt:
            return cmd.LogAttempt(
                case=CASE,
                delivery=delivery,
                by=by,
                step=deed.step or "",
                attempt=deed.attempt,
                fills=given,
            )
        if deed.step == self.playbook.opens_with:
            return cmd.OpenCase(
                case=CASE,
                delivery=delivery,
                by=by,
                playbook=self.playbook.playbook,
                fills=given,
            )
        return cmd.CompleteStep(
            case=CASE,
            delivery=delivery,
            by=by,
            step=deed.step or "",
            occurrence=max(1, self.case.step(deed.step or "").occurrence),
            outcome=deed.outcome or "done",
            fills=given,
        )

    def adoption(self, made: dict[str, str], by: Person, delivery: str) -> cmd.Command:
        seen = TicketSeen(id=48231, url="https://mrd.example/tickets/48231", group=made["group"], status="open")
        requester = Requester(email=made["email"], name=made["name"])
        plan = self.playbook.ticket_plans[0]
        found = TicketFound(seen=seen, query_type=plan.query_type or "", requester=requester)
        return cmd.AdoptTicket(
            case=CASE,
            delivery=delivery,
            by=by,
            playbook=self.playbook.playbook,
            found=found,
        )

    def of(self, kind: str) -> list[Any]:
        """Every effect of a kind, done or waiting."""
        return [effect for effect in (*self.done, *self.waiting) if effect.kind == kind]

    def happened(self, kind: str) -> list[Any]:
        return [event for event in self.case.log if event.kind == kind]

    def open_steps(self) -> list[str]:
        if not self.case.open:
            return []
        return [name for name in self.playbook.steps if self.case.step(name).status == "open"]
