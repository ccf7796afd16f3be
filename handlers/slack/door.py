"""Dependencies of every Slack handler, and what they share: form pages and messages for a failure.

It opens no Slack body.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from desk.cards.forms import Form, form
from desk.case.commands import Command
from desk.case.effects import Requester
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.service.engine import Engine
from desk.service.on_duty import Rota
from desk.service.ports import Cases, People, StoreGone
from desk.values import Fill, Line, Person, in_language
from handlers.slack.background import Later
from integrations.slack.codec.arrivals import Click, Unreadable, Where
from integrations.slack.codec.meta import FormMeta, write_meta
from integrations.slack.people.voice import Voice
from integrations.slack.text.lines import Ink
from integrations.slack.views.form import Forms
from integrations.slack.views.sending import submit_line

log = logging.getLogger(__name__)

Json = dict[str, Any]

NOT_KEPT = Line(key="Nothing was kept: the database does not answer. Press the button again in a minute.")
NOT_KEPT_FORM = Line(
    key=(
        "Nothing was kept: the database does not answer. Your text is still in the form; press Submit again in a"
        " minute."
    )
)
NOT_UNDERSTOOD = Line(
    key=(
        "I could not read that: the button or form may be from an older version. Nothing was changed. Type {command} to"
        " go on."
    )
)
UNKNOWN_CASE = Line(key="I do not know this case. It may belong to another desk.")

_NO_ANSWERS: Mapping[str, Fill] = {}


class Reply(Protocol):
    """Immediate answers to one person; a returned line says what could not be shown."""

    async def open(self, trigger: str, view: Json) -> Line | None:
        """Open a modal."""
        ...

    async def update(self, view_id: str, view: Json, hash_: str = "") -> Line | None:
        """Change an open modal."""
        ...

    async def replace(self, external_id: str, view: Json) -> Line | None:
        """Update a modal that was opened with our own external id."""
        ...

    async def private(self, where: Where, person: str, text: str) -> None:
        """Send one person a private message."""
        ...

    async def publish_home(self, person: str, view: Json) -> None:
        """Publish somebody's home tab."""
        ...


class Roster(People, Protocol):
    """Role membership and its changes, as all replicas know them."""

    def learn_soon(self, person_id: str) -> None:
        """Look up an unknown person in the background."""
        ...

    async def on_listed(self, group: str, people: Sequence[str], at: int) -> None:
        """Take a whole list of a group's members, at Slack's stamp of it."""
        ...

    async def on_moved(self, group: str, added: Sequence[str], removed: Sequence[str], at: int) -> None:
        """Take additions to a group and removals from it."""
        ...

    async def on_unlisted(self, group: str) -> None:
        """Read a group whose event did not say who is in it."""
        ...

    async def on_user(self, user: Mapping[str, Any], at: int) -> None:
        """Take a person's profile."""
        ...


class Searches(Protocol):
    """Audit log of customer look-ups: who, which kind, when; never the search term."""

    async def note(self, person: str, kind: str, now: datetime, since: datetime) -> int:
        """Log a look-up; return how many this person has made since `since`, this one included."""
        ...


