"""Home tab: duty switch, today's figures, own duties, the role's duties, and what one waits for. Pure.

A home tab has at most 100 blocks: https://docs.slack.dev/reference/views/home-tab-views. Three lists of LONG lines,
their headings and the top make 97.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from desk.cards.worklist import Figures, Owed
from desk.values import Line, Person, Text
from integrations.slack.codec.occasions import SHOW_ALL, SWITCH, write_shown
from integrations.slack.text.lines import Block, Ink, button, section
from integrations.slack.views.board import heading, row

SHORT, LONG = 8, 30
"""Lines of a list in the home tab, and behind "Show all"."""

MINE = Line(key="Mine")
MY_ROLES = Line(key="My role's, by what is due")
WAITING_FOR = Line(key="Waiting for others")
NOTHING = Line(key="Nothing is open for you. New work is listed here and announced in your channel.")
ON_DUTY = Line(key="You are *on duty*: reminders and cards mention you.")
OFF_DUTY = Line(key="You are *not on duty*: nobody mentions you for your role.")
NOBODY_YET = Line(key="Nobody of your role has used this switch yet, so everybody is mentioned.")
GO_ON, GO_OFF = "Go on duty", "Go off duty"
SHOW = "Show all"
HINT = Line(
    key=(
        "A customer reports a takeover? Type `{command}` in any channel to open a case; `{command} help` says what"
        " else."
    )
)
FIGURES = "Today: opened {opened} · late now {late}"
WITH_GOAL = "Today: opened {opened} · {step} within {minutes} min: {good} of {all} · late now {late}"
WITH_GOALS = "Today: opened {opened} · protected in time: {good} of {all} · late now {late}"


@dataclass(frozen=True)
class Goals:
    """Time goals of this person's playbooks: one step with its minutes, or several."""

    count: int = 0
    step: Text | None = None
    minutes: int = 0


@dataclass(frozen=True)
class Home:
    """Content of one person's home tab. Each list may hold one more than is shown: then there is more."""

    mine: Sequence[Owed]
    roles: Sequence[Owed]
    others: Sequence[Owed]
    figures: Figures
    goals: Goals
    on: bool | None
    """Whether this person is on duty; None where nobody of their roles has used the switch."""
    full: bool = False


def home_view(home: Home, person: Person, ink: Ink) -> Block:
    """Render the home tab."""
    top = [*_switch(home, ink), *_figures(home, ink)] if person.roles else []
    lists = _lists(home, person, ink)
    nothing = [] if lists or not person.roles else [section(ink.of(NOTHING))]
    between = [{"type": "divider"}] if top else []
    blocks = [*top, *between, *lists, *nothing, {"type": "divider"}, section(ink.of(HINT))]
    return {"type": "home", "private_metadata": write_shown(full=home.full), "blocks": blocks}


def _switch(home: Home, ink: Ink) -> list[Block]:
    line = NOBODY_YET if home.on is None else ON_DUTY if home.on else OFF_DUTY
    words, value = (GO_OFF, "off") if home.on else (GO_ON, "on")
    press = button(ink, ink.plain(words), SWITCH, value, style=None if home.on else "primary")
    return [{**section(ink.of(line)), "accessory": press}]


def _figures(home: Home, ink: Ink) -> list[Block]:
    day, goals = home.figures, home.goals
    numbers = {"opened": day.opened, "late": day.late}
    done = {"good": day.in_time, "all": day.of}
    if goals.count == 1 and goals.step:
        words = ink.line(WITH_GOAL, step=goals.step, minutes=goals.minutes, **numbers, **done)
    else:
        words = ink.line(WITH_GOALS if goals.count else FIGURES, **numbers, **(done if goals.count else {}))
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": words, "verbatim": True}]}]


def _lists(home: Home, person: Person, ink: Ink) -> list[Block]:
    most = LONG if home.full else SHORT
    drawn: list[Block] = []
    for line, found in ((MINE, home.mine), (MY_ROLES, home.roles), (WAITING_FOR, home.others)):
        if not found:
            continue
        more = _show_all(line, ink) if len(found) > most and not home.full else None
        waits = line is WAITING_FOR
        drawn.append(heading(line, ink, more))
        drawn.extend(row(one, person, ink, waits=waits) for one in found[:most])
    return drawn


def _show_all(line: Line, ink: Ink) -> Block:
    return button(ink, ink.plain(SHOW), SHOW_ALL, "all")
