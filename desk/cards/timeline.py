"""Timeline of a case: one line per event, without personal data. Pure."""

from collections.abc import Iterator

from desk.case import events as ev
from desk.case.dispute_events import DisputeDecided, ProfileDisputed
from desk.case.situation import Situation
from desk.fields.format import show_instant
from desk.fields.template_values import person
from desk.playbook.model import ADOPTED
from desk.values import Happened, Text, in_language


def timeline(situation: Situation, language: str) -> Iterator[str]:
    """List the case's events so far, one line each, without personal data."""
    playbook = situation.playbook
    for event in situation.case.log:
        if isinstance(event, ev.StepCompleted) and event.outcome != ADOPTED:
            step = playbook.steps[event.step]
            outcome = step.outcome(event.outcome)
            words = [
                in_language(step.title, language),
                in_language(outcome.title, language) if outcome else "",
            ]
            at = show_instant(event.at, language, playbook.zone)
            yield f"{at}  {': '.join(filter(None, words))} ({person(event.by)})"
        elif words_of := told(event, language):
            yield f"{show_instant(event.at, language, playbook.zone)}  {words_of}"


_SAID: dict[str, Text] = {
    "disputed": {"en": "Somebody else claims this profile", "it": "Qualcun altro rivendica questo profilo"},
    "decided": {"en": "Decided who is the customer", "it": "Deciso chi è il cliente"},
    "over": {"en": "Nobody else claims this profile any more", "it": "Nessun altro rivendica più questo profilo"},
}


def told(event: Happened, language: str) -> str:
    """Return a dispute event as a timeline line that names cases and no person; empty for any other event."""
    if isinstance(event, DisputeDecided):
        return f"{in_language(_SAID['decided'], language)}: {', '.join(event.cases)}"
    if not isinstance(event, ProfileDisputed):
        return ""
    words = in_language(_SAID["disputed" if event.cases else "over"], language)
    return ": ".join(filter(None, (words, ", ".join(event.cases))))
