"""Codec of Zendesk's formats. Pure: it knows no network and no clock.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.case.effects import CreateTicket, Requester, UpdateTicket
from desk.case.results import TicketSeen
from desk.service.ports import GiveUp
from desk.values import UNNAMED
from integrations.zendesk.deliveries import (
    Malformed,
    TicketChanged,
    check_signature,
    read_webhook,
    signed,
)
from integrations.zendesk.desk_marks import external_id, marker, tag_of
from integrations.zendesk.names import (
    Dropdown,
    Ids,
    Named,
    Names,
    Option,
    account_of,
    levels,
    match_option,
    plain,
)
from integrations.zendesk.shapes import (
    Answer,
    RawAudit,
    RawField,
    RawNamed,
    RawTicket,
)

__all__ = [
    "History",
    "Malformed",
    "TicketChanged",
    "check_signature",
    "find_ids",
    "match_option",
    "meant",
    "read_history",
    "read_names",
    "read_ticket",
    "read_webhook",
    "read_written",
    "sent_under",
    "signed",
    "write_ticket",
    "write_update",
]

ROOM = 60_000
"""Maximum bytes of a comment. Zendesk silently truncates at 64 kB, and our marker is at the end."""
CUT = "… (cut here: too long for Zendesk, the whole text is in the case)"


_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Invisible characters, and those that change the writing direction or split lines."""


def find_ids(names: Names, effect: CreateTicket | UpdateTicket, query_type_title: str) -> Ids:
    """Resolve the names of an effect to the account's ids; raises GiveUp, naming what is missing."""
    group = names.group(effect.group).id if effect.group else None
    if isinstance(effect, UpdateTicket):
        return Ids(group=group)
    form = names.form(effect.form).id
    if effect.query_type is None:
        return Ids(form=form, group=group)
    field = names.dropdown(query_type_title)
    tag = match_option(field.options, effect.query_type).tag
    return Ids(form=form, group=group, field=field.id, tag=tag)


def write_ticket(effect: CreateTicket, ids: Ids, placeholder: Requester, desk: str = UNNAMED) -> bytes:
    """Serialize a new ticket; deterministic for the same effect and ids.

    No assignee: one who is not in the group is refused, and the ticket with it. The ticket the customer wrote from is
    named in the first note; `via_followup_source_id` has no effect unless that ticket is closed already.
    """
    requester = effect.requester or placeholder
    ticket: dict[str, Any] = {
        "subject": line(effect.subject),
        "comment": {"body": _first_note(effect), "public": False},
        "ticket_form_id": ids.form,
        "group_id": ids.group,
        "status": effect.status,
        "requester": {"name": line(requester.name), "email": requester.email},
        "external_id": external_id(effect.key, desk),
    }
    if tag := tag_of(desk):
        ticket["tags"] = [tag]
    if ids.field is not None:
        ticket["custom_fields"] = [{"id": ids.field, "value": ids.tag}]
    return _stable(ticket)


def _first_note(effect: CreateTicket) -> str:
    """Compose the first, internal comment; Zendesk refuses an empty one."""
    linked = f"Original contact: ticket #{effect.linked_ticket.lstrip('#')}" if effect.linked_ticket else ""
    return "\n\n".join(filter(None, (fit(effect.body.strip() or effect.subject), calm(linked))))


def write_update(
    effect: UpdateTicket, ids: Ids, stamp: str | None, uploads: Sequence[str] = (), desk: str = UNNAMED
) -> bytes:
    """Serialize an update. `updated_stamp` is optimistic locking: Zendesk refuses it once anybody has changed the
    ticket.

    So of two concurrent copies only one can succeed. `uploads` are tokens of files attached to the note.
    """
    ticket: dict[str, Any] = {"safe_update": True, "updated_stamp": stamp} if stamp else {}
    words = (effect.note or "").strip() or (effect.sheet.name if effect.sheet else "")
    if words:
        note = f"{fit(words)}\n\n{marker(effect.key, desk)}"
        ticket["comment"] = {"body": note, "public": False}
        if uploads:
            ticket["comment"]["uploads"] = list(uploads)
    if ids.group is not None:
        ticket["group_id"] = ids.group
    if effect.status is not None:
        ticket["status"] = effect.status
    return _stable(ticket)


def _stable(ticket: dict[str, Any]) -> bytes:
    return json.dumps({"ticket": ticket}, sort_keys=True, separators=(",", ":")).encode()


