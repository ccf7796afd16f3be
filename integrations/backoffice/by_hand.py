"""Manual back office, where no API is connected: a search link for a person, and GiveUp for every look-up."""
# ruff: noqa: ARG002 - the methods are the port's, and nothing here needs what they are given

from desk.service.back_office_port import OrderSeen, ProfileSeen, WalletSeen
from desk.service.ports import GiveUp
from integrations.backoffice.links import Links
from integrations.backoffice.refusals import SYSTEM


class ByHand:
    """The `BackOffice` port where people do everything in Admin and confirm it. It makes no request."""

    by_hand = True

    def __init__(self, admin_url_template: str = "") -> None:
        """Take the URL template of a profile search, with `{query}` in it."""
        self._links = Links(admin_url_template)

    def search_link(self, query: str) -> str:
        """Return the search link for a customer."""
        return self._links.to(query)

    async def profiles(self, email: str = "", phone: str = "", customer_id: str = "") -> tuple[ProfileSeen, ...]:
        """Raises GiveUp: a person looks."""
        raise _ask("Look the customer up in Admin and enter what you see.")

    async def order(self, order_id: str) -> OrderSeen | None:
        """Raises GiveUp: a person looks."""
        raise _ask("Look the order up in Admin and enter what you see.")

    async def orders(self, customer_id: str) -> tuple[OrderSeen, ...]:
        """Raises GiveUp: a person looks."""
        raise _ask("Look the customer's orders up in Admin and enter what you see.")

    async def wallet(self, customer_id: str) -> WalletSeen | None:
        """Raises GiveUp: a person looks."""
        raise _ask("Look the wallet up in Admin and enter what you see.")

    async def suspend(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Raises GiveUp: a person does it."""
        raise _ask("Suspend the profile in Admin and confirm it here.")

    async def restore(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Raises GiveUp: a person does it."""
        raise _ask("Lift the suspension in Admin and confirm it here.")


def _ask(what: str) -> GiveUp:
    """Build the instruction for a person; without the customer's details, since the sentence is stored."""
    return GiveUp(SYSTEM, f"No back office is connected to the desk, so nothing was asked. {what}")
