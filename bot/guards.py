"""Request guards: body limit, replay cache of signatures, rate limit per person, security headers.

Only signed requests count against a limit: otherwise anybody could use up Slack's own share, and refusing an unsigned
one costs one hash. All of this is per process; stored state is guarded by the delivery ids in the database.
"""

import asyncio
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 1_000_000
"""Maximum request body in bytes; Slack's and Zendesk's own are far smaller."""
PATIENCE = 10.0
"""Seconds for a body to arrive; Slack has given up long before."""
REMEMBERED = 900.0
"""Seconds a signature is remembered: longer than both time windows, before and after."""
TWINS = 5.0
"""Seconds within which Zendesk may sign two changes of one ticket alike: its timestamps are whole seconds."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000",
}


_WRITTEN = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class PlainHeaders:
    """ASGI middleware that adds security headers: no response of ours is a page for a browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to every response."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_WRITTEN]
            await send(message)

        await self._app(scope, receive, sent)


async def read_body(request: Request) -> bytes | Response:
    """Read at most LARGEST bytes, or return the error response; with a larger Content-Length nothing is read."""
    size = request.headers.get("content-length", "0")
    if not (size.isascii() and size.isdigit()) or int(size) > LARGEST:
        return _too_large()
    pieces, size_so_far = [], 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                size_so_far += len(piece)
                if size_so_far > LARGEST:
                    return _too_large()
                pieces.append(piece)
    except TimeoutError:
        return said(408, "The body did not arrive in time. Nothing was kept.")
    except ClientDisconnect:
        return said(400, "The body ended before its time. Nothing was kept.")
    return b"".join(pieces)


def _too_large() -> Response:
    return said(413, f"The body is larger than {LARGEST} bytes. Nothing was kept.")


def said(status: int, words: str, **headers: str) -> Response:
    """Build a plain-text response."""
    return JSONResponse({"error": words}, status, headers)


@dataclass
class Seen:
    """Replay cache: accepted signatures and what each was for. Only who has the secret can add one."""

    now: Callable[[], float] = time.monotonic
    _kept: "OrderedDict[str, tuple[float, str]]" = field(default_factory=OrderedDict)

    def before(self, signature: str, about: str = "") -> str | None:
        """Remember a signature; return what it was first seen with, or None when it is new."""
        now = self.now()
        while self._kept and next(iter(self._kept.values()))[0] < now - REMEMBERED:
            self._kept.popitem(last=False)
        if signature not in self._kept:
            self._kept[signature] = (now, about)
            return None
        return self._kept[signature][1]

    def just_came(self, signature: str) -> bool:
        """Return whether a signature was first seen within the last TWINS seconds."""
        return signature in self._kept and self._kept[signature][0] > self.now() - TWINS

    def forget(self, signature: str) -> None:
        """Forget a signature, so that it is accepted again: its request was not processed."""
        self._kept.pop(signature, None)


class Pace:
    """Rate limit: how often one name may act within a minute; 0 is no limit."""

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait(self, name: str) -> int:
        """Count one request; return the seconds to wait when the limit is exceeded, else 0."""
        if self._item is None or self._limiter.hit(self._item, name):
            return 0
        until = self._limiter.get_window_stats(self._item, name).reset_time
        return max(1, round(until - time.time()))


def may_read_metrics(request: Request, token: str, *, loopback: bool) -> bool:
    """Return whether a request may read the metrics: with the token, or without one if only localhost is served."""
    if not token:
        return loopback
    given = request.headers.get("authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
