"""Engine: accepts commands, performs effects. It moves data between the ports and `decide`."""

import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from desk.cards.worklist import goal, owed
from desk.case import commands as cmd
from desk.case.effects import (
    AskBackOffice,
    AskWhoWrote,
    CopyBrief,
    CreateTicket,
    Effect,
    LookAtTicket,
    ReadSheet,
    RedactPosts,
    ShowCard,
    TellPeople,
    TellRival,
    UpdateTicket,
)
from desk.case.results import Dead, Delayed, Result
from desk.case.situation import Related, Situation
from desk.case.state import Case
from desk.identity.answer_check import Digests, in_digests
from desk.playbook.model import Playbook
from desk.reminders.ladder import deadlines
from desk.rules.decide import Decision, decide, ends, told_no
from desk.rules.settle_effects import TOLD_OF_DELAY, look_again
from desk.service.actors import with_roles_of_now
from desk.service.announcements import Announcements
from desk.service.answer import Answer
from desk.service.back_office_port import BackOffice
from desk.service.back_office_work import Copies, ask, copy, look_into
from desk.service.backoff import retry_at
from desk.service.circuit_breaker import SYSTEM_OF, Outages
from desk.service.given_ticket import with_given_ticket
from desk.service.plan_digests import gather
from desk.service.ports import (
    Attempt,
    Cases,
    Chat,
    Clock,
    Commit,
    Conflict,
    EffectQueue,
    GiveUp,
    People,
    Repeated,
    StoreGone,
    Tickets,
    TryAgain,
)
from desk.service.read_upload import Sheets, read_sheet
from desk.service.related_cases import for_card, with_related
from desk.values import Line, Refusal, TicketRef

log = logging.getLogger(__name__)

RACES = 20
"""Maximum number of decisions on one command after lost races (Conflict)."""


