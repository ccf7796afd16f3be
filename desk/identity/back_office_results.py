"""Back-office results: unconfirmed facts, which never replace what a person recorded. Pure."""

from datetime import datetime

from desk.case import events as ev
from desk.case.dispute_events import ClaimLookedInto
from desk.case.effects import AskBackOffice, AskWhoWrote, TellRival
from desk.case.results import Answered, Learnt
from desk.case.verification_events import AnswersLearnt
from desk.case.work_events import BackOfficeAnswered
from desk.fields.check import fact
from desk.identity.claimants import requester
from desk.playbook.model import Playbook
from desk.playbook.safeguards import About
from desk.values import BOT, Fact
from desk.workflow.flow import Growing

ABOUT: dict[str, About] = {"order_answers": "order", "profile_answers": "profile"}
"""The subject of each look-up of reference answers."""
ADMIN = "back_office"
"""The actor of facts that come from Admin."""


def take_in(
    growing: Growing,
    playbook: Playbook,
    effect: AskBackOffice | AskWhoWrote | TellRival,
    answer: Answered,
    now: datetime,
) -> None:
    """Record a completed request and its new facts; an erased case takes no more facts."""
    if not isinstance(effect, AskBackOffice):
        growing.add(ClaimLookedInto(at=now, by=BOT.id, effect=effect.key))
        if growing.case.erased:
            return
        if wrote := requester(playbook, answer.facts, now):
            growing.add(ev.FactsRecorded(at=now, by=BOT.id, facts=wrote, confirmed=False))
        return
    growing.add(BackOfficeAnswered(at=now, by=BOT.id, effect=effect.key, ask=effect.ask))
    new = {
        name: fact(playbook, name, value)
        for name, value in answer.facts.items()
        if name in playbook.fields and value not in (None, "") and not growing.case.known(name)
    }
    if new and not growing.case.erased:
        growing.add(ev.FactsRecorded(at=now, by=ADMIN, facts=new))


def learn(growing: Growing, playbook: Playbook, effect: AskBackOffice, seen: Learnt, now: datetime) -> None:
    """Record reference answers as digests; none counts as known before the caller has passed."""
    about = ABOUT[effect.ask]
    growing.add(BackOfficeAnswered(at=now, by=BOT.id, effect=effect.key, ask=effect.ask))
    if growing.case.erased:
        return
    growing.add(
        AnswersLearnt(
            at=now,
            by=BOT.id,
            effect=effect.key,
            about=about,
            found=seen.found,
            of=Fact(value=seen.of, personal=True),
            customer=Fact(value=seen.customer or None, personal=True),
            answers={name: Fact(value=[*digests], personal=True) for name, digests in seen.answers.items()},
            gives={
                name: fact(playbook, name, value)
                for name, value in seen.gives.items()
                if name in playbook.fields and value not in (None, "")
            },
        ),
    )
