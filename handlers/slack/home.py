"""Home tab of the app: duty switch, today's figures, and open duties with their main button."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from desk.cards.worklist import Figures, Owed, goal_of
from desk.service.ports import StoreGone
from desk.values import Line, Person
from handlers.slack import buttons, modals
from handlers.slack.door import Json, SlackDoor
from integrations.slack.codec import occasions, wire
from integrations.slack.codec.arrivals import HomeOpened, Submission, Where
from integrations.slack.codec.occasions import SWITCH
from integrations.slack.people.voice import known_zone
from integrations.slack.views.home import LONG, SHORT, Goals, Home, home_view

NOT_SWITCHED = Line(key="Nothing was changed: the database does not answer. Press the button again in a minute.")


async def on_home_opened(body: object, door: SlackDoor) -> None:
    """Render the home tab when somebody opens it; the messages tab needs nothing."""
    opened = wire.read_home_opened(body)
    if isinstance(opened, HomeOpened) and opened.tab == "home":
        await _draw(opened.person, door)


async def on_home_action(body: object, door: SlackDoor) -> None:
    """Switch on or off duty, or show everything."""
    pressed = occasions.read_in_home(body)
    if pressed is None:
        return
    if pressed.action == SWITCH:
        await _switch(pressed.person, pressed.value == "on", door)
    await _draw(pressed.person, door, full=pressed.full or pressed.action != SWITCH)


async def on_click(body: object, door: SlackDoor) -> None:
    """Handle a pressed button; where it was pressed in the home tab, redraw it."""
    await buttons.on_click(body, door)
    pressed = occasions.read_in_home(body)
    if pressed:
        await _draw(pressed.person, door, full=pressed.full)


async def on_submission(body: object, door: SlackDoor) -> Json | None:
    """Accept a form; one that belongs to no channel was opened from the home tab, which is redrawn."""
    answer = await modals.on_submission(body, door)
    sent = wire.read_submission(body)
    if isinstance(sent, Submission) and sent.meta.case and not (sent.meta.channel or sent.meta.new):
        door.later(_draw(sent.person, door))
    return answer


async def _switch(ident: str, on: bool, door: SlackDoor) -> None:
    person = door.person(ident)
    try:
        await door.rota.switch(person, on, door.engine.clock.now())
    except StoreGone:
        await door.tell(Where(), person, NOT_SWITCHED)


async def _draw(ident: str, door: SlackDoor, *, full: bool = False) -> None:
    """Publish somebody's home tab; without the database the old one stays."""
    person = door.person(ident)
    try:
        home = await _home(person, door, full=full)
    except StoreGone:
        return
    await door.reply.publish_home(person.id, home_view(home, person, door.ink(person)))


async def _home(person: Person, door: SlackDoor, *, full: bool) -> Home:
    most = (LONG if full else SHORT) + 1
    mine = await door.cases.owed_by_person(person.id, most)
    of_roles = await door.cases.owed_by_role(person.roles, most + len(mine))
    others = await door.cases.opened_by(person.id, most)
    used = any(door.rota.uses_switch(role) for role in person.roles)
    return Home(
        mine=mine,
        roles=_without(of_roles, person)[:most],
        figures=await _figures(person, door),
        others=[one for one in others if one.role not in person.roles],
        goals=_goals(person, door),
        on=door.rota.is_on(person) if used else None,
        full=full,
    )


def _without(found: Sequence[Owed], person: Person) -> list[Owed]:
    """Leave out the duties that are listed as this person's own."""
    return [one for one in found if one.held_by != person.id]


async def _figures(person: Person, door: SlackDoor) -> Figures:
    now, zone = door.engine.clock.now(), ZoneInfo(known_zone(person.zone))
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    names = [book.playbook for book in door.playbooks_of(person)]
    return await door.cases.figures(person.roles, names, midnight, now)


def _goals(person: Person, door: SlackDoor) -> Goals:
    found = [goal for book in door.playbooks_of(person) if (goal := goal_of(book))]
    if len(found) != 1:
        return Goals(len(found))
    _, step = found[0]
    minutes = int(step.due.within.total_seconds() // 60) if step.due else 0
    return Goals(1, step.title, minutes)
