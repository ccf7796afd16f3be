"""The tutorial, done as it is written: its commands in a folder of its own, its case by the words people read.

The script stands for the person: it puts the pretend company's tokens where the page says "your", gives the pretend
addresses of Slack and Zendesk beside them, and finds buttons, inputs and answers by their labels alone.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ops.stage import SANDBOX, Process, Stage, stage, start, wait_for
from tests.journey.scene import Json, Scene, eventually, words

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
WHO = {"You": "agent", "Ben": "mod", "Cleo": "data"}
OUTCOME = "What is the answer?"
CHANNELS = ("CMOD0001", "CDATA001", "CINVEST1", "CLEAD001")
YOURS = {"U-you": "UAGENT01", "U-ben": "UMOD0001", "U-cleo": "UDATA001"}

COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith(tuple(f"| {name} |" for name in WHO))
]


@dataclass
class Reader:
    """Somebody who does what the page says."""

    scene: Scene
    folder: Path
    served: Process | None = None
    forms: dict[str, Json] = field(default_factory=dict)

    # Commands -------------------------------------------------------------------------------------

    def type(self, command: str) -> str:
        """Type one command; the one that goes on for ever stays in its own terminal."""
        at = ROOT if command.startswith("make ") else self.folder
        if command.endswith("ato serve"):
            self._serve()
            return ""
        done = subprocess.run(  # noqa: S603 - the page's own commands
            ["/bin/sh", "-ec", command],
            cwd=at,
            env=_without_settings(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _serve(self) -> None:
        """Start the desk where its `.env` is, and wait until Slack is connected."""
        words = ["/bin/sh", "-ec", f"cd '{self.folder}' && exec .venv/bin/ato serve"]
        self.served = start("bot", words, self.folder, _without_settings())
        wait_for(lambda: self.scene.control("GET", "/slack/link")["open"], 30, "Slack is not connected", self.served)

    def write_settings(self) -> None:
        """Copy the page's `.env`, with one's own tokens in it."""
        block = re.search(r"```ini\n(.*?)```", PAGE, re.DOTALL)
        assert block
        own = SANDBOX | {
            "ATO_SLACK__APP_TOKEN": "xapp-sandbox-token",
            "ATO_ZENDESK__URL": self.scene.stage.urls["zendesk"],
        }
        lines = []
        for line in block[1].splitlines():
            name, _, value = line.partition("=")
            assert name in own or "your" not in value, f"{name} is nowhere explained"
            lines.append(f"{name}={own.get(name, YOURS.get(value, value))}")
        lines.append(f"ATO_SLACK__API_URL={self.scene.stage.urls['slack']}")
        lines.append("ATO_WEB__PORT=0")
        (self.folder / ".env").write_text("\n".join(lines) + "\n", "utf-8")

    # The case -------------------------------------------------------------------------------------

    def act(self, who: str, what: str, answers: str) -> None:
        """Do one row of the table."""
        name = WHO[who]
        if what == "*the form that follows*":
            assert name in self.forms, f"no form follows for {who}"
        elif what.startswith("`"):
            self._opened(name, self.scene.command(name, what.strip("`").removeprefix("/ato").strip()))
        else:
            self.forms.pop(name, None)
            self._press(name, what.strip("*"))
        if name in self.forms:
            self._send(name, dict(_pairs(answers)))

    def _press(self, name: str, label: str) -> None:
        def look() -> tuple[Json, str] | None:
            for message in reversed(self.scene.messages(name)):
                for block in message.get("blocks") or []:
                    for one in block.get("elements") or []:
                        if one.get("type") == "button" and one["text"]["text"] == label:
                            return message, one["action_id"]
            return None

        found = eventually(look, f"{name} has a button “{label}”")
        assert found
        at = {"channel": found[0]["channel"], "ts": found[0]["ts"], "action_id": found[1]}
        self._opened(name, self.scene.act("click", name, **at))

    def _opened(self, name: str, told: Json) -> None:
        assert not told.get("ephemeral"), told
        if told.get("view"):
            self.forms[name] = told["view"]

    def _send(self, name: str, answers: dict[str, str]) -> None:
        if outcome := answers.pop(OUTCOME, None):
            view = self.forms[name]
            chosen = _chosen(_inputs(view)[OUTCOME], outcome)
            told = self.scene.act("click", name, view_id=view["id"], action_id="pick:outcome", selected=chosen)
            self.forms[name] = told["view"]
        view = self.forms.pop(name)
        asked = _inputs(view)
        values = {asked[label]["action_id"]: _chosen(asked[label], answer) for label, answer in answers.items()}
        told = self.scene.act("submit", name, view_id=view["id"], values=values)
        assert not told.get("client_errors") and not told.get("errors"), told
        if told.get("view"):
            self.forms[name] = told["view"]


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ATO_")}


def _pairs(answers: str) -> Iterator[tuple[str, str]]:
    for one in filter(None, answers.split(" · ")):
        label, _, answer = one.partition(": ")
        yield label, answer.strip("`")


def _inputs(view: Json) -> dict[str, Json]:
    """The inputs of a form by what people read above them."""
    return {block["label"]["text"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


def _chosen(element: Json, answer: str) -> Any:
    """What a person's choice is called inside; anything else is what they typed."""
    if "options" not in element:
        return answer
    by_words = {one["text"]["text"]: one["value"] for one in element["options"]}
    return [by_words[answer]] if element["type"] == "checkboxes" else by_words[answer]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A company with an empty Zendesk, nothing installed in it, and a folder with nothing but the desk's files."""
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    with stage(bot=False, empty=True) as built:
        scene = Scene(built)
        _make_channels(built)
        one = Reader(scene, folder)
        yield one
        if one.served:
            one.served.stop()


def _make_channels(built: Stage) -> None:
    for channel in CHANNELS:
        told = {"id": channel, "members": ["UMOD0001", "UDATA001"], "bot_member": True}
        assert built.control.post("/slack/channels", json=told).status_code == 200


def test_the_commands_of_the_page_lead_to_a_running_desk(reader: Reader):
    said = {}
    for command in COMMANDS:
        if command.startswith("echo") and not (reader.folder / ".env").exists():
            reader.write_settings()
        if "audit" in command or "export" in command:
            break
        said[command] = reader.type(command)
    assert "would make form “Customer Query”" in said[".venv/bin/ato provision --dry-run"]
    assert "+ make group “CS Data Compliance”" in said[".venv/bin/ato provision"]
    told = said[".venv/bin/ato doctor"]
    assert "BROKEN" not in told
    assert "Slack lets the app connect without a public address." in told
    assert "Zendesk cannot call the bot; it reads open cases' tickets every 60 s instead." in told


def test_the_case_of_the_page_is_worked_to_its_end(reader: Reader):
    assert len(ROWS) > 20
    for who, what, answers in ROWS:
        reader.act(who, what, answers)
    card = eventually(
        lambda: [one for one in reader.scene.channel("CDATA001") if "closed" in words(one)],
        "the card says that the case is closed",
    )
    assert len(card) == 1
    tickets = reader.scene.control("GET", "/zendesk/tickets")["tickets"]
    assert {one["group"] for one in tickets} == {"CS Data Compliance", "Engineering"}


def test_what_is_kept_is_whole_and_can_be_taken_home(reader: Reader):
    assert COMMANDS[-2:] == [".venv/bin/ato audit verify", ".venv/bin/ato export"]
    assert "1 case" in reader.type(COMMANDS[-2])
    reader.type(COMMANDS[-1])
    assert "ATO-1" in (reader.folder / "export" / "cases.csv").read_text("utf-8")
