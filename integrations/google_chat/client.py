"""Sends the copy to Google Chat, once however often it is asked for. Formats and answers are `wire`'s."""

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
"""A longer answer is not read to its end."""
for _name in ("httpx", "httpcore"):
    # At INFO httpx writes every address it asks, and this one is a secret.
    logging.getLogger(_name).setLevel(logging.WARNING)


class GoogleChat:
    """An incoming webhook of one space. It can write there and read nothing."""

    def __init__(
        self,
        webhook_url: str,
        client: httpx.AsyncClient | None = None,
        *,
        timeout: float = 10.0,
        test_host: str = "",
    ) -> None:
        """Take the webhook's address; raises ValueError unless it is Google Chat's, or on `test_host` (host:port)."""
        self._url = check_address(webhook_url, test_host)
        self._client = client or httpx.AsyncClient()
        self._owned = client is None
        self._seconds = timeout

    async def close(self) -> None:
        """Close our own connections; a client that was handed in stays open."""
        if self._owned:
            await self._client.aclose()

    async def copy(self, lines: Sequence[str], key: str) -> str:
        """Write these lines as one message and give its name; the same key is the same message.

        Raises TryAgain and GiveUp only. A repetition is harmless: Google Chat knows the request again.
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
    """Say what it means that no answer came; the address is a secret and stays out of it."""
    never_left = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    if never_left:
        return TryAgain(SYSTEM, "it cannot be reached", certain=True)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return TryAgain(SYSTEM, "it did not answer in time")
    return TryAgain(SYSTEM, "the connection broke before its answer came")
