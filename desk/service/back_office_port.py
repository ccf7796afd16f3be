"""Port of the company's back office ("Admin"), in the desk's terms.

Adapters live in `integrations/backoffice`. Values are current ones: a compromised account shows the attacker's
contacts, not the customer's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

Money = dict[str, JsonValue]
"""Amount as facts store it: `{"amount": "129.90", "currency": "ZAR"}`."""


@dataclass(frozen=True)
class ProfileSeen:
    """Current customer profile. An empty text means that the profile has none."""

    customer_id: str
    link: str
    """URL of the profile; empty when none is configured."""
    name: str
    username: str
    email: str
    phone: str
    suspended: bool
    blacklisted: bool | None = None
    """None when the back office does not say."""


@dataclass(frozen=True)
class OrderSeen:
    """Order. The email on its invoice is the one that was valid when it was placed."""

    id: str
    restaurant: str
    total: Money
    placed_at: datetime
    app_version: str | None
    email_on_invoice: str | None
    customer_id: str = ""
    """Owner of the order, so that an order number finds a profile; empty when the back office does not say."""


@dataclass(frozen=True)
class Movement:
    """Wallet movement; a negative amount leaves the wallet."""

    at: datetime
    kind: str
    amount: Money
    reference: str | None = None


@dataclass(frozen=True)
class WalletSeen:
    """Current balance of a wallet, and its movements."""

    customer_id: str
    balance: Money
    movements: tuple[Movement, ...] = ()

    @property
    def currency(self) -> str:
        """Return the currency of the wallet."""
        return str(self.balance["currency"])


class BackOffice(Protocol):
    """Back office ("Admin") port. Raises `desk.service.ports.TryAgain` and `desk.service.ports.GiveUp` only.

    After either a person can do the step by hand: open `search_link`, do it there and confirm it here.
    """

    @property
    def by_hand(self) -> bool:
        """Return whether nothing is connected: every call below then raises GiveUp with a request to a person."""
        ...

    def search_link(self, query: str) -> str:
        """Return the URL of Admin's customer search; empty when none is configured."""
        ...

    async def profiles(self, email: str = "", phone: str = "", customer_id: str = "") -> tuple[ProfileSeen, ...]:
        """Return the profiles that match all given criteria; none without criteria."""
        ...

    async def order(self, order_id: str) -> OrderSeen | None:
        """Return an order such as `DFD-77120`, or None when it does not exist."""
        ...

    async def orders(self, customer_id: str) -> tuple[OrderSeen, ...]:
        """Return a customer's latest orders, newest first; none for an unknown customer."""
        ...

    async def wallet(self, customer_id: str) -> WalletSeen | None:
        """Return a customer's wallet, or None for an unknown customer."""
        ...

    async def suspend(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Suspend the profile and return it; idempotent."""
        ...

    async def restore(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Lift the suspension and return the profile; idempotent."""
        ...
