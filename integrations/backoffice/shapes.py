"""The back office's answers as `docs/backoffice-openapi.yaml` describes them. Only `wire.py` looks in here. Pure."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from integrations.backoffice.calls import ID

_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that show nothing and can turn the reading direction around."""


def _clean(words: str) -> str:
    return _UNSEEN.sub("", words).strip()


def _utc(instant: datetime) -> datetime:
    """Turn an instant into UTC; one so far away that no zone can hold it is refused with ValueError."""
    if not 2000 <= instant.year <= 2100:
        raise ValueError("an instant from this century was expected")
    return instant.astimezone(UTC)


def _link(words: str | None) -> str | None:
    """Let only links of the web through: this one is put under a button."""
    if words is not None and not re.fullmatch(r"https?://[^\s<>|\"]+", words):
        raise ValueError("a link of the web was expected")
    return words


Words = Annotated[str, Field(max_length=500), AfterValidator(_clean)]
Id = Annotated[str, Field(pattern=ID)]
At = Annotated[AwareDatetime, AfterValidator(_utc)]


class Shape(BaseModel):
    """One JSON object. Types are not guessed, and what is not known is passed over."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class RawMoney(Shape):
    """An amount as text, because a JSON number loses cents."""

    amount: Annotated[str, Field(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,2})?$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class RawProfile(Shape):
    """A customer's profile as it is now."""

    id: Id
    status: Literal["active", "suspended"]
    name: Words | None = None
    username: Words | None = None
    email: Words | None = None
    phone: Words | None = None
    blacklisted: bool | None = None
    link: Annotated[str | None, Field(max_length=2000), AfterValidator(_link)] = None


class RawOrder(Shape):
    """One order."""

    id: Id
    profile_id: Id | None = None
    restaurant: Words
    total: RawMoney
    placed_at: At
    app_version: Words | None = None
    email_on_invoice: Words | None = None


class RawTransaction(Shape):
    """One movement of a wallet; money that goes out has a minus."""

    at: At
    kind: Words
    amount: RawMoney
    reference: Words | None = None


class RawWallet(Shape):
    """A wallet with its movements, in any order."""

    profile_id: Id
    balance: RawMoney
    transactions: tuple[RawTransaction, ...] = ()


class ProfileAnswer(Shape):
    """The answer to reading, suspending and restoring a profile."""

    profile: RawProfile


class ProfilesAnswer(Shape):
    """The answer to a search. More than fifty hits are no search."""

    profiles: Annotated[tuple[RawProfile, ...], Field(max_length=50)]


class OrderAnswer(Shape):
    """The answer to reading an order."""

    order: RawOrder


class OrdersAnswer(Shape):
    """The answer to listing orders, newest first."""

    orders: tuple[RawOrder, ...]


class WalletAnswer(Shape):
    """The answer to reading a wallet."""

    wallet: RawWallet


class Problem(Shape):
    """A refusal, RFC 9457. Its words are never repeated to people: they can hold names and addresses."""

    status: int
