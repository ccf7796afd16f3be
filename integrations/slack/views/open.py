"""Open duties on a card: the reader's with their buttons, and those of others. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from desk.cards.buttons import Button
from desk.cards.case_card import Face, Finished, OpenDuty
from desk.cards.step_status import Standing
from desk.playbook.model import Playbook, Step
from desk.values import Text
from desk.workflow.duties import Duty
from integrations.slack.codec.actions import Action, StepValue, write_action, write_value
from integrations.slack.text.escape import mrkdwn
from integrations.slack.text.lines import (
    DONE,
    LATE,
    SOON,
    WAITING,
    Block,
    Ink,
    Mark,
    button,
    is_link,
    paragraph,
    rows,
)
from integrations.slack.views.card_details import checklist_progress, not_in_sop, step_details
from integrations.slack.views.menus import menu

MOST_OPEN = 26  # blocks: what is left of Slack's 50 goes to the rest of the card
SOON_AT_LEAST = timedelta(minutes=15)


def light(duty: Duty, ink: Ink) -> str:
    """Return the status icon of a duty: late, due soon, or waiting."""
    if duty.due_at is None:
        return WAITING
    if duty.late(ink.now):
        return LATE
    soon = max(SOON_AT_LEAST, (duty.due_at - duty.opened_at) / 4)
    return SOON if duty.due_at - ink.now <= soon else WAITING


def due(duty: Duty, ink: Ink) -> str:
    """Render a due time, and whether the procedure or the desk sets it; empty without one."""
    if duty.due_at is None:
        return ""
    key = "was due {due_at}" if duty.late(ink.now) else "due {due_at}"
    words = ink.line(key, due_at=ink.by(duty.due_at))
    return words if duty.due_in_sop else f"{words} _({ink.line('default, not in SOP')})_"


def status(face: Face, ink: Ink) -> str:
    """Render the most pressing duty for the headline; empty when nothing is open."""
    most = _most_pressing(face)
    if most is None:
        return ""
    words = ink.text(most.title, 200)
    return " · ".join(filter(None, [f"{light(most, ink)} {words}", due(most, ink)]))


def _most_pressing(face: Face) -> Duty | None:
    open_now = [one.duty for one in face.mine] or list(face.others)
    return min(open_now, key=_pressing, default=None)


def _pressing(duty: Duty) -> tuple[bool, float]:
    return duty.due_at is None, duty.due_at.timestamp() if duty.due_at else 0.0


@dataclass(frozen=True)
class _Group:
    """One step of the reader's: their duties, and those of others on its parts."""

    name: str
    step: Step
    mine: tuple[OpenDuty, ...]
    others: tuple[Duty, ...]
    standing: Standing

    @property
    def first(self) -> Duty:
        """Return the duty that represents the step."""
        return self.mine[0].duty

    @property
    def all(self) -> tuple[Duty, ...]:
        """Return every duty of the step."""
        return (*(one.duty for one in self.mine), *self.others)

    @property
    def due_alike(self) -> bool:
        """Return whether all duties share one due time."""
        return len({(duty.due_at, duty.due_in_sop) for duty in self.all}) == 1

    @property
    def claimed_by(self) -> str | None:
        """Return who has claimed the step."""
        return next((one.duty.claimed_by for one in self.mine if one.duty.claimed_by), None)


