"""Qualia Connect on the desk alone: every branch, the clocks, who may do what, and the words of the procedure."""

from datetime import timedelta

import pytest

from config.rules.finding import texts
from desk.cards.case_card import face
from desk.cards.forms import form
from desk.case.state import Case
from desk.playbook.model import Deed, Playbook
from desk.workflow.duties import duties
from tests.desk.bench import Bench, qualia

QUALIA = qualia()
REPORT = Deed(
    who="qagent",
    step="report",
    fill={
        "channel": "call",
        "name": "Anna",
        "surname": "Bianchi",
        "email": "anna.bianchi@example.com",
    },
)
CONFIRM = Deed(
    who="qagent",
    step="confirm",
    fill={
        "unauthorised": ["property"],
        "what_happened": "Un altro nome.",
        "email_unchanged": "yes",
    },
)
PROTECT = Deed(who="qagent", step="protect", outcome="by_agent", fill={"password_advice": "changed"})
INVESTIGATE = Deed(
    who="qagent",
    step="investigate",
    fill={
        "suspicious_actions": "Nome cambiato | 2026-11-20 02:40 | 203.0.113.9",
        "unknown_ips": "203.0.113.9",
    },
)
UPDATE = Deed(
    who="qagent",
    step="update",
    fill={"progress": "Stiamo indagando.", "customer_actions": "Nulla."},
)
SOLVED = {"resolution": "Nome ripristinato.", "measures": "Password cambiata."}
TO_SECURITY = Deed(
    who="qagent",
    step="assess",
    outcome="to_security",
    fill={"serious": "yes", "beyond_level": "no"},
)


def bench(*deeds: Deed, playbook: Playbook = QUALIA) -> Bench:
    made = Bench(playbook)
    made.play_all(deeds)
    return made


def assess(outcome: str, serious: str, beyond: str, **more: str) -> Deed:
    fill = {"serious": serious, "beyond_level": beyond, **more}
    return Deed(who="qagent", step="assess", outcome=outcome, fill=fill)


def due(made: Bench, step: str) -> timedelta:
    """How long after the case was opened a step is due."""
    found = next(duty for duty in duties(made.situation) if duty.step == step)
    assert found.due_at
    assert made.case.opened_at
    return found.due_at - made.case.opened_at


@pytest.mark.parametrize("name", QUALIA.rehearsals)
def test_every_branch_ends_where_its_rehearsal_says(name: str) -> None:
    rehearsal = QUALIA.rehearsals[name]
    made = Bench(QUALIA)
    for deed in rehearsal.deeds:
        decision = made.play(deed)
        assert bool(decision.refusal) is deed.refused, decision.refusal
    assert made.case.ending == rehearsal.expect["ending"]
    if made.case.open:
        assert made.open_steps() == rehearsal.expect["open"]
    assert len(made.of("create_ticket")) == len(rehearsal.expect["tickets"])


# 1 and 2: confirm, and protect at once -----------------------------------------------------------


def test_protecting_waits_for_nothing_but_the_report() -> None:
    made = bench(REPORT)
    assert made.open_steps() == ["confirm", "protect", "update"]
    made.play(PROTECT)
    assert made.case.step("protect").outcome == "by_agent"
    assert made.open_steps() == ["confirm", "update"]


def test_the_clock_of_protecting_starts_with_the_case_and_ignores_quiet_hours() -> None:
    made = bench(REPORT)
    made.now += timedelta(minutes=4)
    made.play(CONFIRM)
    assert due(made, "protect") == timedelta(minutes=5)
    assert QUALIA.steps["protect"].urgent


