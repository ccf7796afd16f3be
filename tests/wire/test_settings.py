"""Settings: one reader of the environment, every problem at once, and no secret on any page."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.environment import BadSettings, variables
from config.settings import Settings, settings
from config.settings_pages import example_page, settings_page

ROOT = Path(__file__).parents[2]
GIVEN = {
    "ATO_SLACK__TOKEN": "xoxb-very-secret",
    "ATO_SLACK__SIGNING_SECRET": "signing-secret",
    "ATO_ZENDESK__URL": "https://company.zendesk.com/",
    "ATO_ZENDESK__CLIENT_ID": "ato_desk",
    "ATO_ZENDESK__CLIENT_SECRET": "zendesk-secret",
    "ATO_ZENDESK__WEBHOOK_SECRET": "webhook-secret",
    "ATO_ZENDESK__PLACEHOLDER_EMAIL": "nobody@company.example",
    "ATO_VAULT__KEYS": Fernet.generate_key().decode(),
    "ATO_VAULT__DIGEST_KEY": "d" * 40,
}


def problems(**changed: str | None) -> list[str]:
    given = {name: value for name, value in {**GIVEN, **changed}.items() if value is not None}
    with pytest.raises(BadSettings) as wrong:
        settings(given)
    return str(wrong.value).splitlines()


def test_what_is_not_given_has_a_default():
    found = settings(GIVEN)
    assert found.slack.api_url == "https://slack.com/api/"
    assert found.zendesk.url == "https://company.zendesk.com"
    assert found.zendesk.query_type_field == "Query type"
    assert found.web.port == 8080
    assert found.chaser.tick_seconds == 15
    assert found.backoffice.url is None
    assert found.database_url.get_secret_value() == "sqlite:///./var/ato.sqlite3"


def test_everything_missing_is_told_at_once_with_its_purpose():
    with pytest.raises(BadSettings) as wrong:
        settings({})
    told = str(wrong.value).splitlines()
    assert [line.split()[0] for line in told] == sorted(GIVEN)
    assert "ATO_SLACK__TOKEN is missing. The bot token of the Slack app (xoxb-…)." in told


OLD = {
    "ATO_ZENDESK__CLIENT_ID": None,
    "ATO_ZENDESK__CLIENT_SECRET": None,
    "ATO_ZENDESK__EMAIL": "desk@company.example",
    "ATO_ZENDESK__TOKEN": "api-token",
}
"""Signing in as it was until 27 October 2026."""


def test_an_api_token_goes_on_without_an_oauth_client():
    given = {name: value for name, value in {**GIVEN, **OLD}.items() if value is not None}
    found = settings(given).zendesk
    assert (found.client_id, found.email) == (None, "desk@company.example")


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"ATO_ZENDESK__CLIENT_SECRET": None}, ["ATO_ZENDESK__CLIENT_SECRET"]),
        ({"ATO_ZENDESK__CLIENT_ID": None}, ["ATO_ZENDESK__CLIENT_ID"]),
        ({"ATO_ZENDESK__SECOND_CLIENT_ID": "b"}, ["ATO_ZENDESK__SECOND_CLIENT_SECRET"]),
        (
            {**OLD, "ATO_ZENDESK__SECOND_CLIENT_ID": "b", "ATO_ZENDESK__SECOND_CLIENT_SECRET": "s"},
            ["ATO_ZENDESK__CLIENT_ID", "ATO_ZENDESK__CLIENT_SECRET"],
        ),
        ({"ATO_ZENDESK__CLIENT_ID": "  "}, ["ATO_ZENDESK__CLIENT_ID"]),
        ({**OLD, "ATO_ZENDESK__TOKEN": None}, ["ATO_ZENDESK__TOKEN"]),
        (
            {"ATO_ZENDESK__CLIENT_ID": None, "ATO_ZENDESK__CLIENT_SECRET": None},
            ["ATO_ZENDESK__CLIENT_ID", "ATO_ZENDESK__CLIENT_SECRET"],
        ),
    ],
)
def test_half_a_sign_in_is_told_by_the_missing_half(changed, missing):
    told = problems(**changed)
    assert [line.split(" is missing. ")[0] for line in told] == missing
    assert all(len(line.split(" is missing. ")[1]) > 20 for line in told)


def test_what_is_left_of_an_api_token_stops_nobody_who_has_an_oauth_client():
    assert settings({**GIVEN, "ATO_ZENDESK__EMAIL": "a@b.example"}).zendesk.client_id == "ato_desk"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://company.zendesk.com", "http:// is for an emulator"),
        ("https://company.zendesk.com/api/v2", "must end after the host"),
        ("company", "must begin with https://"),
    ],
)
def test_a_secret_goes_to_a_host_and_over_tls(url, says):
    assert says in problems(ATO_ZENDESK__URL=url)[0]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8081", "http://emulator:80", "http://10.0.0.7", "https://x.example/"]
)
def test_an_emulator_needs_no_tls(url):
    assert settings({**GIVEN, "ATO_ZENDESK__URL": url}).zendesk.url == url.rstrip("/")


@pytest.mark.parametrize("scopes", ["read,write", "read; write", "READ", "['read']", "  "])
def test_scopes_are_one_string_of_words(scopes):
    told = problems(ATO_ZENDESK__SCOPES=scopes)
    assert told[0].startswith("ATO_ZENDESK__SCOPES cannot be used: scopes are words separated")
    assert settings({**GIVEN, "ATO_ZENDESK__SCOPES": " read  tickets:write "}).zendesk.scopes == ("read tickets:write")


@pytest.mark.parametrize("seconds", ["300", "172800", "0", "half an hour"])
def test_the_life_of_a_token_is_within_zendesks_bounds(seconds):
    assert problems(ATO_ZENDESK__TOKEN_SECONDS=seconds)[0].startswith("ATO_ZENDESK__TOKEN_SECONDS cannot be used")


def test_an_unknown_variable_is_refused_with_the_nearest_name():
    assert problems(ATO_SLAK__TOKEN="x") == [
        "ATO_SLAK__TOKEN is not a setting of the desk. Did you mean ATO_SLACK__TOKEN?"
    ]


def test_variables_of_others_are_left_alone():
    assert settings({**GIVEN, "PATH": "/bin", "ATOMIC": "1"}).web.port == 8080


def test_a_slip_and_a_wrong_value_are_told_together():
    told = problems(ATO_WEB__PORT="http", ATO_LOG__LEVL="info", ATO_ZENDESK__URL="company")
    assert [line.split()[0] for line in told] == [
        "ATO_LOG__LEVL",
        "ATO_WEB__PORT",
        "ATO_ZENDESK__URL",
    ]


def test_an_empty_variable_counts_as_not_given():
    assert settings({**GIVEN, "ATO_WEB__PORT": ""}).web.port == 8080
    assert problems(ATO_SLACK__TOKEN="")[0].startswith("ATO_SLACK__TOKEN is missing.")


def test_a_secret_may_stand_in_a_file(tmp_path):
    file = tmp_path / "token"
    file.write_text("xoxb-from-file\n")
    given = {**GIVEN, "ATO_SLACK__TOKEN": "", "ATO_SLACK__TOKEN_FILE": str(file)}
    assert settings(given).slack.token.get_secret_value() == "xoxb-from-file"


def test_a_secret_file_that_cannot_be_read_is_told_once(tmp_path):
    told = problems(ATO_SLACK__TOKEN=None, ATO_SLACK__TOKEN_FILE=str(tmp_path / "none"))
    assert len(told) == 1
    assert told[0].startswith("ATO_SLACK__TOKEN_FILE cannot be read: FileNotFoundError")


def test_a_secret_in_both_places_is_refused(tmp_path):
    assert problems(ATO_SLACK__TOKEN_FILE=str(tmp_path)) == [
        "ATO_SLACK__TOKEN_FILE and ATO_SLACK__TOKEN are both given. Keep one of them."
    ]


def test_only_secrets_are_read_from_files(tmp_path):
    assert problems(ATO_WEB__PORT_FILE=str(tmp_path))[0].startswith("ATO_WEB__PORT_FILE is not a setting")


@pytest.mark.parametrize(
    "rows",
    [
        {"ATO_SLACK__INBOXES__MOD": "C1", "ATO_SLACK__INBOXES__TEAM_LEAD": "C2"},
        {"ATO_SLACK__INBOXES": '{"mod": "C1", "team_lead": "C2"}'},
        {"ATO_SLACK__INBOXES": '{"mod": "C1"}', "ATO_SLACK__INBOXES__TEAM_LEAD": "C2"},
    ],
)
def test_a_table_is_given_row_by_row_or_as_json(rows):
    assert settings({**GIVEN, **rows}).slack.inboxes == {"mod": "C1", "team_lead": "C2"}


def test_lists_are_separated_by_commas():
    found = settings({**GIVEN, "ATO_SLACK__PEOPLE__MOD": "U1, U2", "ATO_PLAYBOOKS__NAMES": "mr_d,qualia"})
    assert found.slack.people == {"mod": ("U1", "U2")}
    assert found.playbooks.names == ("mr_d", "qualia")


def test_a_table_that_is_no_json_is_told_and_not_thrown():
    assert any("JSON" in line or "ATO_SLACK__INBOXES" in line for line in problems(ATO_SLACK__INBOXES="{mod"))


def test_the_first_vault_key_is_the_current_one():
    keys = [Fernet.generate_key(), Fernet.generate_key()]
    found = settings({**GIVEN, "ATO_VAULT__KEYS": ",".join(key.decode() for key in keys)})
    assert found.vault.fernet_keys == tuple(keys)


def test_a_key_that_is_none_is_refused_without_being_repeated():
    told = problems(ATO_VAULT__KEYS=f"{GIVEN['ATO_VAULT__KEYS']},my-very-secret-key")
    assert told[0].startswith("ATO_VAULT__KEYS cannot be used: key 2 is not a Fernet key")
    assert "my-very-secret-key" not in "".join(told)


def test_secrets_are_not_printed():
    shown = f"{settings(GIVEN)!r} {settings(GIVEN)} {settings(GIVEN).model_dump_json()}"
    for secret in (
        "xoxb-very-secret",
        "signing-secret",
        "zendesk-secret",
        "webhook-secret",
        "d" * 40,
    ):
        assert secret not in shown


def test_the_environment_of_this_process_is_not_seen_when_another_is_given(monkeypatch):
    monkeypatch.setenv("ATO_WEB__PORT", "9999")
    assert settings(GIVEN).web.port == 8080


def test_the_environment_goes_before_the_file_beside_it(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("".join(f"{n}={v}\n" for n, v in GIVEN.items()) + "ATO_WEB__PORT=1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATO_WEB__PORT", "2")
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)
    assert settings().web.port == 2


def test_every_variable_says_what_it_is_for():
    assert [one.name for one in variables(Settings) if not one.purpose] == []


def test_the_pages_are_those_the_models_give():
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings_page(), "run: ato settings write"
    assert (ROOT / ".env.example").read_text("utf-8") == example_page(), "run: ato settings write"