def owed(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render the reader's duties, step by step, each with its buttons."""
    links = link_buttons(face, playbook, ink)
    found: list[Block] = []
    groups = _groups(face, playbook)
    for number, group in enumerate(groups):
        drawn = _drawn(group, face, playbook, ink, links if number == 0 else [])
        if len(found) + len(drawn) > MOST_OPEN:
            return [
                *found,
                *paragraph(ink, [ink.line("… ({count} more)", count=len(groups) - number)]),
            ]
        found.extend(drawn)
    return found if groups else rows(links)


def _groups(face: Face, playbook: Playbook) -> list[_Group]:
    names = dict.fromkeys(one.duty.step for one in face.mine)
    standing = {one.step: one for one in face.standing}
    return [
        _Group(
            name,
            playbook.steps[name],
            tuple(one for one in face.mine if one.duty.step == name),
            tuple(duty for duty in face.others if duty.step == name),
            standing.get(name, Standing(name)),
        )
        for name in names
    ]


def _drawn(group: _Group, face: Face, playbook: Playbook, ink: Ink, links: list[Block]) -> list[Block]:
    in_headline = _most_pressing(face) in group.all and group.due_alike
    lines = [_head(group, ink, with_due=group.due_alike and not in_headline)]
    lines.extend(step_details(group.standing, group.step, ink))
    if group.step.parts:
        lines.extend(_parts(group, face, ink))
    unlocked = [one for one in group.mine if not one.duty.locked_by]
    buttons = [_button(one, face, ink) for duty in unlocked for one in duty.buttons]
    more = menu(face, playbook, ink, group.name, group.first.occurrence)
    return [*paragraph(ink, lines), *rows([*buttons, *links, *_claim(group, face, ink), more])]


def _head(group: _Group, ink: Ink, *, with_due: bool) -> str:
    """Render a step's title, age, claim and, unless the headline has it, due time."""
    title = f"*{ink.text(group.step.title, 300)}*"
    if with_due and not group.step.parts:
        title = f"{light(group.first, ink)} {title}"
    words = [
        title,
        ink.line("open since {since_at}", since_at=group.first.opened_at),
        ink.line("{who} has it", who=ink.who(group.claimed_by)) if group.claimed_by else "",
        due(group.first, ink) if with_due else "",
        "" if group.step.in_sop else not_in_sop(ink),
    ]
    return " · ".join(filter(None, words))


def _parts(group: _Group, face: Face, ink: Ink) -> Iterator[str]:
    """Render one line for each part of the step: done, the reader's, or somebody else's."""
    owed_by = {duty.part: _role(duty.owner, ink) for duty in group.others}
    open_now = {duty.part: duty for duty in group.all}
    for name, part in group.step.parts.items():
        if name in open_now:
            who = ink.line("customer") if part.customer else owed_by.get(name, "")
            words = _part(open_now[name], ink, who, with_due=not group.due_alike)
            marks = [checklist_progress(group.standing, name, ink), "" if part.sop else not_in_sop(ink)]
            yield " · ".join(filter(None, [words, *marks]))
        elif done := next((one for one in face.finished if one.title == part.title), None):
            yield finished(done, ink)


def _part(duty: Duty, ink: Ink, role: str, *, with_due: bool) -> str:
    words = ink.text(duty.title, 300) + (f" (*{role}*)" if role else "")
    if duty.locked_by:
        locked = ink.line("locked until this is done: {what}", what=duty.locked_by[0])
        return f"{WAITING} {words} · _{locked}_"
    return " · ".join(filter(None, [f"{light(duty, ink)} {words}", due(duty, ink) if with_due else ""]))


def _role(role: str, ink: Ink) -> str:
    return mrkdwn(ink.role(role))


def finished(done: Finished, ink: Ink) -> str:
    """Render a finished item: what, when and by whom."""
    what = ink.words(done.outcome) or ink.words(done.title)
    key = "{what} {done_at} by {who}"
    words = ink.line(key, what=what, done_at=done.at, who=ink.who(done.by))
    return f"{DONE} {words}" + ("" if done.sop else f" · {not_in_sop(ink)}")


def _button(one: Button, face: Face, ink: Ink) -> Block:
    title = ink.words(one.title)
    words = f"{title}…" if one.form and not title.endswith("…") else title
    if one.attempt:
        action = Action("try", step=one.step, attempt=one.attempt)
    elif one.part:
        action = Action("partform" if one.form else "part", step=one.step, part=one.part)
    else:
        action = Action("form" if one.form else "do", step=one.step, outcome=one.outcome)
    value = write_value(StepValue(face.case, one.occurrence))
    return button(ink, words, write_action(action), value, style=one.style)


def _claim(group: _Group, face: Face, ink: Ink) -> list[Block]:
    """Render the "I have this" button in a shared inbox, for the role that owns the whole step."""
    if group.claimed_by or face.inbox != f"role:{group.step.owner}":
        return []
    value = write_value(StepValue(face.case, group.first.occurrence))
    return [button(ink, ink.plain("I have this"), write_action(Action("claim", step=group.name)), value)]


def others(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render duties of others, step by step; parts of the reader's own steps are shown with those steps."""
    here = {one.duty.step for one in face.mine}
    steps: dict[str, list[Duty]] = {}
    for duty in face.others:
        if duty.step not in here:
            steps.setdefault(duty.step, []).append(duty)
    lines = [_other(owed, playbook.steps[name].title, ink) for name, owed in steps.items()]
    return paragraph(ink, lines, 1500)


def _other(owed: list[Duty], title: Text, ink: Ink) -> str:
    """Render the rest of a step with its owner and age: one part by its title, several by their number."""
    first = min(owed, key=_pressing)
    roles = list(dict.fromkeys(duty.owner for duty in owed))
    owner = Mark(", ".join(f"*{_role(role, ink)}*" for role in roles), ", ".join(map(ink.role, roles)))
    several = ink.line("{count} parts left", count=len(owed)) if len(owed) > 1 else ""
    claimed = next((duty.claimed_by for duty in owed if duty.claimed_by), None)
    words = [
        f"{light(first, ink)} {ink.text(title if several else first.title, 300)}",
        several,
        ink.line("waits for {owner} since {since_at}", owner=owner, since_at=first.opened_at),
        ink.line("{who} has it", who=ink.who(claimed)) if claimed else "",
        due(first, ink),
    ]
    return " · ".join(filter(None, words))


def link_buttons(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render the case's links, such as the profile, as buttons."""
    found: list[Block] = []
    for shown in face.facts:
        field, url = playbook.fields[shown.name], shown.fact.value
        if field.type == "url" and is_link(url) and not ink.hides(field, shown.fact):
            words = ink.plain("Open: {what}", what=ink.words(shown.label))
            action = write_action(Action("link", number=len(found)))
            found.append(button(ink, words, action, url=str(url)))
    return found[:3]
