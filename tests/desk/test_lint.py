"""Playbook files: what is wrong is said at its line, with the nearest valid word, and all of it at once."""

from pathlib import Path
from textwrap import dedent

import pytest
from holidays import list_supported_countries

from config.lint import lint
from config.load import PLAYBOOKS, BadPlaybook, check, load, parse, playbook_files
from config.marks import Problem, Unreadable, read_text
from config.rules.people import _countries

SOUND = """\
playbook: small
title: Small takeover
brand: Test
languages: [en]
opens_with: receive
roles:
  agent: {title: Agent}
  mod: {title: Manager on duty, calendar: office, fallback: agent}
calendars:
  office: {zone: Africa/Johannesburg, weekdays: [0, 1, 2, 3, 4], from: 08:00, to: 17:00, holidays: ZA}
fields:
  name: {type: name, title: Name, personal: true}
  kind: {type: choice, title: Kind, options: {full: Full, part: Partial}}
  same_email: {type: same, title: Email address}
texts:
  hello: "Good day {name}, your case is {case}, opened at {opened_at}."
promises:
  call_back: {title: We call back, made: receive, kept: suspend}
endings:
  completed: Everything is done
  failed: The customer could not be verified
steps:
  receive:
    sop: 1
    title: Receive the call
    owner: agent
    asks: [name, (kind)]
    says: [hello]
  verify:
    sop: 2
    title: Verify
    owner: agent
    after: receive
    asks: [same_email]
    outcomes:
      passed: {title: Passed}
      failed: {title: Failed, ends: failed}
  suspend:
    title: Suspend
    owner: mod
    urgent: true
    after: [verify]
    when: {outcome: {verify: passed}, field: {same_email: changed}}
    due: {in: 15m, from: "done:verify"}
    chase: [{after: 0m, tell: claimer}, {after: 5m, tell: owner}, {after: 15m, tell: agent}]
    does:
      - create_ticket: {as: main, form: F, group: G, subject: "Case {case}", body: ["{name} at {verify_at}"]}
"""


def problems(words: str) -> list[Problem]:
    data, source = read_text(words, "small.yaml")
    playbook, found = parse(data, source)
    return list(lint(playbook, source) if playbook else found)


def only(words: str) -> Problem:
    found = problems(words)
    assert len(found) == 1, [str(one) for one in found]
    return found[0]


def line_of(words: str, needle: str) -> int:
    return next(at for at, line in enumerate(words.splitlines(), 1) if needle in line)


def changed(old: str, new: str) -> str:
    assert old in SOUND
    return SOUND.replace(old, new, 1)


def test_a_sound_playbook_has_no_problems():
    assert problems(SOUND) == []


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_word():
    words = changed("    owner: mod\n", "    ownr: mod\n    owner: mod\n")
    found = only(words)
    assert found.line == line_of(words, "ownr")
    assert str(found).startswith("small.yaml:")
    assert "“ownr”" in found.what
    assert str(found).endswith("Did you mean “owner”?")


def test_a_missing_key_is_named_at_the_record_that_lacks_it():
    words = changed("    owner: mod\n", "")
    found = only(words)
    assert found.line == line_of(words, "  suspend:")
    assert "“owner” is missing in steps.suspend" in found.what


def test_all_problems_of_a_file_are_told_at_once():
    words = changed("type: name", "type: nmae").replace("in: 15m", "in: soon").replace("owner: mod", "ownr: mod")
    told = [str(one) for one in problems(words)]
    assert len(told) == 4
    assert any("Did you mean “name”?" in one for one in told)
    assert any("'soon' is not a duration" in one for one in told)


