"""A rehearsal on an account, played on the pretend one over real sockets: what it finds, and that nothing of it stays."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ops.exits import DONE, USAGE, WRONG
from ops.live.about_slack import SLACK
from ops.live.assumptions import ALL
from ops.live.rehearsal import ACTS
from ops.live.verdicts import Assumption, Findings, veiled
from ops.stage import SANDBOX, Stage, stage, wait_for
from sandbox import seeds

ROOT = Path(__file__).parents[2]
CHANNEL = "CMOD0001"
UNSEEN = {one.id for one in ALL if one.unseen}
OLD = {
    "ATO_ZENDESK__CLIENT_ID": "",
    "ATO_ZENDESK__CLIENT_SECRET": "",
    "ATO_ZENDESK__EMAIL": seeds.ZENDESK_BOT_EMAIL,
    "ATO_ZENDESK__TOKEN": seeds.ZENDESK_API_TOKEN,
}


class Rehearsal:
    """One run of the command: its end, what it wrote, and the report."""

    def __init__(self, done: "subprocess.CompletedProcess[str]", report: Path) -> None:
        self.code, self.told, self.trouble = done.returncode, done.stdout, done.stderr
        self.page = report.read_text("utf-8") if report.exists() else ""

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.told)

    def results(self) -> dict[str, str]:
        return {one["id"]: one["result"] for one in self.data["assumptions"]}

    def seen(self, name: str) -> str:
        return next(one["seen"] for one in self.data["assumptions"] if one["id"] == name)

    def steps(self) -> dict[str, str]:
        return {one["name"]: one["state"] for one in self.data["steps"]}


@pytest.fixture(scope="module")
def built() -> Iterator[Stage]:
    with stage(bot=False) as there:
        yield there


@pytest.fixture
def there(built: Stage) -> Iterator[Stage]:
    yield built
    built.control.post("/reset").raise_for_status()


def command(built: Stage, *words: str, channel: str | None = CHANNEL) -> list[str]:
    given = ["--channel", channel] if channel else []
    report = str(built.folder / "report.md")
    return [sys.executable, "-m", "ops.cli", "doctor", "--live", "--report", report, *given, *words]


def run(built: Stage, words: list[str], **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own command
        words,
        env=built.environment() | more,
        capture_output=True,
        text=True,
        timeout=100,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def rehearse(built: Stage, *words: str, channel: str | None = CHANNEL, **more: str) -> Rehearsal:
    report = built.folder / "report.md"
    report.unlink(missing_ok=True)
    return Rehearsal(run(built, command(built, "--yes", *words, channel=channel), **more), report)


def nothing_is_left(built: Stage) -> None:
    assert built.control.get("/zendesk/tickets").json()["total"] == 0
    assert built.control.get("/zendesk/settings").json()["tokens"]["alive"] == 0
    assert built.control.get(f"/slack/channels/{CHANNEL}").json()["messages"] == []


def fault(built: Stage, system: str, kind: str, match: str, **more: Any) -> None:
    asked = {"system": system, "kind": kind, "match": match, **more}
    assert built.control.post("/faults", json=asked).status_code == 201


# The whole of it ------------------------------------------------------------------------------------


@dataclass
class Whole:
    """One rehearsal in which nothing goes wrong, as a page and as JSON, and what was asked and left afterwards."""

    page: Rehearsal
    data: Rehearsal
    log: list[dict[str, Any]]
    mails: list[Any]


@pytest.fixture(scope="module")
def whole(built: Stage) -> Whole:
    page = rehearse(built)
    nothing_is_left(built)
    built.control.post("/reset").raise_for_status()
    data = rehearse(built, "--json")
    nothing_is_left(built)
    found = Whole(page, data, built.log(), built.control.get("/zendesk/mails").json()["mails"])
    built.control.post("/reset").raise_for_status()
    return found


def test_every_assumption_gets_a_verdict_and_nothing_stays(whole: Whole):
    done = whole.data
    assert done.code == DONE, done.trouble
    assert list(done.results()) == [one.id for one in ALL]
    assert {name for name, result in done.results().items() if result == "not seen"} == UNSEEN
    seen = len(ALL) - len(UNSEEN)
    assert done.data["counts"] == {"refuted": 0, "confirmed": seen, "not seen": len(UNSEEN)}
    assert set(done.steps().values()) == {"done"}
    assert (done.data["good"], done.data["left"]) == (True, [])


def test_it_asks_little_of_the_account(whole: Whole):
    calls = [one["call"] for one in whole.log if one["system"] == "zendesk"]
    assert len(calls) + sum(one["system"] == "slack" for one in whole.log) <= 85
    writes = [one for one in calls if re.match(r"(POST|PUT) /api/v2/tickets", one)]
    assert len(writes) == whole.data.data["calls"]["updates"] <= 20
    assert sum("incremental" in one for one in calls) == 2


def test_no_customer_is_made_or_written_to(whole: Whole):
    bodies = [one["body"]["ticket"] for one in whole.log if one["call"] == "POST /api/v2/tickets.json"]
    asked_for = {body["requester"]["email"] for body in bodies if "requester" in body}
    assert asked_for == {SANDBOX["ATO_ZENDESK__PLACEHOLDER_EMAIL"]}
    assert all(body["comment"]["public"] is False for body in bodies)
    assert whole.mails == []


def test_the_report_says_nothing_that_is_a_secret_or_about_anybody(built: Stage, whole: Whole):
    tokens = re.findall(r"[0-9a-f]{40,}", str(whole.log))
    secrets = [value for name, value in SANDBOX.items() if re.search("TOKEN|SECRET|KEY", name)]
    people = [word for one in seeds.PEOPLE for word in (one.name, one.email, one.id)]
    names = [
        *seeds.ZENDESK_GROUPS,
        seeds.TEAM_NAME,
        seeds.TEAM_DOMAIN,
        seeds.ZENDESK_PLACEHOLDER_NAME,
        *(one.name for one in seeds.CHANNELS),
        built.urls["zendesk"],
        built.urls["slack"],
    ]
    for done in (whole.page, whole.data):
        for told in (done.page, done.told, done.trouble):
            assert [one for one in (*tokens, *secrets, *people, *names, "@") if one in told] == []


def test_the_report_is_a_page_with_every_assumption(whole: Whole):
    page = whole.page.page
    assert page == whole.data.page
    assert page.startswith("# ATO Desk on a real account: a rehearsal\n")
    assert [one.id for one in ALL if f"| `{one.id}` |" not in page] == []
    assert "## Refuted: 0" in page
    assert "\nNothing. The requester of the test tickets" in page


def test_the_installing_page_shows_its_output(built: Stage, whole: Whole):
    words = (ROOT / "docs" / "installing.md").read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", words, re.DOTALL | re.MULTILINE)
    (block,) = (one for one in blocks if "assumptions:" in one)
    told = whole.page.told.replace(str(built.folder / "report.md"), "live-report.md").splitlines()
    for line in block.splitlines():
        assert line == "…" or line in told, line


# Parts of it -----------------------------------------------------------------------------------------


def test_without_a_channel_slack_is_not_seen_and_that_is_no_failure(there: Stage):
    done = rehearse(there, "--json", channel=None)
    assert done.code == DONE
    assert {done.results()[one.id] for one in SLACK} == {"not seen"}
    assert done.seen("update-keeps-ts") == "No --channel was given."
    assert done.steps()["post a card"] == "left out"
    nothing_is_left(there)


def test_a_channel_is_found_by_its_name(there: Stage):
    done = rehearse(there, "--json", channel="#mr-d-mod")
    assert done.results()["update-keeps-ts"] == "confirmed"
    nothing_is_left(there)


def test_a_channel_without_the_bot_is_left_out(there: Stage):
    done = rehearse(there, "--json", channel="#no-such-channel")
    assert (done.code, done.steps()["post a card"]) == (DONE, "left out")
    assert "/invite @bot" in done.seen("post-found-at-once").replace("…", "@bot")


def test_scopes_that_the_client_may_not_have_are_not_seen(there: Stage):
    allowed = "read write tickets:write groups:read"
    there.control.post("/zendesk/settings", json={"sign_in": {"allowed_scopes": allowed}})
    done = rehearse(there, "--json")
    assert done.code == DONE
    results = done.results()
    assert (results["scope-groups"], results["scope-uploads"]) == ("confirmed", "confirmed")
    missed = ("scope-brands", "scope-categories", "scope-audits", "delete-by-id")
    assert {results[name] for name in missed} == {"not seen"}
    assert "not allowed" in done.seen("scope-brands")
    nothing_is_left(there)


def test_an_account_with_an_api_token_shows_what_it_can(there: Stage):
    there.control.post("/zendesk/settings", json={"sign_in": {"old_account": True}})
    done = rehearse(there, "--json", **OLD)
    assert done.code == DONE
    results = done.results()
    assert (results["once-hit"], results["rule-form"]) == ("confirmed", "confirmed")
    assert (results["mint-status"], results["scope-any-one"]) == ("not seen", "not seen")
    nothing_is_left(there)


# What is otherwise -------------------------------------------------------------------------------------


def test_what_is_refuted_is_told_and_is_no_failure(there: Stage):
    there.control.post("/zendesk/settings", json={"reroute": {"to": "Engineering"}})
    done = rehearse(there)
    assert done.code == DONE, done.told
    assert "REFUTED group-stays: A ticket is in the group it was made in" in done.told
    assert "## Refuted: 1" in done.page
    nothing_is_left(there)


@pytest.mark.parametrize(
    ("match", "step", "unseen"),
    [
        ("PUT /api/v2/tickets/*", "write notes", "stale-409"),
        ("GET /api/v2/groups.json", "find groups", None),
        ("GET /api/v2/triggers/definitions.json", "look at what triggers may say", "rule-form"),
        ("GET /api/v2/users/me.json", "sign in to Zendesk", None),
    ],
)
def test_a_step_that_fails_is_written_down_and_the_others_go_on(there: Stage, match, step, unseen):
    fault(there, "zendesk", "status", match, status=500, times=1)
    done = rehearse(there, "--json")
    assert done.code == WRONG
    assert done.steps()[step] == "failed"
    assert done.results()["rule-webhook-kind"] == "confirmed"
    assert unseen is None or done.results()[unseen] == "not seen"
    assert "refuted" not in done.results().values()
    nothing_is_left(there)


def test_a_sign_in_that_fails_once_is_tried_again(there: Stage):
    fault(there, "zendesk", "status", "POST /oauth/tokens", status=500, times=1)
    done = rehearse(there, "--json")
    assert (done.code, done.data["counts"]["refuted"]) == (DONE, 0), done.trouble
    nothing_is_left(there)


@pytest.mark.parametrize(("match", "step"), [("chat.update", "draw the card anew"), ("chat.delete", "delete the card")])
def test_a_failing_step_in_slack_is_written_down_and_cleaned_up_after(there: Stage, match, step):
    fault(there, "slack", "status", f"*{match}*", status=500, times=1)
    done = rehearse(there, "--json")
    assert (done.code, done.steps()[step]) == (WRONG, "failed")
    nothing_is_left(there)


@pytest.mark.parametrize(
    ("system", "match"),
    [("zendesk", "POST /api/v2/tickets.json"), ("slack", "*chat.postMessage*")],
)
def test_what_was_made_though_its_answer_was_lost_is_deleted(there: Stage, system, match):
    fault(there, system, "reset_after", match, times=1)
    done = rehearse(there, "--json")
    assert done.code == WRONG
    assert done.data["left"] == []
    nothing_is_left(there)


def test_what_cannot_be_deleted_is_named_with_what_to_do(there: Stage):
    fault(there, "zendesk", "status", "DELETE /api/v2/deleted_tickets/*", status=500)
    fault(there, "slack", "status", "*chat.delete*", status=500)
    done = rehearse(there)
    assert done.code == WRONG
    assert re.search(r"LEFT BEHIND: Ticket \d+ is deleted, but not for good\.", done.told)
    assert "LEFT BEHIND: A test message in the Slack channel." in done.told
    assert "- A test message in the Slack channel. It says" in done.page
    assert "Everything that was made is deleted." not in done.told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_leaves_nothing_behind(there: Stage, number):
    fault(there, "zendesk", "timeout", "PUT /api/v2/tickets/*", times=1)
    running = subprocess.Popen(  # noqa: S603 - our own command
        command(there, "--yes", "--json"),
        env=there.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    hung = lambda: any(one["fault"] == "timeout" for one in there.log())  # noqa: E731
    wait_for(hung, 30, "no ticket was changed")
    os.kill(running.pid, number)
    told, trouble = running.communicate(timeout=60)
    assert running.returncode == WRONG, trouble
    data = json.loads(told)
    assert data["steps"][-1] == {"name": "stopped", "state": "failed", "words": "Somebody stopped it."}
    assert data["left"] == []
    nothing_is_left(there)


def test_a_sign_in_that_is_refused_makes_nothing(there: Stage):
    done = rehearse(there, "--json", ATO_ZENDESK__CLIENT_SECRET="old")
    assert done.code == WRONG
    assert done.steps()["make a ticket once"] == "failed"
    assert done.results()["update-keeps-ts"] == "confirmed"
    nothing_is_left(there)


# How it is called ---------------------------------------------------------------------------------------


def test_it_asks_before_and_does_nothing_where_nobody_can_answer(there: Stage):
    done = run(there, command(there))
    assert done.returncode == USAGE
    assert "Try: ato doctor --live --yes" in done.stderr
    assert there.log() == []


def test_whoever_says_no_is_taken_at_their_word(there: Stage):
    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    done = subprocess.run(  # noqa: S603 - our own command
        command(there), env=there.environment(), stdin=theirs, capture_output=True, text=True, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, "Nothing was done." in done.stderr) == (WRONG, True)
    assert "makes two test tickets" in done.stderr
    assert there.log() == []


def test_its_options_belong_to_it_and_its_report_must_be_writable(there: Stage):
    words = [sys.executable, "-m", "ops.cli", "doctor", "--yes"]
    done = run(there, words)
    assert (done.returncode, "belong to --live" in done.stderr) == (USAGE, True)
    nowhere = [*command(there, "--yes"), "--report", str(there.folder / "no" / "folder.md")]
    done = run(there, nowhere)
    assert (done.returncode, "cannot be written" in done.stderr) == (WRONG, True)
    assert there.log() == []


# The table -----------------------------------------------------------------------------------------------


def test_the_table_is_closed_and_whole():
    names = [one.id for one in ALL]
    assert len(names) == len(set(names))
    shown = {name for act in ACTS for name in act.shows}
    assert shown <= set(names)
    assert set(names) - shown == UNSEEN
    for one in ALL:
        assert one.says.endswith("."), one.id
        for file in re.findall(r"`([\w/]+\.py)`", one.matters):
            assert (ROOT / file).is_file(), file
    with pytest.raises(KeyError):
        Findings(ALL).saw("no-such-assumption", True, "")


def test_what_was_refuted_once_stays_so_and_what_was_seen_is_not_taken_back():
    one = Assumption(id="a", says="A.", matters="b")
    found = Findings([one])
    found.saw("a", False, "first")
    found.saw("a", True, "second")
    found.missed("a", "third")
    assert [(v.result, v.seen) for v in found.all()] == [("refuted", "first")]


def test_a_secret_and_an_address_are_veiled():
    told = veiled("the secret s3cr3t-long of bob@example.com", ["s3cr3t", "s3cr3t-long"])
    assert told == "the secret … of …"
