"""Forms as modals: what is said, asked and chosen, pages drawn once, errors at their fields, Slack's limits."""

import pytest

from config.load import load
from desk.cards.forms import Choice, form, intake
from desk.case.state import Case, StepState
from desk.playbook.model import Playbook
from desk.values import Fact, FieldError, Line, Refusal
from integrations.slack.codec.meta import FormMeta
from integrations.slack.views import form as forms
from integrations.slack.views import notes, sending
from tests.wire.making_forms import META, SAY, asked, made
from tests.wire.slack_limits import check, words


@pytest.fixture(scope="module")
def mr_d() -> Playbook:
    return load()["mr_d"]


def test_say_now_stands_above_the_questions_word_for_word():
    said = "You will temporarily suspend their profile <now> & as a preventative measure."
    view = check(
        forms.Forms(SAY).view(made(asked("text"), says=({"en": said},), shows=({"en": "An indication."},)), META, "en")
    )
    kinds = [one["type"] for one in view["blocks"]]
    assert kinds == ["context", "section", "section", "divider", "context", "input"]
    assert view["blocks"][1]["text"]["text"] == "*Say now*"
    assert view["blocks"][2]["text"] == {"type": "plain_text", "text": said}
    assert view["blocks"][4]["elements"][0]["text"] == "An indication."


def test_several_outcomes_are_a_choice_that_changes_the_questions_and_one_is_not():
    choices = (Choice("found", {"en": "Found"}), Choice("unable", {"en": "Unable"}))
    view = check(forms.Forms(SAY).view(made(asked("text"), choices=choices, chosen="unable"), META, "en"))
    radio = view["blocks"][1]
    assert (radio["element"]["action_id"], radio["dispatch_action"]) == ("pick:outcome", True)
    assert radio["element"]["initial_option"]["value"] == "unable"
    single = check(forms.Forms(SAY).view(made(asked("text"), choices=choices[:1], chosen="found"), META, "en"))
    assert [one["type"] for one in single["blocks"]] == ["context", "section", "input"]


def test_a_long_title_stands_in_full_above():
    view = check(
        forms.Forms(SAY).view(
            made(title={"en": "Suspend the profile & escalate to Data Support Compliance"}),
            META,
            "en",
        )
    )
    assert view["title"]["text"] == "Suspend the profile & e…"
    assert view["blocks"][1]["text"]["text"] == "Suspend the profile & escalate to Data Support Compliance"


def test_a_form_that_asks_nothing_says_so_and_what_is_not_in_the_procedure_too():
    view = check(forms.Forms(SAY).view(made(sop=False), META, "en"))
    assert "Not in SOP." in words(view)
    assert forms.NOTHING_ASKED.key in words(check(forms.Forms(SAY).view(made(display=""), META, "en")))


def test_a_page_speaks_the_readers_language():
    view = forms.Forms(SAY).view(made(asked("choice", title={"en": "Which?", "it": "Quale?"})), META, "it-IT")
    assert view["blocks"][-1]["label"]["text"] == "Quale?"
    assert view["blocks"][-1]["element"]["options"][0]["text"]["text"] == "Primo"


def test_a_page_is_drawn_once_and_answers_never_stay_in_it(mr_d):
    drawer = forms.Forms(SAY)
    first = drawer.view(intake(mr_d, "A"), META, "en")
    facts = {"name": Fact(value="Naledi")}
    known = form(Case(id="B", facts=facts), mr_d, "receive", None, None)
    filled = drawer.view(known, META, "en")
    again = drawer.view(intake(mr_d, "C"), META, "en")
    assert drawer.drawn == 1
    assert "Naledi" in words(filled)
    assert again == first


def test_another_version_of_a_playbook_is_another_page(mr_d):
    drawer = forms.Forms(SAY)
    drawer.view(intake(mr_d, "A"), META, "en")
    step = mr_d.steps["receive"].model_copy(update={"title": {"en": "Changed"}})
    newer = mr_d.model_copy(update={"steps": {**mr_d.steps, "receive": step}})
    assert drawer.view(intake(newer, "A"), META, "en")["title"]["text"] == "Changed"


def test_no_more_pages_are_held_than_allowed():
    drawer = forms.Forms(SAY, most=3)
    for number in range(10):
        drawer.view(made(step=f"s{number}"), META, "en")
    assert len(drawer._pages) == 3


def test_every_page_of_the_playbook_is_within_slacks_limits(mr_d):
    drawer = forms.Forms(SAY)
    for name, step in mr_d.steps.items():
        case = Case(id=META.case, number=12, steps={name: StepState(status="open", occurrence=1)})
        for outcome in (None, *step.outcomes):
            page = form(case, mr_d, name, None, outcome)
            check(drawer.view(page, META, "en", submit=sending.submit_line(mr_d, page)))
        for part in step.parts:
            page = form(case, mr_d, name, part, None)
            check(drawer.view(page, META, "en", submit=sending.submit_line(mr_d, page)))


@pytest.mark.parametrize(
    ("step", "part", "words"),
    [
        ("receive", None, "Next"),
        ("locate", None, "Next"),
        ("verify_standard", None, "Send to MR D MOD"),
        ("flag_security", "customer_told", "Save"),
    ],
)
def test_the_button_says_where_the_form_leads(mr_d, step, part, words):
    page = form(Case(id="A"), mr_d, step, part, None)
    view = forms.Forms(SAY).view(page, META, "en", submit=sending.submit_line(mr_d, page))
    assert view["submit"]["text"] == words


def test_a_role_too_long_for_the_button_is_left_out():
    line = Line(key="Send to {role}", args={"role": {"en": "CS Data Compliance and friends"}})
    assert forms.Forms(SAY).view(made(), META, "en", submit=line)["submit"]["text"] == "Send"


def plain(line: Line) -> str:
    return SAY(line, "en", "UTC")


def test_errors_stand_at_their_fields():
    wrong = Line(key="That is too long: {length} characters, {most} at most.", args={"length": 9, "most": 5})
    refusal = Refusal(line=Line(key="Some."), fields=(FieldError(field="phone", line=wrong),))
    blocks = {"name": "name@receive", "phone": "phone@receive"}
    assert sending.errors(refusal, blocks, plain) == {"phone@receive": "That is too long: 9 characters, 5 at most."}


def test_a_refusal_without_a_field_stands_at_the_first_input():
    blocks = {"name": "name@receive", "phone": "phone@receive"}
    assert sending.errors(Refusal(line=Line(key="Closed.")), blocks, plain) == {"name@receive": "Closed."}
    assert sending.errors(Refusal(line=Line(key="Closed.")), {}, plain) == {}


def test_the_small_modals_are_within_the_limits(mr_d):
    check(notes.note_view("Done", ("Sent to the MOD.",), SAY, "en"))
    check(forms.hand_view(FormMeta(case="c", effect="e"), SAY, "en"))
    check(forms.choose_view(FormMeta(case="c", new=True), {"mr_d": mr_d}, SAY, "en"))
