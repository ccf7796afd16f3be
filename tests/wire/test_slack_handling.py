"""What people do beside steps, on the wire: menus, modals and the commands they become."""

from datetime import UTC, datetime
from typing import Any

import pytest

from desk.cards.forms import form
from desk.case import commands as cmd
from desk.rules.action_table import TABLE
from desk.rules.available_actions import offers
from desk.values import Fact, Fill, Person
from integrations.slack.codec import arrivals, wire
from integrations.slack.codec.actions import MORE, Action, StepValue, read_choice, write_choice
from integrations.slack.codec.commands import command_of, command_of_action
from integrations.slack.codec.meta import FormMeta
from integrations.slack.views.case_action_inputs import ActionContext
from integrations.slack.views.case_action_modal import case_action_view
from integrations.slack.views.inputs import answer_of, answered, split
from tests.desk.bench import CASE as BENCH_CASE
from tests.desk.bench import PEOPLE, Bench, mr_d
from tests.wire.making_cards import ink
from tests.wire.making_forms import block, spec
from tests.wire.slack_bodies import CASE, click, submission, view
from tests.wire.slack_limits import check, words

MOD = Person(id="UMOD0001", roles=frozenset({"mod"}), zone="Africa/Johannesburg")
LERATO = Person(id="UMOD0002", roles=frozenset({"mod"}))
NOON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def chosen(value: str, action: str = "menu:suspend") -> dict[str, Any]:
    pressed = {"type": "overflow", "action_id": action, "selected_option": {"value": value}}
    return click("x", actions=[pressed])


@pytest.mark.parametrize("what", [MORE, *(name for name in TABLE if name != "attempt")])
def test_a_line_of_a_menu_comes_back_as_it_was_written(what: str) -> None:
    value = StepValue(CASE, 2)
    read = read_choice(Action("menu", step="suspend"), write_choice(what, value))
    assert read == (Action("ask", what=what, step="suspend"), value)


@pytest.mark.parametrize("raw", [None, "", "snooze", f"fly|{CASE}|1", f"attempt|{CASE}|1", "snooze|x|1"])
def test_a_line_nobody_wrote_is_nothing(raw: str | None) -> None:
    assert read_choice(Action("menu"), raw) is None


def test_a_chosen_line_is_a_click_that_opens_its_modal() -> None:
    found = wire.read_click(chosen(f"snooze|{CASE}|3"))
    assert isinstance(found, arrivals.Click)
    asked = command_of(found, MOD, NOON)
    assert isinstance(asked, arrivals.Show)
    assert (asked.meta.ask, asked.meta.step, asked.meta.occurrence) == ("snooze", "suspend", 3)
    assert wire.read_sender(chosen(f"snooze|{CASE}|3")).case == CASE


def test_going_on_takes_one_tap() -> None:
    found = wire.read_click(chosen(f"resume|{CASE}|1", "menu:"))
    assert isinstance(found, arrivals.Click)
    assert isinstance(command_of(found, MOD, NOON), cmd.Resume)


def test_a_menu_with_a_line_nobody_wrote_is_unreadable() -> None:
    assert isinstance(wire.read_click(chosen("fly|x|1")), arrivals.Unreadable)


def test_a_try_opens_its_own_modal() -> None:
    found = wire.read_click(click("try:call:no_answer"))
    assert isinstance(found, arrivals.Click)
    asked = command_of(found, MOD, NOON)
    assert isinstance(asked, arrivals.Show)
    assert (asked.meta.ask, asked.meta.step, asked.meta.attempt) == ("attempt", "call", "no_answer")


def test_a_button_in_a_modal_knows_its_modal_and_one_in_a_home_tab_none() -> None:
    for kind, view_id in (("modal", "V111"), ("home", "")):
        body = click("ask:note:", view=view(FormMeta(case=CASE)) | {"type": kind})
        found = wire.read_click(body)
        assert isinstance(found, arrivals.Click)
        assert found.view_id == view_id


def _sent(meta: FormMeta, **given: str) -> arrivals.Submission:
    values = {f"{name}@handle": {name: {"type": "plain_text_input", "value": raw}} for name, raw in given.items()}
    if "to" in given:
        values["to@handle"]["to"] = {"type": "users_select", "selected_user": given["to"]}  # type: ignore[dict-item]
    found = wire.read_submission(submission(meta, values))
    assert isinstance(found, arrivals.Submission)
    return found


