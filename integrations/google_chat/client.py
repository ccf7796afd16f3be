"""Google Chat client: posts the copy of a message once per key. Formats and errors are in `wire`."""

import asyncio
import logging
from collections.abc import Sequence

import httpx

from desk.service.ports import TryAgain
from integrations.google_chat.wire import (
    SYSTEM,
    check_address,
    read_answer,
    request_id,
    write_message,
)

MOST_BYTES = 100_000
"""Maximum response size; the rest is not read."""
for _name in ("httpx", "httpcore"):
    # At INFO httpx writes every address it asks, and this one is a secret.
    logging.getLogger(_name).setLevel(logging.WARNING)


class GoogleChat:
    """Incoming webhook of one space. It can post there and read nothing."""

    def __init__(
        self,
        webhook_url: str,
        client: httpx.AsyncClient | None = None,
        *,
        timeout: float = 10.0,
        test_host: str = "",
    ) -> None:
        """Take the webhook's URL; raises ValueError unless it is Google Chat's, or on `test_host` (host:port)."""
        self._url = check_address(webhook_url, test_host)
        self._client = client or httpx.AsyncClient()
        self._owned = client is None
        self._seconds = timeout

    async def close(self) -> None:
        """Close our own connections; a client that was passed in stays open."""
        if self._owned:
            await self._client.aclose()

    async def copy(self, lines: Sequence[str], key: str) -> str:
        """Post these lines as one message and return its name; idempotent by `key`.

        Raises TryAgain and GiveUp only.
        """
        body = write_message(lines)
        try:
            async with asyncio.timeout(self._seconds):
                status, raw, retry_after = await self._send(body, request_id(key))
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, TimeoutError) as error:
            raise _unanswered(error) from None
        return read_answer(status, raw, retry_after)

    async def _send(self, body: bytes, known_as: str) -> tuple[int, bytes, str]:
        url = httpx.URL(self._url).copy_merge_params({"requestId": known_as})
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "Accept-Encoding": "identity",
            "User-Agent": "ato-desk",
        }
        async with self._client.stream(
            "POST",
            url,
            content=body,
            headers=headers,
            follow_redirects=False,
            timeout=self._seconds,
        ) as got:
            raw = bytearray()
            async for part in got.aiter_bytes():
                raw += part
                if len(raw) > MOST_BYTES:
                    break
            return got.status_code, bytes(raw), got.headers.get("Retry-After", "")


def _unanswered(error: Exception) -> TryAgain:
    """Translate a transport error; the URL is a secret and is left out."""
    never_left = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    if never_left:
        return TryAgain(SYSTEM, "it cannot be reached", certain=True)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return TryAgain(SYSTEM, "it did not answer in time")
    return TryAgain(SYSTEM, "the connection broke before its answer came")
