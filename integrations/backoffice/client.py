"""HTTP client for the back office API: look-ups, and suspending and restoring profiles.

Formats are in `wire`, errors in `refusals`. It never retries: the queue does.
"""

import asyncio
import logging
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from desk.service.back_office_port import OrderSeen, ProfileSeen, WalletSeen
from desk.service.ports import GiveUp, TryAgain
from integrations.backoffice import calls, wire
from integrations.backoffice.calls import Call, is_id
from integrations.backoffice.links import Links
from integrations.backoffice.refusals import (
    Answer,
    Refused,
    Unreadable,
    answered,
    not_an_id,
    not_there,
    unanswered,
    unmoved,
)

MOST_BYTES = 1_000_000
"""Maximum response size; the rest is not read."""
for _name in ("httpx", "httpcore"):
    # At INFO httpx writes every address it asks, and a search has the customer's email address in it.
    logging.getLogger(_name).setLevel(logging.WARNING)


class HttpBackOffice:
    """The `BackOffice` port over HTTP. Only the configured host is contacted: a redirect is an error.

    Suspending and restoring are idempotent. After an error that leaves the result open, the profile is read first: if
    it is as wanted, the change is done; if not, the queue retries under the same key.
    """

    by_hand = False

    def __init__(
        self,
        url: str,
        token: str,
        client: httpx.AsyncClient | None = None,
        timeout: float = 10.0,
        admin_url_template: str = "",
    ) -> None:
        """Take the base URL before `/v1`, the bearer token, and the total timeout of one call in seconds."""
        self._url = _address(url)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json, application/problem+json",
            "Accept-Encoding": "identity",
            "User-Agent": "ato-desk",
        }
        self._client = client or httpx.AsyncClient()
        self._owned = client is None
        self._seconds = timeout
        self._links = Links(admin_url_template)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close our own connections; a client that was passed in stays open."""
        if self._owned:
            await self._client.aclose()

    def search_link(self, query: str) -> str:
        """Return the search link for a customer."""
        return self._links.to(query)

    async def profiles(self, email: str = "", phone: str = "", customer_id: str = "") -> tuple[ProfileSeen, ...]:
        """Find the profiles that match everything given."""
        call = calls.find_profiles(email.strip(), phone.strip(), customer_id.strip())
        if not call.query:
            return ()
        return wire.read_profiles((await self._ask(call)).body, self._links)

    async def order(self, order_id: str) -> OrderSeen | None:
        """Read an order; None when it does not exist."""
        raw = await self._find(calls.read_order(order_id)) if is_id(order_id) else None
        return None if raw is None else wire.read_order(raw)

    async def orders(self, customer_id: str) -> tuple[OrderSeen, ...]:
        """List a customer's latest orders, newest first."""
        raw = await self._find(calls.list_orders(customer_id)) if is_id(customer_id) else None
        return () if raw is None else wire.read_orders(raw)

    async def wallet(self, customer_id: str) -> WalletSeen | None:
        """Read a customer's wallet, or None for an unknown customer."""
        raw = await self._find(calls.read_wallet(customer_id)) if is_id(customer_id) else None
        return None if raw is None else wire.read_wallet(raw)

    async def suspend(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Suspend the profile; a suspended one is left as it is."""
        call = calls.suspend(customer_id, reason, attempt_key)
        return await self._move(call, customer_id, suspended=True)

    async def restore(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Lift the suspension, if there is one."""
        call = calls.restore(customer_id, reason, attempt_key)
        return await self._move(call, customer_id, suspended=False)

    async def _move(self, call: Call, customer_id: str, *, suspended: bool) -> ProfileSeen:
        """Change the profile; read it whenever the response leaves the result open."""
        if not is_id(customer_id):
            raise not_an_id()
        try:
            seen = wire.read_profile((await self._ask(call)).body, self._links)
        except (TryAgain, Unreadable, Refused) as unclear:
            if not _open(unclear):
                raise
            return await self._look(customer_id, unclear, suspended=suspended)
        if seen.suspended != suspended:
            raise unmoved(suspended=seen.suspended)
        return seen

    async def _look(self, customer_id: str, unclear: TryAgain | GiveUp, *, suspended: bool) -> ProfileSeen:
        """Read the profile: as wanted means done; otherwise the first error is raised.

        A 409 alone says too little, so when the profile cannot be read either, the error of the read is raised.
        """
        try:
            raw = await self._find(calls.read_profile(customer_id))
            seen = None if raw is None else wire.read_profile(raw, self._links)
        except (TryAgain, GiveUp) as blind:
            raise (blind if isinstance(unclear, Refused) else unclear) from None
        if seen is not None and seen.suspended == suspended:
            return seen
        if seen is not None and isinstance(unclear, Refused):
            raise unmoved(suspended=seen.suspended)
        raise unclear

    async def _find(self, call: Call) -> bytes | None:
        """Request one resource by its id; None when the API says that it does not exist."""
        try:
            return (await self._ask(call)).body
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def _ask(self, call: Call) -> Answer:
        """Make one call; raises TryAgain and GiveUp only. The cause is dropped: it may quote the request."""
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._send(call)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError) as error:
            raise unanswered(error) from None
        if answer.status == 404 and not wire.is_problem(answer.body):
            raise not_there()
        if not 200 <= answer.status < 300:
            raise answered(answer)
        return answer

    async def _send(self, call: Call) -> Answer:
        """Send one request to the configured host and read at most MOST_BYTES of the response."""
        headers = {**self._headers, **({"Idempotency-Key": call.key} if call.key else {})}
        async with self._client.stream(
            call.method,
            self._url + call.path,
            params=call.query or None,
            json=call.body,
            headers=headers,
            follow_redirects=False,
            timeout=self._seconds,
        ) as got:
            body = bytearray()
            async for part in got.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise Unreadable("more than 1 MB")
            said = got.headers
            return Answer(got.status_code, bytes(body), said.get("Retry-After", ""), said.get("Date", ""))


def _open(failure: TryAgain | GiveUp) -> bool:
    """Return whether the change may have been made despite the error; 409 says that it was made before."""
    if isinstance(failure, TryAgain):
        return not failure.certain
    return isinstance(failure, Unreadable) or getattr(failure, "status", 0) == 409


def _address(url: str) -> str:
    """Return the base URL before `/v1`; raises ValueError for anything but a plain web address."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("the back office's address must be like https://admin.example.com")
    if parts.query or parts.fragment:
        raise ValueError("the back office's address ends before any ? or #")
    return url.rstrip("/").removesuffix("/v1")
