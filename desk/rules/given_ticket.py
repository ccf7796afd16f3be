"""Tickets that the desk did not create: whether one fits its case, and what a person confirms. Pure."""

from collections.abc import Iterator

from desk.case import commands as cmd
from desk.case.lanes import planned
from desk.case.results import TicketInspected
from desk.case.situation import Draft
from desk.case.state import Case
from desk.case.work_events import EffectDoneByHand, TicketCreated
from desk.playbook.model import Playbook
from desk.playbook.parts import TicketPlan
from desk.rules.plan_effects import look
from desk.values import Fact, Line
from desk.workflow.refusals import Verdict, refuse

FORM = Line(key="Its form is “{form}”; the procedure's is “{wanted}”.")
QUERY_TYPE = Line(key="Its query type is “{query_type}”; the procedure's is “{wanted}”.")
REQUESTER = Line(key="This case does not know the contact of its requester.")
NOTHING = "—"
NO_NUMBER = Line(key="Write the number of the ticket you made, such as 48231. Nothing was changed.")
UNREAD = Line(
    key=(
        "I could not read ticket #{ticket}, so I have changed nothing and will not write to it: {reason} The work is"
        " still listed here. Check the number, and try again."
    )
)
HELD = Line(
    key="Ticket #{ticket} is {case}'s. I have changed nothing. Give the number of a ticket that no other case has."
)
FOR_ANOTHER = Line(
    key=(
        "A desk created ticket #{ticket} for other work, so it belongs to another case. I have changed nothing. Give"
        " the number of the ticket you made."
    )
)
CLOSED = Line(
    key=(
        "Ticket #{ticket} is closed in Zendesk, or was merged into another one, and nobody can write to it. I have"
        " changed nothing. Give the number of the ticket that goes on, or of a follow-up."
    )
)
CONFIRM = Line(key="Look whose ticket #{ticket} is, and confirm it. Nothing was changed yet.")


def number_of(reference: str) -> int | None:
    """Return the number that a person gave for a ticket."""
    number = reference.strip().removeprefix("#")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 15 else None


def give_ticket(command: cmd.FinishByHand, draft: Draft) -> Verdict:
    """Take a ticket made by hand for the one that was not created, once a person has confirmed what was read."""
    number, given = number_of(command.reference), draft.related.given
    if number is None:
        return refuse(NO_NUMBER)
    if given.found is None:
        return refuse(Line(key=UNREAD.key, args={"ticket": number, "reason": given.unread}))
    if wrong := _obstacle(command.shown, given.found, given.holder):
        return refuse(wrong)
    name, seen = draft.case.planned[command.effect].ticket or "", given.found.seen
    draft.add(
        EffectDoneByHand(at=draft.now, by=command.by.id, effect=command.effect, reference=Fact(value=str(number))),
        TicketCreated(
            at=draft.now,
            by=command.by.id,
            effect=command.effect,
            name=name,
            account=seen.account,
            id=number,
            url=seen.url,
            group=seen.group,
            status=seen.status,
            asked_group="",
            by_hand=True,
        ),
    )
    effect = look(draft.case, name, draft.case.tickets[name].ref, command.delivery, draft.now)
    if effect is None:
        return ()
    draft.add(planned(effect, draft.now))
    return (effect,)


def _obstacle(shown: str, found: TicketInspected, holder: str) -> Line | None:
    """Return why a ticket cannot be taken: another case has it, nobody can write to it, or it is not confirmed."""
    args: dict[str, str | int] = {"ticket": found.seen.id}
    if holder:
        return Line(key=HELD.key, args={**args, "case": holder})
    if found.made == "for_another":
        return Line(key=FOR_ANOTHER.key, args={**args})
    if found.seen.status == "closed":
        return Line(key=CLOSED.key, args={**args})
    return None if shown == found.mark else Line(key=CONFIRM.key, args={**args})


def plan_of(playbook: Playbook, name: str) -> TicketPlan | None:
    """Return the plan of a ticket by its name in the playbook."""
    return next((plan for plan in playbook.ticket_plans if plan.name == name), None)


def differences(case: Case, playbook: Playbook, name: str, found: TicketInspected) -> tuple[Line, ...]:
    """List what does not fit: the form, the query type, and a requester whose contact the case does not know."""
    return tuple(_differences(case, plan_of(playbook, name), found))


def _differences(case: Case, plan: TicketPlan | None, found: TicketInspected) -> Iterator[Line]:
    if plan:
        yield from _unplanned(plan, found.seen.form or NOTHING, found.query_type or NOTHING)
    if not _is_known(case, found.requester.email if found.requester else ""):
        yield REQUESTER


def _unplanned(plan: TicketPlan, form: str, query_type: str) -> Iterator[Line]:
    if _plain(plan.form) != _plain(form):
        yield Line(key=FORM.key, args={"form": form, "wanted": plan.form})
    if plan.query_type and _plain(plan.query_type) != _plain(query_type):
        yield Line(key=QUERY_TYPE.key, args={"query_type": query_type, "wanted": plan.query_type})


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
