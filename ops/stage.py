"""Test stage: sandbox and bot as child processes on loopback, with a client for both; shares no code with it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

SANDBOX: dict[str, str] = {
    "ATO_SLACK__TOKEN": "xoxb-sandbox-token",
    "ATO_SLACK__SIGNING_SECRET": "sandbox-signing-secret",
    "ATO_SLACK__OPERATORS": "COPERAT1",
    "ATO_ZENDESK__CLIENT_ID": "ato_desk",
    "ATO_ZENDESK__CLIENT_SECRET": "sandbox-zendesk-client-secret",
    "ATO_ZENDESK__WEBHOOK_SECRET": "sandbox-webhook-secret",
    "ATO_ZENDESK__PLACEHOLDER_EMAIL": "ato-placeholder@mrd.example",
    "ATO_BACKOFFICE__TOKEN": "sandbox-backoffice-token",
    "ATO_VAULT__KEYS": "c2FuZGJveC12YXVsdC1rZXktMzItYnl0ZXMtbG9uZyE=",
    "ATO_VAULT__DIGEST_KEY": "sandbox-digest-key-for-look-ups-only",
}
"""What the bot needs to work with the sandbox. These open nothing else."""

ROLES: dict[str, tuple[str, str | None]] = {
    "cs_agent": ("SCSAGENT", None),
    "mod": ("SMODS001", "CMOD0001"),
    "data_compliance": ("SDATACOM", "CDATA001"),
    "platform_security": ("SPLATSEC", "CINVEST1"),
    "team_lead": ("STEAMLEA", "CLEAD001"),
    "agent": ("SQAGENTS", None),
    "higher_tier": ("SQHIGHER", "CQHIGH01"),
    "security": ("SQSECURI", "CQSECU01"),
    "lead": ("SQLEADS1", "CQLEAD01"),
}
"""The sandbox's user group and channel for each role."""

PEOPLE = {
    "agent": "UAGENT01",
    "mod": "UMOD0001",
    "data": "UDATA001",
    "security": "USECU001",
    "lead": "ULEAD001",
    "outsider": "UOUTS001",
    "agent2": "UAGENT02",
    "mod2": "UMOD0002",
    "qagent": "UQAGEN01",
    "qhigher": "UQHIGH01",
    "qsecurity": "UQSECU01",
    "qlead": "UQLEAD01",
}
"""Who plays whom in a rehearsal."""


TOKEN_SECONDS = 60
ROUGH = ["--token-seconds", str(TOKEN_SECONDS), "--revoke-chance", "0.02"]
"""A Zendesk whose access tokens last a minute; one call in fifty finds its token revoked."""


class StageFailed(Exception):
    """A process did not start, or a condition did not hold in time."""


@dataclass
class Process:
    """A child process and where its output goes."""

    name: str
    popen: "subprocess.Popen[str]"
    log: Path

    def stop(self) -> None:
        """Terminate it; kill after ten seconds."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(10)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        self.ended()

    def kill(self) -> None:
        """Send SIGKILL, as a power cut would."""
        self.popen.kill()
        self.ended()

    def ended(self) -> None:
        """Wait for its exit and close its output."""
        self.popen.wait()
        for pipe in (self.popen.stdout, self.popen.stdin):
            if pipe:
                pipe.close()


@dataclass
class Stage:
    """The sandbox, the bot, and the control API's client."""

    folder: Path
    urls: dict[str, str]
    control: httpx.Client
    sandbox: Process
    extra: dict[str, str] = field(default_factory=dict)
    bot: Process | None = None
    bot_url: str = ""
    port: int = 0
    page: Process | None = None
    page_url: str = ""

    def environment(self) -> dict[str, str]:
        """Return the bot's settings for this stage."""
        roles = {f"ATO_SLACK__GROUPS__{role.upper()}": group for role, (group, _) in ROLES.items()}
        inboxes = {f"ATO_SLACK__INBOXES__{role.upper()}": channel for role, (_, channel) in ROLES.items() if channel}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATO_")}
        return (
            kept
            | SANDBOX
            | roles
            | inboxes
            | {
                "ATO_SLACK__API_URL": self.urls["slack"],
                "ATO_ZENDESK__URL": self.urls["zendesk"],
                "ATO_BACKOFFICE__URL": self.urls["backoffice"],
                "ATO_DATABASE_URL": f"sqlite:///{self.folder / 'ato.sqlite3'}",
                "ATO_CLOCK__OFFSET_FILE": str(self.folder / "clock"),
                "ATO_CHASER__TICK_SECONDS": "1",
                "ATO_WEB__PORT": str(self.port),
                "ATO_WEB__PERSON_PER_MINUTE": "0",  # played people are faster than real ones
                "ATO_WEB__DOOR_PER_MINUTE": "0",
                "ATO_WEB__LOOK_UPS_PER_MINUTE": "0",
                "ATO_PLAYBOOKS__NAMES": "mr_d,qualia_connect",
                "ATO_LOG__FORMAT": "json",
            }
            | self.extra
        )

    def start_bot(self, command: list[str] | None = None) -> None:
        """Start the bot, wait until it is ready and tell the sandbox its address."""
        self.spawn_bot(command)
        self.await_bot()

    def spawn_bot(self, command: list[str] | None = None) -> None:
        """Start the bot's process without waiting."""
        words = command or [sys.executable, "-m", "ops.cli", "serve"]
        self.bot = start("bot", words, self.folder, self.environment())

    def await_bot(self) -> None:
        """Wait until the bot is ready and tell the sandbox its address."""
        assert self.bot is not None
        self.bot_url = _address(self.bot)
        self.port = int(self.bot_url.rsplit(":", 1)[1])
        wait_for(self._ready, 20, "the bot did not become ready", self.bot)
        self.control.post(
            "/connect",
            json={
                "slack_events_url": f"{self.bot_url}/slack/events",
                "zendesk_webhook_url": f"{self.bot_url}/zendesk/webhook",
            },
        )

    def start_over(self, command: list[str] | None = None) -> None:
        """Go back to the first day: the company with its seeds, and the bot anew with an empty database."""
        if self.bot:
            self.bot.stop()
        for file in self.folder.glob("ato.sqlite3*"):
            file.unlink()
        self.control.post("/reset").raise_for_status()
        self.start_bot(command)

    def open_page(self) -> str:
        """Return the page's address once it listens."""
        assert self.page is not None
        if not self.page_url:
            self.page_url = str(json.loads(_first_line(self.page))["page"])
        return self.page_url

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.bot_url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        """Read the log of calls after entry `since`."""
        answer = self.control.get("/log", params={"since": since}).json()
        return list(answer["entries"])

    def stop(self) -> None:
        """Stop both processes."""
        for process in (self.page, self.bot, self.sandbox):
            if process:
                process.stop()
        self.control.close()


