"""Four-eyes check of `ato doctor`: whether the people of the roles could ever meet it."""

from collections.abc import Iterator, Mapping

from desk.playbook.model import Playbook
from desk.values import in_language
from desk.workflow.enough_people import Members, too_few, unliftable
from ops.setup.verdicts import Verdict, broken, good

EYES = "four eyes"


def verdicts(playbooks: Mapping[str, Playbook], members: Members) -> list[Verdict]:
    """Report each step that too few people could do."""
    found = [one for playbook in playbooks.values() for one in _of(playbook, members)]
    return found or [good(EYES, "Every step under four eyes can be done by somebody else.")]


def _of(playbook: Playbook, members: Members) -> Iterator[Verdict]:
    def title(step: str) -> str:
        return in_language(playbook.steps[step].title, "en")

    def role(name: str) -> str:
        return in_language(playbook.roles[name].title, "en")

    for step, other in too_few(playbook, members):
        owner = playbook.steps[step].owner
        yield broken(
            EYES,
            f"{playbook.brand}: nobody could ever do “{title(step)}”: the one person who may do it is the only one who"
            f" may do “{title(other)}”.",
            f"Put somebody else into the group of {role(owner)}, or of {role(playbook.steps[other].owner)}.",
        )
    stuck = [title(step) for step in unliftable(playbook, members)]
    if stuck and playbook.override_by:
        yield broken(
            EYES,
            f"{playbook.brand}: the only {role(playbook.override_by)} is the only one who does {', '.join(stuck)}; who"
            " lifts four eyes may not finish the step, so lifting would not help.",
            f"Put somebody else into the group of {role(playbook.override_by)}.",
        )
