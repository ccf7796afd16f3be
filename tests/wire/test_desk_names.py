"""What a desk's name may be, what it marks outside, and which desk a mark belongs to: tables."""

import pytest
from typer.testing import CliRunner

from config.environment import BadSettings
from config.load import load
from config.settings import desk_and_command, settings
from desk.case.effects import CreateTicket, Requester, UpdateTicket
from desk.values import desk_title
from integrations.slack.app.manifest import manifest
from integrations.zendesk.desk_marks import carried, desk_of, external_id, is_anothers, marker, tag_of
from integrations.zendesk.names import Ids
from integrations.zendesk.other_desks import also_calling, others, parts
from integrations.zendesk.precedence import first_desk
from integrations.zendesk.rules import Kind, Placed, Wanted, trigger_of
from integrations.zendesk.setup import Found
from integrations.zendesk.shapes import RawHook, RawRule, RawTicket, RawTitle
from integrations.zendesk.wire import sent_under, write_ticket, write_update
from ops.cli import app
from ops.exits import UNSET
from tests.wire.test_settings import GIVEN

LONGEST = "abcdefghij-123456789"
KIND = Kind(form="Customer Query", query_type="A::B")
PLACED = Placed(kind=KIND, form=7, field=9, tag="a_b")
CREATE = CreateTicket(
    key="01JCASE/suspend/1/0",
    case="01JCASE",
    lane="ticket:1",
    name="escalation",
    subject="ATO-1",
    body="Words",
    form="Customer Query",
    query_type=None,
    group="G",
    status="open",
    requester=Requester(email="a@b.example", name="A"),
)
UPDATE = UpdateTicket(
    key="01JCASE/note/1/0", case="01JCASE", lane="ticket:1", name="escalation", note="Words", ticket=1
)


@pytest.mark.parametrize("name", ["a", "ato", "fraud-eu", "desk2", LONGEST])
def test_names_of_small_letters_digits_and_hyphens_are_taken(name: str):
    assert settings({**GIVEN, "ATO_NAME": name}).name == name
    assert len(desk_title(name)) <= 35  # the longest name of a Slack app
    manifest("https://ato.example.com", name=desk_title(name))


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "fraud eu",
        "Fraud",
        "a" * 200,
        LONGEST + "0",
        "🦊",
        "-eu",
        "eu-",
        "a--b",
        "1eu",
        "eu_1",
        "eu\n",
        "é",
        "../x",
    ],
)
def test_any_other_name_is_refused_with_the_setting_and_an_example(name: str):
    with pytest.raises(BadSettings) as told:
        settings({**GIVEN, "ATO_NAME": name})
    (line,) = told.value.problems
    assert line.startswith(("ATO_NAME cannot be used: a desk's name is small letters", "ATO_NAME is empty."))
    assert "such as fraud-eu" in line


@pytest.mark.parametrize("command", ["/ato", "/ato-eu", "/a", "/ato_2", "/" + "a" * 31])
def test_a_command_is_one_that_slack_takes(command: str):
    assert settings({**GIVEN, "ATO_SLACK__COMMAND": command}).slack.command == command
    asked = manifest("https://ato.example.com", command=command)
    assert asked["features"]["slash_commands"][0]["command"] == command


@pytest.mark.parametrize("command", ["ato", "/", "/ATO", "/ato eu", "//ato", "/" + "a" * 32, "/ato🦊"])
def test_any_other_command_is_refused_with_an_example(command: str):
    with pytest.raises(BadSettings) as told:
        settings({**GIVEN, "ATO_SLACK__COMMAND": command})
    assert "ATO_SLACK__COMMAND cannot be used" in told.value.problems[0]
    assert "such as /ato-eu" in told.value.problems[0]


def test_without_a_name_everything_is_as_it_was():
    found = settings(GIVEN)
    assert (found.name, found.slack.command) == ("ato", "/ato")
    assert desk_title("ato") == "ATO Desk"
    assert KIND.title("ato") == "ATO Desk: ticket changed (B)"
    assert external_id("01JCASE/suspend/1/0") == "ato-09f9e1514bde5ab3532ab837339a209d28681c83"
    assert tag_of("ato") is None


def test_the_manifest_carries_the_desks_name_and_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATO_NAME", "fraud-eu")
    monkeypatch.setenv("ATO_SLACK__COMMAND", "/ato-eu")
    done = CliRunner().invoke(app, ["manifest", "--socket"])
    assert done.exit_code == 0
    assert '"name": "ATO Desk (fraud-eu)"' in done.output
    assert '"command": "/ato-eu"' in done.output
    monkeypatch.setenv("ATO_NAME", "Fraud EU")
    done = CliRunner().invoke(app, ["manifest", "--socket"])
    assert done.exit_code == UNSET
    assert "ATO_NAME cannot be used" in done.output
    with pytest.raises(BadSettings):
        desk_and_command({"ATO_NAME": ""})


