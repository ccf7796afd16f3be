"""The manifest: it fits Slack's schema, asks for the scopes of what the code calls and no more, and lists what the bot hears."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from integrations.slack.app.manifest import manifest
from integrations.slack.app.scopes import COMMAND, EVENTS, METHODS, PROFILE, needed
from ops.cli import app
from ops.exits import USAGE

ROOT = Path(__file__).parents[2]
CONTRACTS = next(
    (
        one / "shared" / "contracts" / "slack"
        for one in ROOT.parents
        if (one / "shared" / "contracts" / "slack").is_dir()
    ),
    None,
)
CALL = re.compile(r"\.((?:apps|auth|chat|conversations|files|reactions|reminders|usergroups|users|views)_\w+)[(,]")
HEARD = re.compile(r'app\.event\("(\w+)"\)|for event in \(([^)]*)\)')


def called() -> set[str]:
    """The Web API methods in the code: slack_sdk writes `views.open` as `views_open(…)`."""
    files = [*(ROOT / "integrations" / "slack").rglob("*.py"), *(ROOT / "bot").glob("*.py")]
    return {name.replace("_", ".") for file in files for name in CALL.findall(file.read_text("utf-8"))}


def test_the_table_of_methods_is_what_the_code_calls():
    assert called() == set(METHODS)


def test_the_table_of_events_is_what_the_bot_listens_to():
    words = (ROOT / "bot" / "slack_app.py").read_text("utf-8")
    heard = {one for pair in HEARD.findall(words) for one in re.findall(r"\w+", " ".join(pair))}
    assert heard == set(EVENTS)


def test_no_scope_is_missing_and_none_is_too_many():
    asked = set(manifest("https://ato.example.com")["oauth_config"]["scopes"]["bot"])
    wanted = {*COMMAND, *PROFILE, *(s for scopes in (*METHODS.values(), *EVENTS.values()) for s in scopes)}
    assert asked == wanted == set(needed())


@pytest.mark.skipif(CONTRACTS is None, reason="the recorded data of the real systems is not here")
def test_each_method_has_scopes_that_slack_names_for_it():
    assert CONTRACTS is not None
    for method, scopes in METHODS.items():
        file = CONTRACTS / "methods" / f"{method}.json"
        if file.exists():
            named = {one["name"] for one in json.loads(file.read_text("utf-8")).get("scopes", {}).get("bot", [])}
            assert set(scopes) <= named and bool(scopes) == bool(named), method


@pytest.mark.skipif(CONTRACTS is None, reason="the recorded data of the real systems is not here")
@pytest.mark.parametrize("url", ["https://ato.example.com", None])
def test_the_manifest_fits_slacks_own_schema(url):
    assert CONTRACTS is not None
    schema = json.loads((CONTRACTS / "manifest-schema" / "schemas" / "manifest.schema.1.0.0.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(manifest(url))


def test_every_address_is_the_bots():
    told = json.dumps(manifest("https://ato.example.com/"))
    assert set(re.findall(r"https://[^\"]+", told)) == {"https://ato.example.com/slack/events"}
    assert "https:" not in json.dumps(manifest(None))
    assert manifest(None)["settings"]["socket_mode_enabled"]


def test_what_slack_would_not_take_is_refused():
    with pytest.raises(ValidationError):
        manifest("ftp://ato.example.com")


def test_the_command_writes_it_and_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["manifest", "--url", "https://ato.example.com"])
    assert json.loads(done.output) == manifest("https://ato.example.com")
    assert CliRunner().invoke(app, ["manifest"]).exit_code == USAGE
