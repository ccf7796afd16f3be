"""Request parsing of the back office: bodies, amounts, actors and targets."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request

from sandbox.backoffice.ledger import Json, Ledger, Order, Profile
from sandbox.backoffice.problems import Problem


async def sent(request: Request) -> Json:
    raw = await request.body()
    try:
        body = await request.json() if raw else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Problem(422, "The body is not a JSON object.")
    return body


def text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Problem(422, f"{name} is missing.", {name: "must be a text that is not empty"})
    return value.strip()


def amount(body: Json, currency: str) -> Decimal:
    """`{"amount": "129.90", "currency": "ZAR"}`: a positive string with at most two decimals, in this currency."""
    given: Any = body.get("amount")
    wanted = given if isinstance(given, dict) else {}
    if wanted.get("currency") != currency:
        raise Problem(422, "The currency is another one.", {"amount": f"must be in {currency}"})
    try:
        found = Decimal(wanted["amount"]) if isinstance(wanted.get("amount"), str) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or found <= 0 or found != round(found, 2):
        raise Problem(422, "The amount is no amount.", {"amount": 'must be like "129.90"'})
    return found


def the_profile(ledger: Ledger, request: Request) -> Profile:
    profile = ledger.profiles.get(request.path_params["id"])
    if profile is None:
        raise Problem(404, "There is no such profile.")
    return profile


def the_order(ledger: Ledger, request: Request) -> Order:
    order = ledger.orders.get(request.path_params["dfd"].upper())
    if order is None:
        raise Problem(404, "There is no such order.")
    return order