def start(name: str, words: list[str], folder: Path, environment: dict[str, str], *, talks: bool = False) -> Process:
    """Start a process: stdout to a pipe, stderr to a file, stdin for one that takes orders."""
    log = folder / f"{name}.log"
    errors: IO[str] = log.open("a")
    popen = subprocess.Popen(  # noqa: S603 - our own programs
        words,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env=environment,
        stdin=subprocess.PIPE if talks else None,
    )
    errors.close()
    return Process(name, popen, log)


def _page(folder: Path, port: int) -> Process:
    """Start the sandbox's page; it learns the sandbox's address later."""
    words = [sys.executable, "-m", "sandbox.page", "--port", str(port)]
    return start("page", words, folder, dict(os.environ), talks=True)


def tell(process: Process, line: str) -> None:
    """Write a line to a process's input."""
    assert process.popen.stdin is not None
    process.popen.stdin.write(f"{line}\n")
    process.popen.stdin.flush()


def _first_line(process: Process) -> str:
    assert process.popen.stdout is not None
    line = process.popen.stdout.readline()
    if not line:
        tail = process.log.read_text()[-2000:]
        raise StageFailed(f"The {process.name} did not start. Its last words:\n{tail}")
    return line.strip()


def _address(process: Process) -> str:
    """Parse the bot's address from its first line of output."""
    return next(word for word in _first_line(process).split() if word.startswith("http://"))


def wait_for(holds: Any, seconds: float, otherwise: str, process: Process | None = None) -> None:
    """Poll until a condition holds. Raises StageFailed on timeout."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until or (process and process.popen.poll() is not None):
            tail = process.log.read_text()[-2000:] if process else ""
            raise StageFailed(f"{otherwise}.\n{tail}")
        time.sleep(0.02)


def _sandbox(folder: Path, options: list[str]) -> Process:
    words = [sys.executable, "-m", "sandbox", "--clock-file", str(folder / "clock"), *options]
    return start("sandbox", words, folder, dict(os.environ))


@contextmanager
def stage(
    extra: dict[str, str] | None = None,
    *,
    bot: bool = True,
    limits: str = "off",
    port: int = 0,
    page: int | None = None,
    empty: bool = False,
    rough: bool = False,
) -> Iterator[Stage]:
    """Context of a stage in a folder of its own.

    `page` is the port of the page, any when it is taken; `empty` is a Zendesk account as bought; `rough` is one whose
    access tokens last a minute and are revoked at random. Processes start in parallel; without `bot` the caller starts
    the bot.
    """
    with tempfile.TemporaryDirectory(prefix="ato-") as name:
        folder = Path(name)
        options = ["--limits", limits, *(["--empty"] if empty else []), *(ROUGH if rough else [])]
        sandbox = _sandbox(folder, options)
        shown = None if page is None else _page(folder, page)
        urls = json.loads(_first_line(sandbox))
        built = Stage(
            folder,
            urls,
            httpx.Client(base_url=urls["control"], timeout=60),
            sandbox,
            extra or {},
            port=port,
            page=shown,
        )
        try:
            if shown:
                tell(shown, urls["control"])
            if bot:
                built.start_bot()
            yield built
        finally:
            built.stop()
