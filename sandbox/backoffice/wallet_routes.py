"""Credit wallet endpoints: balance, and idempotent refunds."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.backoffice import shown
from sandbox.backoffice.ledger import Json, Ledger
from sandbox.backoffice.problems import Problem
from sandbox.backoffice.profile_routes import PROFILES
from sandbox.backoffice.reading import amount, sent, text, the_profile


class WalletRoutes:
    """`/profiles/{id}/wallet` and its refund."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def routes(self) -> list[Route]:
        wallet = PROFILES + "/{id}/wallet"
        return [
            Route(wallet, self.show, methods=["GET"]),
            Route(wallet + "/refund", self.refund, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return JSONResponse({"wallet": shown.wallet(the_profile(self.ledger, request))})

    async def refund(self, request: Request) -> Response:
        """The same key with the same body is the same refund; with another body it is a mistake."""
        profile, body = the_profile(self.ledger, request), await sent(request)
        key = request.headers.get("idempotency-key", "")
        if not key:
            raise Problem(422, "A refund needs an Idempotency-Key.")
        asked = {"profile": profile.id, "body": body}
        if (known := self._known(key, asked)) is not None:
            return JSONResponse(known, 201, {"idempotent-replay": "true"})
        value, reason = amount(body, profile.currency), text(body, "reason")
        entry = self.ledger.entry("refund", value, reason, text(body, "reference"))
        profile.wallet.append(entry)
        answer = {
            "transaction": shown.transaction(entry, profile.currency),
            "balance": shown.money(profile.balance, profile.currency),
        }
        self.ledger.refunds[key] = (asked, answer)
        return JSONResponse(answer, 201, {"idempotent-replay": "false"})

    def _known(self, key: str, asked: Json) -> Json | None:
        before = self.ledger.refunds.get(key)
        if before is None:
            return None
        if before[0] != asked:
            raise Problem(409, "This Idempotency-Key was used for another refund.")
        return before[1]