@pytest.mark.parametrize(
    ("ask", "given", "command", "expected"),
    [
        ("hand_over", {"to": "UMOD0002"}, cmd.HandOver, {"step": "suspend", "occurrence": 2}),
        (
            "snooze",
            {"length": "3600", "reason": " Admin is down "},
            cmd.Snooze,
            {"seconds": 3600, "reason": "Admin is down"},
        ),
        ("override", {"step": "refund/4", "reason": "r"}, cmd.Override, {"step": "refund", "occurrence": 4}),
        ("attempt", {}, cmd.LogAttempt, {"attempt": "no_answer", "step": "suspend"}),
        ("cancel", {"code": "family", "reason": ""}, cmd.Cancel, {"code": "family", "reason": ""}),
        (
            "correct",
            {"app_version": "7.42.1"},
            cmd.RecordFacts,
            {"fills": {"app_version": {"raw": "7.42.1", "none_because": None}}},
        ),
        ("wait", {"reason": "r"}, cmd.WaitForCustomer, {"reason": "r"}),
        ("reopen", {"reason": "r"}, cmd.Reopen, {"reason": "r"}),
        ("merge", {"into": "ATO-7"}, cmd.Merge, {"into": "ATO-7"}),
        ("note", {"words": "w"}, cmd.AddNote, {"words": "w"}),
    ],
)
def test_a_sent_modal_is_a_command(ask: str, given: Any, command: type[cmd.Command], expected: Any) -> None:
    meta = FormMeta(case=CASE, step="suspend", occurrence=2, ask=ask, attempt="no_answer", field="app_version")
    asked = command_of_action(_sent(meta, **given), MOD, lambda _: LERATO, NOON)
    assert isinstance(asked, command)
    assert expected.items() <= asked.model_dump().items()
    if isinstance(asked, cmd.HandOver):
        assert asked.to == LERATO


def test_a_modal_nobody_wrote_is_no_command() -> None:
    assert command_of_action(_sent(FormMeta(case=CASE, ask="fly")), MOD, lambda _: LERATO, NOON) is None


@pytest.mark.parametrize(
    ("choice", "zone", "seconds"),
    [
        ("900", "UTC", 900),
        ("259200", "UTC", 259200),
        ("tomorrow", "Africa/Johannesburg", 20 * 3600),
        ("tomorrow", "nowhere/at all", 22 * 3600),
        ("made up", "UTC", 900),
    ],
)
def test_how_long_a_snooze_is(choice: str, zone: str, seconds: int) -> None:
    sent = _sent(FormMeta(case=CASE, step="suspend", ask="snooze"), length=choice, reason="r")
    asked = command_of_action(sent, MOD.model_copy(update={"zone": zone}), lambda _: LERATO, NOON)
    assert isinstance(asked, cmd.Snooze)
    assert asked.seconds == seconds


# Modals -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def called() -> Bench:
    """A case whose customer is being called."""
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["not_found"].deeds[:10])
    bench.tell(cmd.AddNote(case=BENCH_CASE, delivery="n", by=PEOPLE["data"], words="<!channel> call at noon"))
    return bench


def asking(bench: Bench, who: str, ask: str, **about: Any) -> dict[str, Any]:
    person = PEOPLE[who]
    meta = FormMeta(case=bench.case.id, ask=ask, **about)
    allowed = offers(bench.situation, person)
    drawn = ActionContext(meta, bench.case, bench.playbook, allowed, ink(bench.now), bench.now)
    return check(case_action_view(drawn))


@pytest.mark.parametrize(
    ("ask", "names"),
    [
        ("hand_over", ["to"]),
        ("snooze", ["length", "reason"]),
        ("override", ["reason"]),
        ("wait", ["reason"]),
        ("reopen", ["reason"]),
        ("cancel", ["code", "reason"]),
        ("merge", ["into"]),
        ("note", ["words"]),
        ("correct", ["pick:field"]),
        ("attempt", []),
    ],
)
def test_each_modal_asks_for_what_its_command_needs(called: Bench, ask: str, names: list[str]) -> None:
    drawn = asking(called, "data", ask, step="call", attempt="no_answer")
    assert [one["element"]["action_id"] for one in drawn["blocks"] if one["type"] == "input"] == names


def test_where_several_steps_could_be_meant_one_is_chosen(called: Bench) -> None:
    drawn = asking(called, "data", "snooze")
    (which,) = [one for one in drawn["blocks"] if one.get("block_id") == "step@handle"]
    assert [one["value"] for one in which["element"]["options"]] == ["call/1"]