@pytest.mark.parametrize(
    ("old", "new", "what", "near"),
    [
        ("after: receive", "after: recieve", "there is no step “recieve”", "receive"),
        ("opens_with: receive", "opens_with: recive", "there is no step “recive”", "receive"),
        ('from: "done:verify"', 'from: "done:verfy"', "there is no step “verfy”", "verify"),
        ("asks: [same_email]", "asks: [same_email, nane]", "there is no field “nane”", "name"),
        ("says: [hello]", "says: [hello, helo]", "there is no text “helo”", "hello"),
        ("tell: agent", "tell: agnt", "there is no role “agnt”", "agent"),
        ("fallback: agent", "fallback: agents", "there is no role “agents”", "agent"),
        ("ends: failed", "ends: faild", "there is no ending “faild”", "failed"),
        ("calendar: office", "calendar: offices", "there is no calendar “offices”", "office"),
        ("verify: passed", "verify: pased", "has no outcome “pased”", "passed"),
        ("same_email: changed", "same_email: chnged", "“same_email” is never “chnged”", "changed"),
        ("kept: suspend", "kept: suspnd", "there is no step “suspnd”", "suspend"),
        ("kept: suspend", "kept: verify:pased", "has no outcome “pased”", "passed"),
        ("kept: suspend", "kept: suspend.card", "the step “suspend” has no part “card”", None),
        ("Good day {name}", "Good day {nmae}", "there is no field “nmae” to put into this text", "name"),
        ("Good day {name}", "Good day {name.first}", "is not a plain field name", None),
        ("zone: Africa/Johannesburg", "zone: Africa/Johanesburg", "is not a time zone", "Africa/Johannesburg"),
        ("holidays: ZA", "holidays: ZZ", "no public holidays are known for “ZZ”", None),
        ("[0, 1, 2, 3, 4]", "[1, 7]", "weekdays go from 0", None),
        (", fallback: agent", "", "is urgent, but “mod” does not always work", None),
        ("after: 5m", "after: 20m", "the rungs of “suspend” do not go up", None),
        ("options: {full: Full, part: Partial}", "options: {}", "“kind” is a choice without options", None),
        ("completed: Everything is done", "over: Everything is done", "has no words for “completed”", None),
        ("languages: [en]", "languages: [en]\nretention: {cas: 30d}", "no field is kept as “cas”", "case"),
        ("languages: [en]", "languages: [en, it]", "missing in “it”", None),
    ],
)
def test_a_slip_is_told_with_the_word_that_was_meant(old, new, what, near):
    words = changed(old, new)
    found = [one for one in problems(words) if what in one.what]
    assert found, [str(one) for one in problems(words)]
    assert any(near is None or one.nearest == near for one in found)
    assert not all(one.warning for one in found)
    assert 1 <= found[0].line <= len(words.splitlines())


def test_steps_that_wait_for_each_other_are_named_as_a_circle():
    found = problems(changed("    after: receive", "    after: [receive, suspend]"))
    assert any("verify → suspend → verify" in one.what for one in found)


def test_a_condition_may_not_look_at_what_comes_later():
    words = changed("    after: receive", "    after: receive\n    when: {outcome: {suspend: done}}")
    assert any("looks at “suspend”, which is not settled before it" in one.what for one in problems(words))


def test_a_condition_may_not_look_at_what_nobody_asked_before():
    words = changed("    after: receive", "    after: receive\n    when: {field: {same_email: same}}")
    assert any("looks at “same_email”, which nobody asks before it" in one.what for one in problems(words))


def test_a_step_behind_an_ending_is_unreachable():
    words = changed("verify: passed", "verify: failed")
    assert any("the case has ended by then" in one.what for one in problems(words))


def test_an_automatic_step_asks_nothing():
    words = changed("    asks: [same_email]", "    automatic: true\n    asks: [same_email]")
    told = [one.what for one in problems(words)]
    assert "“verify” is automatic and asks something; nobody would answer" in told
    assert "“verify” is automatic and needs an outcome called “done”" in told


def test_nothing_can_wait_for_a_step_that_comes_back():
    words = changed("    after: receive", "    after: receive\n    recurs: {every: 1d}")
    assert any("comes back and never settles" in one.what for one in problems(words))


def test_what_is_never_used_is_a_warning_and_not_an_error():
    words = changed("texts:\n", "texts:\n  bye: Goodbye\n")
    assert [(one.what, one.warning) for one in problems(words)] == [("no step says or shows “bye”", True)]


