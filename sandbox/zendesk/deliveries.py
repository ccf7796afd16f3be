"""Webhook deliveries to the bot: signed, asynchronous, retried, with configurable misbehaviour.

Only loopback addresses are called. Signatures carry real time, which receivers check. Each attempt is logged as
`zendesk->bot`.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import httpx
from ulid import ULID

from sandbox.world import World
from sandbox.zendesk.account import ID, Account
from sandbox.zendesk.breaker import Breaker
from sandbox.zendesk.models import Json, Webhook
from sandbox.zendesk.signing import sign

Mode = Literal["normal", "hold", "twice", "drop", "reverse"]
MODES: tuple[str, ...] = get_args(Mode)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LATENCY_S = 0.02  # the ticket's answer leaves first
RETRY_DELAYS_S = (0.05, 0.15, 0.4)  # the real thing waits much longer
PATIENCE_S = 10.0
LONGEST_KEPT = 10_000


@dataclass
class Attempt:
    """One attempt: request and response."""

    at: str
    headers: dict[str, str]
    status_code: int | None
    answer: str


@dataclass
class Delivery:
    """One firing of a webhook. Attempts and repeats share the invocation id."""

    invocation_id: str
    webhook_id: str
    webhook: str
    body: str
    at: str
    status: str = "pending"
    attempts: list[Attempt] = field(default_factory=list)


@dataclass
class Conduct:
    """Delivery misbehaviour; `forge` and `age_s` spoil the signature and its timestamp."""

    mode: Mode = "normal"
    forge: bool = False
    age_s: float = 0.0


class Deliveries:
    """Deliveries in flight and delivered."""

    def __init__(self, world: World, account: Account) -> None:
        self.world = world
        self.account = account
        self.conduct = Conduct()
        self.made: list[Delivery] = []
        self.held: list[Delivery] = []
        self.breakers: dict[str, Breaker] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # In --------------------------------------------------------------------------------------

    def fire(self, webhook_id: str, body: str) -> None:
        """Deliver a trigger's webhook, unless it is inactive or has no address."""
        webhook = self.account.webhooks.get(webhook_id)
        if webhook is None or webhook.status != "active" or self.address_of(webhook) is None:
            return
        at = self.account.instant().isoformat()
        delivery = Delivery(str(ULID()), webhook.id, webhook.name, body, at)
        self.made.append(delivery)
        del self.made[:-LONGEST_KEPT]
        self._direct(delivery)

    def _direct(self, delivery: Delivery) -> None:
        mode = self.conduct.mode
        if mode in ("hold", "reverse"):
            self._hold(delivery)
        elif mode == "drop":
            delivery.status = "dropped"
        else:
            self._start(delivery, times=2 if mode == "twice" else 1)

    def _hold(self, delivery: Delivery) -> None:
        """Hold until released; in reverse mode every two are swapped and sent."""
        delivery.status = "held"
        self.held.append(delivery)
        if self.conduct.mode == "reverse" and len(self.held) >= 2:
            self.release()

    def address_of(self, webhook: Webhook) -> str | None:
        """The webhook's endpoint if on loopback, else the bot's address."""
        if webhook.endpoint and urlsplit(webhook.endpoint).hostname in LOOPBACK:
            return webhook.endpoint
        return self.world.connected.get("zendesk_webhook_url")

    # Out -------------------------------------------------------------------------------------

    def release(self) -> int:
        """Send all held deliveries in sequence, newest first in reverse mode."""
        waiting, self.held = self.held, []
        ordered = waiting[::-1] if self.conduct.mode == "reverse" else waiting
        self._spawn(self._deliver_in_order(ordered))
        return len(ordered)

    def replay(self, invocation_id: str) -> Delivery | None:
        """Repeat a delivery under its invocation id."""
        found = next((d for d in self.made if d.invocation_id == invocation_id), None)
        if found is not None:
            self._start(found, times=1)
        return found

    async def drain(self) -> None:
        """Wait until nothing is in flight (held deliveries stay)."""
        while self._tasks:
            await asyncio.gather(*tuple(self._tasks), return_exceptions=True)

    async def aclose(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await self.drain()

    def forget(self) -> None:
        """Reset; deliveries in flight are dropped."""
        for task in tuple(self._tasks):
            task.cancel()
        self.conduct = Conduct()
        self.made, self.held, self.breakers = [], [], {}

    def _start(self, delivery: Delivery, times: int) -> None:
        delivery.status = "pending"
        self._spawn(self._deliver_in_order([delivery] * times))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself keeps only weak references
        task.add_done_callback(self._tasks.discard)

    async def _deliver_in_order(self, deliveries: list[Delivery]) -> None:
        await asyncio.sleep(LATENCY_S)
        for delivery in deliveries:
            await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery) -> None:
        webhook = self.account.webhooks.get(delivery.webhook_id)
        breaker = self.breakers.setdefault(delivery.webhook_id, Breaker())
        if webhook is None or breaker.is_open:
            delivery.status = "circuit broken" if webhook else "terminated"
            return
        for delay in (*RETRY_DELAYS_S, None):
            ok = await self._attempt(webhook, delivery)
            breaker.record(ok)
            delivery.status = "success" if ok else "failed"
            if ok or delay is None:
                return
            await asyncio.sleep(delay)

    async def _attempt(self, webhook: Webhook, delivery: Delivery) -> bool:
        address, raw = self.address_of(webhook), delivery.body.encode()
        headers = self._headers(webhook, delivery, raw)
        status, answer = await post(address or "", raw, headers)
        stamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
        delivery.attempts.append(Attempt(stamp, headers, status, answer))
        self.world.note(
            system="zendesk->bot",
            call=webhook.name,
            body=as_logged(delivery.body),
            status=status,
            answer=answer,
            key=delivery.invocation_id,
        )
        return status is not None and 200 <= status < 300

    def _headers(self, webhook: Webhook, delivery: Delivery, raw: bytes) -> dict[str, str]:
        at = datetime.now(UTC) - timedelta(seconds=self.conduct.age_s)
        timestamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        secret = "somebody else" if self.conduct.forge else webhook.secret
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": str(ID),
            "X-Zendesk-Webhook-Id": webhook.id,
            "X-Zendesk-Webhook-Invocation-Id": delivery.invocation_id,
            "X-Zendesk-Webhook-Signature": sign(secret, timestamp, raw),
            "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        }


async def post(address: str, raw: bytes, headers: dict[str, str]) -> tuple[int | None, str]:
    """Status and text of the response; None without one."""
    # Only loopback addresses get here, so there is no certificate to check and no proxy to ask.
    async with httpx.AsyncClient(verify=False, trust_env=False, timeout=PATIENCE_S) as client:  # noqa: S501
        try:
            answer = await client.post(address, content=raw, headers=headers)
        except httpx.HTTPError as error:
            return None, f"{type(error).__name__}: {error}"
        return answer.status_code, answer.text[:2000]


def as_logged(body: str) -> Json | str:
    try:
        parsed: Json = json.loads(body)
    except ValueError:
        return body
    return parsed
