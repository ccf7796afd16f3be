"""The calls the desk makes to a back office: method, path, and what goes with them. Pure; nothing is sent here."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

ID = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
"""What an id of theirs may look like: it becomes part of an address, so a slash or `..` must not get in."""
_ID = re.compile(ID)

PROFILES = "/v1/profiles"
PROFILE = "/v1/profiles/{id}"
ORDERS = "/v1/profiles/{id}/orders"
WALLET = "/v1/profiles/{id}/wallet"
SUSPEND = "/v1/profiles/{id}/suspend"
RESTORE = "/v1/profiles/{id}/restore"
ORDER = "/v1/orders/{id}"

MOST_ORDERS = 100
"""How many of a customer's latest orders are asked for."""


@dataclass(frozen=True)
class Call:
    """One call, ready to send. `key` makes a repeated one recognisable; only calls that change something have it."""

    method: Literal["GET", "POST"]
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, str] | None = None
    key: str = ""


def is_id(words: str) -> bool:
    """Say whether this can be an id at all."""
    return _ID.fullmatch(words) is not None


def find_profiles(email: str, phone: str, customer_id: str) -> Call:
    """Ask for the profiles that match everything given."""
    wanted = {"email": email, "phone": phone, "customer_id": customer_id}
    return Call("GET", PROFILES, {name: value for name, value in wanted.items() if value})


def read_profile(customer_id: str) -> Call:
    """Ask for one profile."""
    return Call("GET", _at(PROFILE, customer_id))


def list_orders(customer_id: str) -> Call:
    """Ask for a customer's latest orders."""
    return Call("GET", _at(ORDERS, customer_id), {"limit": str(MOST_ORDERS)})


def read_order(order_id: str) -> Call:
    """Ask for one order."""
    return Call("GET", _at(ORDER, order_id))


def read_wallet(customer_id: str) -> Call:
    """Ask for a customer's wallet."""
    return Call("GET", _at(WALLET, customer_id))


def suspend(customer_id: str, reason: str, key: str) -> Call:
    """Ask for a suspension."""
    return Call("POST", _at(SUSPEND, customer_id), body={"reason": reason}, key=key)


def restore(customer_id: str, reason: str, key: str) -> Call:
    """Ask for a suspension to be lifted."""
    return Call("POST", _at(RESTORE, customer_id), body={"reason": reason}, key=key)


def _at(path: str, id_: str) -> str:
    return path.replace("{id}", quote(id_, safe=""))
