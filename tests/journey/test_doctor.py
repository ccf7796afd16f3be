"""An account started empty is provisioned, then broken in many ways, one at a time: doctor names each, and its cure cures."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

import ops.setup.doctor
import ops.setup.provision
from config.load import load
from ops.cli import app
from ops.exits import WRONG
from ops.setup.doctor import examine
from ops.setup.verdicts import Verdict
from ops.stage import SANDBOX, Stage, stage

SECRET = "ATO_ZENDESK__WEBHOOK_SECRET"
CHANNELS = {
    "CMOD0001": "mr-d-mod",
    "CDATA001": "cs-data-compliance",
    "CINVEST1": "investigation_account_takeover",
    "CLEAD001": "cs-team-leads",
    "CQHIGH01": "qualia-higher-tier",
    "CQSECU01": "qualia-security",
    "CQLEAD01": "qualia-leads",
}
GROUPS = {"SMODS001": "mr-d-mods", "SDATACOM": "cs-data-compliance"}
TRIGGER = "ATO Desk: ticket changed (Suspected Account Takeover)"
INVESTIGATION = {"id": "CINVEST1"}


@dataclass
class Installation:
    """A pretend company, a bot, and the settings file that somebody is writing."""

    stage: Stage
    file: Path
    account: httpx.Client

    def ato(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--env-file", str(self.file)])

    def settings(self, **more: str) -> dict[str, str]:
        lines = (line.partition("=") for line in self.file.read_text("utf-8").splitlines() if "=" in line)
        return {name: value.strip("'") for name, _, value in lines} | more

    def doctor(self, **more: str) -> list[Verdict]:
        return [one for one in examine(self.settings(**more)) if one.state != "good"]

    def control(self, path: str, **asked: Any) -> None:
        assert self.stage.control.post(path, json=asked).status_code == 200, path

    def trigger(self, title: str) -> dict[str, Any]:
        found = self.account.get("/api/v2/triggers").json()["triggers"]
        return next(one for one in found if one["title"] == title)

    def names(self) -> dict[str, list[str]]:
        """Everything the account has, by name."""
        lists = {
            "ticket_forms": "name",
            "groups": "name",
            "ticket_fields": "title",
            "webhooks": "name",
            "triggers": "title",
        }
        return {
            kind: sorted(one[name] for one in self.account.get(f"/api/v2/{kind}").json()[kind])
            for kind, name in lists.items()
        }


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def first_settings(built: Stage) -> str:
    """What a person wrote by hand: tokens, and the names of channels and groups as Slack shows them."""
    own = {name: value for name, value in built.environment().items() if name.startswith("ATO_") and name != SECRET}
    for name, value in own.items():
        if value in CHANNELS and "INBOXES" in name:
            own[name] = f"'#{CHANNELS[value]}'"
        if value in GROUPS:
            own[name] = f"@{GROUPS[value]}"
    own["ATO_WEB__PUBLIC_URL"] = f"http://127.0.0.1:{built.port}"
    return "# Kept by hand\n" + "".join(f"{name}={value}\n" for name, value in own.items())


@pytest.fixture(scope="module")
def there() -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as patch:  # reading both playbooks anew takes longer than all the rest of doctor
        books = load()
        for module in (ops.setup.doctor, ops.setup.provision):
            patch.setattr(module, "load", lambda *_: books)
        yield from installation()


def installation() -> Iterator[Installation]:
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("ATO_")}
    with stage(bot=False, empty=True, port=free_port()) as built:
        file = built.folder / ".env"
        file.write_text(first_settings(built), "utf-8")
        with httpx.Client(base_url=built.urls["zendesk"]) as account:
            asked = {
                "grant_type": "client_credentials",
                "client_id": SANDBOX["ATO_ZENDESK__CLIENT_ID"],
                "client_secret": SANDBOX["ATO_ZENDESK__CLIENT_SECRET"],
                "scope": "read write",
            }
            token = account.post("/oauth/tokens", json=asked).json()["access_token"]
            account.headers["Authorization"] = f"Bearer {token}"
            yield Installation(built, file, account)
    os.environ.update(kept)


def test_a_dry_run_shows_the_difference_and_changes_nothing(there: Installation):
    before, words = there.names(), there.file.read_text("utf-8")
    done = there.ato("provision", "--dry-run")
    assert done.exit_code == 0, done.output
    for line in (
        "would make form “Customer Query”",
        "would make field “Query type”",
        "would make group “Food Management Group”",
        "would make webhook “ATO Desk”",
        f"would make trigger “{TRIGGER}”",
        "would write ATO_SLACK__INBOXES__MOD=CMOD0001",
        "would write ATO_SLACK__GROUPS__MOD=SMODS001",
        f"would write {SECRET} into",
    ):
        assert line in done.output
    assert (there.names(), there.file.read_text("utf-8")) == (before, words)


def test_provisioning_makes_what_is_missing_and_writes_what_it_found(there: Installation):
    before = there.names()
    done = there.ato("provision")
    assert done.exit_code == 0, done.output
    after = there.names()
    assert all(set(before[kind]) <= set(after[kind]) for kind in before)  # nothing was taken away
    assert {"Customer Query", "Engineering Request", "Qualia Account Security"} <= set(after["ticket_forms"])
    fields = there.account.get("/api/v2/ticket_fields").json()["ticket_fields"]
    options = next(one for one in fields if one["title"] == "Query type")["custom_field_options"]
    assert [one["name"] for one in options] == ["Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover"]
    hook = there.account.get("/api/v2/webhooks").json()["webhooks"][0]
    secret = there.account.get(f"/api/v2/webhooks/{hook['id']}/signing_secret").json()["signing_secret"]["secret"]
    assert there.settings()[SECRET] == secret
    assert secret not in done.output
    assert there.settings()["ATO_SLACK__INBOXES__PLATFORM_SECURITY"] == "CINVEST1"
    assert there.file.read_text("utf-8").startswith("# Kept by hand\n")
    assert there.file.stat().st_mode & 0o777 == 0o600


def test_provisioning_again_changes_nothing(there: Installation):
    before, words = there.names(), there.file.read_text("utf-8")
    done = there.ato("provision")
    assert (done.exit_code, done.output.count("\n")) == (0, 1), done.output
    assert "everything is as it has to be" in done.output
    assert (there.names(), there.file.read_text("utf-8")) == (before, words)


def test_before_the_bot_runs_its_signatures_are_not_looked_at(there: Installation):
    assert {(one.check, one.state) for one in there.doctor()} == {
        ("bot", "unknown"),
        ("database", "unknown"),
    }


def test_doctor_finds_everything_good(there: Installation):
    there.stage.extra = there.settings()
    there.stage.start_bot()
    done = there.ato("doctor", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["good"]
    assert {one["state"] for one in told["checks"]} == {"good"}


# Ways to break it -------------------------------------------------------------------------


def _env(name: str, value: str) -> Callable[[Installation], dict[str, str]]:
    return lambda there: {name: value}


def _post(path: str, **asked: Any) -> Callable[[Installation], dict[str, str]]:
    def act(there: Installation) -> dict[str, str]:
        there.control(path, **asked)
        return {}

    return act


def _sign_in(**wanted: Any) -> Callable[[Installation], dict[str, str]]:
    return _post("/zendesk/settings", sign_in=wanted)


def _second(name: str) -> Callable[[Installation], dict[str, str]]:
    return lambda there: {
        "ATO_ZENDESK__SECOND_CLIENT_ID": name,
        "ATO_ZENDESK__SECOND_CLIENT_SECRET": "new",
    }


def _drop_form(there: Installation) -> dict[str, str]:
    assert there.stage.control.delete("/zendesk/forms/Customer Query").status_code == 200
    return {}


def _change_trigger(there: Installation) -> dict[str, str]:
    found = there.trigger(TRIGGER)
    found["conditions"]["any"] = found["conditions"]["any"][:2]
    there.account.put(f"/api/v2/triggers/{found['id']}", json={"trigger": found}).raise_for_status()
    return {}


TELLING = "Thank everybody for everything"


def _tell_requesters(there: Installation) -> dict[str, str]:
    rule = {
        "title": TELLING,
        "conditions": {
            "all": [{"field": "update_type", "operator": "is", "value": "Change"}],
            "any": [],
        },
        "actions": [
            {
                "field": "notification_user",
                "value": ["requester_id", "Thanks", "{{ticket.latest_comment}}"],
            }
        ],
    }
    there.account.post("/api/v2/triggers", json={"trigger": rule}).raise_for_status()
    return {}


def _drop_rule(there: Installation) -> None:
    there.account.delete(f"/api/v2/triggers/{there.trigger(TELLING)['id']}").raise_for_status()


def _mode(mode: int) -> Callable[[Installation], dict[str, str]]:
    def act(there: Installation) -> dict[str, str]:
        (there.stage.folder / "ato.sqlite3").chmod(mode)
        return {}

    return act


def _nothing(there: Installation) -> None:
    return None


def _provision(there: Installation) -> None:
    done = there.ato("provision")
    assert done.exit_code == 0, done.output


Act = Callable[[Installation], Any]
BREAKS: dict[str, tuple[Act, Act, str, str, str]] = {
    "Slack token": (
        _env("ATO_SLACK__TOKEN", "xoxb-old"),
        _nothing,
        "slack token",
        "does not accept the bot's token",
        "ATO_SLACK__TOKEN",
    ),
    "signing secret": (
        _env("ATO_SLACK__SIGNING_SECRET", "of-another-app"),
        _nothing,
        "slack signature",
        "refuses what is signed with ATO_SLACK__SIGNING_SECRET",
        "Basic Information",
    ),
    "app-level token": (
        _env("ATO_SLACK__APP_TOKEN", "xapp-old"),
        _nothing,
        "slack socket mode",
        "refuses the app-level token",
        "connections:write",
    ),
    "a scope": (
        _post("/slack/scopes", remove=["files:read"]),
        _post("/slack/scopes", add=["files:read"]),
        "slack scopes",
        "files:read",
        "ato manifest",
    ),
    "bot not in the channel": (
        _post("/slack/channels", **INVESTIGATION, bot_member=False),
        _post("/slack/channels", **INVESTIGATION, bot_member=True),
        "slack channel",
        "the bot is not in it",
        "Invite the bot",
    ),
    "channel public": (
        _post("/slack/channels", **INVESTIGATION, is_private=False),
        _post("/slack/channels", **INVESTIGATION, is_private=True),
        "slack channel",
        "#investigation_account_takeover is public",
        "Make #investigation_account_takeover private",
    ),
    "empty user group": (
        _post("/slack/groups", id="SMODS001", users=[]),
        _post("/slack/groups", id="SMODS001", users=["UMOD0001", "UMOD0002"]),
        "slack user group",
        "@mr-d-mods is empty",
        "Put the people into @mr-d-mods",
    ),
    "client secret": (
        _env("ATO_ZENDESK__CLIENT_SECRET", "old"),
        _nothing,
        "zendesk sign-in",
        "does not know the desk's OAuth client",
        "ATO_ZENDESK__CLIENT_SECRET",
    ),
    "another account": (
        _env("ATO_ZENDESK__URL", "http://127.0.0.1:9"),
        _nothing,
        "zendesk sign-in",
        "it cannot be reached",
        "See whether this machine reaches Zendesk",
    ),
    "a scope too few": (
        _env("ATO_ZENDESK__SCOPES", "tickets:write tickets:read users:read"),
        _nothing,
        "zendesk set-up",
        "lacks a scope; any one of these would do: read",
        "Add it to ATO_ZENDESK__SCOPES",
    ),
    "a scope that is not allowed": (
        _sign_in(allowed_scopes="read"),
        _sign_in(allowed_scopes=""),
        "zendesk sign-in",
        "does not give the desk's OAuth client the scopes",
        "Allow the OAuth client these scopes",
    ),
    "owner no administrator": (
        _sign_in(owner_role="agent"),
        _sign_in(owner_role="admin"),
        "zendesk sign-in",
        "who is no administrator any more (agent)",
        "an administrator make another client",
    ),
    "second client wrong": (
        _second("ato_desk_9"),
        _nothing,
        "zendesk second client",
        "does not know the desk's OAuth client",
        "ATO_ZENDESK__SECOND_CLIENT_SECRET",
    ),
    "form": (_drop_form, _provision, "zendesk form", "no ticket form “Customer Query”", "ato provision"),
    "option tag": (
        _post(
            "/zendesk/fields/Query type/rename-option",
            option="Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover",
            tag="mrd_ato",
        ),
        _provision,
        "zendesk option",
        "has another tag now",
        "ato provision",
    ),
    "group": (
        _post("/zendesk/settings", remove_group="Food Management Group"),
        _provision,
        "zendesk group",
        "no group “Food Management Group”",
        "ato provision",
    ),
    "webhook paused": (
        _post("/zendesk/settings", webhook="inactive"),
        _provision,
        "zendesk webhook",
        "is paused",
        "ato provision",
    ),
    "trigger changed": (
        _change_trigger,
        _provision,
        "zendesk trigger",
        f"“{TRIGGER}” was changed: its ANY conditions",
        "ato provision",
    ),
    "a trigger that would notify the requester": (
        _tell_requesters,
        _drop_rule,
        "zendesk requester",
        f"“{TELLING}” would write to the requester",
        "Comment is Public",
    ),
    "database read-only": (
        _mode(0o444),
        _mode(0o644),
        "database",
        "ato.sqlite3 is read-only",
        "Let the bot's user write",
    ),
    "clock five minutes off": (
        _post("/clock", advance=300),
        _post("/clock", advance=-300),
        "clock",
        "s ahead of theirs",
        "ATO_CLOCK__OFFSET_FILE",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_doctor_names_what_is_broken_and_the_cure_cures(there: Installation, name: str):
    act, mend, check, what, cure = BREAKS[name]
    found = there.doctor(**act(there))
    mend(there)
    named = next((one for one in found if one.check == check), None)
    assert named is not None, found
    assert what in named.what
    assert cure in named.cure
    assert {one.check for one in found} <= {check} | FOLLOWS.get(name, set()), found


FOLLOWS = {"form": {"zendesk trigger"}, "owner no administrator": {"zendesk set-up"}}
"""What else is rightly named: a trigger by its form cannot be what it was without the form."""


def test_everything_is_good_again(there: Installation):
    assert there.doctor(ATO_SLACK__APP_TOKEN="xapp-sandbox-token") == []
    assert there.doctor() == []
    assert there.ato("doctor").exit_code == 0


def test_what_is_broken_ends_with_an_exit_code(there: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATO_ZENDESK__CLIENT_SECRET", "old")
    done = there.ato("doctor")
    assert done.exit_code == WRONG
    assert "BROKEN zendesk sign-in: Zendesk does not know the desk's OAuth client" in done.output


def _with_token(there: Installation, token: str) -> list[Verdict]:
    old = {
        "ATO_ZENDESK__CLIENT_ID": "",
        "ATO_ZENDESK__CLIENT_SECRET": "",
        "ATO_ZENDESK__EMAIL": "ato-desk@mrd.example",
        "ATO_ZENDESK__TOKEN": token,
    }
    return [one for one in examine(there.settings() | old) if one.check == "zendesk sign-in"]


def test_an_api_token_is_counted_down(there: Installation):
    _sign_in(old_account=True)(there)
    (told,) = _with_token(there, "sandbox-zendesk-token")
    (wrong,) = _with_token(there, "old")
    _sign_in(old_account=False)(there)
    left = (date(2027, 4, 30) - datetime.now(UTC).date()).days
    assert told.state == ("good" if left > 30 else "broken")
    assert f"for {left} more days, until 30 April 2027" in told.what or left < 0
    assert "ATO_ZENDESK__CLIENT_ID" in told.what + told.cure
    assert (wrong.state, "anonymous user" in wrong.what) == ("broken", True)


def test_the_scopes_of_the_token_are_shown(there: Installation):
    told = next(one for one in examine(there.settings()) if one.check == "zendesk scopes")
    assert told.what == "The access token has: read, tickets:write."


def test_a_second_client_of_somebody_else_is_told(there: Installation):
    _sign_in(add_client="ato_desk_2", secret="new")(there)
    both = _second("ato_desk_2")(there)
    assert there.doctor(**both) == []
    _sign_in(client="ato_desk_2", owner="Nomsa Khumalo", owner_role="admin")(there)
    (told,) = there.doctor(**both)
    _sign_in(client="ato_desk_2", drop_client=True, owner_role="agent")(there)
    assert "works as Nomsa Khumalo, the first as ATO Desk" in told.what


def test_a_form_of_somebody_elses_is_left_as_it_is(there: Installation):
    forms = there.account.get("/api/v2/ticket_forms").json()["ticket_forms"]
    form = next(one for one in forms if one["name"] == "Customer Query")
    path = f"/api/v2/ticket_forms/{form['id']}"
    bare = {"ticket_form": {"ticket_field_ids": form["ticket_field_ids"][:-1]}}
    there.account.put(path, json=bare).raise_for_status()
    done = there.ato("provision")
    assert done.exit_code == WRONG
    assert "! The form “Customer Query” does not hold the field “Query type”" in done.output
    assert there.account.get(path).json()["ticket_form"]["ticket_field_ids"] == bare["ticket_form"]["ticket_field_ids"]
