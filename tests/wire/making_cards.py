"""A Mr D case told step by step, and what is read off its cards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.cards.case_card import Face, face
from desk.case import commands as cmd
from desk.case.results import CardSeen, TicketSeen
from desk.case.situation import Related, Situation
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.rules.decide import decide
from desk.values import Fill, Line, Person, in_language
from integrations.slack.text.lines import Ink

CALL = datetime(2026, 11, 20, 16, 42, tzinfo=UTC)
CASE = "01JD3M9Q4WZ8K2V7X5N6P0R1ST"
AGENT = Person(id="UAGENT01", roles=frozenset({"cs_agent"}))
MOD = Person(id="UMOD0001", roles=frozenset({"mod"}))
DATA = Person(id="UDATA001", roles=frozenset({"data_compliance"}))
HOSTILE = "<!channel> <@UMOD0001> <http://evil.example|bank> & \u202egnp.exe\u0007 :large_green_circle:"
CALLED = {
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
    "still_going": "yes",
    "username_now": "same",
    "email_now": "same",
    "phone_now": "same",
    "fraud_orders": "DFD-77118\nDFD-77119",
}
PASSED = {"popi_full_name": "pass", "popi_contact": "pass", "popi_last_order": "pass"}


def say(line: Line, language: str, zone: str) -> str:
    """Speak English the plain way."""

    def words(value: Any) -> Any:
        if isinstance(value, dict):
            return in_language(value, language)
        if isinstance(value, datetime):
            return f"{value:%H:%M}"
        return ", ".join(value) if isinstance(value, list) else value

    return line.key.format(**{name: words(value) for name, value in line.args.items()})


def ink(now: datetime = CALL, **changes: Any) -> Ink:
    roles = {
        "mod": "MR D MOD",
        "data_compliance": "CS Data Compliance",
        "platform_security": "Platform Security Team",
    }
    return replace(
        Ink(
            say=say,
            language="en",
            zone="Africa/Johannesburg",
            now=now,
            day=CALL.date(),
            role=lambda role: roles.get(role, role),
            mentions=lambda role: f"<@{role}1> <@{role}2>",
        ),
        **changes,
    )


class Story:
    """Plays a case by commands, without an engine."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook, self.case, self.now = playbook, Case(id=CASE), CALL
        self.related = Related(number=12)

    @property
    def situation(self) -> Situation:
        return Situation(self.case, self.playbook, self.now, self.related)

    def do(self, command: cmd.Command) -> "Story":
        decision = decide(command, self.situation)
        assert decision.refusal is None, decision.refusal
        self.case = decision.case
        for effect in decision.effects:
            self.settle(effect)
        return self

    def settle(self, effect: Any) -> None:
        """Let everything outside succeed at once."""
        if effect.kind == "create_ticket":
            self.ticket(effect)
        elif effect.kind == "show_card":
            seen = CardSeen(channel="C1", ts="1.000001", version=self.case.version)
            self.do(cmd.Settle(case=CASE, delivery="", effect=effect, result=seen))

    def ticket(self, effect: Any) -> None:
        url = "https://mrd.zendesk.example/agent/tickets/48231"
        seen = TicketSeen(id=48231, url=url, group=effect.group, status="open")
        self.do(cmd.Settle(case=CASE, delivery="", effect=effect, result=seen))

    def step(self, by: Person, step: str, outcome: str = "done", minutes: int = 1, **fills: Any) -> "Story":
        self.now += timedelta(minutes=minutes)
        answers = {name: Fill(raw=raw) for name, raw in fills.items()}
        return self.do(
            cmd.CompleteStep(
                case=CASE,
                delivery=f"{step}{self.now}",
                by=by,
                step=step,
                outcome=outcome,
                fills=answers,
            )
        )

    def told_mod(self, **changes: Any) -> "Story":
        answers = {name: Fill(raw=raw) for name, raw in {**CALLED, **changes}.items()}
        self.do(cmd.OpenCase(case=CASE, delivery="o", by=AGENT, playbook="mr_d", fills=answers))
        self.step(AGENT, "locate", "found", **FOUND)
        return self.step(AGENT, "verify_standard", "verified", **PASSED)

    def suspended(self, **changes: Any) -> "Story":
        return self.told_mod(**changes).step(MOD, "suspend", "suspended")

    def escalated(self, none: dict[str, str], **fills: Any) -> "Story":
        self.now += timedelta(minutes=1)
        answers = {name: Fill(raw=raw) for name, raw in fills.items()}
        answers |= {name: Fill(none_because=reason) for name, reason in none.items()}
        return self.do(
            cmd.CompletePart(
                case=CASE,
                delivery="e",
                by=DATA,
                step="flag_security",
                part="escalation",
                fills=answers,
            )
        )

    def face(self, inbox: str) -> Face:
        return face(self.situation, inbox)


def texts(blocks: Any) -> Iterator[str]:
    """Give every mrkdwn text."""
    if isinstance(blocks, dict):
        if blocks.get("type") == "mrkdwn":
            yield blocks["text"]
        blocks = list(blocks.values())
    if isinstance(blocks, list | tuple):
        for inner in blocks:
            yield from texts(inner)


def lines_of(drawn: Any) -> list[str]:
    return [line for text in texts(drawn.blocks) for line in text.split("\n")]


def buttons_of(drawn: Any) -> dict[str, dict[str, Any]]:
    return {
        e["text"]["text"]: e
        for b in drawn.blocks
        if b["type"] == "actions"
        for e in b["elements"]
        if e["type"] == "button"
    }
