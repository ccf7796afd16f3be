"""Back-office results: unconfirmed facts, which never replace what a person recorded. Pure."""

from desk.case import events as ev
from desk.case.dispute_events import ClaimLookedInto
from desk.case.effects import AskBackOffice, AskWhoWrote, TellRival
from desk.case.results import Answered, Learnt
from desk.case.situation import Draft
from desk.case.verification_events import AnswersLearnt
from desk.case.work_events import BackOfficeAnswered
from desk.fields.check import fact
from desk.identity.claimants import requester
from desk.playbook.safeguards import About
from desk.values import BOT, Fact

ABOUT: dict[str, About] = {"order_answers": "order", "profile_answers": "profile"}
"""The subject of each look-up of reference answers."""
ADMIN = "back_office"
"""The actor of facts that come from Admin."""


def take_in(
    draft: Draft,
    effect: AskBackOffice | AskWhoWrote | TellRival,
    answer: Answered,
) -> None:
    """Record a completed request and its new facts; an erased case takes no more facts."""
    if not isinstance(effect, AskBackOffice):
        draft.add(ClaimLookedInto(at=draft.now, by=BOT.id, effect=effect.key))
        if draft.case.erased:
            return
        if wrote := requester(draft.playbook, answer.facts, draft.now):
            draft.add(ev.FactsRecorded(at=draft.now, by=BOT.id, facts=wrote, confirmed=False))
        return
    draft.add(BackOfficeAnswered(at=draft.now, by=BOT.id, effect=effect.key, ask=effect.ask))
    new = {
        name: fact(draft.playbook, name, value)
        for name, value in answer.facts.items()
        if name in draft.playbook.fields and value not in (None, "") and not draft.case.known(name)
    }
    if new and not draft.case.erased:
        draft.add(ev.FactsRecorded(at=draft.now, by=ADMIN, facts=new))


def learn(draft: Draft, effect: AskBackOffice, seen: Learnt) -> None:
    """Record reference answers as digests; none counts as known before the caller has passed."""
    about = ABOUT[effect.ask]
    draft.add(BackOfficeAnswered(at=draft.now, by=BOT.id, effect=effect.key, ask=effect.ask))
    if draft.case.erased:
        return
    draft.add(
        AnswersLearnt(
            at=draft.now,
            by=BOT.id,
            effect=effect.key,
            about=about,
            found=seen.found,
            of=Fact(value=seen.of, personal=True),
            customer=Fact(value=seen.customer or None, personal=True),
            answers={name: Fact(value=[*digests], personal=True) for name, digests in seen.answers.items()},
            gives={
                name: fact(draft.playbook, name, value)
                for name, value in seen.gives.items()
                if name in draft.playbook.fields and value not in (None, "")
            },
        ),
    )