def calm(text: str) -> str:
    """Neutralize untrusted text: Markdown links and images, and characters that change the writing direction.

    Agents' comments may be read as Markdown, where `![](http://…)` would fetch a picture for whoever opens the ticket.
    HTML is shown as it stands. Invisible characters are shown as a mark.
    """
    return _UNSEEN.sub("\ufffd", text).replace("](", "]\u2060(").replace("][", "]\u2060[")


def line(text: str) -> str:
    """Return text on one line, for a subject or a name."""
    return " ".join(_UNSEEN.sub("", text).split())


def fit(text: str) -> str:
    """Neutralize text, and truncate it with a notice where Zendesk would cut it silently."""
    text = calm(text)
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= ROOM else raw[:ROOM].decode("utf-8", "ignore") + CUT


def read_names(forms: Sequence[RawNamed], groups: Sequence[RawNamed], fields: Sequence[RawField]) -> Names:
    """Parse names and ids, without what is inactive or deleted."""
    return Names(
        forms=_named(forms),
        groups=_named(groups),
        dropdowns=tuple(
            Dropdown(
                id=field.id,
                title=field.title,
                options=tuple(
                    Option(name=option.name, tag=option.value) for option in field.custom_field_options or ()
                ),
            )
            for field in fields
            if field.active is not False and field.type == "tagger"
        ),
    )


def _named(things: Sequence[RawNamed]) -> tuple[Named, ...]:
    return tuple(Named(id=one.id, name=one.name) for one in things if one.active is not False and not one.deleted)


def read_written(raw: bytes) -> int:
    """Parse the ticket's number from the response to a write; raises ValueError for anything else."""
    return Answer.model_validate_json(raw).ticket.id


def sent_under(body: bytes) -> str:
    """Return the external id in the body of a new ticket."""
    return str(json.loads(body)["ticket"]["external_id"])


def read_ticket(
    raw: RawTicket, names: Names, url: str, asked: CreateTicket | UpdateTicket | None, title: str
) -> TicketSeen:
    """Convert a ticket with names for ids, and list what was requested and not kept."""
    group = _name(names.groups, raw.group_id, "group")
    form = _name(names.forms, raw.ticket_form_id, "form")
    seen = TicketSeen(
        account=account_of(url),
        id=raw.id,
        url=f"{url}/agent/tickets/{raw.id}",
        group=group,
        status=raw.status,
        form=form,
        stamp=raw.updated_at,
    )
    return seen.model_copy(update={"lost": _lost(seen, raw, names, asked, title)}) if asked else seen


def _name(things: Sequence[Named], wanted: int | None, kind: str) -> str | None:
    """Return a thing's name; one the account no longer lists is named by its id."""
    if wanted is None:
        return None
    return next((thing.name for thing in things if thing.id == wanted), f"{kind} {wanted}")


def _lost(
    seen: TicketSeen, raw: RawTicket, names: Names, asked: CreateTicket | UpdateTicket, title: str
) -> tuple[str, ...]:
    """Return, by name, what was requested and is not so. Zendesk answers 200 to a value it does not keep."""
    differs = {"group": asked.group and plain(asked.group) != plain(seen.group or "")}
    differs["status"] = asked.status and asked.status != seen.status
    if isinstance(asked, CreateTicket):
        differs["form"] = plain(asked.form) != plain(seen.form or "")
        differs["query type"] = asked.query_type and not _holds(raw, names, asked.query_type, title)
    return tuple(what for what in ("form", "query type", "group", "status") if differs.get(what))


def _holds(raw: RawTicket, names: Names, path: str, title: str) -> bool:
    """Return whether the ticket has this option in the query type field."""
    return meant(raw, names, [path], title) is not None


def meant(raw: RawTicket, names: Names, paths: Sequence[str], title: str) -> str | None:
    """Return the path among these that is the ticket's query type."""
    try:
        field = names.dropdown(title)
    except GiveUp:
        return None
    option = field.option(raw.value(field.id))
    here = levels(option.name) if option else None
    return next((path for path in paths if levels(path) == here), None)


@dataclass(frozen=True)
class History:
    """People's changes of a ticket: public replies after the first comment, and who moved it last."""

    replies: int = 0
    replied_at: datetime | None = None
    mover: int | None = None


def read_history(audits: Sequence[RawAudit], bots: Collection[int]) -> History:
    """Parse a ticket's audits, oldest first. The bot's own changes, under any of its ids, are left out."""
    comments = [(one, one.comment) for one in audits if one.comment is not None]
    replies = [one for one, comment in comments[1:] if comment.public and one.author_id not in bots]
    mover = next((one.author_id for one in reversed(audits) if one.moves), None)
    mover = None if mover in bots else mover
    return History(len(replies), replies[-1].created_at if replies else None, mover)
