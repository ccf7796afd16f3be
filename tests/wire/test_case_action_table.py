"""One row is all that a case action needs: the list, the card's menu, the modal and the codec read it from the table."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from desk.cards.case_card import face
from desk.case import commands as cmd
from desk.rules.action_inputs import ActionInput, Entered, fixed
from desk.rules.action_row import CaseAction
from desk.rules.action_table import TABLE
from desk.rules.available_actions import offers
from desk.rules.decide import refused
from desk.values import Fill, Line, Person
from integrations.slack.codec import arrivals, wire
from integrations.slack.codec.actions import Action, StepValue, read_action, read_choice, write_choice
from integrations.slack.codec.commands import command_of, command_of_action
from integrations.slack.codec.meta import FormMeta
from integrations.slack.views.case_action_inputs import ActionContext
from integrations.slack.views.case_action_modal import case_action_view
from integrations.slack.views.menus import menu
from tests.desk.bench import PEOPLE, Bench, mr_d
from tests.wire.making_cards import ink
from tests.wire.slack_bodies import CASE, click, submission
from tests.wire.slack_limits import check

ROOT = Path(__file__).parents[2]
CALL_BACK = CaseAction(
    name="call_back",
    scope="case",
    label=Line(key="Call back…"),
    explanation=Line(key="Somebody calls at that time."),
    command=cmd.AddNote,
    arguments=lambda entered: {"words": f"{entered.words('when')}: {entered.words('number')}"},
    inputs=fixed(
        ActionInput("when", "choice", Line(key="When?"), options=(("noon", Line(key="At noon")),)),
        ActionInput("number", "name", Line(key="Number"), most=15, optional=True, known="0215550100"),
    ),
    on_card=lambda card: not card.ended,
    rank=0,
)
each_row = pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
with_form = pytest.mark.parametrize("row", [row for row in TABLE.values() if row.inputs], ids=lambda row: row.name)


@pytest.fixture(scope="module")
def played() -> Bench:
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["not_found"].deeds[:9])
    return bench


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> CaseAction:
    """A row more, and nothing else."""
    monkeypatch.setitem(TABLE, CALL_BACK.name, CALL_BACK)
    return CALL_BACK


def _asking(bench: Bench, ask: str) -> ActionContext:
    allowed = offers(bench.situation, PEOPLE["mod"])
    meta = FormMeta(case=bench.case.id, ask=ask)
    return ActionContext(meta, bench.case, bench.playbook, allowed, ink(bench.now), bench.now)


def test_an_added_row_is_in_the_list_and_in_the_cards_menu(played: Bench, added: CaseAction) -> None:
    listed = [e for b in case_action_view(_asking(played, "more"))["blocks"] for e in b.get("elements", ())]
    assert ("ask:call_back:", "Call back…") in [(e.get("action_id"), e["text"]["text"]) for e in listed if "value" in e]
    card = face(played.situation, "role:mod")
    first = menu(card, played.playbook, ink(played.now))["options"][0]
    assert first == {
        "text": {"type": "plain_text", "text": "Call back…"},
        "value": write_choice(added.name, StepValue(played.case.id, 1)),
    }


def test_an_added_row_has_its_modal(played: Bench, added: CaseAction) -> None:
    view = check(case_action_view(_asking(played, added.name)))
    assert view["title"]["text"] == "Call back"
    assert view["submit"]["text"] == "Save"
    assert "Somebody calls at that time." in str(view["blocks"])
    when, number = [one for one in view["blocks"] if one["type"] == "input"]
    assert (when["label"]["text"], [one["value"] for one in when["element"]["options"]]) == ("When?", ["noon"])
    assert (number["optional"], number["element"]["max_length"]) == (True, 15)
    assert number["element"]["initial_value"] == "0215550100"


def test_an_added_row_is_read_by_the_codec_and_becomes_its_command(added: CaseAction) -> None:
    assert read_action("ask:call_back:") == Action("ask", what="call_back")
    assert read_choice(Action("menu"), f"call_back|{CASE}|1")
    opened = wire.read_click(click("ask:call_back:"))
    assert isinstance(opened, arrivals.Click)
    shown = command_of(opened, PEOPLE["mod"], Bench(mr_d()).now)
    assert isinstance(shown, arrivals.Show)
    typed = {one: {one: {"type": "plain_text_input", "value": one}} for one in ("when", "number")}
    sent = wire.read_submission(submission(shown.meta, {f"{one}@handle": typed[one] for one in typed}))
    assert isinstance(sent, arrivals.Submission)
    asked = command_of_action(sent, PEOPLE["mod"], lambda _: PEOPLE["mod"], Bench(mr_d()).now)
    assert isinstance(asked, added.command)
    assert asked.model_dump()["words"] == "when: number"


def test_an_action_without_a_row_is_not_understood() -> None:
    assert read_action("ask:call_back:") is None


def test_an_action_that_asks_for_nothing_is_done_by_one_tap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, "ping", replace(TABLE["resume"], name="ping"))
    pressed = wire.read_click(click("ask:ping:"))
    assert isinstance(pressed, arrivals.Click)
    assert isinstance(command_of(pressed, PEOPLE["mod"], Bench(mr_d()).now), cmd.Resume)


# Every row ----------------------------------------------------------------------------------------


@each_row
def test_every_row_is_complete(row: CaseAction, played: Bench) -> None:
    assert TABLE[row.name] is row
    assert re.fullmatch(r"\w{1,80}", row.name)
    own_words = row.scope != "attempt"
    assert bool(row.label) == own_words
    assert bool(row.explanation) == (own_words and row.inputs is not None)
    if row.inputs:
        inputs = row.inputs(played.case, played.playbook)
        assert inputs
        assert len({one.name for one in inputs}) == len(inputs)
        assert all(one.label for one in inputs if one.kind != "attempt")
        assert all(one.options for one in inputs if one.kind in {"choice", "fact"})
        assert ("step" in {one.kind for one in inputs}) == (row.scope == "step")


@each_row
def test_every_row_builds_a_command_that_has_a_rule(row: CaseAction, played: Bench) -> None:
    at = Entered(played.now, "call", 1, "no_answer")
    command = row.dry_run(played.case, played.playbook, PEOPLE["mod"], at)
    assert type(command) is row.command
    refused(command, played.situation)


def test_no_command_has_two_rows() -> None:
    assert len({row.command for row in TABLE.values()}) == len(TABLE)


@with_form
def test_every_form_hands_on_each_of_its_inputs(row: CaseAction, played: Bench) -> None:
    """What is entered in an input changes the command."""
    inputs = row.inputs(played.case, played.playbook) if row.inputs else ()
    filled = {one.name: Fill(raw=_entry(one)) for one in inputs}
    about = {"about": "fact" if row.name == "correct" else "", "step": "call"}

    def command(fills: dict[str, Fill]) -> cmd.Command:
        entered = Entered(played.now, fills=fills, person=lambda one: Person(id=one), **about)  # type: ignore[arg-type]
        return row.build(played.case.id, "d", PEOPLE["mod"], entered)

    for one in inputs:
        without = {name: fill for name, fill in filled.items() if name != one.name}
        assert command(filled) != command(without), one.name


def _entry(one: ActionInput) -> str:
    last = one.options[-1][0] if one.options else "U1"
    return "refund/2" if one.kind == "step" else last


def test_slack_keeps_no_table_of_case_actions() -> None:
    """The names of actions are the desk's: the Slack side maps kinds of inputs, not actions."""
    names = "|".join(TABLE)
    keyed = re.compile(rf'^\s*"(?:{names})":', re.MULTILINE)
    places = [*(ROOT / "integrations/slack").rglob("*.py"), *(ROOT / "handlers/slack").rglob("*.py")]
    found = {str(p.relative_to(ROOT)): keyed.findall(p.read_text("utf-8")) for p in places}
    # `attempt` is a kind of input, too, and `/ato note` a slash command
    assert {path: rows for path, rows in found.items() if rows} == {
        "handlers/slack/commands.py": ['    "note":'],
        "integrations/slack/views/case_action_inputs.py": ['    "attempt":'],
    }
