"""`/ato` subcommands that read cases: `board`, `mine`, `find`, one case, and `note`."""

import logging
import re
from collections.abc import Sequence
from datetime import timedelta

from desk.cards.worklist import Owed
from desk.case.commands import AddNote
from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.lookup import Reading, readings
from desk.fields.redact_secrets import told
from desk.fields.template_values import display
from desk.playbook.model import Playbook
from desk.values import Line, Person
from desk.workflow.duties import duties
from handlers.slack.door import Json, SlackDoor
from integrations.slack.codec.arrivals import Slash
from integrations.slack.text.lines import Ink
from integrations.slack.views import board, cases, menus
from integrations.slack.views.home import MINE, WAITING_FOR
from integrations.slack.views.ledger import ledger

log = logging.getLogger(__name__)

NO_SUCH_CASE = Line(key="There is no case {case}. `{command} mine` lists yours.")
NOT_YOURS = Line(key="Only people who work on these cases may see them.")
NONE_OPEN = Line(key="You have no open cases. `{command}` opens one.")
NONE_OWED = Line(key="Nothing is open for your role. New work is announced in your channel.")
BOARD = Line(key="Open work of your role, by what is due")
MORE = Line(key="There is more: the home tab of this app lists up to 30 of each.")
FIND_WHAT = Line(
    key=(
        "Write what to look for: `{command} find` and an email address, a telephone number, an order number or a"
        " customer ID."
    )
)
TOO_MANY = Line(
    key=(
        "That is more than {count} look-ups within a minute. Wait a minute and try again: each look-up is logged, and"
        " so is this one."
    )
)
NOT_FOUND = Line(
    key="No case has that. Check the number or address: a case is found by exactly what was typed into it."
)
FOUND = Line(key="Cases found: {count}")
CLOSED = Line(key="closed: {ending}")
OPEN = Line(key="{step} · with {role}")
NOTE_WHAT = Line(key="Write the case and the note: `{command} note ATO-12 what happened`.")
NOTED = Line(key="Kept on {case}. Where the case has a ticket, the note goes there too.")

MOST_LISTED = 20
MOST_FOUND = 10
WITHIN = timedelta(minutes=1)
CASE = re.compile(r"([a-z]{2,10})-(\d{1,9})", re.ASCII | re.IGNORECASE)

Found = tuple[Case, Playbook]


def only_you(text: str, blocks: list[Json] | None = None) -> Json:
    """Build an ephemeral response.

    https://docs.slack.dev/interactivity/implementing-slash-commands#responding_to_commands
    """
    answer: Json = {"response_type": "ephemeral", "text": text}
    return {**answer, "blocks": blocks} if blocks else answer


def said(line: Line, person: Person, door: SlackDoor) -> Json:
    """Build a response of one sentence."""
    return only_you(door.voice.private(line, person))


def not_yours(asked: str, person: Person, door: SlackDoor) -> Json:
    """Refuse somebody without access to the case, and log it."""
    door.refused(person, asked)
    return said(NOT_YOURS, person, door)


async def on_board(_asked: Slash, person: Person, door: SlackDoor) -> Json:
    """`/ato board`: what this person's roles owe, late duties first."""
    if not door.works_here(person):
        return not_yours("board", person, door)
    found = await door.cases.owed_by_role(person.roles, MOST_LISTED + 1)
    if not found:
        return said(NONE_OWED, person, door)
    ink = door.ink(person)
    drawn = [board.heading(BOARD, ink), *board.rows(found[:MOST_LISTED], person, ink)]
    more = [board.heading(MORE, ink)] if len(found) > MOST_LISTED else []
    return only_you(ink.of(BOARD), [*drawn, *more])


async def on_mine(_asked: Slash, person: Person, door: SlackDoor) -> Json:
    """`/ato mine`: what this person has claimed, and what they wait for in cases they opened."""
    mine = await door.cases.owed_by_person(person.id, MOST_LISTED)
    others = await door.cases.opened_by(person.id, MOST_LISTED)
    if not (mine or others):
        return said(NONE_OPEN, person, door)
    ink = door.ink(person)
    return only_you(ink.of(MINE), [*_list(MINE, mine, person, ink), *_list(WAITING_FOR, others, person, ink)])


def _list(title: Line, found: Sequence[Owed], person: Person, ink: Ink) -> list[Json]:
    if not found:
        return []
    waits = title is WAITING_FOR
    return [board.heading(title, ink), *(board.row(one, person, ink, waits=waits) for one in found)]


