"""Cases as short lines, for one person: the home tab, `/ato mine`, `/ato ATO-12`. Pure; no customer's data in it."""

from collections.abc import Sequence

from desk.case import Case
from desk.duties import Duty, duties, why_not
from desk.forms import display
from desk.playbook import Playbook
from desk.values import Line, Person
from integrations.slack.actions import Action, StepValue, write_action, write_value
from integrations.slack.views.lines import Block, Ink, button, section

Found = tuple[Case, Playbook]

TITLE = Line(key="*{case} · {title}*")
OPEN_SINCE = Line(key="open since {opened_at}")
CLOSED = Line(key="closed {ended_at}: {ending}")
WAITS = Line(key="{step} · with {role}")
CLAIMED = Line(key="{step} · {who} has it")
CONTINUE = Line(key="Continue")
MINE = Line(key="*My open cases*")
NONE_OPEN = Line(key="You have no open cases.")
HINT = Line(
    key="A customer reports a takeover? Type `/ato` in any channel to open a case; `/ato help` says what else."
)


def headline(case: Case, playbook: Playbook, ink: Ink) -> str:
    """Name a case and say how long it has been open."""
    title = ink.line(TITLE.key, case=display(case, playbook), title=playbook.title)
    if case.ended_at:
        ending = playbook.endings.get(case.ending or "") or {"en": case.ending or ""}
        return f"{title} · {ink.line(CLOSED.key, ended_at=case.ended_at, ending=ending)}"
    opened = ink.line(OPEN_SINCE.key, opened_at=case.opened_at) if case.opened_at else ""
    return " · ".join(filter(None, [title, opened]))


def case_blocks(case: Case, playbook: Playbook, person: Person, ink: Ink) -> list[Block]:
    """Draw one case: what is open, with whom, and the button to go on where this person may."""
    owed = duties(case, playbook)[:20]
    rows = [_duty(one, case, playbook, person, ink) for one in owed]
    return [section(headline(case, playbook, ink)), *rows]


def _duty(duty: Duty, case: Case, playbook: Playbook, person: Person, ink: Ink) -> Block:
    words = section(_waits(duty, playbook, ink))
    if why_not(person, case, playbook, duty) is not None:
        return words
    return {**words, "accessory": _continue(duty, case, ink)}


def _waits(duty: Duty, playbook: Playbook, ink: Ink) -> str:
    if duty.claimed_by:
        return ink.line(CLAIMED.key, step=duty.title, who=ink.who(duty.claimed_by))
    return ink.line(WAITS.key, step=duty.title, role=playbook.roles[duty.owner].title)


def _continue(duty: Duty, case: Case, ink: Ink) -> Block:
    kind = (
        Action("partform", step=duty.step, part=duty.part)
        if duty.part
        else Action("form", step=duty.step)
    )
    value = write_value(StepValue(case.id, duty.occurrence))
    return button(ink, ink.plain(CONTINUE.key), write_action(kind), value)


def listing(title: str, found: Sequence[Found], person: Person, ink: Ink) -> list[Block]:
    """Draw several cases, one line each, with the one button that matters."""
    return [section(title), *(_row(case, playbook, person, ink) for case, playbook in found)]


def _row(case: Case, playbook: Playbook, person: Person, ink: Ink) -> Block:
    owed = duties(case, playbook)
    mine = next((one for one in owed if why_not(person, case, playbook, one) is None), None)
    shown = mine or (owed[0] if owed else None)
    words = [headline(case, playbook, ink), _waits(shown, playbook, ink) if shown else ""]
    row = section("\n".join(filter(None, words)))
    return {**row, "accessory": _continue(mine, case, ink)} if mine else row


def home_view(found: Sequence[Found], person: Person, ink: Ink) -> Block:
    """Draw the home tab: my open cases, and how to open one."""
    title = ink.line(MINE.key) if found else ink.line(NONE_OPEN.key)
    blocks = [*listing(title, found, person, ink), {"type": "divider"}, section(ink.line(HINT.key))]
    return {"type": "home", "blocks": blocks}
