"""Ticket create and update: draft, validation, audit. Knows no HTTP; triggers run afterwards."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from sandbox.zendesk import refusals
from sandbox.zendesk.account import Account
from sandbox.zendesk.checks import check_ticket, check_writable
from sandbox.zendesk.comments import read_comment
from sandbox.zendesk.following import FOLLOWED, followed, inherit
from sandbox.zendesk.models import Audit, Comment, Json, Ticket, User
from sandbox.zendesk.values import Draft, as_id, follow_tags, write_fields

IDS = ("requester_id", "submitter_id", "assignee_id", "group_id", "ticket_form_id", "problem_id")
PLAIN = ("subject", "external_id", "type", "priority", "status", "due_at", "recipient")
LISTS = ("tags", "collaborator_ids", "follower_ids", "email_cc_ids")
ALWAYS_TOLD = ("subject", "requester_id", "status", "priority", "type")


@dataclass
class Written:
    """An accepted write: the ticket, its state before, and what the request changed."""

    ticket: Ticket
    audit: Audit
    actor: User
    created: bool
    before: Draft
    comment: Comment | None
    webhooks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.audit.events)


def create(account: Account, wanted: Json, actor: User, channel: str = "api") -> Written:
    comment = read_comment(account, _first_comment(wanted), actor, channel)
    if comment is None:
        raise refusals.invalid({"base": [_blank_description(account)]})
    draft = Draft(_blank_state(account, actor), _blank_values(account))
    before = followed(account, wanted)
    if before is not None:
        inherit(draft, before)
    _apply(account, draft, wanted)
    check_ticket(account, draft, wanted, actor)
    now = account.instant()
    ticket = Ticket(account.new_ticket_id(), draft.state, draft.values, now, now, channel)
    ticket.description = comment.body
    if before is not None:
        ticket.follows, ticket.channel = before.id, FOLLOWED
    account.tickets[ticket.id] = ticket
    written = _written(account, ticket, actor, channel, Draft({}, {}), comment)
    written.audit.events += [_told(account, name, new) for name, _, new in _new_fields(ticket)]
    return written


def update(account: Account, ticket: Ticket, wanted: Json, actor: User, channel: str = "api") -> Written:
    check_writable(ticket, wanted)
    before, draft = Draft.of(ticket), Draft.of(ticket)
    _apply(account, draft, wanted)
    check_ticket(account, draft, wanted, actor)
    comment = read_comment(account, wanted, actor, channel)
    if comment is not None:
        _answer_reopens(account, draft, comment)
    ticket.state, ticket.values = draft.state, draft.values
    written = _written(account, ticket, actor, channel, before, comment)
    written.audit.events += changes(account, before, ticket)
    if written.changed:
        ticket.updated_at = account.instant()
        ticket.audits.append(written.audit)
    return written


def _written(
    account: Account,
    ticket: Ticket,
    actor: User,
    channel: str,
    before: Draft,
    comment: Comment | None,
) -> Written:
    audit = Audit(account.new_id(), ticket.id, actor.id, account.instant(), channel)
    created = not before.state
    if comment is not None:
        comment.audit_id = audit.id
        ticket.comments.append(comment)
        audit.events.append({"id": comment.id, "type": "Comment", "comment": comment})
    if created:
        ticket.audits.append(audit)
    return Written(ticket, audit, actor, created, before, comment)


# What a write asks for ---------------------------------------------------------------------------


def _apply(account: Account, draft: Draft, wanted: Json) -> None:
    _apply_requester(account, draft, wanted)
    for name in (*IDS, *PLAIN, *LISTS):
        if name in wanted:
            draft.state[name] = _plain(name, wanted[name])
    if _apply_tags(draft, wanted):
        follow_tags(account, draft)
    write_fields(account, draft, wanted.get("custom_fields") or wanted.get("fields"))
    _settle_assignment(account, draft, wanted)


def _apply_requester(account: Account, draft: Draft, wanted: Json) -> None:
    """`requester: {name, email}` finds the user by address or creates one; an existing name is kept."""
    given = wanted.get("requester")
    if not isinstance(given, dict) or not (given.get("email") or given.get("name")):
        return
    email = given.get("email")
    found = account.user_by_email(email) if email else None
    if found is None:
        name = given.get("name") or str(email).partition("@")[0]
        found = account.add_user(name, email)
    draft.state["requester_id"] = found.id


def _apply_tags(draft: Draft, wanted: Json) -> bool:
    """Return whether tags were written: `tags` replaces all, the other two add and remove."""
    for tag in wanted.get("additional_tags") or []:
        if tag not in draft.tags:
            draft.tags.append(tag)
    gone = wanted.get("remove_tags") or []
    draft.state["tags"] = [tag for tag in draft.tags if tag not in gone]
    return bool({"tags", "additional_tags", "remove_tags"} & wanted.keys())


def _settle_assignment(account: Account, draft: Draft, wanted: Json) -> None:
    """An assignee sets the group and opens a new ticket; a new group removes an assignee outside it."""
    state = draft.state
    assignee, group = state["assignee_id"], state["group_id"]
    if assignee is not None and wanted.get("assignee_id") is None and "group_id" in wanted:
        inside = group is not None and account.in_group(assignee, group)
        state["assignee_id"] = assignee if inside else None
    elif assignee is not None and group is None:
        state["group_id"] = _default_group(account, assignee)
    if state["assignee_id"] is not None and state["status"] == "new":
        state["status"] = "open"


def _answer_reopens(account: Account, draft: Draft, comment: Comment) -> None:
    author = account.users.get(comment.author_id)
    if author is not None and not author.is_agent and draft.state["status"] in ("pending", "solved"):
        draft.state["status"] = "open"


def _plain(name: str, value: Any) -> Any:
    if name in LISTS:
        words = value.split() if isinstance(value, str) else value or []
        return list(dict.fromkeys(words))
    return as_id(value) if name in IDS else value


def _first_comment(wanted: Json) -> Json:
    given = wanted.get("comment")
    return wanted if given else {**wanted, "comment": {"body": wanted.get("description")}}


def _blank_state(account: Account, actor: User) -> Json:
    form = account.default_form()
    state: Json = dict.fromkeys((*IDS, *PLAIN)) | {name: [] for name in LISTS}
    owner = {"requester_id": actor.id, "submitter_id": actor.id}
    return state | owner | {"status": "new", "ticket_form_id": form.id if form else None}


def _blank_values(account: Account) -> dict[int, Any]:
    blanks: dict[str, Any] = {"checkbox": False, "multiselect": []}
    fields = account.custom_fields()
    return {found.id: copy.copy(blanks.get(found.type)) for found in fields}


def _blank_description(account: Account) -> Json:
    found = account.field_titled("Description")
    return {
        "description": "Description: cannot be blank",
        "error": "BlankValue",
        "ticket_field_id": found.id if found else 0,
        "ticket_field_type": "FieldDescription",
    }


# What the audit tells ----------------------------------------------------------------------------

Difference = tuple[str, Any, Any]


def differences(before: Draft, ticket: Ticket) -> list[Difference]:
    """Changed fields as (name, old, new); custom fields by id."""
    pairs: list[Difference] = [(n, before.state.get(n), v) for n, v in ticket.state.items()]
    pairs += [(str(n), before.values.get(n), v) for n, v in ticket.values.items()]
    return [(name, old, new) for name, old, new in pairs if old != new]


def changes(account: Account, before: Draft, ticket: Ticket) -> list[Json]:
    return [
        {**_told(account, name, new, "Change"), "previous_value": _audited(old)}
        for name, old, new in differences(before, ticket)
    ]


def _new_fields(ticket: Ticket) -> list[Difference]:
    pairs: list[Difference] = [(name, None, ticket.state[name]) for name in ticket.state]
    pairs += [(str(field_id), None, value) for field_id, value in ticket.values.items()]
    return [p for p in pairs if p[0] in ALWAYS_TOLD or p[2] not in (None, [], False)]


def _told(account: Account, name: str, value: Any, kind: str = "Create") -> Json:
    told = {"id": account.new_id(), "type": kind, "value": _audited(value)}
    return {**told, "field_name": name}


def _audited(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _default_group(account: Account, agent: int) -> int | None:
    user = account.users.get(agent)
    return user.default_group_id if user else None
