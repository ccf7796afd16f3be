"""Four-eyes check of `ato doctor`: whether the people of the roles could ever meet it."""

from collections.abc import Iterator, Mapping

from desk.playbook.model import Playbook
from desk.values import in_language
from desk.workflow.enough_people import Members, too_few, unliftable
from ops.setup.verdicts import Verdict, broken, good

EYES = "four eyes"


def verdicts(playbooks: Mapping[str, Playbook], members: Members) -> list[Verdict]:
    """Report each step that too few people could do; where only lifting four eyes would not help, that is said."""
    found = [one for playbook in playbooks.values() for one in _too_few(playbook, members)]
    if found:
        return found
    hints = [hint for playbook in playbooks.values() for hint in _not_liftable(playbook, members)]
    return [good(EYES, " ".join(["Every step under four eyes can be done by somebody else.", *hints]))]


def _too_few(playbook: Playbook, members: Members) -> Iterator[Verdict]:
    for step, other in too_few(playbook, members):
        owner = playbook.steps[step].owner
        yield broken(
            EYES,
            f"{playbook.brand}: nobody could ever do “{_title(playbook, step)}”: the one person who may do it is the"
            f" only one who may do “{_title(playbook, other)}”.",
            f"Put somebody else into the group of {_role(playbook, owner)}, or of"
            f" {_role(playbook, playbook.steps[other].owner)}.",
        )


def _not_liftable(playbook: Playbook, members: Members) -> Iterator[str]:
    stuck = [_title(playbook, step) for step in unliftable(playbook, members)]
    if stuck and playbook.override_by:
        lead = _role(playbook, playbook.override_by)
        yield (
            f"{playbook.brand}: the only {lead} is the only one who does {', '.join(stuck)}; who lifts four eyes may"
            f" not finish the step, so lifting would not help. Somebody else in the group of {lead} could."
        )


def _title(playbook: Playbook, step: str) -> str:
    return in_language(playbook.steps[step].title, "en")


def _role(playbook: Playbook, name: str) -> str:
    return in_language(playbook.roles[name].title, "en")
