"""Asks the company's back office over HTTP what the desk wants to know, and suspends and restores profiles there.

Formats are `wire`'s, failures `refusals`'. It never repeats a call: the queue does.
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
"""A longer answer is not read to its end."""
for _name in ("httpx", "httpcore"):
    # At INFO httpx writes every address it asks, and a search has the customer's email address in it.
    logging.getLogger(_name).setLevel(logging.WARNING)


class HttpBackOffice:
    """The desk's `BackOffice` over HTTP. Only the configured host is ever asked: a redirect is a failure.

    Suspending and restoring end in the same state however often they are asked for. After a failure that leaves open
    whether it was done, the profile is read first: if it is as wanted, it is done; if not, the queue asks again under
    the same key.
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
        """Take the address that `/v1` comes after, the bearer token, and how many seconds one call may take in all."""
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
        """Nothing is asked yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what was opened here."""
        await self.close()

    async def close(self) -> None:
        """Close our own connections; a client that was handed in stays open."""
        if self._owned:
            await self._client.aclose()

    def search_link(self, query: str) -> str:
        """Give the link with which a person looks a customer up."""
        return self._links.to(query)

    async def profiles(self, email: str = "", phone: str = "", customer_id: str = "") -> tuple[ProfileSeen, ...]:
        """Find the profiles that match everything given."""
        call = calls.find_profiles(email.strip(), phone.strip(), customer_id.strip())
        if not call.query:
            return ()
        return wire.read_profiles((await self._ask(call)).body, self._links)

    async def order(self, order_id: str) -> OrderSeen | None:
        """Read an order, or None when there is none of that number."""
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
        """Suspend the profile, or see that it is suspended."""
        call = calls.suspend(customer_id, reason, attempt_key)
        return await self._move(call, customer_id, suspended=True)

    async def restore(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        """Lift the suspension, or see that there is none."""
        call = calls.restore(customer_id, reason, attempt_key)
        return await self._move(call, customer_id, suspended=False)

    async def _move(self, call: Call, customer_id: str, *, suspended: bool) -> ProfileSeen:
        """Change the profile, and look at it whenever the answer leaves open whether it is as wanted."""
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
        """Read the profile: as wanted means done; otherwise the first failure stands.

        A 409 alone says too little, so when the profile cannot be read either, that is what counts.
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
        """Ask for one thing by its id; None when the back office says that it has not got it."""
        try:
            return (await self._ask(call)).body
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def _ask(self, call: Call) -> Answer:
        """Make one call; raises TryAgain and GiveUp only. The cause is left out: it may quote what was sent."""
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
        """Send one call to our one host and read at most MOST_BYTES of the answer."""
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
    """Say whether the change may have been made although the call failed; 409 says that it was made before."""
    if isinstance(failure, TryAgain):
        return not failure.certain
    return isinstance(failure, Unreadable) or getattr(failure, "status", 0) == 409


def _address(url: str) -> str:
    """Take the address before `/v1`; raises ValueError for what is no plain address of the web."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("the back office's address must be like https://admin.example.com")
    if parts.query or parts.fragment:
        raise ValueError("the back office's address ends before any ? or #")
    return url.rstrip("/").removesuffix("/v1")
