"""Replicas under fault injection: the bot of `ato serve`, instrumented, optionally without one safeguard.

`python -m tools.torture.replica` preloads the code and waits: for each line of input (see `Order`) it forks a serving
process and prints its pid, which saves the start-up time. The bot's code is unchanged: its parts are wrapped in these
processes only.
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
    """Say whether a repeated call leaves a visible duplicate: a post, a ticket, a note."""
    return (method == "POST" and ("chat.postMessage" in url or "/tickets" in url)) or (
        method == "PUT" and "/tickets/" in url
    )


def watch_engine(flight: Flight) -> None:
    """Record every effect from start to settlement, in any queue."""
    perform = Engine.perform

    async def watched(self: Engine, effect: Effect, attempt: Attempt) -> datetime | None:
        DOING.set(effect.key)
        with flight.under_way(effect.key):
            return await perform(self, effect, attempt)

    Engine.perform = watched  # type: ignore[method-assign]


def watch_slack(bot: Bot, flight: Flight) -> None:
    """Record when a post was sent and when its answer began to arrive."""
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
    """The same for calls through requests."""
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
    """Parameters of a replica: settings, recorder file, output, missing safeguard."""

    environment: dict[str, str]
    flight: str
    words: str
    without: str = ""


def serve_watched(order: Order) -> None:
    """Serve with instrumentation, without one safeguard if named."""
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
    """Initialise a forked process: settings, output, random seed."""
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
    """Fork a replica per order until end of input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are nobody's to wait for
    for line in sys.stdin:
        order = Order(**json.loads(line))
        number = os.fork()
        if number == 0:
            _be_born(order)
        print(number, flush=True)


if __name__ == "__main__":
    main()
