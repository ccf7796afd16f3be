"""The `/ato` command: intake, one case, my cases, help. The answer goes back in the response itself."""

import difflib
import re
from collections.abc import Awaitable, Callable

from desk.case import Case
from desk.playbook import Playbook
from desk.ports import StoreGone
from desk.values import Line, Person
from handlers.door import NOT_KEPT, Json, SlackDoor
from integrations.slack import wire
from integrations.slack.arrivals import Slash, Unreadable
from integrations.slack.meta import FormMeta
from integrations.slack.views import home
from integrations.slack.views.form import choose_view

HELP = (
    Line(key="`/ato` opens a new case, `/ato new` and a procedure's name where there are several."),
    Line(key="`/ato ATO-12` shows a case, `/ato 48213` the case of a Zendesk ticket."),
    Line(key="`/ato mine` lists your open cases, each with a button to go on."),
)
NEAREST = Line(key="I do not know “{word}”. Did you mean `/ato {nearest}`?")
UNKNOWN_WORD = Line(key="I do not know “{word}”.")
NOT_AN_OPENER = Line(
    key="Only {role} may open a case. I have not opened anything. If this is your work, ask your team lead to add you to the group."
)
NO_SUCH_CASE = Line(key="There is no case {case}. `/ato mine` lists yours.")
NO_SUCH_TICKET = Line(key="No case has the ticket {ticket}.")
NOT_YOURS = Line(key="Only people who work on these cases may see them.")
NONE_OPEN = Line(key="You have no open cases. `/ato` opens one.")
MY_CASES = Line(key="Your open cases")

MOST_LISTED = 20
_CASE = re.compile(r"([a-z]{2,10})-(\d{1,9})", re.ASCII)
_TICKET = re.compile(r"#?(\d{1,12})", re.ASCII)


async def on_command(body: object, door: SlackDoor) -> Json | None:
    """Answer `/ato`; None means that a modal is the answer."""
    asked = wire.read_slash(body)
    if isinstance(asked, Unreadable):
        return None
    return await _answer(asked, door)


async def _answer(asked: Slash, door: SlackDoor) -> Json | None:
    person = door.person(asked.person)
    try:
        return await _verb(asked.verb)(asked, person, door)
    except StoreGone:
        return _only_you(door.voice.private(NOT_KEPT, person))


def _verb(word: str) -> Callable[[Slash, Person, SlackDoor], Awaitable[Json | None]]:
    if _CASE.fullmatch(word):
        return _case
    if _TICKET.fullmatch(word):
        return _ticket
    return _VERBS.get(word, _unknown)


async def _intake(asked: Slash, person: Person, door: SlackDoor) -> Json | None:
    """Open the intake; somebody who works with several procedures chooses one first."""
    wanted = asked.argument.lower()
    found = {n: p for n, p in door.can_open(person).items() if wanted in {"", n}}
    if not found:
        return _only_you(door.voice.private(_not_an_opener(door), person))
    failed = await door.reply.open(asked.trigger, _first_page(found, person, door))
    return _only_you(door.voice.private(failed, person)) if failed else None


def _first_page(found: dict[str, Playbook], person: Person, door: SlackDoor) -> Json:
    case = door.new_id()
    page = door.intake_page(next(iter(found)), case, person) if len(found) == 1 else None
    return page or choose_view(
        FormMeta(case=case, new=True), found, door.voice.say, person.language
    )


def _not_an_opener(door: SlackDoor) -> Line:
    owners = [
        book.roles[book.steps[book.opens_with].owner] for book in door.engine.playbooks.values()
    ]
    titles = [role.title for role in owners]
    languages = {language for title in titles for language in title}
    both = {
        one: " / ".join(title.get(one) or title.get("en", "") for title in titles)
        for one in languages
    }
    return Line(key=NOT_AN_OPENER.key, args={"role": both})


async def _case(asked: Slash, person: Person, door: SlackDoor) -> Json:
    prefix, number = asked.verb.upper().split("-")
    key = await door.cases.named(int(number))
    found = await door.engine.look(key) if key else None
    if found is None or found[1].case_prefix != prefix:
        line = Line(key=NO_SUCH_CASE.key, args={"case": f"{prefix}-{number}"})
        return _only_you(door.voice.private(line, person))
    return _one_case(*found, person, door)


async def _ticket(asked: Slash, person: Person, door: SlackDoor) -> Json:
    number = int(asked.verb.removeprefix("#"))
    key = await door.cases.of_ticket(number)
    found = await door.engine.look(key) if key else None
    if found is None:
        line = Line(key=NO_SUCH_TICKET.key, args={"ticket": f"#{number}"})
        return _only_you(door.voice.private(line, person))
    return _one_case(*found, person, door)


def _one_case(case: Case, playbook: Playbook, person: Person, door: SlackDoor) -> Json:
    if not person.roles & set(playbook.roles):
        return _only_you(door.voice.private(NOT_YOURS, person))
    ink = door.voice.ink(person)
    return _only_you(
        home.headline(case, playbook, ink), home.case_blocks(case, playbook, person, ink)
    )


async def _mine(_asked: Slash, person: Person, door: SlackDoor) -> Json:
    found = await my_cases(person, door)
    if not found:
        return _only_you(door.voice.private(NONE_OPEN, person))
    ink = door.voice.ink(person)
    blocks = home.listing(ink.of(MY_CASES), found, person, ink)
    return _only_you(ink.of(MY_CASES), blocks)


async def my_cases(person: Person, door: SlackDoor) -> list[tuple[Case, Playbook]]:
    """Load the open cases somebody opened, newest first."""
    keys = await door.cases.open_of(person.id, MOST_LISTED)
    found = [await door.engine.look(key) for key in keys]
    return [one for one in found if one]


async def _help(_asked: Slash, person: Person, door: SlackDoor) -> Json:
    return _only_you("\n".join(door.voice.private(line, person) for line in HELP))


async def _unknown(asked: Slash, person: Person, door: SlackDoor) -> Json:
    near = difflib.get_close_matches(asked.verb, [*(v for v in _VERBS if v)], n=1, cutoff=0.5)
    key = NEAREST.key if near else UNKNOWN_WORD.key
    line = Line(key=key, args={"word": asked.verb[:40], **({"nearest": near[0]} if near else {})})
    return _only_you("\n".join(door.voice.private(one, person) for one in (line, *HELP)))


def _only_you(text: str, blocks: list[Json] | None = None) -> Json:
    """Answer in the response: https://docs.slack.dev/interactivity/implementing-slash-commands#responding_to_commands"""
    answer: Json = {"response_type": "ephemeral", "text": text}
    return {**answer, "blocks": blocks} if blocks else answer


_VERBS: dict[str, Callable[[Slash, Person, SlackDoor], Awaitable[Json | None]]] = {
    "": _intake,
    "new": _intake,
    "mine": _mine,
    "help": _help,
}
