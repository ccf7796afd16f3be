"""Submission of a form: the line that says what follows, and the placing of errors. Pure."""

from collections.abc import Callable, Mapping

from desk.cards.forms import Form
from desk.playbook.model import Playbook
from desk.values import Line, Refusal
from integrations.slack.views.form import SAVE

NEXT = Line(key="Next")


def submit_line(playbook: Playbook, form: Form) -> Line:
    """Return what submitting this form leads to: the role's next page, another role, or just a saved answer."""
    owner = playbook.steps[form.step].owner
    owners = [] if form.part else _owners_after(playbook, form.step, set())
    if owner in owners:
        return NEXT
    return Line(key="Send to {role}", args={"role": playbook.roles[owners[0]].title}) if owners else SAVE


def _owners_after(playbook: Playbook, step: str, seen: set[str]) -> list[str]:
    """Return the owners of the following steps; automatic steps are followed further."""
    found: list[str] = []
    for name, spec in playbook.steps.items():
        if step in spec.after and name not in seen:
            seen.add(name)
            found += _owners_after(playbook, name, seen) if spec.automatic else [spec.owner]
    return found


def errors(refusal: Refusal, blocks: Mapping[str, str], words: Callable[[Line], str]) -> dict[str, str]:
    """Map a refusal to block ids of the submitted view; one without a field goes to the first input.

    Empty when the view has no input: then the refusal needs a view of its own.
    """
    found = {blocks[one.field]: words(one.line) for one in refusal.fields if one.field in blocks}
    elsewhere = next(iter(blocks.values()), None)
    return {elsewhere: words(refusal.line)} if elsewhere and not found else found
