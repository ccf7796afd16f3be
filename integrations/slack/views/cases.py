"""Case summary for one person: `/ato ATO-12`. Pure; no customer's data in it."""

from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.template_values import display
from desk.playbook.model import Playbook
from desk.values import Line, Person
from desk.workflow.duties import Duty, doers, duties
from desk.workflow.permissions import why_not
from integrations.slack.codec.actions import Action, StepValue, write_action, write_value
from integrations.slack.text.lines import Block, Ink, button, section
from integrations.slack.views.board import CONTINUE

TITLE = Line(key="*{case} · {title}*")
OPEN_SINCE = Line(key="open since {opened_at}")
CLOSED = Line(key="closed {ended_at}: {ending}")
WAITS = Line(key="{step} · with {role}")
CLAIMED = Line(key="{step} · {who} has it")
DUE = Line(key="due {due_at}")
WAS_DUE = Line(key="was due {due_at}")

MOST = 20


def headline(case: Case, playbook: Playbook, ink: Ink) -> str:
    """Render a case's name and age."""
    title = ink.line(TITLE.key, case=display(case, playbook), title=playbook.title)
    if case.ended_at:
        ending = playbook.ending(case.ending)
        return f"{title} · {ink.line(CLOSED.key, ended_at=case.ended_at, ending=ending)}"
    opened = ink.line(OPEN_SINCE.key, opened_at=case.opened_at) if case.opened_at else ""
    return " · ".join(filter(None, [title, opened]))


def case_blocks(case: Case, playbook: Playbook, person: Person, ink: Ink) -> list[Block]:
    """Render one case: open steps, their owners, and the button to continue where this person may."""
    situation = Situation(case, playbook, ink.now)
    owed = duties(situation)[:MOST]
    return [
        section(headline(case, playbook, ink)),
        *(_duty(one, situation, person, ink) for one in owed),
    ]


def _duty(duty: Duty, situation: Situation, person: Person, ink: Ink) -> Block:
    words = section(" · ".join(filter(None, [_waits(duty, situation.playbook, ink), _due(duty, ink)])))
    if why_not(person, situation, duty) is not None:
        return words
    return {**words, "accessory": _continue(duty, situation.case, ink)}


def _waits(duty: Duty, playbook: Playbook, ink: Ink) -> str:
    if duty.claimed_by:
        return ink.line(CLAIMED.key, step=duty.title, who=ink.who(duty.claimed_by))
    return ink.line(WAITS.key, step=duty.title, role=playbook.roles[doers(playbook, duty)].title)


def _due(duty: Duty, ink: Ink) -> str:
    if duty.due_at is None:
        return ""
    key = (WAS_DUE if duty.late(ink.now) else DUE).key
    return ink.line(key, due_at=ink.by(duty.due_at))


def _continue(duty: Duty, case: Case, ink: Ink) -> Block:
    kind = Action("partform", step=duty.step, part=duty.part) if duty.part else Action("form", step=duty.step)
    value = write_value(StepValue(case.id, duty.occurrence))
    return button(ink, ink.plain(CONTINUE), write_action(kind), value)
