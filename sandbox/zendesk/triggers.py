"""Triggers: conditions over one update of a ticket, and their actions.

Evaluated in order of position. One that changed the ticket restarts the evaluation, and each fires at most once per
update, as in Zendesk. Placeholders in a webhook's body are not escaped: a quote in a comment breaks the JSON, so bodies
should carry ids only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.zendesk.account import Account
from sandbox.zendesk.checks import STATUSES
from sandbox.zendesk.models import Json, Mail, Trigger, User
from sandbox.zendesk.placeholders import fill
from sandbox.zendesk.values import Draft, as_id, follow_tags, write_value
from sandbox.zendesk.writing import Written, changes

CHANNEL_CODES = {"web": "0", "mail": "4", "api": "5", "rule": "8"}
PRIORITIES = ("low", "normal", "high", "urgent")
SETTABLE = ("status", "group_id", "assignee_id", "priority", "type", "ticket_form_id")


def run(account: Account, written: Written) -> None:
    """Apply every matching trigger to the ticket just written; webhooks to call are left in `written`."""
    waiting = sorted((t for t in account.triggers.values() if t.active), key=lambda t: t.position)
    while fitting := next((t for t in waiting if fits(account, t, written)), None):
        waiting.remove(fitting)
        _fire(account, fitting, written)


def fits(account: Account, trigger: Trigger, written: Written) -> bool:
    every, some = trigger.conditions.get("all") or [], trigger.conditions.get("any") or []
    if not all(holds(account, c, written) for c in every):
        return False
    return not some or any(holds(account, c, written) for c in some)


# Conditions --------------------------------------------------------------------------------------


def holds(account: Account, condition: Json, written: Written) -> bool:
    """Evaluate one condition on this update. An unknown field is false."""
    name, operator = str(condition["field"]), str(condition.get("operator", "is"))
    value = condition.get("value")
    special = _SPECIAL.get(name)
    if special is not None:
        met = special(account, written, value)
        return not met if operator in ("is_not", "not_includes") else met
    known, old, new = _field(name, written)
    return known and _compare(operator, old, new, value)


def _field(name: str, written: Written) -> tuple[bool, Any, Any]:
    if name.startswith(("custom_fields_", "ticket_fields_")):
        field_id = as_id(name.rpartition("_")[2])
        now = written.ticket.values
        return field_id in now, written.before.values.get(field_id), now.get(field_id)
    state = written.ticket.state
    return name in state, written.before.state.get(name), state.get(name)


def _compare(operator: str, old: Any, new: Any, value: Any) -> bool:
    test = _OPERATORS.get(operator)
    return test is not None and test(_text(old), _text(new), _text(value))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _rank(value: str) -> int:
    order = STATUSES if value in STATUSES else PRIORITIES
    return order.index(value) if value in order else -1


Test = Callable[[str, str, str], bool]
_OPERATORS: dict[str, Test] = {
    "is": lambda _, new, value: new == value,
    "is_not": lambda _, new, value: new != value,
    "changed": lambda old, new, _: old != new,
    "not_changed": lambda old, new, _: old == new,
    "value": lambda old, new, value: old != new == value,
    "changed_to": lambda old, new, value: old != new == value,
    "not_value": lambda old, new, value: not old != new == value,
    "value_previous": lambda old, new, value: old == value != new,
    "changed_from": lambda old, new, value: old == value != new,
    "not_value_previous": lambda old, new, value: not old == value != new,
    "less_than": lambda _, new, value: _rank(new) < _rank(value),
    "greater_than": lambda _, new, value: _rank(new) > _rank(value),
    "present": lambda _, new, __: bool(new),
    "not_present": lambda _, new, __: not new,
}


def _update_type(_: Account, written: Written, value: Any) -> bool:
    return bool(value == ("Create" if written.created else "Change"))


def _comment(_: Account, written: Written, value: Any) -> bool:
    """`true` public, `false` internal, `not_relevant` any comment at all."""
    comment = written.comment
    if comment is None:
        return False
    wanted = str(value).lower()
    if wanted == "not_relevant":
        return True
    return comment.public == (wanted in ("true", "requester_can_see_comment"))


def _comment_words(_: Account, written: Written, value: Any) -> bool:
    body = written.comment.body.lower() if written.comment else ""
    return any(word in body for word in str(value or "").lower().split())


def _role(_: Account, written: Written, value: Any) -> bool:
    role = "agent" if written.actor.is_agent else "end_user"
    return str(value) in (role, written.actor.role, str(written.actor.id))


def _via(_: Account, written: Written, value: Any) -> bool:
    channel = written.audit.channel
    return str(value) in (channel, CHANNEL_CODES.get(channel, ""))


def _tags(_: Account, written: Written, value: Any) -> bool:
    return bool(set(str(value or "").split()) & set(written.ticket.state["tags"]))


Special = Callable[[Account, Written, Any], bool]
_SPECIAL: dict[str, Special] = {
    "update_type": _update_type,
    "comment_is_public": _comment,
    "comment_includes_word": _comment_words,
    "role": _role,
    "current_via_id": _via,
    "current_tags": _tags,
}

# Actions -----------------------------------------------------------------------------------------


def _fire(account: Account, trigger: Trigger, written: Written) -> None:
    ticket = written.ticket
    before, draft = Draft.of(ticket), Draft.of(ticket)
    for action in trigger.actions:
        _act(account, trigger, written, draft, action)
    ticket.state, ticket.values = draft.state, draft.values
    via = _via_rule(trigger)
    written.audit.events += [{**e, "via": via} for e in changes(account, before, ticket)]


def _act(account: Account, trigger: Trigger, written: Written, draft: Draft, action: Json) -> None:
    name, value = str(action["field"]), action.get("value")
    if name in _SENDING:
        _SENDING[name](account, trigger, written, value)
    elif name in _TAGGING:
        draft.state["tags"] = _TAGGING[name](draft.tags, str(value or "").split())
        follow_tags(account, draft)
    elif name.startswith(("custom_fields_", "ticket_fields_")):
        found = account.fields.get(as_id(name.rpartition("_")[2]))
        if found is not None:
            write_value(draft, found, value)
    elif name in SETTABLE:
        _set(account, draft, name, as_id(value))


def _set(account: Account, draft: Draft, name: str, value: Any) -> None:
    if name == "group_id" and value is not None and account.group(value) is None:
        return  # the group is gone: the rule does nothing
    draft.state[name] = value or None
    assignee = draft.state["assignee_id"]
    if name == "group_id" and assignee and not account.in_group(assignee, value):
        draft.state["assignee_id"] = None


def _notify(account: Account, trigger: Trigger, written: Written, value: Any) -> None:
    whom, subject, body = value
    person = account.users.get(_recipient(written, whom))
    if person is not None:
        _mail(account, trigger, written, [person], subject, body)


def _recipient(written: Written, whom: str) -> Any:
    state = written.ticket.state
    places = {"current_user": written.actor.id, "requester_and_ccs": state["requester_id"]}
    return places.get(whom, state.get(whom, as_id(whom)))


def _notify_group(account: Account, trigger: Trigger, written: Written, value: Any) -> None:
    whom, subject, body = value
    group_id = written.ticket.state["group_id"] if whom == "group_id" else as_id(whom)
    inside = {m.user_id for m in account.memberships.values() if m.group_id == group_id}
    people = [user for user in account.users.values() if user.id in inside]
    _mail(account, trigger, written, people, subject, body)


def _mail(
    account: Account,
    trigger: Trigger,
    written: Written,
    people: list[User],
    subject: str,
    body: str,
) -> None:
    subject, body = fill(account, written, subject), fill(account, written, body)
    for person in people:
        mail = Mail(written.ticket.id, person.email, subject, body, trigger.title, account.instant())
        account.mails.append(mail)
    told = {"id": account.new_id(), "type": "Notification", "via": _via_rule(trigger)}
    recipients = [person.id for person in people]
    written.audit.events.append({**told, "subject": subject, "body": body, "recipients": recipients})


def _call_webhook(account: Account, _: Trigger, written: Written, value: Any) -> None:
    webhook_id, body = value
    written.webhooks.append((str(webhook_id), fill(account, written, str(body))))


def _via_rule(trigger: Trigger) -> Json:
    source = {"id": trigger.id, "title": trigger.title, "deleted": False, "revision_id": 1}
    return {"channel": "rule", "source": {"to": {}, "from": source, "rel": "trigger"}}


_SENDING: dict[str, Callable[[Account, Trigger, Written, Any], None]] = {
    "notification_user": _notify,
    "notification_group": _notify_group,
    "notification_webhook": _call_webhook,
}
_TAGGING: dict[str, Callable[[list[str], list[str]], list[str]]] = {
    "set_tags": lambda _, words: words,
    "current_tags": lambda tags, words: [*tags, *(w for w in words if w not in tags)],
    "remove_tags": lambda tags, words: [tag for tag in tags if tag not in words],
}