def test_what_was_not_authorised_is_any_of_the_kinds_and_described() -> None:
    assert list(QUALIA.fields["unauthorised"].options) == [
        "transactions",
        "property",
        "activity_log",
        "other",
    ]
    none = bench(REPORT).play(CONFIRM.model_copy(update={"fill": {**CONFIRM.fill, "unauthorised": []}}))
    assert none.refusal
    assert [error.field for error in none.refusal.fields] == ["unauthorised"]
    several = ["transactions", "activity_log", "other"]
    made = bench(REPORT, CONFIRM.model_copy(update={"fill": {**CONFIRM.fill, "unauthorised": several}}))
    assert made.case.value("unauthorised") == several


@pytest.mark.parametrize("outcome", ["already_on", "by_agent", "by_customer"])
def test_two_factor_is_on_or_switched_on_by_somebody(outcome: str) -> None:
    assert bench(REPORT, PROTECT.model_copy(update={"outcome": outcome})).case.step("protect").done


def test_declining_two_factor_needs_a_reason() -> None:
    declined = PROTECT.model_copy(update={"outcome": "declined"})
    refused = bench(REPORT).play(declined)
    assert refused.refusal
    assert [error.field for error in refused.refusal.fields] == ["declined_reason"]
    fill = {**PROTECT.fill, "declined_reason": "Non ha il telefono."}
    assert bench(REPORT, declined.model_copy(update={"fill": fill})).case.step("protect").done


# 3: investigate ----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8::7"])
def test_addresses_are_rows_and_each_is_checked(address: str) -> None:
    made = bench(REPORT, CONFIRM, PROTECT)
    fill = {**INVESTIGATE.fill, "unknown_ips": f"{address} | mai visto\n300.1.1.1"}
    refused = made.play(INVESTIGATE.model_copy(update={"fill": fill}))
    assert refused.refusal
    assert refused.refusal.fields[0].line.args["number"] == 2
    fill = {**INVESTIGATE.fill, "unknown_ips": f"{address} | mai visto"}
    made.play(INVESTIGATE.model_copy(update={"fill": fill}))
    assert made.case.value("unknown_ips") == [{"ip": address, "note": "mai visto"}]


def test_none_found_is_an_answer_only_with_a_reason() -> None:
    made = bench(REPORT, CONFIRM, PROTECT)
    nothing = Deed(who="qagent", step="investigate")
    refused = made.play(nothing)
    assert refused.refusal
    assert len(refused.refusal.fields) == 2
    why = {"suspicious_actions": "nessuna nei registri", "unknown_ips": "nessuno"}
    made.play(nothing.model_copy(update={"none": why}))
    assert made.open_steps() == ["assess", "update"]


# 4: escalate -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("serious", "beyond"), [("yes", "no"), ("no", "yes"), ("yes", "yes")])
@pytest.mark.parametrize("target", ["higher_tier", "security"])
def test_either_reason_is_enough_and_the_agent_chooses_where(serious: str, beyond: str, target: str) -> None:
    made = bench(REPORT, CONFIRM, PROTECT, INVESTIGATE)
    assert made.play(assess("handled_here", serious, beyond, **SOLVED)).refusal
    made.play(assess(f"to_{target}", serious, beyond))
    short = target.removesuffix("_tier")
    assert made.open_steps() == ["update", f"resolve_{short}"]
    assert f"role:{target}" in {effect.inbox for effect in made.of("show_card")}


def test_without_a_reason_nothing_is_forwarded() -> None:
    made = bench(REPORT, CONFIRM, PROTECT, INVESTIGATE)
    refused = made.play(assess("to_security", "no", "no"))
    assert refused.refusal
    assert "basta uno dei due motivi" in refused.refusal.line.args["why"]["it"]  # type: ignore[index, call-overload]
    assert not made.of("create_ticket")


