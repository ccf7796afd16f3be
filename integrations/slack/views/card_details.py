"""Card lines for what the steps do not show: attempts, snoozes, overrides, waiting, related cases. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from desk.cards.case_card import Face, OpenDuty
from desk.cards.step_status import Standing
from desk.playbook.model import Playbook, Step
from desk.values import Line, Text
from desk.workflow.duties import Duty
from integrations.slack.text.lines import WAITING, Block, Ink, paragraph, rows
from integrations.slack.views.menus import JOIN, ask_button, menu


def not_in_sop(ink: Ink) -> str:
    """Render the note that an action is not in the procedure."""
    return f"_{ink.line('not in SOP')}_"


def step_details(standing: Standing, step: Step, ink: Ink) -> Iterator[str]:
    """Render the extra status of an open step, one line each; empty when there is none."""
    for tried in standing.tries:
        key = "{what} {count} tries, last {last_at}" if tried.count > 1 else "{what} 1 try, {last_at}"
        yield ink.line(key, what=_named(tried.title), count=tried.count, last_at=ink.by(tried.last_at))
    if standing.held_until and standing.held_until > ink.now:
        yield ink.line(_held(standing), until_at=ink.by(standing.held_until))
    if standing.lifted_by:
        yield ink.line("{who} lifted four eyes and caps for this step", who=ink.who(standing.lifted_by))
    if extra := _not_in_sop(step, ink):
        yield f"_{ink.line('Not in SOP: {what}', what=extra)}_"


def _not_in_sop(step: Step, ink: Ink) -> str:
    """Return the titles of the outcomes that the procedure does not have."""
    extra = [outcome.title for outcome in step.outcomes.values() if outcome.title and not outcome.sop]
    return ", ".join(_bare(ink.words(title)) for title in extra)


RESTS = Line(key="rests until {until_at}, because contact details were changed or money was paid")
PUT_OFF = Line(key="put off until {until_at}")
AGAIN = Line(key="to be tried again at {until_at}")


def _held(standing: Standing) -> str:
    return (RESTS if standing.rests else PUT_OFF if standing.snoozed else AGAIN).key


def _named(title: Text) -> Text:
    return {language: f"{_bare(words)}:" for language, words in title.items()}


def _bare(words: str) -> str:
    return words.removesuffix("…")


def checklist_progress(standing: Standing, part: str, ink: Ink) -> str:
    """Render a part's checklist progress; empty before the first tick."""
    found = next((one for one in standing.ticked if one.part == part), None)
    return ink.line("{done} of {all} done", done=found.done, all=found.of) if found else ""


def without_due_times(face: Face) -> Face:
    """Suspend the due times of a case that waits for the customer: only urgent duties stay due."""
    if face.waiting_since is None:
        return face
    mine = tuple(OpenDuty(_without_due_time(one.duty), one.buttons) for one in face.mine)
    return replace(face, mine=mine, others=tuple(_without_due_time(duty) for duty in face.others))


def _without_due_time(duty: Duty) -> Duty:
    return duty if duty.urgent else replace(duty, due_at=None)


def waiting_line(face: Face, ink: Ink) -> str:
    """Render that the case waits for the customer, and since when; empty when it does not."""
    if face.waiting_since is None:
        return ""
    key = "waits for the customer since {since_at}, the clock stands still"
    return f"{WAITING} {ink.line(key, since_at=ink.by(face.waiting_since))}"


def note_count(face: Face, ink: Ink) -> str:
    """Render the number of notes."""
    if not face.notes:
        return ""
    return ink.line("1 note") if face.notes == 1 else ink.line("{count} notes", count=face.notes)


def related_cases(face: Face, ink: Ink) -> list[Block]:
    """Render the customer's other open cases, with the button that merges one."""
    if not face.twins:
        return []
    key = (
        "Another open case for this customer: {cases}"
        if len(face.twins) == 1
        else "Other open cases for this customer: {cases}"
    )
    words = ink.line(key, cases=", ".join(face.twins))
    return [*paragraph(ink, [words]), *rows([ask_button(ink, "merge", face.case, JOIN)])]


def claimants_section(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render the claimants of a disputed profile, for those who decide; masked in public."""
    if not face.claimants:
        return []
    lines = [f"*{ink.line('These people claim this profile')}*"]
    for one in face.claimants:
        known = [] if ink.masked else [ink.value(playbook.fields[name], fact, 200) for name, fact in one.facts]
        words = ink.line("{case}, taken by {who}", case=one.case, who=ink.who(one.opened_by))
        ended = ink.line("closed: {how}", how=ink.words(one.ending)) if one.ending else ""
        lines.append(" · ".join(filter(None, (words, ended, *known))))
    return paragraph(ink, lines, 2400)


def dispute_button(face: Face, ink: Ink) -> list[Block]:
    """Render the button that decides a dispute, for cards that show the claimants."""
    return rows([ask_button(ink, "dispute", face.case)]) if face.claimants else []


def case_buttons(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render the escalation's question button, and the case menu unless a step of the reader's already has one."""
    asks = _asks(face, playbook, ink)
    return rows(asks if face.mine else [*asks, menu(face, playbook, ink)])


def _asks(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    post = playbook.posts[face.post] if face.post else None
    if post is None or post.questions is None or face.escalation is None or face.ended_at:
        return []
    words = Line(key="Ask {role}…", args={"role": playbook.roles[post.questions].title})
    return [ask_button(ink, "question", face.case, words)]
