"""Two desks on one Zendesk account and in one Slack workspace, as an operator sets them up, and what each of them made."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from click.testing import Result
from typer.testing import CliRunner

from ops.cli import app
from ops.setup.doctor import examine
from ops.stage import SANDBOX, Process, Stage, stage, start, wait_for
from tests.journey.scene import Scene

Json = dict[str, Any]
SECRET = "ATO_ZENDESK__WEBHOOK_SECRET"
TAKEOVER = "Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover"
LISTS = {"ticket_forms": "name", "groups": "name", "ticket_fields": "title", "webhooks": "name", "triggers": "title"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class TwoDesks:
    """The pretend company, its Zendesk account, and the desks by name."""

    stage: Stage
    account: httpx.Client
    desks: dict[str, "Desk"] = field(default_factory=dict)

    @property
    def scene(self) -> Scene:
        return Scene(self.stage)

    def state(self) -> dict[str, list[Json]]:
        """Everything that can be provisioned in the account, as Zendesk shows it, with the webhooks' secrets."""
        found = {kind: list(self.account.get(f"/api/v2/{kind}").json()[kind]) for kind in LISTS}
        for hook in found["webhooks"]:
            hook.update(self.account.get(f"/api/v2/webhooks/{hook['id']}/signing_secret").json())
        return found

    def made_by(self, desk: str) -> dict[str, list[Json]]:
        """The webhook and triggers of one desk."""
        name = "ATO Desk" if desk == "ato" else f"ATO Desk ({desk})"
        state = self.state()
        return {
            "webhooks": [one for one in state["webhooks"] if one["name"] == name],
            "triggers": [one for one in state["triggers"] if one["title"].startswith(f"{name}: ")],
        }

    def without(self, desk: str) -> dict[str, list[Json]]:
        """Everything in the account but what one desk made for itself."""
        own = self.made_by(desk)
        return {kind: [one for one in found if one not in own.get(kind, [])] for kind, found in self.state().items()}

    def tickets(self) -> list[Json]:
        return list(self.account.get("/api/v2/tickets").json()["tickets"])

    def by_hand(self, **more: str) -> int:
        """Let an agent of Zendesk make a ticket of a takeover."""
        asked = {
            "by": "Priya Naidoo",
            "comment": "By hand",
            "form": "Customer Query",
            "group": "Food Management Group",
            "query_type": TAKEOVER,
            "requester": {"email": "naledi.mahlangu@example.com", "name": "Naledi Mahlangu"},
            **more,
        }
        return int(self.scene.control("POST", "/zendesk/tickets", json=asked)["id"])


@dataclass
class Desk:
    """One desk: its settings file, and its bot once it runs."""

    file: Path
    address: str
    bot: Process | None = None

    def settings(self) -> dict[str, str]:
        lines = (line.partition("=") for line in self.file.read_text("utf-8").splitlines() if "=" in line)
        return {name: value.strip("'") for name, _, value in lines}

    def set(self, **values: str) -> None:
        given = self.settings() | values
        self.file.write_text("".join(f"{name}={value}\n" for name, value in given.items()), "utf-8")

    def take_out(self, name: str) -> None:
        given = {one: value for one, value in self.settings().items() if one != name}
        self.file.write_text("".join(f"{one}={value}\n" for one, value in given.items()), "utf-8")

    def ato(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--env-file", str(self.file)])

    def doctor(self) -> list[str]:
        return [f"{one.check} {one.state}: {one.what} {one.cure}" for one in examine(self.settings())]

    def start(self) -> None:
        """Start its bot and wait until it is ready."""
        self.bot = start("bot", [sys.executable, "-m", "ops.cli", "serve"], self.file.parent, self.settings())
        assert self.bot.popen.stdout is not None
        assert self.bot.popen.stdout.readline().startswith("ATO Desk listens")
        wait_for(self.ready, 20, "the bot did not become ready", self.bot)

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        if self.bot:
            self.bot.stop()
            self.bot = None


def new_desk(built: Stage, folder: str, **own: str) -> Desk:
    """Write the settings of a desk with an address, a database and a folder of its own."""
    place, address = built.folder / folder, f"http://127.0.0.1:{free_port()}"
    place.mkdir()
    given = {name: value for name, value in built.environment().items() if name.startswith("ATO_") and name != SECRET}
    given |= {
        "ATO_WEB__PUBLIC_URL": address,
        "ATO_WEB__PORT": address.rpartition(":")[2],
        "ATO_DATABASE_URL": f"sqlite:///{place / 'ato.sqlite3'}",
        "ATO_PLAYBOOKS__NAMES": "mr_d",
        **own,
    }
    desk = Desk(place / ".env", address)
    desk.file.write_text("".join(f"{name}={value}\n" for name, value in given.items()), "utf-8")
    return desk


@contextmanager
def two_desks() -> Iterator[TwoDesks]:
    """Set up the company, the desk without a name, and a second one with a Slack app and a command of its own."""
    with stage(bot=False, empty=True) as built, httpx.Client(base_url=built.urls["zendesk"]) as account:
        asked = {"grant_type": "client_credentials", "client_id": SANDBOX["ATO_ZENDESK__CLIENT_ID"]}
        asked |= {"client_secret": SANDBOX["ATO_ZENDESK__CLIENT_SECRET"], "scope": "read write"}
        token = account.post("/oauth/tokens", json=asked).json()["access_token"]
        account.headers["Authorization"] = f"Bearer {token}"
        both = TwoDesks(built, account)
        first = new_desk(built, "first")
        wished = {"name": "ATO Desk (fraud-eu)", "command": "/ato-eu"}
        second = new_desk(built, "second", ATO_NAME="fraud-eu", ATO_SLACK__COMMAND="/ato-eu")
        installed = both.scene.control(
            "POST", "/slack/apps", json=wished | {"events_url": f"{second.address}/slack/events"}
        )
        second.set(
            ATO_SLACK__TOKEN=installed["app"]["token"],
            ATO_SLACK__SIGNING_SECRET=installed["app"]["secret"],
        )
        built.control.post("/connect", json={"slack_events_url": f"{first.address}/slack/events"})
        both.desks = {"ato": first, "fraud-eu": second}
        try:
            yield both
        finally:
            for desk in both.desks.values():
                desk.stop()


def same(one: Any, other: Any) -> bool:
    """Whether two states are equal to the letter."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