@dataclass
class Engine:
    """Application service of one desk: its cases, its ports, its playbooks and its clock."""

    cases: Cases
    tickets: Tickets
    chat: Chat
    clock: Clock
    playbooks: Mapping[str, Playbook]
    hashes: Mapping[str, str]
    queue: EffectQueue | None = None
    back_office: BackOffice | None = None
    copies: Copies | None = None
    announcements: Announcements | None = None
    held: int = 0
    """Number of cases held for a digest at the last tick."""
    people: People | None = None
    """Who has which role; None takes a command's own word for it."""
    sheets: Sheets | None = None
    digests: Digests | None = None
    """Keyed hash for the answers of callers; None compares nothing."""
    account: str = ""
    """Account of the ticket system; numbers of tickets that people give are on it."""
    outages: Outages = field(default_factory=Outages)
    """Circuit breakers of this process."""

    async def look(self, case: str) -> tuple[Case, Playbook] | None:
        """Return a case; raises StoreGone."""
        return await self.cases.load(case)

    async def accept(self, command: cmd.Command) -> Answer:
        """Decide a command and store the decision, or return the refusal; raises StoreGone."""
        for _ in range(RACES):
            try:
                return await self._once(command)
            except Conflict:
                await self._catch_up()
            except Repeated:
                found = await self.cases.load(command.case)
                case, playbook = found or (Case(id=command.case), None)
                return Answer(case, playbook, repeated=True)
        raise StoreGone(f"case {command.case} changed {RACES} times while one command was decided")

    async def note(self, ticket: TicketRef, delivery: str) -> bool:
        """Store a ticket's change notification with a planned read; False without a case. Raises StoreGone.

        The change is unknown before the read, so nothing is decided and no case is loaded.
        """
        plan = partial(look_again, ticket=ticket, delivery=delivery)
        try:
            found = await self.cases.note(ticket, delivery, self.clock.now(), plan)
        except Repeated:
            return True
        if found is not None and self.queue is not None:
            self.queue.wake()
        return found is not None

    async def refuse(self, command: cmd.Command, asked: str, why: Line) -> None:
        """Record a refusal outside of a decision, as when a form did not open; raises StoreGone."""
        with suppress(Repeated):
            await self._refuse(command, asked, why)

    async def _refuse(self, command: cmd.Command, asked: str, why: Line) -> None:
        for _ in range(RACES):
            found = await self.cases.load(command.case)
            if found is None:
                return
            situation = Situation(*found, self.clock.now())
            no = told_no(situation, command.by.id, asked, Refusal(line=why))
            with suppress(Conflict):
                await self._keep(command, situation, no)
                return

    async def _catch_up(self) -> None:
        if self.people is not None:
            await self.people.catch_up()

    async def _once(self, command: cmd.Command) -> Answer:
        command, roster = with_roles_of_now(command, self.people)
        case, playbook, command = await self._start(command)
        if playbook is None:
            line = Line(key="I do not know this case. It may belong to another desk.")
            return Answer(case, None, Refusal(line=line))
        command, answers = in_digests(command, case, playbook, self.digests) if self.digests else (command, {})
        situation = Situation(case, playbook, self.clock.now(), Related(answers=answers))
        situation = await with_related(command, situation, self.cases)
        situation = await with_given_ticket(command, situation, self.tickets, self.cases, self.account)
        decision = decide(command, situation)
        await self._keep(command, situation, decision, roster)
        opened = tuple(event.step for event in decision.events if event.kind == "step_opened")
        return Answer(decision.case, playbook, decision.refusal, opened, taken_out=decision.taken_out)

    async def _start(self, command: cmd.Command) -> tuple[Case, Playbook | None, cmd.Command]:
        """Load the case of a command, or prepare a new one."""
        found = await self.cases.load(command.case)
        if found is not None or not isinstance(command, cmd.OpenCase | cmd.AdoptTicket):
            return (*(found or (Case(id=command.case), None)), command)
        playbook = self.playbooks.get(command.playbook)
        fresh = Case(id=command.case, playbook_hash=self.hashes.get(command.playbook, ""))
        return fresh, playbook, command

    async def _keep(
        self, command: cmd.Command, situation: Situation, decision: Decision, roster: int | None = None
    ) -> None:
        settles, kills, revives = ends(command, decision)
        if not (decision.events or settles or isinstance(command, cmd.Chase)):
            return
        after = situation.of(decision.case)
        await self.cases.commit(
            Commit(
                case=decision.case,
                events=decision.events,
                effects=decision.effects,
                deadlines=deadlines(after),
                owed=owed(after),
                goal=goal(after.case, after.playbook),
                delivery=command.delivery,
                settles=settles,
                kills=kills,
                revives=revives,
                erases=decision.erases,
                at=self.clock.now(),
                roster=roster,
            )
        )
        if self.queue is not None and (decision.effects or revives or settles):
            self.queue.wake()

    async def perform(self, effect: Effect, attempt: Attempt) -> datetime | None:
        """Perform an effect and settle it; return the instant of the next attempt, or None when settled or dead."""
        system = SYSTEM_OF[effect.kind]
        if held := self.outages.hold(system, self.clock.now()):
            return await self._again(effect, attempt, system, held.reason, held.after)
        try:
            result = await self._do(effect, attempt)
        except StoreGone:
            raise
        except TryAgain as world:
            if world.silent:
                self.outages.silent(world.system, world.reason, self.clock.now())
            attempt.number -= world.paced  # our own pace held it back: nobody was asked, so it was no try
            return await self._again(effect, attempt, world.system, world.reason, world.after, world.paced)
        except GiveUp as final:
            self.outages.answered(system)
            await self._dead(effect, final.system, final.reason)
            return None
        except Exception:  # the first of two broad ones: a bug is logged, the effect is kept
            log.exception("effect failed", extra={"case": effect.case, "effect": effect.key})
            reason = "an error in ATO Desk itself; its log has the details"
            return await self._again(effect, attempt, "ATO Desk", reason, timedelta(minutes=1))
        self.outages.answered(system)
        await self._settle(effect, result)
        return None

    async def _do(self, effect: Effect, attempt: Attempt) -> Result:
        match effect:
            case CreateTicket():
                return await self.tickets.create(effect, attempt)
            case UpdateTicket():
                return await self.tickets.update(await self._with_ticket(effect), attempt)
            case LookAtTicket():
                return await self.tickets.look(effect)
            case AskBackOffice():
                return await ask(self.back_office, effect, partial(self._case, effect), self.digests)
            case CopyBrief():
                return await copy(self.copies, effect)
            case AskWhoWrote() | TellRival():
                return await look_into(effect, self.cases, self.tickets, self.accept)
            case ShowCard() | TellPeople() | ReadSheet() | RedactPosts():
                return await self._chat(effect, attempt)

    async def _chat(self, effect: ShowCard | TellPeople | ReadSheet | RedactPosts, attempt: Attempt) -> Result:
        situation = Situation(*await self._case(effect), self.clock.now())
        if isinstance(effect, ReadSheet):
            return await read_sheet(self.chat, self.sheets, effect, situation.playbook, situation.now)
        if isinstance(effect, RedactPosts):
            return await self.chat.redact(effect, situation)
        if isinstance(effect, ShowCard):
            return await self.chat.show(effect, await for_card(situation, effect.inbox, self.cases), attempt)
        return await self.chat.tell(effect, situation, attempt)

    async def _case(self, effect: Effect) -> tuple[Case, Playbook]:
        found = await self.cases.load(effect.case)
        if found is None:
            raise GiveUp("ATO Desk", "the case of this work is gone from the database")
        return found

    async def _with_ticket(self, effect: UpdateTicket) -> UpdateTicket:
        """Fill in the number of a ticket that did not exist when the change was planned."""
        if effect.ticket is not None:
            return effect
        case, _ = await self._case(effect)
        ticket = case.tickets.get(effect.name)
        if ticket is None:
            raise GiveUp("Zendesk", "the ticket this note belongs to was never created")
        return effect.model_copy(update={"ticket": ticket.id, "account": ticket.account})

    async def _again(
        self, effect: Effect, attempt: Attempt, system: str, reason: str, after: timedelta | None, paced: bool = False
    ) -> datetime | None:
        """Schedule the next attempt; a wait for our own rate limit does not count as an attempt."""
        now = self.clock.now()
        # jitter is not a secret
        at = retry_at(1 if paced else attempt.number, attempt.first_at, now, after, random.random())  # noqa: S311
        if at is None:
            await self._dead(effect, system, reason)
            return None
        if attempt.number <= 2 and (
            not paced or effect.kind in TOLD_OF_DELAY
        ):  # one that ended during the first try said nothing
            since = min(self.outages.since(system) or now, now)
            delayed = Delayed(system=system, since_at=since, reason=reason)
            await self._settle(effect, delayed)
        return at

    async def _dead(self, effect: Effect, system: str, reason: str) -> None:
        await self._settle(effect, Dead(system=system, reason=reason))

    async def _settle(self, effect: Effect, result: Result) -> None:
        await self.accept(cmd.Settle(case=effect.case, delivery="", effect=effect, result=result))

    async def chase_due(self, limit: int = 200) -> int:
        """Send due reminders; return the number of cases. Cost grows with what is due."""
        now = self.clock.now()
        # What a digest holds back stays due: it must not keep what comes after it from being seen.
        due = await self.cases.due(now, limit + self.held)
        chases = await gather(due, self.cases, self.announcements, now)
        for chase in chases:
            await self.accept(chase)
        self.held = len(due) - len(chases)
        return len(chases)
