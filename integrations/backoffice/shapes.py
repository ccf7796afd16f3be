"""Response models of the back office API (`docs/backoffice-openapi.yaml`). Only `wire.py` uses them. Pure."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from integrations.backoffice.calls import ID

_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Invisible characters, and those that change the writing direction."""


def _clean(words: str) -> str:
    return _UNSEEN.sub("", words).strip()


def _utc(instant: datetime) -> datetime:
    """Convert an instant to UTC; ValueError for one out of range."""
    if not 2000 <= instant.year <= 2100:
        raise ValueError("an instant from this century was expected")
    return instant.astimezone(UTC)


def _link(words: str | None) -> str | None:
    """Accept web links only: the link is put under a button."""
    if words is not None and not re.fullmatch(r"https?://[^\s<>|\"]+", words):
        raise ValueError("a link of the web was expected")
    return words


_Words = Annotated[str, Field(max_length=500), AfterValidator(_clean)]
Id = Annotated[str, Field(pattern=ID)]
At = Annotated[AwareDatetime, AfterValidator(_utc)]


class Shape(BaseModel):
    """A JSON object. Types are not coerced, unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class RawMoney(Shape):
    """An amount as a string, because a JSON number loses cents."""

    amount: Annotated[str, Field(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,2})?$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class RawProfile(Shape):
    """A customer's current profile."""

    id: Id
    status: Literal["active", "suspended"]
    name: _Words | None = None
    username: _Words | None = None
    email: _Words | None = None
    phone: _Words | None = None
    blacklisted: bool | None = None
    link: Annotated[str | None, Field(max_length=2000), AfterValidator(_link)] = None


class RawOrder(Shape):
    """One order."""

    id: Id
    profile_id: Id | None = None
    restaurant: _Words
    total: RawMoney
    placed_at: At
    app_version: _Words | None = None
    email_on_invoice: _Words | None = None


class RawTransaction(Shape):
    """A wallet transaction; an outgoing amount is negative."""

    at: At
    kind: _Words
    amount: RawMoney
    reference: _Words | None = None


class RawWallet(Shape):
    """A wallet with its transactions, in any order."""

    profile_id: Id
    balance: RawMoney
    transactions: tuple[RawTransaction, ...] = ()


class ProfileAnswer(Shape):
    """Response with one profile: read, suspend and restore."""

    profile: RawProfile


class ProfilesAnswer(Shape):
    """Response of a search. More than fifty hits are an error."""

    profiles: Annotated[tuple[RawProfile, ...], Field(max_length=50)]


class OrderAnswer(Shape):
    """Response with one order."""

    order: RawOrder


class OrdersAnswer(Shape):
    """Response with a list of orders, newest first."""

    orders: tuple[RawOrder, ...]


class WalletAnswer(Shape):
    """Response with a wallet."""

    wallet: RawWallet


class Problem(Shape):
    """Problem details (RFC 9457). Its text is never repeated to people: it can hold names and addresses."""

    status: int
