"""An outsider at a served bot: forged, replayed, truncated and oversized requests, as many as are wanted.

    python -m tests.journey.attacking 10000

plays it against a bot of its own and prints what came of it. It sends on plain sockets, since no client would send
some of this.
"""

import asyncio
import hashlib
import hmac
import json
import random
import sqlite3
import sys
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psutil

from ops.stage import SANDBOX, Stage, stage

SLACK, ZENDESK = "/slack/events", "/zendesk/webhook"
AT_ONCE = 16
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Shot:
    """One request: what is sent, and how much its head says would come."""

    path: str
    headers: dict[str, str]
    body: bytes = b""
    length: int | None = None
    method: str = "POST"
    chunked: bool = False

    def bytes(self) -> bytes:
        size = len(self.body) if self.length is None else self.length
        about = {"Host": "desk", "Connection": "close", **self.headers}
        about |= {"Transfer-Encoding": "chunked"} if self.chunked else {"Content-Length": str(size)}
        head = "".join(f"{name}: {value}\r\n" for name, value in about.items())
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.body), self.body) if self.chunked else self.body
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode() + body


def slack(raw: bytes, *, age: int = 0, secret: str = SANDBOX["ATO_SLACK__SIGNING_SECRET"], kind: str = FORM) -> Shot:
    at = str(int(time.time()) - age)
    mac = hmac.new(secret.encode(), f"v0:{at}:".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={mac}"}
    return Shot(SLACK, headers, raw)


def zendesk(raw: bytes, *, age: int = 0, secret: str = SANDBOX["ATO_ZENDESK__WEBHOOK_SECRET"]) -> Shot:
    at = (datetime.now(UTC) - timedelta(seconds=age)).isoformat()
    mac = b64encode(hmac.new(secret.encode(), at.encode() + raw, hashlib.sha256).digest()).decode()
    headers = {
        "Content-Type": JSON,
        "X-Zendesk-Webhook-Signature": mac,
        "X-Zendesk-Webhook-Signature-Timestamp": at,
        "X-Zendesk-Webhook-Invocation-Id": uuid4().hex,
    }
    return Shot(ZENDESK, headers, raw)


def act(dice: random.Random) -> bytes:
    """Something Slack could send: a command, a click, a form, an event."""
    who, ident = {"id": "UMOD0001"}, f"{dice.getrandbits(64):x}"
    action = {
        "action_id": "do:suspend:suspended",
        "value": "01JD0000000000000000000012|1",
        "type": "button",
    }
    return dice.choice(
        [
            urlencode(
                {"command": "/ato", "text": "mine", "user_id": "UMOD0001", "channel_id": "C1", "trigger_id": ident}
            ).encode(),
            urlencode(
                {
                    "payload": json.dumps(
                        {"type": "block_actions", "user": who, "trigger_id": ident, "actions": [action]}
                    )
                }
            ).encode(),
            urlencode(
                {
                    "payload": json.dumps(
                        {"type": "view_submission", "user": who, "trigger_id": ident, "view": {"id": "V1"}}
                    )
                }
            ).encode(),
        ]
    )


def change(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << dice.randrange(7))]) + raw[at + 1 :]


TICKET = b'{"ticket_id": "48213"}'
Make = Callable[[random.Random], Shot]


def _headers(shot: Shot, **changed: str) -> Shot:
    return Shot(shot.path, shot.headers | changed, shot.body)


def flipped(shot: Shot, dice: random.Random) -> Shot:
    return replace(shot, body=change(shot.body, dice))


def cut(shot: Shot, dice: random.Random, *, honest: bool) -> Shot:
    """Cut a body off; `honest` says so in its length."""
    body = shot.body[: dice.randrange(len(shot.body))]
    return replace(shot, body=body, length=None if honest else len(shot.body))


