"""Ledger of a case: what the customer was told and promised, when and by whom, and the last text to copy. Pure.

It is shown to one person who works on the case, never in a channel.
"""

from collections.abc import Iterator

from desk.cards.case_card import face
from desk.case import events as ev
from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.template_values import spoken
from desk.playbook.model import Playbook
from desk.values import in_language
from integrations.slack.text.lines import DONE, LATE, WAITING, Block, Ink, paragraph
from integrations.slack.views.notes import to_copy

SAID = "{told_at}: {who} told the customer: {what}"
PROMISED = "{promised_at}: promised: {what}"
KEPT = "{kept_at}: kept: {what}"
BROKEN = "{closed_at}: not kept, the case was closed: {what}"
TITLE = "Said and promised to the customer"
NOTHING = "Nothing was said to the customer yet."
NEXT = "Next contact with the customer due {contact_at}"
MOST = 15


def ledger(case: Case, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render everything said and promised, newest last, the next contact due, and the last text for copying."""
    lines = list(_lines(case, playbook, ink))
    earlier = len(lines) - MOST
    shown = [ink.line("… ({count} earlier)", count=earlier)] if earlier > 0 else []
    shown += lines[-MOST:] or [ink.line(NOTHING)]
    due = face(Situation(case, playbook, ink.now), f"person:{case.opened_by}").next_contact_at
    after = [ink.line(NEXT, contact_at=ink.by(due))] if due else []
    return [*paragraph(ink, [f"*{ink.line(TITLE)}*", *shown, *after]), *_copy(case, playbook, ink)]


def _lines(case: Case, playbook: Playbook, ink: Ink) -> Iterator[str]:
    for event in case.log:
        if isinstance(event, ev.CustomerTold):
            what = " ".join(_texts(event, case, playbook, ink.language))
            yield f"{DONE} " + ink.line(SAID, told_at=event.at, who=ink.who(event.by), what=what[:300])
        elif isinstance(event, ev.PromiseMade):
            yield f"{WAITING} " + ink.line(PROMISED, promised_at=event.at, what=_promise(event.promise, playbook))
        elif isinstance(event, ev.PromiseClosed):
            sign, key, name = (DONE, KEPT, "kept_at") if event.kept else (LATE, BROKEN, "closed_at")
            yield f"{sign} " + ink.line(key, **{name: event.at}, what=_promise(event.promise, playbook))


def _promise(name: str, playbook: Playbook) -> dict[str, str]:
    return playbook.promises[name].title if name in playbook.promises else {"en": name}


def _texts(event: ev.CustomerTold, case: Case, playbook: Playbook, language: str) -> list[str]:
    known = [playbook.texts[name] for name in event.texts if name in playbook.texts]
    return [in_language(spoken(text, case, playbook), language) for text in known]


def _copy(case: Case, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render the last text in the customer's language, for copying."""
    told = [event for event in case.log if isinstance(event, ev.CustomerTold)]
    words = _texts(told[-1], case, playbook, case.language) if told else []
    return to_copy(tuple({ink.language[:2]: one} for one in words), ink.say, ink.language)