@dataclass(frozen=True)
class SlackDoor:
    """The dependencies of every Slack handler."""

    engine: Engine
    cases: Cases
    people: Roster
    reply: Reply
    forms: Forms
    voice: Voice
    new_id: Callable[[], str]
    """Generates the id of a case that may be opened."""
    rota: Rota
    searches: Searches
    peek: Callable[[int], Awaitable[Requester | None]] | None = None
    """Returns the requester of a ticket; raises TryAgain and GiveUp."""
    look_ups: int = 10
    """Look-ups that one person may make within a minute; 0 is unlimited."""
    later: Later = field(default_factory=Later)
    blanks: dict[tuple[str, str], tuple[Playbook, Json]] = field(default_factory=dict)
    """Cache of empty intake forms, by playbook and language."""

    async def catch_up(self) -> None:
        """Take over the roles of now; a database that does not answer is reported by whoever needs it."""
        with suppress(StoreGone):
            await self.people.catch_up()

    def person(self, ident: str) -> Person:
        """Return a person's roles, language and zone as far as they are known."""
        self.people.learn_soon(ident)
        return self.people.person(ident)

    def ink(self, person: Person) -> Ink:
        """Return the rendering context for a person, with role titles."""
        titles = {name: role.title for book in self.engine.playbooks.values() for name, role in book.roles.items()}
        return replace(self.voice.ink(person), role=lambda name: in_language(titles.get(name, {}), person.language))

    def playbooks_of(self, person: Person) -> tuple[Playbook, ...]:
        """Return the playbooks in which this person has a role."""
        books = self.engine.playbooks.values()
        return tuple(book for book in books if person.roles & set(book.roles))

    def works_here(self, person: Person) -> bool:
        """Return whether this person has a role in any playbook."""
        return bool(self.playbooks_of(person))

    async def tell(self, where: Where, person: Person, line: Line) -> None:
        """Send a line privately."""
        await self.reply.private(where, person.id, self.voice.private(line, person))

    async def told_no(self, meta: FormMeta, click: Click, person: Person, why: Line) -> Line:
        """Record that a form was refused to this person, and return the reason; raises StoreGone."""
        asked = " ".join(filter(None, ["form", meta.ask, meta.step, meta.part, meta.outcome]))
        about = Command(case=meta.case, delivery=click.delivery, by=person)
        await self.engine.refuse(about, asked, why)
        return why

    def refused(self, person: Person, asked: str) -> None:
        """Log a refusal that belongs to no case."""
        log.info("refused", extra={"person": person.id, "asked": asked})

    async def not_understood(self, got: Unreadable) -> None:
        """Tell the sender of an unreadable request that nothing was changed."""
        if got.person:
            await self.tell(got.where, self.person(got.person), NOT_UNDERSTOOD)

    def page(
        self,
        case: Case,
        playbook: Playbook,
        meta: FormMeta,
        person: Person,
        typed: Mapping[str, Fill] = _NO_ANSWERS,
    ) -> Json:
        """Render a page of the modal: a step's or part's form, with the outcome picked so far."""
        outcome = meta.outcome or _only_outcome(playbook, meta)
        drawn = form(case, playbook, meta.step, meta.part, outcome, new=meta.new)
        drawn = _pinned(drawn) if meta.pinned else drawn
        about = meta.model_copy(update={"outcome": outcome, "playbook": playbook.playbook})
        return self.forms.view(drawn, about, person.language, submit=submit_line(playbook, drawn), typed=typed)

    def intake_page(self, name: str, case: str, person: Person, typed: Mapping[str, Fill] = _NO_ANSWERS) -> Json | None:
        """Render the intake form; None when there is no such playbook."""
        playbook = self.engine.playbooks.get(name)
        if playbook is None:
            return None
        meta = FormMeta(case=case, playbook=name, step=playbook.opens_with, new=True)
        if typed:
            return self.page(Case(id=case), playbook, meta, person, typed)
        return self._blank(playbook, meta, person)

    def _blank(self, playbook: Playbook, meta: FormMeta, person: Person) -> Json:
        """Return the empty intake form, cached by playbook and language: only the case id is new.

        It cannot go stale: its inputs are fixed for the life of the process, and compared all the same.
        """
        at = (meta.playbook, person.language)
        drawn_from, held = self.blanks.get(at, (None, {}))
        if drawn_from is not playbook:
            held = self.page(Case(id=meta.case), playbook, meta, person)
            self.blanks[at] = (playbook, held)
        about = meta.model_copy(update={"outcome": _only_outcome(playbook, meta)})
        return {**held, "private_metadata": write_meta(about)}

    def can_open(self, person: Person) -> dict[str, Playbook]:
        """Return the playbooks whose first step is this person's."""
        found = self.engine.playbooks.items()
        return {n: p for n, p in found if p.steps[p.opens_with].owner in person.roles}


def _only_outcome(playbook: Playbook, meta: FormMeta) -> str | None:
    """Return the outcome where there is only one."""
    outcomes = playbook.steps[meta.step].outcomes
    return next(iter(outcomes)) if len(outcomes) == 1 and not meta.part else None


def _pinned(drawn: Form) -> Form:
    """Restrict the form to the outcome whose button was pressed."""
    return replace(drawn, choices=tuple(one for one in drawn.choices if one.name == drawn.chosen))
