"""The `/ato` command and the message shortcut: subcommands, the intake form, and help."""

import asyncio
import difflib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping

from desk.case.effects import Requester
from desk.playbook.model import Playbook
from desk.service.ports import GiveUp, StoreGone, TryAgain
from desk.values import Fill, Line, Person, TicketRef
from handlers.slack import case_lookup
from handlers.slack.case_lookup import only_you, said
from handlers.slack.door import NOT_KEPT, Json, SlackDoor
from integrations.slack.codec import wire
from integrations.slack.codec.arrivals import Slash, Unreadable
from integrations.slack.codec.meta import FormMeta
from integrations.slack.codec.occasions import read_shortcut
from integrations.slack.views.form import NEW_CASE, choose_view
from integrations.slack.views.notes import note_view
from integrations.slack.views.unconfirmed import unconfirmed

log = logging.getLogger(__name__)

HELP_OPEN = (
    Line(key="`{command}` opens a new case, `{command} new` and a procedure's name where there are several."),
    Line(key="`{command} 48213` shows the case of a Zendesk ticket, or opens one for it."),
)
HELP_WORK = (
    Line(key="`{command} ATO-12` shows a case: what is open, and what the customer was told and promised."),
    Line(key="`{command} board` lists what your role owes, late ones first."),
    Line(key="`{command} mine` lists what you have, each with a button to go on, and what you wait for."),
    Line(
        key=(
            "`{command} find` and an email address, telephone number, order number or customer ID finds cases. Every"
            " look-up is logged."
        )
    ),
    Line(key="`{command} note ATO-12 …` keeps a note on a case, and on its ticket."),
)
HELP_NOBODY = Line(
    key=(
        "You have no role in any procedure here, so there is nothing you can do with `{command}`. If this is your work,"
        " ask your team lead to add you to the group."
    )
)
NEAREST = Line(key="I do not know “{word}”. Did you mean `{command} {nearest}`?")
UNKNOWN_WORD = Line(key="I do not know “{word}”.")
NOT_AN_OPENER = Line(
    key=(
        "Only {role} may open a case. I have not opened anything. If this is your work, ask your team lead to add you"
        " to the group."
    )
)
READING = Line(key="Reading ticket {ticket}…")
NO_SUCH_TICKET = Line(key="No case has the ticket {ticket}.")
TICKET_FIELD = "contact_ticket"
"""The intake field with the number of the ticket a customer wrote from."""

_TICKET = re.compile(r"#?(\d{1,12})", re.ASCII)
PATIENCE = 8.0
"""Seconds to wait for Zendesk to return the requester; meanwhile the modal shows that it is loading."""


async def on_command(body: object, door: SlackDoor) -> Json | None:
    """Handle `/ato`; None means that a modal is the answer."""
    asked = wire.read_slash(body)
    if isinstance(asked, Unreadable):
        return None
    return await _answer(asked, door)


async def on_shortcut(body: object, door: SlackDoor) -> None:
    """Open the intake form from a message; the message's text is not copied."""
    chosen = read_shortcut(body)
    if chosen is None:
        return
    person = door.person(chosen.person)
    found = door.can_open(person)
    failed = await _open(chosen.trigger, found, person, door) if found else _not_an_opener(person, door)
    if failed:
        await door.tell(chosen.where, person, failed)


async def _answer(asked: Slash, door: SlackDoor) -> Json | None:
    verb = _verb(asked.verb)
    if verb is not _intake:  # the intake form shows nothing of a case, and who may open one is judged when it is sent
        await door.catch_up()
    try:
        return await verb(asked, door.person(asked.person), door)
    except StoreGone:
        return said(NOT_KEPT, door.person(asked.person), door)


def _verb(word: str) -> Callable[[Slash, Person, SlackDoor], Awaitable[Json | None]]:
    if case_lookup.CASE.fullmatch(word):
        return case_lookup.on_case
    if _TICKET.fullmatch(word):
        return _ticket
    return _VERBS.get(word, _unknown)


async def _intake(asked: Slash, person: Person, door: SlackDoor) -> Json | None:
    """Open the intake form; somebody who works with several playbooks chooses one first."""
    found = _openable(asked, person, door)
    if not found:  # a role that was given at another replica a moment ago counts
        await door.catch_up()
        person = door.people.person(asked.person)
        found = _openable(asked, person, door)
    if not found:
        return said(_not_an_opener(person, door), person, door)
    failed = await _open(asked.trigger, found, person, door)
    return said(failed, person, door) if failed else None


def _openable(asked: Slash, person: Person, door: SlackDoor) -> dict[str, Playbook]:
    wanted = asked.argument.lower()
    return {name: book for name, book in door.can_open(person).items() if wanted in {"", name}}


