"""JSON representation of back-office objects: money as strings with a currency, instants in UTC."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.backoffice.ledger import Json, Ledger, Order, Profile


def money(amount: Decimal, currency: str) -> Json:
    return {"amount": f"{amount:.2f}", "currency": currency}


def iso(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def profile(found: Profile) -> Json:
    return {
        "id": found.id,
        "brand": found.brand,
        "name": found.name,
        "email": found.email,
        "phone": found.phone,
        "username": found.username,
        "status": "suspended" if found.suspended else "active",
        "suspended_at": iso(found.suspended_at),
        "blacklisted": found.blacklisted,
        "contacts_changed_at": iso(found.contacts_changed_at),
        "active_sessions": found.sessions,
        "changes": [{**change, "at": iso(change["at"])} for change in found.changes],
        "password_resets": [{**reset, "at": iso(reset["at"])} for reset in found.resets],
    }


def order(found: Order) -> Json:
    return {
        "id": found.id,
        "profile_id": found.profile_id,
        "restaurant": found.restaurant,
        "total": money(found.total, found.currency),
        "placed_at": iso(found.placed_at),
        "app_version": found.app_version,
        "email_on_invoice": found.invoiced_to,
        "device": found.device,
        "delivery_address": found.address,
        "comments": list(found.comments),
        "exceptions": list(found.exceptions),
    }


def wallet(found: Profile) -> Json:
    return {
        "profile_id": found.id,
        "balance": money(found.balance, found.currency),
        "transactions": [transaction(entry, found.currency) for entry in found.wallet],
    }


def transaction(entry: Json, currency: str) -> Json:
    return {**entry, "amount": money(entry["amount"], currency), "at": iso(entry["at"])}


def everything(ledger: Ledger, found: Profile) -> Json:
    """The whole profile with the ground truth of its orders, for the control API."""
    orders: list[dict[str, Any]] = [
        {**order(o), "placed_by": "customer" if o.good else "fraudster"} for o in ledger.orders_of(found)
    ]
    return {**profile(found), "wallet": wallet(found), "orders": orders}
