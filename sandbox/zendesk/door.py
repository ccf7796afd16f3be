"""API gateway of the account: `.json` suffix, authentication, rate limits, response headers."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from email.utils import formatdate
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox import seeds
from sandbox.zendesk import refusals, scopes
from sandbox.zendesk.helpdesk import Helpdesk, ok
from sandbox.zendesk.limits import CALLS_A_MINUTE
from sandbox.zendesk.models import User
from sandbox.zendesk.oauth import Token

OPEN_PATHS = ("/api/v2/users/me",)


class Door:
    """ASGI middleware in front of the routes."""

    def __init__(self, app: Any, helpdesk: Helpdesk) -> None:
        self.app = app
        self.helpdesk = helpdesk

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if path.startswith("/api/"):  # the token endpoint has no such ending
            path = path.removesuffix(".json")
        asked = {**scope, "path": path, "sandbox.path": scope["path"]}
        try:
            self._admit(asked)
        except refusals.Refused as refused:
            await refuse(Request(asked), refused)(asked, receive, self._stamped(send))
            return
        await self.app(asked, receive, self._stamped(send))

    def _admit(self, scope: Any) -> None:
        """Authenticate and record the token. Raises Refused. The token endpoint authenticates itself."""
        method, path = scope["method"], scope["path"]
        if not path.startswith("/api/"):
            return
        scheme, _, coded = Headers(scope=scope).get("authorization", "").partition(" ")
        bearer = scheme.lower() == "bearer"
        try:
            user, token = self._bearer(coded) if bearer else (self._basic(scheme, coded), None)
        except refusals.Refused:
            self._count(method, path, None)
            raise
        scope["sandbox.user"], scope["sandbox.token"] = user, token
        self._count(method, path, user)
        _allow(user, token, method, path)

    def _count(self, method: str, path: str, user: User | None) -> None:
        if self.helpdesk.limited:
            self.helpdesk.limits.take(method, path, user.id if user else None)

    def _bearer(self, value: str) -> tuple[User, Token]:
        token, owner = self.helpdesk.oauth.admit(value.strip())
        return owner, token

    def _basic(self, scheme: str, coded: str) -> User | None:
        """`Basic base64(email/token:token)`, for any agent of an account that still has an API token."""
        try:
            name, _, token = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        right = hmac.compare_digest(token.encode(), seeds.ZENDESK_API_TOKEN.encode())
        if not self.helpdesk.oauth.conduct.old_account:
            return None
        if scheme.lower() != "basic" or not name.endswith("/token") or not right:
            return None
        user = self.helpdesk.account.user_by_email(name.removesuffix("/token"))
        return user if user is not None and user.is_agent and user.active else None

    def _stamped(self, send: Any) -> Any:
        async def stamped(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = f"{secrets.token_hex(8)}-CPT"
                headers["x-zendesk-api-version"] = "v2"
                headers["date"] = formatdate(usegmt=True)
                headers["x-rate-limit"] = headers["ratelimit-limit"] = str(CALLS_A_MINUTE)
                left = str(max(0, self.helpdesk.limits.remaining))
                headers["x-rate-limit-remaining"] = headers["ratelimit-remaining"] = left
                headers["ratelimit-reset"] = "60"
            await send(message)

        return stamped


def _allow(user: User | None, token: Token | None, method: str, path: str) -> None:
    """Check that the caller may make this call. Raises Refused."""
    if user is None and path not in OPEN_PATHS:
        raise refusals.unknown_caller()
    if token is not None and (missing := scopes.opens(method, path, token.scopes)):
        raise refusals.missing_scopes(missing)
    if user is not None and user.role != "admin" and scopes.admins_only(method, path):
        raise refusals.admins_only()


def refuse(_: Request, refused: Exception) -> Response:
    """An error response: JSON, or plain text where Zendesk sends plain text."""
    if not isinstance(refused, refusals.Refused):
        raise refused
    if isinstance(refused.body, str):
        return PlainTextResponse(refused.body, refused.status, refused.headers)
    return ok(refused.body, refused.status, refused.headers)


async def unknown_path(_: Request, __: Exception) -> Response:
    missing = refusals.no_such_endpoint()
    return ok(missing.body, missing.status)
