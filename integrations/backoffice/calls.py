"""Requests to the back office API: method, path, parameters and body. Pure; nothing is sent here."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

ID = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
"""Pattern of an id in the API: it becomes part of a path, so a slash or `..` must not get in."""
_ID = re.compile(ID)

PROFILES = "/v1/profiles"
PROFILE = "/v1/profiles/{id}"
ORDERS = "/v1/profiles/{id}/orders"
WALLET = "/v1/profiles/{id}/wallet"
SUSPEND = "/v1/profiles/{id}/suspend"
RESTORE = "/v1/profiles/{id}/restore"
ORDER = "/v1/orders/{id}"

MOST_ORDERS = 100
"""Page size for a customer's latest orders."""


@dataclass(frozen=True)
class Call:
    """One request. `key` is its idempotency key; only requests that change something have one."""

    method: Literal["GET", "POST"]
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, str] | None = None
    key: str = ""


def is_id(words: str) -> bool:
    """Return whether a string can be an id."""
    return _ID.fullmatch(words) is not None


def find_profiles(email: str, phone: str, customer_id: str) -> Call:
    """Build the search for profiles that match everything given."""
    wanted = {"email": email, "phone": phone, "customer_id": customer_id}
    return Call("GET", PROFILES, {name: value for name, value in wanted.items() if value})


def read_profile(customer_id: str) -> Call:
    """Build the request for one profile."""
    return Call("GET", _at(PROFILE, customer_id))


def list_orders(customer_id: str) -> Call:
    """Build the request for a customer's latest orders."""
    return Call("GET", _at(ORDERS, customer_id), {"limit": str(MOST_ORDERS)})


def read_order(order_id: str) -> Call:
    """Build the request for one order."""
    return Call("GET", _at(ORDER, order_id))


def read_wallet(customer_id: str) -> Call:
    """Build the request for a customer's wallet."""
    return Call("GET", _at(WALLET, customer_id))


def suspend(customer_id: str, reason: str, key: str) -> Call:
    """Build the request to suspend a profile."""
    return Call("POST", _at(SUSPEND, customer_id), body={"reason": reason}, key=key)


def restore(customer_id: str, reason: str, key: str) -> Call:
    """Build the request to lift a suspension."""
    return Call("POST", _at(RESTORE, customer_id), body={"reason": reason}, key=key)


def _at(path: str, id_: str) -> str:
    return path.replace("{id}", quote(id_, safe=""))
