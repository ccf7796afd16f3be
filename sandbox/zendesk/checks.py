"""Validation of ticket writes, with Zendesk's error messages."""

from __future__ import annotations

from sandbox.zendesk import refusals
from sandbox.zendesk.account import Account
from sandbox.zendesk.models import Json, Ticket, User
from sandbox.zendesk.values import Draft, as_instant

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
CHOICES: dict[str, tuple[str, ...]] = {
    "status": STATUSES,
    "type": ("problem", "incident", "question", "task"),
    "priority": ("low", "normal", "high", "urgent"),
}
LABELS = {"status": "Status", "type": "Type", "priority": "Priority"}
Details = dict[str, list[Json]]


def check_ticket(account: Account, draft: Draft, wanted: Json, actor: User) -> None:
    """Raise a 422 that lists every error of this write."""
    details: Details = {}
    _check_choices(wanted, details)
    _check_group(account, draft, wanted, details)
    _check_assignee(account, draft, wanted, details)
    _check_form(account, draft, wanted, details)
    _check_requester(account, draft, details)
    _check_solved(account, draft, wanted, actor, details)
    if details:
        raise refusals.invalid(details)


def check_writable(ticket: Ticket, wanted: Json) -> None:
    """Closed tickets are immutable; a safe update must carry the latest stamp."""
    if ticket.state["status"] == "closed":
        raise refusals.invalid_one("status", "Status: closed prevents ticket update", None)
    if wanted.get("safe_update") in (True, "true") and _is_stale(ticket, wanted):
        raise refusals.stale_update()


def _is_stale(ticket: Ticket, wanted: Json) -> bool:
    based_on = as_instant(str(wanted.get("updated_stamp") or ""))
    return based_on is None or ticket.updated_at > based_on


def _check_choices(wanted: Json, details: Details) -> None:
    for name, choices in CHOICES.items():
        value = wanted.get(name)
        if value is not None and value not in choices:
            text = f"{LABELS[name]}: {value} is not valid"
            details[name] = [{"description": text, "error": "InvalidValue"}]


def _check_group(account: Account, draft: Draft, wanted: Json, details: Details) -> None:
    group_id = draft.state["group_id"]
    if "group_id" in wanted and group_id is not None and account.group(group_id) is None:
        details["group"] = [{"description": "Group: is invalid", "error": "InvalidValue"}]


def _check_assignee(account: Account, draft: Draft, wanted: Json, details: Details) -> None:
    assignee_id, group_id = draft.state["assignee_id"], draft.state["group_id"]
    if wanted.get("assignee_id") is None or assignee_id is None:
        return
    user = account.users.get(assignee_id)
    found = [{"description": "Assignee: is invalid", "error": "InvalidValue"}]
    if user is None or not user.is_agent:
        details["assignee"] = found
    elif group_id is not None and not account.in_group(assignee_id, group_id):
        details["assignee"] = [*found, {"description": "Assignee: is not a member of the group"}]


def _check_form(account: Account, draft: Draft, wanted: Json, details: Details) -> None:
    form = account.forms.get(draft.state["ticket_form_id"] or 0)
    if wanted.get("ticket_form_id") is not None and (form is None or not form.active):
        text = "Ticket form: is invalid"
        details["ticket_form_id"] = [{"description": text, "error": "InvalidValue"}]


def _check_requester(account: Account, draft: Draft, details: Details) -> None:
    if draft.state["requester_id"] not in account.users:
        text = "Requester: is invalid"
        details["requester"] = [{"description": text, "error": "InvalidValue"}]


def _check_solved(account: Account, draft: Draft, wanted: Json, actor: User, details: Details) -> None:
    """Solving requires an assignee; the solver becomes it when a member of the ticket's group."""
    if wanted.get("status") != "solved" or draft.state["assignee_id"] is not None:
        return
    group_id = draft.state["group_id"]
    if group_id is None or account.in_group(actor.id, group_id):
        draft.state["assignee_id"] = actor.id
        draft.state["group_id"] = group_id or actor.default_group_id
    else:
        text = "Assignee: is required when solving a ticket"
        details.setdefault("base", []).append({"description": text})
