"""OAuth token endpoint, outside `/api/v2`, and the endpoints of the current token."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals
from sandbox.zendesk.helpdesk import Helpdesk, gone, ok, path_id
from sandbox.zendesk.models import Json
from sandbox.zendesk.oauth import Token

FORM = "application/x-www-form-urlencoded"


class OAuthRoutes:
    """`POST /oauth/tokens`, and `GET`/`DELETE /api/v2/oauth/tokens/…`."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk = helpdesk
        self.oauth = helpdesk.oauth

    def routes(self) -> list[Route]:
        tokens = "/api/v2/oauth/tokens"
        return [
            Route("/oauth/tokens", self.mint, methods=["POST"]),
            Route(tokens + "/current", self.current, methods=["GET"]),
            Route(tokens + "/current", self.leave, methods=["DELETE"]),
            Route(tokens + "/{id}", self.revoke, methods=["DELETE"]),
        ]

    async def mint(self, request: Request) -> Response:
        """`expires_in` is returned only when it was requested, as Zendesk may do."""
        if "authorization" in request.headers:
            text = "The client is named in the body, not in a header"
            raise refusals.oauth(400, "invalid_request", text)
        asked = await _asked(request)
        token = self.oauth.mint(asked)
        body: Json = {
            "access_token": token.value,
            "token_type": "bearer",
            "scope": " ".join(token.scopes),
        }
        if asked.get("expires_in"):
            body["expires_in"] = token.life_s
        return ok(body, 201, {"cache-control": "no-store"})

    async def current(self, request: Request) -> Response:
        token: Token | None = request.scope.get("sandbox.token")
        if token is None:
            raise refusals.not_found()
        return ok({"token": self._shown(token)})

    async def leave(self, request: Request) -> Response:
        """Answers 204 while the token stays valid, as seen in a real account."""
        if request.scope.get("sandbox.token") is None:
            raise refusals.not_found()
        return gone()

    async def revoke(self, request: Request) -> Response:
        number = path_id(request)
        found = next((one for one in self.oauth.tokens.values() if one.id == number), None)
        if found is None:
            raise refusals.not_found()
        self.oauth.revoke(found)
        return gone()

    def _shown(self, token: Token) -> Json:
        now = token.made_at
        ends = now + timedelta(seconds=token.life_s)
        return {
            "id": token.id,
            "url": f"https://sandbox/api/v2/oauth/tokens/{token.id}.json",
            "user_id": token.client.user_id,
            "client_id": token.client.id,
            "token": token.value[:10],
            "refresh_token": None,
            "scopes": list(token.scopes),
            "created_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "used_at": None,
        }


async def _asked(request: Request) -> Json:
    """The body as JSON or as a form: public code uses both."""
    kind = request.headers.get("content-type", "")
    if kind.startswith(FORM):
        return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    try:
        found = await request.json() if kind.startswith("application/json") else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise refusals.oauth(400, "invalid_request", "The request is missing a required parameter")
    return found
