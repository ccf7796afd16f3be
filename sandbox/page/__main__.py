"""`python -m sandbox.page --control URL`: serves the page until told to stop, and says where in one line of JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys

import uvicorn

from sandbox.page.app import build


def read_arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox.page", description=__doc__)
    parser.add_argument(
        "--control",
        help="the control room's address; left out, it is read from the first line of input, so that the page may "
        "be loaded while the sandbox is",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="a free one when it is taken, or 0")
    return parser.parse_args(given)


def listen(host: str, port: int) -> socket.socket:
    """Bind the wanted port, or any free one when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for wanted in (port, 0):
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, wanted))
            bound.listen(64)
        except OSError:
            bound.close()
            continue
        return bound
    raise OSError(f"no port of {host} can be listened on")


async def run(asked: argparse.Namespace) -> None:
    app = build(asked.control or sys.stdin.readline().strip())
    listening = listen(asked.host, asked.port)
    host, port = listening.getsockname()[:2]
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )
    sys.stdout.write(json.dumps({"page": f"http://{host}:{port}"}) + "\n")
    sys.stdout.flush()
    await server.serve(sockets=[listening])


if __name__ == "__main__":
    asyncio.run(run(read_arguments()))
