"""`ato serve`: run the bot until stopped. The first line of output is its address."""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable

import structlog
import uvicorn
from structlog.typing import Processor

from bot.main import assemble
from bot.running import Bot
from config.settings import Settings, settings
from integrations.store.starting import CannotStart

DOORS_WITHIN = 3
"""Seconds for requests under way to be answered when the process is told to stop: Slack waits no longer either."""


def run(host: str | None = None, port: int | None = None, assemble: Callable[[Settings], Bot] = assemble) -> None:
    """Read the settings and serve; raises BadSettings, BadPlaybook and WorkerRunning before anything listens."""
    found = settings()
    if host:  # what is open to other machines follows from where the bot really listens
        found = found.model_copy(update={"web": found.web.model_copy(update={"host": host})})
    write_logs(found)
    asyncio.run(_serve(found, found.web.host, found.web.port if port is None else port, assemble))


async def _serve(found: Settings, host: str, port: int, assemble: Callable[[Settings], Bot]) -> None:
    bot = assemble(found)
    assert bot.app is not None
    gc.freeze()
    gc.enable()
    bot.queue.claim()
    await bot.check_account()
    listening = _socket(host, port)
    address, taken = listening.getsockname()[:2]
    server = uvicorn.Server(
        uvicorn.Config(
            bot.app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=DOORS_WITHIN,
            server_header=False,
        )
    )
    print(f"ATO Desk listens on http://{address}:{taken}", flush=True)
    await server.serve(sockets=[listening])


def _socket(host: str, port: int) -> socket.socket:
    """Bind before printing, so that the address is usable at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else asyncio leaves Nagle on: 40 ms
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        raise CannotStart(
            f"{host}:{port} cannot be listened on: {error.strerror}. Choose another with --port."
        ) from None
    listening.listen(256)
    return listening


OURS = ("ato", "bot", "config", "desk", "handlers", "integrations", "ops")
"""Whose lines the setting is for. A library says warnings only: at "debug" some write whole bodies and addresses, with
customers and secrets in them, and the next release may at "info"."""


def write_logs(found: Settings) -> None:
    """Configure logging: JSON lines for machines, text for a terminal."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    last: Processor = (
        structlog.processors.JSONRenderer()
        if found.log.format == "json"
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                last,
            ],
        )
    )
    level = getattr(logging, found.log.level.upper())
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    for room in OURS:
        logging.getLogger(room).setLevel(level)
    logging.getLogger("uvicorn").setLevel(max(level, logging.INFO))
    structlog.configure(
        processors=[
            *shared[:1],
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
