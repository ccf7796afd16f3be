"""What sending a form leads to, and where its errors stand. Pure."""

from collections.abc import Callable, Mapping

from desk.cards.forms import Form
from desk.playbook.model import Playbook
from desk.values import Line, Refusal
from integrations.slack.views.form import SAVE

NEXT = Line(key="Next")


def submit_line(playbook: Playbook, form: Form) -> Line:
    """Say what sending this form leads to: the same role's next page, another role, or only a saved answer."""
    owner = playbook.steps[form.step].owner
    owners = [] if form.part else _owners_after(playbook, form.step, set())
    if owner in owners:
        return NEXT
    return Line(key="Send to {role}", args={"role": playbook.roles[owners[0]].title}) if owners else SAVE


def _owners_after(playbook: Playbook, step: str, seen: set[str]) -> list[str]:
    """List who owns what comes after a step; what the desk does by itself is looked through."""
    found: list[str] = []
    for name, spec in playbook.steps.items():
        if step in spec.after and name not in seen:
            seen.add(name)
            found += _owners_after(playbook, name, seen) if spec.automatic else [spec.owner]
    return found


def errors(refusal: Refusal, blocks: Mapping[str, str], words: Callable[[Line], str]) -> dict[str, str]:
    """Put a refusal at its fields, by the blocks of the view that was sent; what has no field stands at the first.

    Empty when the view has no input: then the refusal needs a view of its own.
    """
    found = {blocks[one.field]: words(one.line) for one in refusal.fields if one.field in blocks}
    elsewhere = next(iter(blocks.values()), None)
    return {elsewhere: words(refusal.line)} if elsewhere and not found else found
