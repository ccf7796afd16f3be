"""What the back office answered: facts that nobody has confirmed yet never replace what a person said. Pure."""

from datetime import datetime

from desk import events as ev
from desk.answers import fact
from desk.claimants import requester
from desk.commands import Answered
from desk.disputes import ClaimLookedInto
from desk.effects import AskBackOffice, AskWhoWrote, TellRival
from desk.flow import Growing
from desk.playbook import Playbook
from desk.values import BOT


def take_in(
    growing: Growing,
    playbook: Playbook,
    effect: AskBackOffice | AskWhoWrote | TellRival,
    answer: Answered,
    now: datetime,
) -> None:
    """Note that it was done, and keep what it told where nothing is known yet."""
    if not isinstance(effect, AskBackOffice):
        growing.add(ClaimLookedInto(at=now, by=BOT.id, effect=effect.key))
        if wrote := requester(playbook, answer.facts, now):
            growing.add(ev.FactsRecorded(at=now, by=BOT.id, facts=wrote, confirmed=False))
        return
    growing.add(ev.BackOfficeAnswered(at=now, by=BOT.id, effect=effect.key, ask=effect.ask))
    new = {
        name: fact(playbook, name, value)
        for name, value in answer.facts.items()
        if name in playbook.fields and value not in (None, "") and not growing.case.known(name)
    }
    if new:
        growing.add(ev.FactsRecorded(at=now, by="back_office", facts=new))