def test_the_list_holds_what_this_person_may_do(called: Bench) -> None:
    def offered(who: str) -> set[str]:
        blocks = asking(called, who, "more")["blocks"]
        return {e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]}

    assert offered("data") == {
        "try:call:no_answer",
        "ask:hand_over:call",
        "ask:snooze:call",
        "ask:note:",
        "ask:question:",
        "ask:correct:",
        "ask:wait:",
    }
    assert offered("agent") == {"ask:note:", "ask:correct:", "ask:wait:"}
    assert offered("mod") == offered("agent") | {"ask:cancel:", "ask:merge:"}
    assert offered("outsider") == set()


def test_a_fact_is_corrected_from_what_is_known(called: Bench) -> None:
    drawn = asking(called, "data", "correct", field="changes")
    question = next(one for one in drawn["blocks"] if one.get("block_id") == "changes@correct")
    lines = question["element"]["initial_value"].splitlines()
    assert lines[0].startswith("email | werner.vanwyk@example.com | w.vw.new@mail.example | ")
    assert question["label"]["text"] == "Personal information that was changed"


def test_ticks_and_comparisons_are_not_facts_to_correct(called: Bench) -> None:
    drawn = asking(called, "data", "correct")
    (which,) = [one for one in drawn["blocks"] if one["type"] == "input"]
    offered = {one["value"] for one in which["element"]["options"]}
    assert {"app_version", "email", "changes"} <= offered
    assert "restored" not in offered
    assert "wallet_before" not in offered


def test_earlier_notes_stand_above_a_new_one_and_are_not_live(called: Bench) -> None:
    said = words(asking(called, "data", "note"))
    assert "&lt;!channel&gt; call at noon" in said
    assert "<!channel>" not in said


# Inputs -------------------------------------------------------------------------------------------


def ticks(count: int) -> dict[str, Any]:
    return block("ticks", options={str(n): {"en": f"Row {n}"} for n in range(count)})


@pytest.mark.parametrize(("count", "kind"), [(1, "checkboxes"), (10, "checkboxes"), (11, "multi_static_select")])
def test_rows_are_ticked_in_boxes_or_a_menu(count: int, kind: str) -> None:
    assert ticks(count)["element"]["type"] == kind


def test_hundreds_of_rows_are_ticked_in_groups_and_stay_ticked() -> None:
    drawn = answered(ticks(250), Fill(raw=("0", "249")))
    groups = drawn["element"]["option_groups"]
    assert [len(one["options"]) for one in groups] == [100, 100, 50]
    assert [one["label"]["text"] for one in groups] == ["1–100", "101–200", "201–250"]
    assert [one["value"] for one in drawn["element"]["initial_options"]] == ["0", "249"]


def test_a_long_answer_goes_on_in_the_line_below() -> None:
    words_ = "Field: email · Before: werner.vanwyk@example.com · After: w.vw.new@mail.example · When: 18:02"
    first, rest = split(words_)
    assert len(first) <= 75
    assert f"{first} {rest}" == words_
    drawn = block("choice", options={"a": {"en": words_}})["element"]["options"][0]
    assert (drawn["text"]["text"], drawn["description"]["text"]) == (first, rest)
    assert split("x" * 80) == ("x" * 75, "x" * 5)


def test_known_rows_stand_in_the_form_as_they_are_typed() -> None:
    rows = [{"order": "DFD-1", "amount": {"amount": "12.50", "currency": "ZAR"}, "date": None}]
    filled = answered(block("rows"), answer_of(Fact(value=rows)))
    assert filled["element"]["initial_value"] == "DFD-1 | 12.50 | "


def test_rows_that_do_not_fit_are_not_cut_and_not_asked_for_again() -> None:
    filled = answered(block("rows"), Fill(raw=tuple("x" * 50 for _ in range(100))))
    assert "initial_value" not in filled["element"]
    assert filled["optional"] is True


def test_the_columns_of_rows_are_named() -> None:
    columns = {"a": {"title": {"en": "Field"}}, "b": {"title": {"en": "Before"}}}
    assert block("rows", columns=columns)["hint"]["text"] == "One a line, parted by |: Field | Before"
    assert spec("rows").columns == {}


def test_a_line_is_begun_for_each_order_that_needs_one() -> None:
    bench = Bench(mr_d())
    deeds = bench.playbook.rehearsals["not_found"].deeds
    bench.play_all(deeds[: next(n for n, deed in enumerate(deeds) if deed.step == "refund")])
    asked = form(bench.case, bench.playbook, "refund", None, "refunded").inputs
    known = next(one.known for one in asked if one.name == "exceptions")
    filled = answered(block("rows"), answer_of(known))
    assert filled["element"]["initial_value"] == "DFD-88010 |  |  | \nDFD-88011 |  |  | "
