"""The `Tickets` port on the Zendesk account of the settings."""

from collections.abc import Sequence

from bot.sheets import write_sheet
from bot.zendesk_sign_in import signed_in
from config.sections import Zendesk
from desk.case.effects import Requester
from integrations.zendesk.client import ZendeskTickets
from integrations.zendesk.scopes import SERVE


def tickets_of(zendesk: Zendesk, desks: Sequence[str]) -> ZendeskTickets:
    """Build the client of a desk with these names; no request is made yet, and the caller closes it."""
    return ZendeskTickets(
        zendesk.url,
        signed_in(zendesk, zendesk.scopes or SERVE),
        Requester(email=zendesk.placeholder_email, name=zendesk.placeholder_name),
        query_type=zendesk.query_type_field,
        write_sheet=write_sheet,
        desks=desks,
    )
