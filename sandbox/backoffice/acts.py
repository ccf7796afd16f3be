"""Control API of the back office (`/backoffice`): acts of the fraudster, and the ground truth of every profile."""

from __future__ import annotations

from decimal import Decimal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sandbox.backoffice import shown
from sandbox.backoffice.ledger import Ledger, Profile


class Fraud(BaseModel):
    """A fraudster's acts, all optional: take over contacts, place orders, spend the wallet."""

    model_config = ConfigDict(extra="forbid")
    change_email: str | None = None
    change_phone: str | None = None
    place_orders: int = Field(0, ge=0, le=50)
    restaurant: str = "Liquor City Jeppe"
    total: Decimal = Decimal("899.00")
    spend: Decimal | None = Field(None, gt=0)


def control_router(ledger: Ledger) -> APIRouter:
    router = APIRouter(prefix="/backoffice", tags=["backoffice"])

    @router.get("/profiles")
    async def profiles() -> JSONResponse:
        rows = [shown.profile(p) for p in ledger.profiles.values()]
        return JSONResponse({"profiles": rows})

    @router.get("/profiles/{profile_id}")
    async def one(profile_id: str) -> JSONResponse:
        profile = ledger.profiles.get(profile_id)
        return _missing(profile_id) if profile is None else _whole(ledger, profile)

    @router.post("/profiles/{profile_id}/fraud")
    async def fraud(profile_id: str, act: Fraud) -> JSONResponse:
        profile = ledger.profiles.get(profile_id)
        if profile is None:
            return _missing(profile_id)
        if profile.suspended:
            return JSONResponse({"refused": "the profile is suspended"}, 409)
        return commit_fraud(ledger, profile, act)

    return router


def commit_fraud(ledger: Ledger, profile: Profile, act: Fraud) -> JSONResponse:
    """Spending is limited by the balance, as in the real system."""
    if act.spend is not None and act.spend > profile.balance:
        return JSONResponse({"refused": f"the wallet holds {profile.balance:.2f}"}, 409)
    wanted = {"email": act.change_email, "phone": act.change_phone}
    ledger.change_contacts(profile, {k: v for k, v in wanted.items() if v}, by="app")
    for _ in range(act.place_orders):
        ledger.place_order(profile, act.restaurant, act.total)
    if act.spend is not None:
        newest = next(iter(ledger.orders_of(profile)), None)
        reference = newest.id if newest else None
        profile.wallet.append(ledger.entry("order", -act.spend, "Paid from wallet", reference))
    profile.sessions += 1
    return _whole(ledger, profile)


def _whole(ledger: Ledger, profile: Profile) -> JSONResponse:
    return JSONResponse({"profile": shown.everything(ledger, profile)})


def _missing(profile_id: str) -> JSONResponse:
    return JSONResponse({"refused": f"there is no profile {profile_id!r} here"}, 404)