@pytest.mark.parametrize(
    ("outcome", "group"),
    [("to_higher_tier", "Qualia Higher Tier"), ("to_security", "Qualia Security")],
)
def test_the_ticket_is_in_italian_and_in_the_targets_group(outcome: str, group: str) -> None:
    made = bench(REPORT, CONFIRM, PROTECT, INVESTIGATE, assess(outcome, "yes", "no"))
    ticket = made.of("create_ticket")[0]
    assert (ticket.form, ticket.group, ticket.status) == ("Qualia Account Security", group, "open")
    assert ticket.requester.email == "anna.bianchi@example.com"
    assert "Non autorizzato dal cliente: Modifiche alle informazioni sulla proprietà" in ticket.body
    assert "attivata dall'operatore" in ticket.body
    assert "203.0.113.9" in ticket.body
    assert "Grave: sì · oltre il livello dell'operatore: no" in ticket.body


def test_an_address_that_was_changed_is_never_the_requester() -> None:
    changed = CONFIRM.model_copy(update={"fill": {**CONFIRM.fill, "email_unchanged": "no"}})
    made = bench(REPORT, changed, PROTECT, INVESTIGATE, TO_SECURITY)
    assert made.of("create_ticket")[0].requester is None


@pytest.mark.parametrize("who", ["qagent", "qhigher", "qlead", "mod", "outsider"])
def test_only_the_target_resolves_what_was_forwarded(who: str) -> None:
    made = bench(REPORT, CONFIRM, PROTECT, INVESTIGATE, TO_SECURITY)
    refused = made.play(Deed(who=who, step="resolve_security", outcome="resolved", fill=SOLVED))
    assert refused.refusal
    assert refused.refusal.line.args["role"]["it"] == "Team di sicurezza"  # type: ignore[index, call-overload]


# 5: keep the customer informed ------------------------------------------------------------------


def test_updates_are_owed_from_the_first_minute_to_the_last() -> None:
    made = bench(REPORT)
    assert "update" in made.open_steps()
    made.play_all([CONFIRM, UPDATE, PROTECT, INVESTIGATE, UPDATE, TO_SECURITY, UPDATE])
    assert "update" in made.open_steps()
    assert [told.step for told in made.case.told].count("update") == 3
    made.play(Deed(who="qsecurity", step="resolve_security", outcome="resolved", fill=SOLVED))
    made.play(Deed(who="qsecurity", step="inform_security", fill={"told_how": "call"}))
    assert made.case.ending == "completed"
    assert not duties(made.situation)


def test_each_update_says_anew_how_far_it_is_and_what_the_customer_must_do() -> None:
    made = bench(REPORT, UPDATE)
    shown = {one.name: one.known for one in form(made.case, QUALIA, "update", None, None).inputs}
    assert shown == {"progress": None, "customer_actions": None}
    for left in ("progress", "customer_actions"):
        given = {name: words for name, words in UPDATE.fill.items() if name != left}
        refused = made.play(UPDATE.model_copy(update={"fill": given}))
        assert refused.refusal
        assert [error.field for error in refused.refusal.fields] == [left]


def test_what_recurs_does_not_count_as_progress_of_the_case() -> None:
    made = bench(REPORT)
    assert face(made.situation, "person:UQAGEN01").position == (2, 6)


def test_an_update_waits_for_the_morning_and_what_is_urgent_does_not() -> None:
    made = bench(REPORT)
    assert due(made, "update") > timedelta(hours=12)  # Friday evening in Rome: Saturday morning
    assert due(made, "confirm") == timedelta(minutes=10)


# 6: once it is resolved -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deeds", "owner"),
    [
        ([assess("handled_here", "no", "no", **SOLVED)], "agent"),
        (
            [
                assess("to_higher_tier", "yes", "no"),
                Deed(who="qhigher", step="resolve_higher", outcome="resolved", fill=SOLVED),
            ],
            "higher_tier",
        ),
        (
            [TO_SECURITY, Deed(who="qsecurity", step="resolve_security", outcome="resolved", fill=SOLVED)],
            "security",
        ),
    ],
)
def test_whoever_resolved_it_informs_the_customer(deeds: list[Deed], owner: str) -> None:
    made = bench(REPORT, CONFIRM, PROTECT, INVESTIGATE, *deeds)
    owed = [duty for duty in duties(made.situation) if duty.step != "update"]
    assert [duty.owner for duty in owed] == [owner]
    shown = form(made.case, QUALIA, owed[0].step, None, None)
    assert {one.name for one in shown.inputs} == {"resolution", "measures", "told_how"}
    assert all(one.known for one in shown.inputs if one.name != "told_how")


