"""`python -m sandbox`: runs the pretend company until told to stop, and says where it is in one line of JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from sandbox.company import SYSTEMS, Company
from sandbox.zendesk.oauth import Conduct


def read_arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    for system in SYSTEMS:
        parser.add_argument(f"--{system}-port", type=int, default=0)
    parser.add_argument("--clock-file", type=Path, help="the clock's offset in seconds is kept here")
    parser.add_argument("--limits", choices=("real", "off"), default="off")
    parser.add_argument("--empty", action="store_true", help="a Zendesk account as it is on the day it is bought")
    parser.add_argument("--old-account", action="store_true", help="Zendesk still admits API tokens (Basic)")
    parser.add_argument("--token-seconds", type=int, help="the life of every Zendesk access token")
    parser.add_argument(
        "--revoke-chance",
        type=float,
        default=0.0,
        help="how likely a call's token was just revoked",
    )
    return parser.parse_args(given)


async def run(asked: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    ports = {system: getattr(asked, f"{system}_port") for system in SYSTEMS}
    sign_in = Conduct(asked.old_account, asked.token_seconds, asked.revoke_chance)
    async with Company(
        asked.host, ports, asked.clock_file, asked.limits, empty=asked.empty, sign_in=sign_in
    ) as company:
        sys.stdout.write(json.dumps(company.urls) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(run(read_arguments()))
