"""Tickets that the desk did not create: whether one fits its case, and what a person confirms. Pure."""

from collections.abc import Iterator

from desk.case.results import TicketInspected
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.playbook.parts import TicketPlan
from desk.values import Line

FORM = Line(key="Its form is “{form}”; the procedure's is “{wanted}”.")
QUERY_TYPE = Line(key="Its query type is “{query_type}”; the procedure's is “{wanted}”.")
REQUESTER = Line(key="This case does not know the contact of its requester.")
NOTHING = "—"


def plan_of(playbook: Playbook, name: str) -> TicketPlan | None:
    """Return the plan of a ticket by its name in the playbook."""
    return next((plan for plan in playbook.ticket_plans if plan.name == name), None)


def differences(case: Case, playbook: Playbook, name: str, found: TicketInspected) -> tuple[Line, ...]:
    """List what does not fit: the form, the query type, and a requester whose contact the case does not know."""
    return tuple(_differences(case, plan_of(playbook, name), found))


def _differences(case: Case, plan: TicketPlan | None, found: TicketInspected) -> Iterator[Line]:
    form = found.seen.form or ""
    if plan and _plain(plan.form) != _plain(form):
        yield Line(key=FORM.key, args={"form": form or NOTHING, "wanted": plan.form})
    if plan and plan.query_type and _plain(plan.query_type) != _plain(found.query_type):
        args = {"query_type": found.query_type or NOTHING, "wanted": plan.query_type}
        yield Line(key=QUERY_TYPE.key, args=args)
    if not _is_known(case, found.requester.email if found.requester else ""):
        yield REQUESTER


def is_of_case(case: Case, playbook: Playbook, name: str, found: TicketInspected) -> bool:
    """Return whether a stored ticket is the one that its case had: the desk made it, or its form and query type fit."""
    if found.made != "by_hand":
        return found.made == "for_this"
    return all(one == REQUESTER for one in differences(case, playbook, name, found))


def _plain(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())


def _is_known(case: Case, email: str) -> bool:
    values = {str(fact.value).casefold() for fact in case.facts.values() if fact.value is not None}
    return bool(email) and email.casefold() in values
