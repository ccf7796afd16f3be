"""Ticket as a person confirms it before the desk writes to it. Pure."""

from collections.abc import Sequence

from desk.case.results import TicketInspected, TicketSeen
from desk.service.ports import GiveUp
from integrations.zendesk.desk_marks import external_id, made_by_a_desk
from integrations.zendesk.names import Names
from integrations.zendesk.shapes import RawTicket
from integrations.zendesk.wire import line


def inspected(
    raw: RawTicket, seen: TicketSeen, names: Names, title: str, effect: str, desks: Sequence[str]
) -> TicketInspected:
    """Convert a ticket for whoever confirms it; the requester is read apart."""
    ours = {external_id(effect, desk): "for_this" for desk in desks} if effect else {}
    made = ours.get(raw.external_id or "", "for_another") if made_by_a_desk(raw) else "by_hand"
    return TicketInspected.model_validate(
        {
            "seen": seen,
            "subject": line(raw.subject or ""),
            "query_type": _query_type(raw, names, title),
            "created_at": raw.created_at,
            "made": made,
        }
    )


def _query_type(raw: RawTicket, names: Names, title: str) -> str:
    try:
        field = names.dropdown(title)
    except GiveUp:
        return ""
    option = field.option(raw.value(field.id))
    return option.name.replace("::", ">") if option else ""
