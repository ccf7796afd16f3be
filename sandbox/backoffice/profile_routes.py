"""Profile endpoints: search, read, suspend, restore, change contacts, end sessions, send a reset link."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import seeds
from sandbox.backoffice import shown
from sandbox.backoffice.ledger import Json, Ledger, Profile
from sandbox.backoffice.problems import Problem
from sandbox.backoffice.reading import sent, text, the_profile

PROFILES = seeds.BACKOFFICE_BASE_PATH + "/profiles"


class ProfileRoutes:
    """Everything under /profiles but the wallet."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def routes(self) -> list[Route]:
        one = PROFILES + "/{id}"
        return [
            Route(PROFILES, self.find, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(one + "/orders", self.orders, methods=["GET"]),
            Route(one + "/suspend", self.suspend, methods=["POST"]),
            Route(one + "/restore", self.restore, methods=["POST"]),
            Route(one + "/contacts", self.contacts, methods=["POST"]),
            Route(one + "/sessions/revoke", self.revoke, methods=["POST"]),
            Route(one + "/password-reset", self.reset, methods=["POST"]),
        ]

    async def find(self, request: Request) -> Response:
        wanted = dict(request.query_params)
        if not {"email", "phone", "username", "customer_id"} & wanted.keys():
            raise Problem(422, "Say whom: email, phone, username or customer_id.")
        found = [shown.profile(p) for p in self.ledger.find(wanted)]
        return JSONResponse({"profiles": found})

    async def show(self, request: Request) -> Response:
        return _profile(the_profile(self.ledger, request))

    async def orders(self, request: Request) -> Response:
        found = self.ledger.orders_of(the_profile(self.ledger, request))
        return JSONResponse({"orders": [shown.order(order) for order in found]})

    async def suspend(self, request: Request) -> Response:
        profile = the_profile(self.ledger, request)
        text(await sent(request), "reason")
        if profile.suspended:
            raise Problem(409, "This profile is suspended already.")
        profile.suspended, profile.suspended_at = True, self.ledger.now()
        return _profile(profile)

    async def restore(self, request: Request) -> Response:
        profile = the_profile(self.ledger, request)
        text(await sent(request), "reason")
        if not profile.suspended:
            raise Problem(409, "This profile is not suspended.")
        profile.suspended, profile.suspended_at = False, None
        return _profile(profile)

    async def contacts(self, request: Request) -> Response:
        """Email, phone, name and username; at least one, and an address nobody else has."""
        profile, body = the_profile(self.ledger, request), await sent(request)
        names: tuple[str, ...] = ("email", "phone", "name", "username")
        wanted = {name: text(body, name) for name in names if name in body}
        if not wanted:
            raise Problem(422, "Give at least one of email, phone, name and username.")
        self._check_free(profile, wanted)
        self.ledger.change_contacts(profile, wanted, by="back office")
        return _profile(profile)

    def _check_free(self, profile: Profile, wanted: dict[str, str]) -> None:
        for name in ("email", "username"):
            others = self.ledger.find({name: wanted.get(name, "")})
            if any(other is not profile for other in others):
                raise Problem(409, f"Another profile has this {name}.", {name: "is taken"})

    async def revoke(self, request: Request) -> Response:
        profile = the_profile(self.ledger, request)
        ended, profile.sessions = profile.sessions, 0
        return JSONResponse({"profile_id": profile.id, "sessions_revoked": ended})

    async def reset(self, request: Request) -> Response:
        """The link goes to the address the profile has now, whoever reads it."""
        profile = the_profile(self.ledger, request)
        at = self.ledger.now()
        reset: Json = {"id": f"PR-{secrets.token_hex(4).upper()}", "sent_to": profile.email}
        profile.resets.append({**reset, "at": at})
        return JSONResponse({**reset, "at": shown.iso(at)}, 201)


def _profile(profile: Profile) -> Response:
    return JSONResponse({"profile": shown.profile(profile)})