async def _open(trigger: str, found: Mapping[str, Playbook], person: Person, door: SlackDoor) -> Line | None:
    case = door.new_id()
    page = door.intake_page(next(iter(found)), case, person) if len(found) == 1 else None
    if page is None:
        meta = FormMeta(case=case, new=True)
        page = choose_view(meta, found, door.voice.say, person.language)
    return await door.reply.open(trigger, page)


def _not_an_opener(person: Person, door: SlackDoor) -> Line:
    door.refused(person, "open a case")
    owners = [book.roles[book.steps[book.opens_with].owner] for book in door.engine.playbooks.values()]
    titles = [role.title for role in owners]
    languages = {language for title in titles for language in title}
    both = {one: " / ".join(title.get(one) or title.get("en", "") for title in titles) for one in languages}
    return Line(key=NOT_AN_OPENER.key, args={"role": both})


async def _ticket(asked: Slash, person: Person, door: SlackDoor) -> Json | None:
    """Show the case of a ticket; without one, open the intake form with the ticket filled in."""
    number = int(asked.verb.removeprefix("#"))
    if not door.works_here(person):
        return said(case_lookup.NOT_YOURS, person, door)
    if refused := await case_lookup.too_many("ticket", person, door):
        return said(refused, person, door)
    key = await door.cases.of_ticket(TicketRef(account=door.engine.account, id=number))
    found = await door.engine.look(key) if key else None
    if found is not None:
        return case_lookup.one_case(*found, person, door)
    opens = [name for name, book in door.can_open(person).items() if _takes_ticket(book)]
    if not opens:
        return said(Line(key=NO_SUCH_TICKET.key, args={"ticket": f"#{number}"}), person, door)
    failed = await _open_for_ticket(asked.trigger, number, opens[0], person, door)
    return said(failed, person, door) if failed else None


def _takes_ticket(book: Playbook) -> bool:
    return any(ask.field == TICKET_FIELD for ask in book.steps[book.opens_with].asks)


async def _open_for_ticket(trigger: str, number: int, playbook: str, person: Person, door: SlackDoor) -> Line | None:
    """Open a modal at once, since the trigger expires, and fill in the intake form when the ticket was read."""
    case = door.new_id()
    wait = Line(key=READING.key, args={"ticket": f"#{number}"})
    view = note_view(
        door.voice.plain(NEW_CASE, person), (door.voice.plain(wait, person),), door.voice.say, person.language
    )
    failed = await door.reply.open(trigger, {**view, "external_id": case})
    if failed is None:
        door.later(_fill_in(case, number, playbook, person, door))
    return failed


async def _fill_in(case: str, number: int, playbook: str, person: Person, door: SlackDoor) -> None:
    known = {TICKET_FIELD: Fill(raw=str(number)), **_customer(await _peek(number, door))}
    page = door.intake_page(playbook, case, person, known)
    if page:
        await door.reply.replace(case, unconfirmed(page, number, door.ink(person)))


async def _peek(number: int, door: SlackDoor) -> Requester | None:
    """Return the ticket's requester; None when it cannot be read, and the form then has the number only."""
    if door.peek is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return await door.peek(number)
    except (TimeoutError, TryAgain, GiveUp) as error:
        log.warning("a ticket could not be read for an intake: %s", error)
        return None


def _customer(found: Requester | None) -> dict[str, Fill]:
    if found is None:
        return {}
    name, _, surname = found.name.partition(" ")
    given = {"email": found.email, "name": "" if "@" in name else name, "surname": surname}
    return {field: Fill(raw=raw) for field, raw in given.items() if raw}


async def _help(_asked: Slash, person: Person, door: SlackDoor) -> Json:
    return only_you("\n".join(door.voice.private(line, person) for line in _help_for(person, door)))


def _help_for(person: Person, door: SlackDoor) -> tuple[Line, ...]:
    """Return the help lines for what this person may do."""
    opening = HELP_OPEN if door.can_open(person) else ()
    return (*opening, *HELP_WORK) if door.works_here(person) else (HELP_NOBODY,)


async def _unknown(asked: Slash, person: Person, door: SlackDoor) -> Json:
    near = difflib.get_close_matches(asked.verb, [*(v for v in _VERBS if v)], n=1, cutoff=0.5)
    key = NEAREST.key if near else UNKNOWN_WORD.key
    line = Line(key=key, args={"word": asked.verb[:40], **({"nearest": near[0]} if near else {})})
    lines = (line, *_help_for(person, door))
    return only_you("\n".join(door.voice.private(one, person) for one in lines))


_VERBS: dict[str, Callable[[Slash, Person, SlackDoor], Awaitable[Json | None]]] = {
    "": _intake,
    "new": _intake,
    "board": case_lookup.on_board,
    "mine": case_lookup.on_mine,
    "find": case_lookup.on_find,
    "note": case_lookup.on_note,
    "help": _help,
}