async def on_case(asked: Slash, person: Person, door: SlackDoor) -> Json:
    """`/ato ATO-12`: show one case by its display name."""
    if not door.works_here(person):
        return not_yours("a case", person, door)
    if refused := await too_many("case", person, door):
        return said(refused, person, door)
    found = await named(asked.verb, door)
    if found is None:
        return said(_no_such(asked.verb), person, door)
    return one_case(*found, person, door)


async def named(name: str, door: SlackDoor) -> Found | None:
    """Load a case by its display name."""
    wanted = CASE.fullmatch(name)
    key = await door.cases.named(int(wanted[2])) if wanted else None
    found = await door.engine.look(key) if key else None
    return found if found and wanted and found[1].case_prefix == wanted[1].upper() else None


def _no_such(name: str) -> Line:
    return Line(key=NO_SUCH_CASE.key, args={"case": name.upper()[:40]})


def one_case(case: Case, playbook: Playbook, person: Person, door: SlackDoor) -> Json:
    """Render a case for somebody who works on its playbook: open steps, what was said and promised."""
    if not person.roles & set(playbook.roles):
        return not_yours("a case", person, door)
    ink = door.ink(person)
    more = {"type": "actions", "elements": [menus.ask_button(ink, "more", case.id)]}
    drawn = [*cases.case_blocks(case, playbook, person, ink), more, *ledger(case, playbook, ink)]
    return only_you(cases.headline(case, playbook, ink), drawn)


async def on_find(asked: Slash, person: Person, door: SlackDoor) -> Json:
    """`/ato find`: search cases by a customer's data. An oracle, so every use is logged and rate-limited."""
    if not door.works_here(person):
        return not_yours("find", person, door)
    now = door.engine.clock.now()
    wanted = readings(asked.argument[:254], door.playbooks_of(person), now) if asked.argument else ()
    kind = ",".join(sorted({one.kind for one in wanted})) or "nothing"
    if refused := await too_many(kind, person, door):
        return said(refused, person, door)
    if not asked.argument:
        return said(FIND_WHAT, person, door)
    return _results(await _cases_of(wanted, person, door), person, door)


async def too_many(kind: str, person: Person, door: SlackDoor) -> Line | None:
    """Log a look-up of a customer or case; return a line when the person's limit per minute is exceeded."""
    now = door.engine.clock.now()
    count = await door.searches.note(person.id, kind, now, now - WITHIN)
    log.info("customer looked up", extra={"person": person.id, "kind": kind, "count": count})
    if not door.look_ups or count <= door.look_ups:
        return None
    return Line(key=TOO_MANY.key, args={"count": door.look_ups})


async def _cases_of(wanted: tuple[Reading, ...], person: Person, door: SlackDoor) -> list[Found]:
    """Load the matching cases that this person works on, newest first."""
    keys = {key for one in wanted for key in await door.cases.find(one.field, one.value, MOST_FOUND)}
    found = [await door.engine.look(key) for key in sorted(keys, reverse=True)[:MOST_FOUND]]
    return [one for one in found if one and person.roles & set(one[1].roles)]


def _results(found: list[Found], person: Person, door: SlackDoor) -> Json:
    if not found:
        return said(NOT_FOUND, person, door)
    ink = door.ink(person)
    head = ink.line(FOUND.key, count=len(found))
    return only_you("\n".join([head, *(_result(*one, ink) for one in found)]))


def _result(case: Case, playbook: Playbook, ink: Ink) -> str:
    """Render the status of a case, without its customer."""
    name = f"*{ink.line('{case}', case=display(case, playbook))}*"
    if case.ending:
        return f"{name} · {ink.line(CLOSED.key, ending=playbook.ending(case.ending))}"
    owed = next(iter(duties(Situation(case, playbook, ink.now))), None)
    if owed is None:
        return name
    role = playbook.roles[owed.owner].title
    return f"{name} · {ink.line(OPEN.key, step=playbook.steps[owed.step].title, role=role)}"


async def on_note(asked: Slash, person: Person, door: SlackDoor) -> Json:
    """`/ato note`: add a note to a case."""
    name, _, words = asked.argument.partition(" ")
    if not (CASE.fullmatch(name) and words.strip()):
        return said(NOTE_WHAT, person, door)
    found = await named(name, door)
    if found is None:
        return said(_no_such(name), person, door)
    command = AddNote(case=found[0].id, delivery=asked.delivery, by=person, words=words.strip())
    answer = await door.engine.accept(command)
    line = answer.refusal.line if answer.refusal else Line(key=NOTED.key, args={"case": display(*found)})
    lines = (line, told(answer.taken_out)) if answer.taken_out else (line,)
    return only_you("\n".join(door.voice.private(one, person) for one in lines))
