"""Load generator in its own process: sends prepared requests over sockets and verifies every answer.

It reads one JSON object a line, `{"port", "kind", "connections", "count", "first"}`, and answers with one: `{"rate",
"p10", "p50", "p99", "wrong"}` (requests per second, milliseconds, and the first unexpected answer).
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.signed import ASKS, request


@dataclass
class Result:
    """Latencies in seconds, and the first unexpected answer."""

    took: list[float] = field(default_factory=list)
    wrong: str = ""


class Asker(asyncio.Protocol):
    """A keep-alive connection; sends the next request when the last answer is complete."""

    def __init__(self, requests: Iterator[bytes], holds: bytes, result: Result) -> None:
        """Share the remaining requests and the result with the other connections."""
        self._requests, self._holds, self._result = requests, holds, result
        self._got, self._since = b"", 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        words = next(self._requests, None)
        if words is None:
            self._transport.close()
            return
        self._since = time.perf_counter()
        self._transport.write(words)

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer."""
        self._got += data
        head, parted, body = self._got.partition(b"\r\n\r\n")
        if not parted or len(body) < _length(head):
            return
        self._result.took.append(time.perf_counter() - self._since)
        if not head.startswith(b"HTTP/1.1 200") or self._holds not in body:
            self._result.wrong = self._result.wrong or (head[:60] + b" " + body[:300]).decode()
        self._got = b""
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """End; a connection cut by the server counts as an unexpected answer."""
        if self._since and exc is not None:
            self._result.wrong = self._result.wrong or f"the connection was lost: {exc}"
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def measure(asked: dict[str, Any]) -> dict[str, Any]:
    """Send `count` requests over `connections` connections; return rate, latencies and the first wrong answer."""
    kind, first = str(asked["kind"]), int(asked.get("first", 0))
    made = [request(kind, first + n) for n in range(int(asked["count"]))]
    requests, result, loop = iter(made), Result(), asyncio.get_running_loop()
    holds = ASKS[kind].holds.encode() if asked.get("check", True) else b""
    begun = time.perf_counter()
    askers = [
        (await loop.create_connection(lambda: Asker(requests, holds, result), "127.0.0.1", int(asked["port"])))[1]
        for _ in range(int(asked.get("connections", 1)))
    ]
    await asyncio.gather(*(one.done for one in askers))
    took, seconds = sorted(result.took), time.perf_counter() - begun
    if len(took) != len(made):
        result.wrong = result.wrong or f"{len(made) - len(took)} requests had no answer"
    return {
        "rate": len(took) / seconds,
        "p10": took[len(took) // 10] * 1e3,
        "p50": took[len(took) // 2] * 1e3,
        "p99": took[int(len(took) * 0.99)] * 1e3,
        "wrong": result.wrong,
    }


def main() -> None:
    """Answer each line of standard input."""
    for line in sys.stdin:
        print(json.dumps(asyncio.run(measure(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