def test_a_playbooks_texts_say_the_desks_command():
    said = str(load(names=["mr_d"], command="/ato-eu")["mr_d"])
    assert "In Slack: /ato-eu {case}" in said
    assert "/ato " not in said
    assert load(names=["mr_d"]) == load(names=["mr_d"], command="/ato")


# What it marks -------------------------------------------------------------------------------------


def test_a_ticket_and_a_note_carry_the_desks_name():
    body = write_ticket(CREATE, Ids(form=7, group=8), CREATE.requester, "fraud-eu")
    assert sent_under(body) == external_id(CREATE.key, "fraud-eu")
    assert external_id(CREATE.key, "fraud-eu").startswith("ato-fraud-eu-")
    assert b'"tags":["ato_desk_fraud_eu"]' in body
    assert b'"tags"' not in write_ticket(CREATE, Ids(form=7, group=8), CREATE.requester)
    assert marker(UPDATE.key, "fraud-eu").encode() in write_update(UPDATE, Ids(), None, desk="fraud-eu")


def test_a_note_of_a_former_name_is_known():
    old = f"Words\n\n{marker('k', 'ato')}"
    assert carried([old], "k", ["fraud-eu", "ato"])
    assert not carried([old], "k", ["fraud-eu"])


@pytest.mark.parametrize(
    ("tags", "desks", "others_own"),
    [
        ((), ["ato"], False),
        (("vip",), ["fraud-eu"], False),
        (("ato_desk_fraud_eu",), ["fraud-eu"], False),
        (("ato_desk_fraud_eu",), ["fraud-uk", "fraud-eu"], False),
        (("ato_desk_fraud_eu",), ["ato"], True),
        (("ato_desk_fraud_eu", "ato_desk_fraud_uk"), ["fraud-uk"], False),
        (None, ["ato"], False),
    ],
)
def test_a_tag_gives_a_ticket_to_a_desk(tags, desks, others_own):
    assert is_anothers(RawTicket(id=1, tags=tags), desks) is others_own


@pytest.mark.parametrize(
    ("webhook", "desk"),
    [
        ("ATO Desk", "ato"),
        ("ATO Desk (fraud-eu)", "fraud-eu"),
        ("ATO Desk (Fraud EU)", None),
        ("ATO Desk backup", None),
        ("Slack", None),
    ],
)
def test_a_webhook_names_its_desk(webhook, desk):
    assert desk_of(webhook) == desk


# In one account ------------------------------------------------------------------------------------


def title(id_: int, words: str, *, active: bool = True, position: int = 1) -> RawTitle:
    return RawTitle(id=id_, title=words, active=active, position=position)


@pytest.mark.parametrize(
    ("triggers", "desk"),
    [
        ([], None),
        ([title(1, "ATO Desk: ticket changed (B)")], "ato"),
        ([title(1, "ATO Desk: ticket changed (C)")], None),
        ([title(2, "ATO Desk: ticket changed (B)"), title(1, "ATO Desk (eu): ticket changed (B)")], "eu"),
        ([title(2, "ATO Desk: ticket changed (B)"), title(1, "ATO Desk (eu): ticket changed (B)", position=2)], "ato"),
        (
            [title(2, "ATO Desk: ticket changed (B)"), title(1, "ATO Desk (eu): ticket changed (B)", active=False)],
            "ato",
        ),
        ([title(1, "Theirs: ticket changed (B)")], None),
    ],
)
def test_the_first_trigger_says_who_adopts(triggers, desk):
    assert first_desk(triggers, "A>B") == desk


def rule(id_: int, words: str, hook: str) -> RawRule:
    body = trigger_of(PLACED, hook)
    return RawRule.model_validate({**body, "id": id_, "title": words})


HOOKS = (RawHook(id="H1", name="ATO Desk"), RawHook(id="H2", name="ATO Desk (eu)", endpoint="https://eu.example/x"))
RULES = (
    rule(1, "ATO Desk: ticket changed (B)", "H1"),
    rule(2, "ATO Desk (eu): ticket changed (B)", "H2"),
    rule(3, "ATO Desk: mine, but it calls another", "H2"),
    rule(4, "Somebody's own", "H1"),
)
ACCOUNT = Found(forms=(), groups=(), fields=(), hooks=HOOKS, rules=RULES)


def test_a_desks_parts_are_its_triggers_and_last_its_webhook():
    wanted = Wanted(field="f", kinds=(KIND,), groups=())
    assert [(one.check, one.name) for one in parts(wanted, ACCOUNT)] == [
        ("trigger", "ATO Desk: ticket changed (B)"),
        ("webhook", "ATO Desk"),
    ]
    assert also_calling(wanted, ACCOUNT) == ("Somebody's own",)
    (other,) = others(wanted, ACCOUNT, [PLACED])
    assert (other.name, other.endpoint, other.triggers) == ("eu", "https://eu.example/x", 1)
    assert other.shared == ("ATO Desk (eu): ticket changed (B)",)
