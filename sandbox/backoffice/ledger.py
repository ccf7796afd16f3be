"""In-memory state of the back office: profiles, orders, wallets and their history. Knows no HTTP.

The ground truth (which order a fraudster placed) is kept for the control API only.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox import seeds

Json = dict[str, Any]


@dataclass
class Order:
    """One order with its notes and exceptions."""

    id: str
    profile_id: str
    restaurant: str
    total: Decimal
    currency: str
    placed_at: datetime
    app_version: str
    device: str
    address: str
    invoiced_to: str
    good: bool = True
    comments: list[Json] = field(default_factory=list)
    exceptions: list[Json] = field(default_factory=list)


@dataclass
class Profile:
    """One customer account, with the contacts it had before."""

    id: str
    name: str
    email: str
    phone: str
    username: str
    brand: str
    currency: str
    blacklisted: bool
    suspended: bool = False
    suspended_at: datetime | None = None
    sessions: int = 2
    contacts_changed_at: datetime | None = None
    changes: list[Json] = field(default_factory=list)
    wallet: list[Json] = field(default_factory=list)
    resets: list[Json] = field(default_factory=list)

    @property
    def balance(self) -> Decimal:
        return sum((entry["amount"] for entry in self.wallet), Decimal("0.00"))


class Ledger:
    """All state."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.clear()

    def clear(self) -> None:
        """Reset in place: routes keep a reference to this ledger."""
        self.profiles: dict[str, Profile] = {}
        self.orders: dict[str, Order] = {}
        self.refunds: dict[str, tuple[Json, Json]] = {}
        for profile in seeds.PROFILES:
            self._add(profile)

    def now(self) -> datetime:
        return self._now().replace(microsecond=0)

    def _add(self, seed: seeds.Profile) -> None:
        profile = Profile(
            id=seed.id,
            name=seed.name,
            email=seed.email,
            phone=seed.phone,
            username=seed.username,
            brand=seed.brand,
            currency=seed.currency,
            blacklisted=seed.blacklisted,
        )
        self.profiles[profile.id] = profile
        self._add_history(profile, seed)
        if seed.wallet:
            profile.wallet.append(self.entry("opening balance", seed.wallet, "Earlier credit"))
        for order in seed.orders:
            before = seed.earlier_email if order.good else None
            self._add_order(profile, order, before or seed.email)

    def _add_history(self, profile: Profile, seed: seeds.Profile) -> None:
        if seed.changed_at is None:
            return
        at = datetime.fromisoformat(seed.changed_at)
        profile.contacts_changed_at = at
        for name in ("email", "phone"):
            before = getattr(seed, f"earlier_{name}")
            if before is not None:
                profile.changes.append(_change(at, name, before, getattr(seed, name), "app"))

    def _add_order(self, profile: Profile, seed: seeds.Order, invoiced_to: str) -> None:
        self.orders[seed.id] = Order(
            id=seed.id,
            profile_id=profile.id,
            restaurant=seed.restaurant,
            total=seed.total,
            currency=seed.currency,
            placed_at=datetime.fromisoformat(seed.placed_at),
            app_version=seed.app_version,
            device=seed.device,
            address=seed.address,
            invoiced_to=invoiced_to,
            good=seed.good,
        )

    def entry(self, kind: str, amount: Decimal, reason: str, reference: str | None = None) -> Json:
        at = self.now()
        entry_id = f"WT-{secrets.token_hex(4).upper()}"
        return {
            "id": entry_id,
            "kind": kind,
            "amount": amount,
            "reason": reason,
            "reference": reference,
            "at": at,
        }

    # Look-ups --------------------------------------------------------------------------------

    def find(self, wanted: dict[str, str]) -> list[Profile]:
        """Profiles that match every one of email, phone, username and customer_id, as they are now."""
        readers: dict[str, Callable[[Profile], str]] = {
            "email": lambda p: p.email.lower(),
            "phone": lambda p: digits(p.phone),
            "username": lambda p: p.username.lower(),
            "customer_id": lambda p: p.id,
        }
        given = {k: v for k, v in wanted.items() if k in readers and v}
        return [
            profile
            for profile in self.profiles.values()
            if given and all(readers[k](profile) == _asked(k, v) for k, v in given.items())
        ]

    def orders_of(self, profile: Profile) -> list[Order]:
        """Newest first."""
        own = (order for order in self.orders.values() if order.profile_id == profile.id)
        return sorted(own, key=lambda order: order.placed_at, reverse=True)

    # What is done ----------------------------------------------------------------------------

    def change_contacts(self, profile: Profile, wanted: dict[str, str], by: str) -> list[str]:
        """Change contacts and return the names of the changed fields."""
        moved = [name for name, new in wanted.items() if getattr(profile, name) != new]
        for name in moved:
            before = getattr(profile, name)
            profile.changes.append(_change(self.now(), name, before, wanted[name], by))
            setattr(profile, name, wanted[name])
        if moved:
            profile.contacts_changed_at = self.now()
        return moved

    def place_order(self, profile: Profile, restaurant: str, total: Decimal) -> Order:
        """Place an order as somebody other than the customer."""
        newest = max((int(i.rpartition("-")[2]) for i in self.orders), default=90000)
        order = Order(
            id=f"DFD-{newest + 1}",
            profile_id=profile.id,
            restaurant=restaurant,
            total=total,
            currency=profile.currency,
            placed_at=self.now(),
            app_version="6.98.2",
            device="Android emulator",
            address="Unit 9, Jeppe Street, Johannesburg",
            invoiced_to=profile.email,
            good=False,
        )
        self.orders[order.id] = order
        return order


def digits(phone: str) -> str:
    """A South African or Italian number as digits; a leading 0 means the home country."""
    bare = "".join(ch for ch in phone if ch.isdigit())
    return f"27{bare[1:]}" if bare.startswith("0") and len(bare) == 10 else bare


def _asked(key: str, value: str) -> str:
    return digits(value) if key == "phone" else value.strip().lower() if key != "customer_id" else value.strip()


def _change(at: datetime, name: str, before: str, after: str, by: str) -> Json:
    return {"at": at, "field": name, "before": before, "after": after, "by": by}
