"""What the desk may ask of the company's own back office ("Admin"), in its own words.

It knows no address and no format; adapters live in `integrations/backoffice`. What is seen here is what the back
office says now: an account that was taken over shows the fraudster's contacts, not the customer's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

Money = dict[str, JsonValue]
"""An amount as facts keep it: `{"amount": "129.90", "currency": "ZAR"}`."""


@dataclass(frozen=True)
class ProfileSeen:
    """A customer's profile as it is now. An empty text means that the profile has none."""

    customer_id: str
    link: str
    """Where a person opens the profile; empty when nobody said where."""
    name: str
    username: str
    email: str
    phone: str
    suspended: bool
    blacklisted: bool | None = None
    """None when the back office does not say."""


@dataclass(frozen=True)
class OrderSeen:
    """One order. The email on its invoice is the one that was true when it was placed."""

    id: str
    restaurant: str
    total: Money
    placed_at: datetime
    app_version: str | None
    email_on_invoice: str | None
    customer_id: str = ""
    """Whose order it is, so that an order number finds a profile; empty when the back office does not say."""


@dataclass(frozen=True)
class Movement:
    """Something that went into the wallet, or, with a minus, out of it."""

    at: datetime
    kind: str
    amount: Money
    reference: str | None = None


@dataclass(frozen=True)
class WalletSeen:
    """What is in a customer's wallet now, and how it came to that."""

    customer_id: str
    balance: Money
    movements: tuple[Movement, ...] = ()

    @property
    def currency(self) -> str:
        """Name the currency of the wallet."""
        return str(self.balance["currency"])


class BackOffice(Protocol):
    """The company's Admin. Raises `desk.service.ports.TryAgain` and `desk.service.ports.GiveUp` only.

    Whatever it raises, the step can be done by hand: a person opens `search_link`, does it there and confirms it here.
    """

    @property
    def by_hand(self) -> bool:
        """Say that nothing is connected: every call below gives up with a sentence that asks a person."""
        ...

    def search_link(self, query: str) -> str:
        """Give the link with which a person looks a customer up; empty when nobody said where Admin is."""
        ...

    async def profiles(self, email: str = "", phone: str = "", customer_id: str = "") -> tuple[ProfileSeen, ...]:
        """Find the profiles that match everything given; with nothing given there are none."""
        ...

    async def order(self, order_id: str) -> OrderSeen | None:
        """Read an order such as `DFD-77120`, or None when there is none of that number."""
        ...

    async def orders(self, customer_id: str) -> tuple[OrderSeen, ...]:
        """List a customer's latest orders, newest first; an unknown customer has none."""
        ...

    async def wallet(self, customer_id: str) -> WalletSeen | None:
        """Read a customer's wallet, or None for an unknown customer."""
        ...

    async def suspend(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Suspend the profile and give it as it is then; already suspended counts as done."""
        ...

    async def restore(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Lift the suspension and give the profile as it is then; not suspended counts as done."""
        ...