KINDS: dict[str, Make] = {
    "forged: another secret, Slack": lambda d: slack(act(d), secret="guess"),
    "forged: another secret, Zendesk": lambda d: zendesk(TICKET, secret="guess"),
    "forged: no signature": lambda d: Shot(d.choice([SLACK, ZENDESK]), {"Content-Type": FORM}, act(d)),
    "forged: one bit of the body": lambda d: flipped(slack(act(d)), d),
    "forged: signature of another body": lambda d: _headers(
        slack(act(d)), **{"X-Slack-Signature": slack(b"x").headers["X-Slack-Signature"]}
    ),
    "forged: time moved": lambda d: _headers(
        slack(act(d), age=400), **{"X-Slack-Request-Timestamp": str(int(time.time()))}
    ),
    "old, Slack": lambda d: slack(act(d), age=d.choice([310, 4000, -330, -9000])),
    "old, Zendesk": lambda d: zendesk(TICKET, age=d.choice([310, 4000, -330])),
    "garbage, unsigned": lambda d: Shot(SLACK, {"Content-Type": JSON}, d.choice([b"[" * 50_000, d.randbytes(300)])),
    "garbage, signed": lambda d: slack(
        d.choice([b"[" * 50_000, d.randbytes(300), b"payload=%7B", b'{"a":']), kind=JSON
    ),
    "truncated": lambda d: cut(d.choice([slack(act(d)), zendesk(TICKET)]), d, honest=False),
    "truncated, with its length": lambda d: cut(d.choice([slack(act(d)), zendesk(TICKET)]), d, honest=True),
    "oversized: says so": lambda d: Shot(d.choice([SLACK, ZENDESK]), {}, b"x", 1_000_001 + d.randrange(10**12)),
    "oversized: sent": lambda d: Shot(d.choice([SLACK, ZENDESK]), {}, b"x" * 1_100_000),
    "oversized: in chunks": lambda d: Shot(d.choice([SLACK, ZENDESK]), {}, b"x" * 1_100_000, chunked=True),
    "other methods and places": lambda d: Shot(
        d.choice([SLACK, ZENDESK, "/docs", "/openapi.json", "/../etc/passwd", "//example.com/%2e%2e"]),
        {},
        method=d.choice(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"]),
    ),
}
REPLAYED = "replayed"


@dataclass
class Outcome:
    """What came of an attack."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    memory: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def accepted(self) -> int:
        """How many requests were answered with success; an unanswered one (0) was not."""
        return sum(n for kind in self.statuses.values() for status, n in kind.items() if 200 <= status < 400)

    @property
    def errors(self) -> int:
        return sum(n for kind in self.statuses.values() for status, n in kind.items() if status >= 500)

    @property
    def grown(self) -> int:
        """Bytes the process grew by, from the first tenth of the attack to its end."""
        return self.memory[-1] - self.memory[0]


def rows(file: str) -> dict[str, int]:
    """Count what is stored."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    tables = ("cases", "events", "deliveries", "effects", "searches", "vault")
    counted = {}
    for one in tables:
        found = connection.execute(f"SELECT count(*) FROM {one}")  # noqa: S608 - our own names
        counted[one] = found.fetchone()[0]
    connection.close()
    return counted


async def fire(url: str, shot: Shot) -> int:
    """Send a request and give its status; 0 where none came."""
    there = urlsplit(url)
    reader, writer = await asyncio.open_connection(there.hostname, there.port)
    try:
        writer.write(shot.bytes())
        if shot.length and shot.length > len(shot.body):
            writer.write_eof()
        async with asyncio.timeout(30):
            line = await reader.readline()
        return int(line.split()[1]) if line.startswith(b"HTTP/1.1 ") else 0
    except (ConnectionError, TimeoutError):
        return 0
    finally:
        writer.close()


async def attack(built: Stage, count: int, seed: int = 6) -> Outcome:
    """Send so many requests, of every kind alike, and compare what is stored before and after."""
    assert built.bot is not None
    found, process, dice = Outcome(), psutil.Process(built.bot.popen.pid), random.Random(seed)
    captured = [
        slack(act(dice)),
        slack(
            urlencode(
                {"command": "/ato", "text": "help", "user_id": "UMOD0001", "channel_id": "C1", "trigger_id": "t"}
            ).encode()
        ),
    ]
    for one in captured:  # the real ones, which somebody writes down on their way
        await fire(built.bot_url, one)
    file = str(built.folder / "ato.sqlite3")
    found.before, began = rows(file), time.perf_counter()
    kinds = {**KINDS, REPLAYED: lambda d: d.choice(captured)}
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(kind: str, shot: Shot) -> None:
        async with gate:
            status = await fire(built.bot_url, shot)
        found.statuses.setdefault(kind, Counter())[status] += 1

    names = list(kinds)
    for start in range(0, count, count // 10):
        part = [names[n % len(names)] for n in range(start, min(count, start + count // 10))]
        await asyncio.gather(*(one(kind, kinds[kind](dice)) for kind in part))
        found.memory.append(process.memory_info().rss)
    found.seconds, found.after = time.perf_counter() - began, rows(file)
    return found


def main(count: int) -> int:
    with stage() as built:
        found = asyncio.run(attack(built, count))
        log = built.bot.log.read_text() if built.bot else ""
    for kind, statuses in found.statuses.items():
        print(f"{kind:36} {dict(sorted(statuses.items()))}")
    print(f"{count} requests in {found.seconds:.0f} s: {found.accepted} accepted, {found.errors} errors")
    print(f"stored before {found.before}\nstored after  {found.after}")
    print(
        "resident, MB:",
        [round(one / 1e6, 1) for one in found.memory],
        f"grown {found.grown / 1e6:.1f}",
    )
    print("tracebacks in the log:", log.count("Traceback"))
    return int(bool(found.accepted or found.errors or found.before != found.after))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500))