def test_a_ticket_is_changed_only_after_it_was_created():
    words = changed("    after: receive", "    after: receive\n    does: [{update_ticket: {ticket: main}}]")
    assert any("no step before “verify” creates the ticket “main”" in one.what for one in problems(words))


def test_a_key_that_stands_twice_is_an_error_with_both_lines():
    words = changed("    title: Suspend\n", "    title: Suspend\n    title: Stop\n")
    with pytest.raises(Unreadable) as wrong:
        read_text(words, "small.yaml")
    assert f"the first is on line {line_of(words, 'title: Suspend')}" in str(wrong.value)


def test_words_that_yaml_would_turn_into_numbers_or_truth_stay_words():
    data, _ = read_text("{to: 17:00, no: yes, at: 2026-11-22, on: off, big: 12, truth: true}", "x.yaml")
    assert data == {
        "to": "17:00",
        "no": "yes",
        "at": "2026-11-22",
        "on": "off",
        "big": 12,
        "truth": True,
    }


def test_aliases_are_followed_and_merged():
    data, _ = read_text("{base: &b {x: 1, y: 2}, one: {<<: *b, y: 3}, two: *b}", "x.yaml")
    assert data["one"] == {"x": 1, "y": 3}
    assert data["two"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("a: [1", "not YAML"),
        ("", "the file is empty"),
        ("? [1]\n: 2", "a key must be one word"),
        ("a: &a [*a]", "too deep or too large"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "\n".join(f"b{n}: &b{n} [{','.join([f'*b{n - 1}' if n else '*a'] * 10)}]" for n in range(8)),
            "too deep or too large",
        ),
        ("a: {<<: 3}", "“<<” needs an alias of a mapping"),
    ],
)
def test_files_that_are_no_plain_data_are_refused(words, what):
    with pytest.raises(Unreadable, match=what):
        read_text(words, "x.yaml")


def test_a_file_that_is_not_text_is_refused_at_its_line(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_bytes(b"playbook: x\ntitle: \xff\n")
    assert str(check(file).problems[0]).endswith("p.yaml:2: the file is not UTF-8 text.")


def test_loading_a_folder_tells_the_problems_of_all_its_files(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(SOUND.replace("after: receive", "after: nowhere"))
    (tmp_path / "b.yaml").write_text(
        dedent("""\
        playbook: b
        title: B
        """)
    )
    with pytest.raises(BadPlaybook) as wrong:
        load(tmp_path)
    told = str(wrong.value).splitlines()
    assert any("a.yaml:" in line and "“nowhere”" in line for line in told)
    assert any("b.yaml:" in line and "“steps” is missing" in line for line in told)


def test_two_files_cannot_hold_one_playbook(tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(SOUND)
    with pytest.raises(BadPlaybook, match="already in"):
        load(tmp_path)


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path):
    with pytest.raises(BadPlaybook, match="there is no playbook"):
        load(tmp_path)


def test_a_sound_folder_gives_playbooks_by_name(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(SOUND)
    assert list(load(tmp_path)) == ["small"]
    with pytest.raises(BadPlaybook, match="there is no such file"):
        load(tmp_path, ["other"])


@pytest.mark.parametrize("file", playbook_files(PLAYBOOKS), ids=lambda file: file.stem)
def test_the_playbooks_that_come_with_the_desk_are_sound(file: Path):
    assert [str(one) for one in check(file).problems if not one.warning] == []


@pytest.mark.parametrize(
    ("lockout", "what"),
    [
        ("{failed: [lost], same: [same_email], then: mod}", "has no outcome “lost”"),
        ("{failed: [failed], same: [shoe], then: mod}", "there is no field “shoe”"),
        ("{failed: [failed], same: [same_email], then: boss}", "there is no role “boss”"),
    ],
)
def test_a_lockout_names_what_is_there(lockout: str, what: str):
    words = changed("    asks: [same_email]", f"    lockout: {lockout}\n    asks: [same_email]")
    assert any(what in one.what for one in problems(words))


def test_the_countries_are_those_of_the_package_without_loading_each():
    assert _countries() == frozenset(list_supported_countries(include_aliases=True))
