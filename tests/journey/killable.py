"""The bot as `ato serve` runs it, but with a charge: it kills itself once, at the point a file asks for.

The file KILL_ORDERS names holds {"kind", "point", "about"}: the kind of effect, where on its way, and a piece of its
key. When the charge goes off the file is renamed, so that it goes off once. The bot itself is not changed: its ports
and its HTTP transports are wrapped from outside.

Points: `after_commit` (the effect is stored, the queue has not begun it), `before_sending` (inside the port, before
the first byte leaves), `unanswered` (the other side has done it, its answer is not read), `before_settling` (the
result is in hand and not stored).
"""

import json
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from bot.main import assemble
from bot.running import Bot
from config.settings import Settings
from desk.case.effects import Effect
from desk.service.ports import Attempt, Commit, LookPlan
from ops import serve

DOING: ContextVar[Effect | None] = ContextVar("doing", default=None)
"""The effect under way in this task or thread."""

DEEDS = {
    "create_ticket": ("POST", "/tickets"),
    "update_ticket": ("PUT", "/tickets/"),
    "look_at_ticket": ("GET", "/tickets/"),
    "show_card": ("POST", "chat.postMessage"),
    "tell_people": ("POST", "chat.postMessage"),
}
"""The one call of each kind that does it; what is only looked up before and after does not count."""


@dataclass(frozen=True)
class Charge:
    """What is to be blown up, read anew each time: a test gives its orders while the bot runs."""

    orders: Path

    def goes_off(self, effect: Effect, point: str) -> None:
        """Die here, if that is what was ordered."""
        if not self.orders.exists():
            return
        ordered = json.loads(self.orders.read_text())
        here = (ordered["kind"], ordered["point"]) == (effect.kind, point)
        if here and ordered["about"] in effect.key:
            self.orders.rename(self.orders.with_suffix(".done"))
            os.kill(os.getpid(), signal.SIGKILL)

    def deed_done(self, method: str, url: str) -> None:
        """The other side has answered; nobody has read it yet."""
        effect = DOING.get()
        if effect is None:
            return
        verb, place = DEEDS[effect.kind]
        if method == verb and place in url:
            self.goes_off(effect, "unanswered")


@dataclass
class Armed:
    """An attempt that ends when sending begins."""

    attempt: Attempt
    effect: Effect
    charge: Charge

    def __getattr__(self, name: str) -> Any:
        return getattr(self.attempt, name)

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        await self.attempt.prepare(body, lands)
        self.charge.goes_off(self.effect, "before_sending")


@dataclass
class Mined:
    """A port whose calls may end badly: the effect comes first, the attempt, if there is one, last."""

    port: Any
    charge: Charge

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self.port, name)

        async def do(effect: Effect, *rest: Any) -> Any:
            DOING.set(effect)
            armed = [Armed(one, effect, self.charge) if hasattr(one, "prepare") else one for one in rest]
            if effect.kind == "look_at_ticket":  # nothing is prepared for a reading
                self.charge.goes_off(effect, "before_sending")
            result = await call(effect, *armed)
            self.charge.goes_off(effect, "before_settling")
            return result

        return do


def arm(bot: Bot, charge: Charge) -> Bot:
    """Lay the charge at every place."""
    keep = bot.cases.commit

    async def commit(decision: Commit) -> None:
        await keep(decision)
        for effect in decision.effects:
            charge.goes_off(effect, "after_commit")

    noted = bot.cases.note

    async def note(ticket: int, delivery: str, at: datetime, plan: LookPlan) -> str | None:
        looks: list[Effect] = []

        def planned(case: str, name: str, lanes: Sequence[str]) -> Effect | None:
            look = plan(case, name, lanes)
            looks.extend([look] if look else [])
            return look

        found = await noted(ticket, delivery, at, planned)
        for look in looks:
            charge.goes_off(look, "after_commit")
        return found

    bot.cases.commit = commit  # type: ignore[method-assign]
    bot.cases.note = note  # type: ignore[method-assign]
    bot.engine.tickets = Mined(bot.engine.tickets, charge)  # type: ignore[assignment]
    bot.engine.chat = Mined(bot.engine.chat, charge)  # type: ignore[assignment]
    bot.slack._http().trace_configs.append(_trace(charge))
    _mine_requests(charge)
    return bot


def _trace(charge: Charge) -> aiohttp.TraceConfig:
    """Watch Slack's answers come in: their head is there, their body is not read."""
    trace = aiohttp.TraceConfig()

    async def answered(_: object, __: object, done: aiohttp.TraceRequestEndParams) -> None:
        charge.deed_done(done.method, str(done.url))

    trace.on_request_end.append(answered)
    trace.freeze()
    return trace


def _mine_requests(charge: Charge) -> None:
    send = HTTPAdapter.send

    def sent(self: HTTPAdapter, request: PreparedRequest, *args: Any, **how: Any) -> Response:
        answer = send(self, request, *args, **how)
        charge.deed_done(str(request.method), str(request.url))
        return answer

    HTTPAdapter.send = sent  # type: ignore[method-assign,assignment]


def assembled(settings: Settings) -> Bot:
    """Assemble the real bot, then arm it."""
    return arm(assemble(settings), Charge(Path(os.environ["KILL_ORDERS"])))


if __name__ == "__main__":
    serve.run(assemble=assembled)
