"""The replicas under torture: the bot as `ato serve` runs it, which shows what it is doing, and may lack one safeguard.

`python -m tools.torture.replica` loads everything once and waits: each line of its input is an order (see `Order`), for
which it forks a process that serves, and prints its number. Starting is what costs; what is forked is killed for good.
The bot is not changed: what it is made of is wrapped from outside, in these processes only.
"""

import json
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from bot.main import assemble
from bot.running import Bot
from config.settings import Settings
from desk.case.effects import Effect
from desk.service.engine import Engine
from desk.service.ports import Attempt
from ops import serve
from tools.torture.flight import ANSWERED, BEGUN, SENT, Flight
from tools.torture.weaken import WITHOUT

DOING: ContextVar[str] = ContextVar("doing", default="")
"""The key of the effect under way in this task or thread."""


def matters(method: str, url: str) -> bool:
    """Say whether a call, made twice, would be seen twice: a post, a ticket, a note."""
    return (method == "POST" and ("chat.postMessage" in url or "/tickets" in url)) or (
        method == "PUT" and "/tickets/" in url
    )


def watch_engine(flight: Flight) -> None:
    """Show every effect from its beginning until it is settled, whichever queue performs it."""
    perform = Engine.perform

    async def watched(self: Engine, effect: Effect, attempt: Attempt) -> datetime | None:
        DOING.set(effect.key)
        with flight.under_way(effect.key):
            return await perform(self, effect, attempt)

    Engine.perform = watched  # type: ignore[method-assign]


def watch_slack(bot: Bot, flight: Flight) -> None:
    """Show when a post has left and when its answer has begun to come."""
    trace = aiohttp.TraceConfig()

    def show(stage: bytes) -> Callable[[object, object, Any], Awaitable[None]]:
        async def seen(_: object, __: object, call: Any) -> None:
            if matters(call.method, str(call.url)):
                flight.mark(DOING.get(), stage)

        return seen

    trace.on_request_headers_sent.append(show(SENT))
    trace.on_request_end.append(show(ANSWERED))
    trace.on_request_exception.append(show(BEGUN))
    trace.freeze()
    bot.slack._http().trace_configs.append(trace)


def watch_zendesk(flight: Flight) -> None:
    """The same for the calls that go through requests."""
    send = HTTPAdapter.send

    def sent(self: HTTPAdapter, request: PreparedRequest, *args: Any, **how: Any) -> Response:
        counts = matters(str(request.method), str(request.url))
        if counts:
            flight.mark(DOING.get(), SENT)
        answer = send(self, request, *args, **how)
        if counts:
            flight.mark(DOING.get(), ANSWERED)
        return answer

    HTTPAdapter.send = sent  # type: ignore[method-assign]


@dataclass(frozen=True)
class Order:
    """A replica to be started: its settings, where it shows what it does, where its words go, and what it lacks."""

    environment: dict[str, str]
    flight: str
    words: str
    without: str = ""


def serve_watched(order: Order) -> None:
    """Serve, watched, and without one safeguard where one is named."""
    flight = Flight(Path(order.flight))
    watch_engine(flight)
    watch_zendesk(flight)

    def assembled(settings: Settings) -> Bot:
        bot = assemble(settings)
        watch_slack(bot, flight)
        if order.without:
            WITHOUT[order.without](bot)
        return bot

    serve.run(assemble=assembled)


def _be_born(order: Order) -> None:
    """Become a process of its own: other settings, other output, other dice."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order.environment)
    words = os.open(order.words, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for output in (1, 2):
        os.dup2(words, output)
    sys.stdin.close()
    random.seed()
    try:
        serve_watched(order)
    finally:
        sys.stdout.flush()
        os._exit(0)


def main() -> None:
    """Fork a replica for each order, until there is no more input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are nobody's to wait for
    for line in sys.stdin:
        order = Order(**json.loads(line))
        number = os.fork()
        if number == 0:
            _be_born(order)
        print(number, flush=True)


if __name__ == "__main__":
    main()
