"""`${name}` in a playbook: its own values, what an installation puts in their place, and names that are not there."""

from pathlib import Path

import pytest

from config.load import PLAYBOOKS, BadPlaybook, check, load
from config.marks import read_text
from config.placeholders import put_in

WORDS = """\
playbook: small
values:
  form: Ours
  group: Also ours
steps:
  ask:
    - form: ${form}
      body: ["{name} · ${form} · ${group}", 12, "$5 {form}"]
"""


def resolved(given=None, words=WORDS):
    data, source = read_text(words, "small.yaml")
    return put_in(data, source, given or {})


def test_a_value_is_put_in_wherever_its_name_stands():
    data, problems = resolved()
    assert data["steps"]["ask"] == [{"form": "Ours", "body": ["{name} · Ours · Also ours", 12, "$5 {form}"]}]
    assert not problems


def test_an_installation_may_put_something_else_in_its_place():
    data, problems = resolved({"form": "Theirs"})
    assert data["steps"]["ask"][0]["form"] == "Theirs"
    assert data["values"] == {"form": "Theirs", "group": "Also ours"}
    assert not problems


def test_an_unknown_name_is_a_problem_at_its_line():
    _, problems = resolved(words=WORDS.replace("- form: ${form}", "- form: ${from}"))
    assert [str(one) for one in problems] == [
        "small.yaml:7: there is no “from” among the playbook's “values”. Did you mean “form”?"
    ]


def test_a_setting_for_a_name_the_playbook_does_not_have_is_a_problem():
    _, problems = resolved({"fom": "Theirs"})
    assert "the settings give a value “fom”" in problems[0].what
    assert problems[0].nearest == "form"


def test_a_value_that_nothing_uses_is_a_warning():
    _, problems = resolved(words=WORDS.replace(" · ${group}", ""))
    assert [(one.line, one.warning) for one in problems] == [(4, True)]


def test_what_a_value_holds_is_not_read_again():
    data, _ = resolved({"form": "${group}"})
    assert data["steps"]["ask"][0]["form"] == "${group}"


def test_the_ticket_of_qualia_goes_where_the_settings_say():
    given = {"qualia_connect": {"ticket_form": "Sicurezza", "security_group": "Difesa"}}
    book = load(PLAYBOOKS, ["qualia_connect"], given)["qualia_connect"]
    plan = book.steps["assess"].outcomes["to_security"].does[0].create_ticket
    assert plan
    assert (plan.form, plan.group) == ("Sicurezza", "Difesa")
    assert book.roles["security"].group == "Difesa"
    assert book != load(PLAYBOOKS, ["qualia_connect"])["qualia_connect"]


def test_values_for_a_playbook_that_is_not_there_are_refused_with_the_nearest_name():
    with pytest.raises(BadPlaybook, match="Did you mean “qualia_connect”"):
        load(PLAYBOOKS, ["mr_d"], {"qualia_conect": {"ticket_form": "x"}})


def test_one_name_for_two_teams_is_refused(tmp_path: Path):
    words = (PLAYBOOKS / "qualia_connect.yaml").read_text("utf-8")
    other = words.replace("playbook: qualia_connect", "playbook: other", 1)
    for name, text in {"qualia_connect": words, "other": other}.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    assert set(load(tmp_path)) == {"qualia_connect", "other"}
    (tmp_path / "other.yaml").write_text(other.replace("Team di sicurezza", "Altri"), "utf-8")
    with pytest.raises(BadPlaybook, match="“security” is another team in"):
        load(tmp_path)


def test_the_playbooks_that_come_with_the_desk_have_no_problem_at_all():
    assert [check(file).problems for file in sorted(PLAYBOOKS.glob("*.yaml"))] == [(), ()]
