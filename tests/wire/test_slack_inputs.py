"""Questions as input blocks: every field type, what is known already, and any text at all."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.fields.format import TWO_WAY
from desk.fields.parse import read
from desk.playbook.parts import FIELD_TYPES
from desk.values import Fact, Fill
from integrations.slack.codec import arrivals, wire
from integrations.slack.views import form as forms
from integrations.slack.views.inputs import answer_of, answered, question
from tests.wire.making_forms import MANY, META, NOW, SAY, asked, block, made, spec
from tests.wire.slack_limits import check

ELEMENTS = {
    "text": "plain_text_input",
    "name": "plain_text_input",
    "code": "plain_text_input",
    "order": "plain_text_input",
    "phone": "plain_text_input",
    "money": "plain_text_input",
    "long_text": "plain_text_input",
    "orders": "plain_text_input",
    "email": "email_text_input",
    "url": "url_text_input",
    "choice": "radio_buttons",
    "choices": "checkboxes",
    "check": "radio_buttons",
    "same": "radio_buttons",
    "yes_no": "radio_buttons",
    "instant": "datetimepicker",
    "files": "file_input",
    "rows": "plain_text_input",
    "ticks": "checkboxes",
}


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_every_field_type_has_its_element(kind):
    drawn = block(kind)
    assert drawn["element"]["type"] == ELEMENTS[kind]
    assert drawn["block_id"] == "f@receive"
    assert drawn["element"]["action_id"] == "f"
    assert drawn["label"]["text"] == f"A {kind}"
    check(forms.Forms(SAY).view(made(asked(kind)), META, "en"))


@pytest.mark.parametrize("kind", ["long_text", "orders"])
def test_long_answers_have_several_lines(kind):
    assert block(kind)["element"]["multiline"] is True


@pytest.mark.parametrize(("kind", "element"), [("choice", "static_select"), ("choices", "multi_static_select")])
def test_more_than_ten_answers_are_a_menu(kind, element):
    assert block(kind, options=MANY)["element"]["type"] == element


@pytest.mark.parametrize("kind", TWO_WAY)
def test_a_two_way_answer_offers_the_desks_own_words(kind):
    options = block(kind)["element"]["options"]
    assert tuple(one["value"] for one in options) == TWO_WAY[kind]


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("phone", "As dialled, or with + and the country code."),
        ("money", "An amount in ZAR, such as 129.90."),
        ("orders", "One a line, like DFD-77120."),
        ("instant", "Leave it empty if it is now."),
    ],
)
def test_a_field_without_help_says_how_to_write_it(kind, hint):
    assert block(kind)["hint"]["text"] == hint
    assert block(kind, help={"en": "Look on Admin"})["hint"]["text"] == "Look on Admin"


def test_a_field_that_is_not_in_the_procedure_says_so():
    assert block("yes_no", sop=False)["hint"]["text"] == "Not in SOP."
    assert block("code", sop=False, help={"en": "Help."})["hint"]["text"] == "Help. Not in SOP."


def test_optional_and_defaulted_fields_are_marked():
    assert block("text")["optional"] is False
    assert block("text", optional=True)["optional"] is True
    assert block("instant", default="now")["optional"] is True


def test_none_known_is_asked_for_next_to_the_field():
    main, none = question(asked("orders", none_known=True), "receive", SAY, "en")
    assert main["optional"] is True
    assert none["element"]["action_id"] == "f__none"
    assert none["label"]["text"] == "None known, because…"


KNOWN = [
    ("text", "Naledi", {"initial_value": "Naledi"}),
    ("phone", "+27825550142", {"initial_value": "+27825550142"}),
    ("email", "n@example.com", {"initial_value": "n@example.com"}),
    ("url", "https://admin.example/1", {"initial_value": "https://admin.example/1"}),
    ("orders", ["DFD-1001", "DFD-1002"], {"initial_value": "DFD-1001\nDFD-1002"}),
    ("money", {"amount": "129.90", "currency": "ZAR"}, {"initial_value": "129.90"}),
    ("choice", "a", {"initial_option": {"text": {"type": "plain_text", "text": "Alpha"}, "value": "a"}}),
    ("choice", "gone", {}),
    ("choices", ["b"], {"initial_options": [{"text": {"type": "plain_text", "text": "Beta"}, "value": "b"}]}),
    ("check", "pass", {"initial_option": {"text": {"type": "plain_text", "text": "pass"}, "value": "pass"}}),
    ("instant", "2025-03-03T09:00:00+00:00", {"initial_date_time": 1740992400}),
    ("instant", "soon", {}),
    ("url", "not a link", {}),
    ("files", ["F1"], {}),
    ("text", None, {}),
]


@pytest.mark.parametrize(("kind", "value", "initial"), KNOWN)
def test_what_is_known_is_filled_in(kind, value, initial):
    drawn = block(kind)
    filled = answered(drawn, answer_of(Fact(value=value)))
    added = {key: one for key, one in filled["element"].items() if key not in drawn["element"]}
    assert added == initial


def test_a_reason_for_none_known_is_filled_in():
    one = asked("orders", Fact(none_because="new customer"), none_known=True)
    view = check(forms.Forms(SAY).view(made(one), META, "en"))
    values = [block["element"].get("initial_value") for block in view["blocks"] if block["type"] == "input"]
    assert values == [None, "new customer"]


def test_an_erased_fact_fills_nothing_in():
    assert answer_of(Fact(erased=True)) == Fill()


def test_what_was_typed_wins_over_what_is_known():
    view = forms.Forms(SAY).view(made(asked("text", Fact(value="old"))), META, "en", typed={"f": Fill(raw="new")})
    assert view["blocks"][-1]["element"]["initial_value"] == "new"


@pytest.mark.parametrize(("kind", "value", "initial"), KNOWN)
def test_a_filled_in_answer_is_read_back_as_the_same_value(kind, value, initial):
    """What the modal shows and sends unchanged must not change the fact."""
    if not initial:
        return
    state = _state_of(answered(block(kind), answer_of(Fact(value=value)))["element"])
    body = {
        "type": "view_submission",
        "user": {"id": "U1"},
        "trigger_id": "1",
        "view": {"id": "V1", "private_metadata": '{"case":"c"}', "state": {"values": {"f@receive": {"f": state}}}},
    }
    sent = wire.read_submission(body)
    assert isinstance(sent, arrivals.Submission)
    assert read(spec(kind), sent.fills["f"], NOW) == value


def _state_of(element: dict[str, Any]) -> dict[str, Any]:
    """Do what Slack does with an untouched input."""
    names = {
        "initial_value": "value",
        "initial_option": "selected_option",
        "initial_options": "selected_options",
        "initial_date_time": "selected_date_time",
    }
    return {"type": element["type"]} | {names[key]: one for key, one in element.items() if key in names}


TEXTS = st.text(max_size=400) | st.sampled_from(["x" * 5000, "<!channel> & <@U1>", "é" * 200, " "])
RAWS = st.none() | TEXTS | st.lists(TEXTS, max_size=3).map(tuple)


@given(kind=st.sampled_from(FIELD_TYPES), title=TEXTS, raw=RAWS, reason=TEXTS, none=st.booleans())
def test_no_text_and_no_answer_breaks_a_limit(kind, title, raw, reason, none):
    one = asked(kind, title={"en": title}, help={"en": title}, none_known=none)
    page = replace(made(one, says=({"en": title},), shows=({"en": title},)), title={"en": title}, display=title)
    check(forms.Forms(SAY).view(page, META, "en", typed={"f": Fill(raw=raw, none_because=reason)}))
