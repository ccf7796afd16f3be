"""The back office where nothing is connected: a link for a person, and a sentence instead of every look-up."""
# ruff: noqa: ARG002 - the methods are the port's, and nothing here needs what they are given

from desk.service.back_office_port import OrderSeen, ProfileSeen, WalletSeen
from desk.service.ports import GiveUp
from integrations.backoffice.links import Links
from integrations.backoffice.refusals import SYSTEM


class ByHand:
    """The desk's `BackOffice` when people do everything in Admin and confirm it. It asks nobody and changes nothing."""

    by_hand = True

    def __init__(self, admin_url_template: str = "") -> None:
        """Take the link that searches a customer's profile, with `{query}` in it."""
        self._links = Links(admin_url_template)

    def search_link(self, query: str) -> str:
        """Give the link with which a person looks a customer up."""
        return self._links.to(query)

    async def profiles(self, email: str = "", phone: str = "", customer_id: str = "") -> tuple[ProfileSeen, ...]:
        """Ask a person."""
        raise _ask("Look the customer up in Admin and enter what you see.")

    async def order(self, order_id: str) -> OrderSeen | None:
        """Ask a person."""
        raise _ask("Look the order up in Admin and enter what you see.")

    async def orders(self, customer_id: str) -> tuple[OrderSeen, ...]:
        """Ask a person."""
        raise _ask("Look the customer's orders up in Admin and enter what you see.")

    async def wallet(self, customer_id: str) -> WalletSeen | None:
        """Ask a person."""
        raise _ask("Look the wallet up in Admin and enter what you see.")

    async def suspend(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Ask a person."""
        raise _ask("Suspend the profile in Admin and confirm it here.")

    async def restore(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Ask a person."""
        raise _ask("Lift the suspension in Admin and confirm it here.")


def _ask(what: str) -> GiveUp:
    """Say what a person has to do; without the customer's details, since the sentence is kept."""
    return GiveUp(SYSTEM, f"No back office is connected to the desk, so nothing was asked. {what}")