def test_the_higher_tier_may_pass_it_on_and_the_ticket_follows() -> None:
    made = bench(REPORT, CONFIRM, PROTECT, INVESTIGATE, assess("to_higher_tier", "yes", "no"))
    made.play(Deed(who="qhigher", step="resolve_higher", outcome="passed_on"))
    assert made.open_steps() == ["update", "resolve_security"]
    link, moved = made.of("update_ticket")
    assert (link.group, link.note) == (None, "Scheda in Slack: https://slack.example/1")
    assert moved.group == "Qualia Security"


# What is said, and the gate ---------------------------------------------------------------------

LITERAL = {
    "Q9": "cambiare immediatamente la password Qualia Connect, utilizzando una password forte e unica",
    "Q12": "Attivi l'autenticazione a due fattori sul suo account se non è già attivata",
    "Q13": "aggiunge un ulteriore livello di sicurezza",
    "Q24": "la sua sicurezza è la nostra massima priorità",
    "Q25": "si stanno adottando misure per risolvere il problema",
    "Q26": "Aggiornali sui progressi e sulle azioni che devono intraprendere",
    "Q32": "aggiornare regolarmente la password",
    "Q33": "non condividere le proprie credenziali di accesso",
}
WHERE = {
    "Q9": "protect",
    "Q12": "protect",
    "Q13": "protect",
    "Q24": "update",
    "Q25": "update",
    "Q26": "update",
    "Q32": "inform_agent",
    "Q33": "inform_agent",
}


@pytest.mark.parametrize("row", LITERAL)
def test_the_procedures_own_words_stand_in_the_form_of_their_step(row: str) -> None:
    shown = form(Case(id="x"), QUALIA, WHERE[row], None, None)
    assert any(LITERAL[row] in text["it"] for text in (*shown.says, *shown.shows))


@pytest.mark.parametrize("step", ["inform_agent", "inform_higher", "inform_security"])
def test_everybody_who_informs_says_the_same(step: str) -> None:
    said = ("tell_resolution", "tell_measures", "renew_password", "keep_credentials")
    assert QUALIA.steps[step].says == said


def with_gate() -> Playbook:
    gate = QUALIA.steps["identity"].model_copy(update={"enabled": True})
    return QUALIA.model_copy(update={"steps": {**QUALIA.steps, "identity": gate}})


def test_the_identity_gate_is_off_and_marked_as_not_in_the_procedure() -> None:
    assert not QUALIA.steps["identity"].in_sop
    assert bench(REPORT).case.step("identity").status == "skipped"


def test_the_identity_gate_switched_on_comes_before_everything_else() -> None:
    gated = with_gate()
    made = bench(REPORT, playbook=gated)
    assert made.open_steps() == ["identity", "update"]
    checks = {"identity_name": "pass", "identity_contact": "fail"}
    assert made.play(Deed(who="qagent", step="identity", outcome="verified", fill=checks)).refusal
    passed = {"identity_name": "pass", "identity_contact": "pass"}
    made.play(Deed(who="qagent", step="identity", outcome="verified", fill=passed))
    assert made.open_steps() == ["confirm", "protect", "update"]
    failed = Deed(who="qagent", step="identity", outcome="not_verified", fill=checks)
    assert bench(REPORT, failed, playbook=gated).case.ending == "failed_verification"


def test_every_deadline_is_marked_as_ours() -> None:
    for name, step in QUALIA.steps.items():
        assert step.due is None or step.due.sop is False, name


def test_everything_a_person_reads_is_in_both_languages() -> None:
    for where, text in texts(QUALIA):
        assert set(text) == {"it", "en"}, where
