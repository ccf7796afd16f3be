"""Parser of the back office's responses. Pure: returns a value of the desk, or raises GiveUp with a sentence."""

from decimal import Decimal
from typing import TypeVar

from pydantic import ValidationError

from desk.service.back_office_port import Money, Movement, OrderSeen, ProfileSeen, WalletSeen
from integrations.backoffice.calls import MOST_ORDERS
from integrations.backoffice.links import Links
from integrations.backoffice.refusals import Unreadable
from integrations.backoffice.shapes import (
    OrderAnswer,
    OrdersAnswer,
    Problem,
    ProfileAnswer,
    ProfilesAnswer,
    RawMoney,
    RawOrder,
    RawProfile,
    RawTransaction,
    Shape,
    WalletAnswer,
)

S = TypeVar("S", bound=Shape)


def read_profiles(raw: bytes, links: Links) -> tuple[ProfileSeen, ...]:
    """Parse the result of a search."""
    return tuple(_profile(one, links) for one in _read(ProfilesAnswer, raw).profiles)


def read_profile(raw: bytes, links: Links) -> ProfileSeen:
    """Parse one profile."""
    return _profile(_read(ProfileAnswer, raw).profile, links)


def read_order(raw: bytes) -> OrderSeen:
    """Parse one order."""
    return _order(_read(OrderAnswer, raw).order)


def read_orders(raw: bytes) -> tuple[OrderSeen, ...]:
    """Parse the latest orders, sorted newest first."""
    found = [_order(one) for one in _read(OrdersAnswer, raw).orders]
    return tuple(sorted(found, key=lambda one: one.placed_at, reverse=True)[:MOST_ORDERS])


def read_wallet(raw: bytes) -> WalletSeen:
    """Parse a wallet, its transactions oldest first."""
    wallet = _read(WalletAnswer, raw).wallet
    moved = sorted((_movement(one) for one in wallet.transactions), key=lambda one: one.at)
    return WalletSeen(wallet.profile_id, _money(wallet.balance), tuple(moved))


def is_problem(raw: bytes) -> bool:
    """Return whether an error comes from the back office's API, not from a proxy or another server."""
    try:
        Problem.model_validate_json(raw)
    except ValidationError:
        return False
    return True


def _read(shape: type[S], raw: bytes) -> S:
    try:
        return shape.model_validate_json(raw)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"{where}: {first['type']}" if where else "not JSON") from None


def _profile(raw: RawProfile, links: Links) -> ProfileSeen:
    return ProfileSeen(
        customer_id=raw.id,
        link=raw.link or links.to(raw.id),
        name=raw.name or "",
        username=raw.username or "",
        email=raw.email or "",
        phone=raw.phone or "",
        suspended=raw.status == "suspended",
        blacklisted=raw.blacklisted,
    )


def _order(raw: RawOrder) -> OrderSeen:
    return OrderSeen(
        id=raw.id,
        restaurant=raw.restaurant,
        total=_money(raw.total),
        placed_at=raw.placed_at,
        app_version=raw.app_version or None,
        email_on_invoice=raw.email_on_invoice or None,
        customer_id=raw.profile_id or "",
    )


def _movement(raw: RawTransaction) -> Movement:
    return Movement(raw.at, raw.kind, _money(raw.amount), raw.reference or None)


def _money(raw: RawMoney) -> Money:
    amount = Decimal(raw.amount).quantize(Decimal("0.01"))
    return {"amount": str(amount), "currency": raw.currency}
