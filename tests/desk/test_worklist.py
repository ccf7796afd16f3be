"""What is owed, across cases: rows, the goal, who is on duty, digests and Monday's message, as tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.cards.worklist import Goal, Owed, goal, goal_of, owed
from desk.case import commands as cmd
from desk.fields.lookup import readings
from desk.playbook.model import Playbook
from desk.reminders.announcement import Announcement, Gathered
from desk.reminders.digest import APART, MANY, Plan, Reminder, plan, reminders
from desk.reminders.weekly_report import count, last_week, leads, message
from desk.service.on_duty import Rota
from desk.values import Line, Person
from tests.desk.bench import FRIDAY, PEOPLE, Bench, mr_d, qualia
from tests.fakes.across import FakeShifts

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return mr_d()


def at_mod(playbook: Playbook, moved: timedelta = timedelta()) -> Bench:
    """A case that waits for the MOD's suspension."""
    bench = Bench(playbook)
    deeds = next(iter(playbook.rehearsals.values())).deeds
    for deed in deeds:
        if deed.step == "suspend":
            break
        bench.play(deed)
    bench.now += moved
    return bench


# rows


def test_a_case_with_the_mod_owes_one_listed_row(playbook: Playbook) -> None:
    bench = at_mod(playbook)
    [one] = owed(bench.situation)
    assert (one.display, one.step, one.role, one.duty) == ("ATO-12", "suspend", "mod", "suspend/1")
    assert (one.listed, one.locked, one.waiting, one.urgent) == (True, False, False, True)
    assert one.press is not None
    assert (one.press.outcome, one.press.form) == ("suspended", False)
    assert (one.held_by, one.opened_by) == (None, "UAGENT01")
    assert one.late(FRIDAY + 16 * MINUTE)
    assert not one.late(FRIDAY + 15 * MINUTE)


def test_in_direct_messages_the_opener_has_it_until_somebody_claims_it(playbook: Playbook) -> None:
    bench = Bench(playbook)
    bench.play(next(iter(playbook.rehearsals.values())).deeds[0])
    [one] = owed(bench.situation)
    assert (one.claimed_by, one.held_by) == (None, "UAGENT01")
    assert one.press is not None
    assert (one.press.outcome, one.press.form) == ("", True)
    bench.tell(cmd.ClaimStep(case=bench.case.id, delivery="c", by=PEOPLE["agent2"], step="locate"))
    [one] = owed(bench.situation)
    assert one.held_by == "UAGENT02"


def test_parts_of_one_role_stand_behind_the_first_that_is_not_locked(playbook: Playbook) -> None:
    """Every open step and role has exactly one listed row, at any point of any rehearsal."""
    for rehearsal in playbook.rehearsals.values():
        bench = Bench(playbook)
        for deed in rehearsal.deeds:
            if deed.moves:
                break
            bench.play(deed)
            rows = owed(bench.situation)
            listed = [(one.step, one.role) for one in rows if one.listed]
            assert len(listed) == len(set(listed))
            assert set(listed) == {(one.step, one.role) for one in rows if not one.locked}
            assert not any(one.listed and one.locked for one in rows)


def test_a_case_that_waits_for_the_customer_is_not_late(playbook: Playbook) -> None:
    [one] = owed(at_mod(playbook).situation)
    assert not replace(one, waiting=True).late(FRIDAY + timedelta(days=1))


def test_a_closed_case_owes_nothing(playbook: Playbook) -> None:
    bench = at_mod(playbook)
    bench.tell(cmd.Cancel(case=bench.case.id, delivery="x", by=PEOPLE["mod"], code="test"))
    assert bench.case.ending
    assert owed(bench.situation) == ()
    assert goal(bench.case, playbook) is None


# the goal


def test_the_goal_is_the_last_urgent_step_that_counts_from_the_call(playbook: Playbook) -> None:
    assert goal_of(playbook) == ("suspend", playbook.steps["suspend"])
    found = goal_of(qualia())
    assert found is not None
    assert found[0] == "protect"


def test_a_goal_is_due_from_the_call_and_reached_when_done(playbook: Playbook) -> None:
    bench = at_mod(playbook, 4 * MINUTE)
    assert goal(bench.case, playbook) == Goal("suspend", FRIDAY + 15 * MINUTE, None)
    done = cmd.CompleteStep(case=bench.case.id, delivery="s", by=PEOPLE["mod"], step="suspend", outcome="suspended")
    bench.tell(done)
    assert goal(bench.case, playbook) == Goal("suspend", FRIDAY + 15 * MINUTE, FRIDAY + 4 * MINUTE)


# on duty


ROLES = {"mod": ("M1", "M2"), "lead": ("L1",), "agent": ("A1",)}


@pytest.mark.parametrize(
    ("rows", "mods"),
    [
        ({}, ("M1", "M2")),
        ({"mod": {"M2": True}}, ("M2",)),
        ({"mod": {"M1": True, "M2": True}}, ("M1", "M2")),
        ({"mod": {"M1": False}}, ("L1",)),
        ({"mod": {"M1": False}, "lead": {"L1": True}}, ("L1",)),
        ({"mod": {"M1": False}, "lead": {"L1": False}}, ("M1", "M2")),
        ({"mod": {"GONE": True}}, ("L1",)),
    ],
)
async def test_who_is_mentioned(rows: dict[str, dict[str, bool]], mods: tuple[str, ...]) -> None:
    rota = Rota(FakeShifts(rows), lambda role: ROLES[role], {"mod": "lead", "agent": "mod"})
    await rota.refresh()
    assert rota.on_duty("mod") == mods


async def test_a_circle_of_covers_ends_with_everybody() -> None:
    rows = {"mod": {"M1": False}, "lead": {"L1": False}}
    rota = Rota(FakeShifts(rows), lambda role: ROLES[role], {"mod": "lead", "lead": "mod"})
    await rota.refresh()
    assert rota.on_duty("lead") == ("L1",)


async def test_the_switch_is_for_all_roles_of_a_person() -> None:
    rota = Rota(FakeShifts(), lambda role: ROLES[role], {})
    person = Person(id="M1", roles=frozenset({"mod", "lead"}))
    await rota.switch(person, True, FRIDAY)
    assert rota.is_on(person)
    assert rota.on_duty("mod") == ("M1",)
    await rota.switch(person, False, FRIDAY)
    assert not rota.is_on(person)
    assert rota.uses_switch("lead")


# look-ups


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a.b@example.com", {("email", "a.b@example.com")}),
        ("082 555 0142", {("phone", "+27825550142"), ("customer id", "082 555 0142")}),
        ("DFD-77120", {("order", "DFD-77120"), ("customer id", "DFD-77120")}),
        ("", set()),
    ],
)
def test_words_are_read_as_what_they_could_be(playbook: Playbook, words: str, expected: set[tuple[str, str]]) -> None:
    assert {(one.kind, one.value) for one in readings(words, [playbook], FRIDAY)} == expected


# digests


def due(case: str, late: int = 20, *, urgent: bool = False, inbox: str = "role:data") -> Reminder:
    gathered = Gathered(case, f"call/1#1@{late}")
    return Reminder(gathered, inbox, inbox.partition(":")[2], urgent, FRIDAY - late * MINUTE, Line(key=case))


def cases_in(one: Plan) -> list[list[str]]:
    return [[line.key for line in digest.lines] for digest, _ in one.digests]


FOUR = [due("B", 30), due("A", 10), due("D", 40), due("C", 20)]


def test_more_than_three_for_one_inbox_are_one_digest_oldest_first() -> None:
    made = plan(FOUR, (), (), FRIDAY)
    assert cases_in(made) == [["D", "B", "C", "A"]]
    [(digest, stands_for)] = made.digests
    assert set(stands_for) == {one.gathered for one in FOUR}
    assert (digest.inbox, digest.mention) == ("role:data", ("role:data",))
    assert digest.title is not None
    assert digest.title.args["count"] == MANY + 1
    assert made.held == frozenset()


@pytest.mark.parametrize(
    ("found", "said", "peace", "digests", "held"),
    [
        (FOUR[:3], (), (), 0, 0),
        (FOUR, (), ("role:data",), 0, 4),
        (FOUR, (), ("role:mod",), 1, 0),
        (FOUR, (FOUR[0].gathered,), (), 0, 0),
        (FOUR[:3], (), ("role:data",), 0, 0),
        ([replace(one, urgent=True) for one in FOUR], (), ("role:data",), 0, 0),
        ([*FOUR[:3], due("U", urgent=True)], (), (), 0, 0),
        ([*FOUR[:3], due("X", inbox="role:mod")], (), (), 0, 0),
        ([*FOUR[:3], replace(FOUR[0], gathered=Gathered("B", "other"))], (), (), 0, 0),
        ([replace(one, inbox="person:U1") for one in FOUR], (), (), 1, 0),
    ],
    ids=[
        "three",
        "peace",
        "another's peace",
        "one said already",
        "three in peace",
        "urgent",
        "three and urgent",
        "another inbox",
        "one case twice",
        "a person's",
    ],
)
def test_when_reminders_are_gathered(
    found: list[Reminder],
    said: tuple[Gathered, ...],
    peace: tuple[str, ...],
    digests: int,
    held: int,
) -> None:
    made = plan(found, said, peace, FRIDAY)
    assert (len(made.digests), len(made.held)) == (digests, held)


def test_an_urgent_reminder_beside_a_digest_is_not_in_it() -> None:
    made = plan([*FOUR, due("U", urgent=True)], (), (), FRIDAY)
    assert cases_in(made) == [["D", "B", "C", "A"]]


def test_a_digest_line_says_how_late(playbook: Playbook) -> None:
    bench = at_mod(playbook, 35 * MINUTE)
    [one] = reminders(bench.situation)
    assert one.urgent
    assert one.line.args["minutes"] == 20
    assert one.inbox.startswith("role:")
    [later] = reminders(replace(bench.situation, now=bench.now + timedelta(hours=4)))
    assert later.line.args["hours"] == 4
    assert reminders(replace(bench.situation, now=FRIDAY)) == ()


def test_a_chase_says_nothing_that_a_digest_says_and_leaves_what_is_held(
    playbook: Playbook,
) -> None:
    bench = at_mod(playbook, 40 * MINUTE)
    [one] = reminders(bench.situation)
    before = bench.case
    bench.tell(cmd.Chase(case=before.id, delivery="", held=frozenset({one.gathered.mark})))
    assert bench.case.chased == before.chased
    assert bench.of("tell_people") == []
    bench.tell(cmd.Chase(case=before.id, delivery="", gathered=frozenset({one.gathered.mark})))
    assert bench.case.chased != before.chased
    assert bench.of("tell_people") == []
    assert reminders(bench.situation) == ()
    assert timedelta(minutes=15) == APART


# Monday's message


@pytest.mark.parametrize(
    ("now", "name", "start"),
    [
        (
            datetime(2025, 3, 10, 5, 59, tzinfo=UTC),
            "2025-W09",
            datetime(2025, 2, 23, 22, tzinfo=UTC),
        ),
        (datetime(2025, 3, 10, 6, 0, tzinfo=UTC), "2025-W10", datetime(2025, 3, 2, 22, tzinfo=UTC)),
        (
            datetime(2025, 3, 16, 21, 59, tzinfo=UTC),
            "2025-W10",
            datetime(2025, 3, 2, 22, tzinfo=UTC),
        ),
        (
            datetime(2026, 1, 5, 6, 0, tzinfo=UTC),
            "2026-W01",
            datetime(2025, 12, 28, 22, tzinfo=UTC),
        ),
    ],
)
def test_a_week_is_told_on_monday_at_eight_where_the_procedure_is_at_home(
    now: datetime, name: str, start: datetime
) -> None:
    span = last_week(now, "Africa/Johannesburg")
    assert (span.name, span.start, span.end - span.start) == (name, start, timedelta(days=7))
    assert span.told_at <= now < span.told_at + timedelta(days=7)


def test_a_week_with_a_change_of_the_clocks_has_an_hour_less() -> None:
    span = last_week(datetime(2025, 3, 31, 8, tzinfo=UTC), "Europe/Rome")
    assert span.end - span.start == timedelta(days=7, hours=-1)
    assert span.told_at == datetime(2025, 3, 31, 6, tzinfo=UTC)


def said_of(bench: Bench, late: list[Owed], now: datetime) -> Announcement:
    span = last_week(now, bench.playbook.zone)
    week = count([bench.case], late, bench.playbook, span, now)
    assert not week.empty
    return message(week, bench.playbook, span, "team_lead")


def test_a_week_in_plain_words(playbook: Playbook) -> None:
    bench = at_mod(playbook, 4 * MINUTE)
    done = cmd.CompleteStep(case=bench.case.id, delivery="s", by=PEOPLE["mod"], step="suspend", outcome="suspended")
    bench.tell(done)
    monday = FRIDAY + timedelta(days=3)
    rows = [one for one in owed(bench.situation) if one.listed]
    told = said_of(bench, [replace(one, due_at=FRIDAY) for one in rows], monday)
    assert told.key == "weekly/mr_d/2026-W47/team_lead"
    assert told.inbox == "role:team_lead"
    counts, soonest, slowest, promises, *stuck = told.lines
    assert counts.args == {"opened": 1, "closed": 0}
    assert (soonest.args["minutes"], soonest.args["good"], soonest.args["all"]) == (4, 1, 1)
    assert slowest.args == {"step": playbook.steps["suspend"].title, "count": 4}
    assert promises.key == "No promise to a customer was broken."
    assert [one.args["case"] for one in stuck] == ["ATO-12"] * len(rows)


def test_a_week_says_what_was_not_kept_and_that_nothing_is_stuck(playbook: Playbook) -> None:
    bench = at_mod(playbook)
    bench.tell(cmd.Cancel(case=bench.case.id, delivery="x", by=PEOPLE["mod"], code="test"))
    told = said_of(bench, [], FRIDAY + timedelta(days=3))
    assert told.lines[0].args == {"opened": 1, "closed": 1}
    assert told.lines[1].key == "No case came to “{step}”."
    assert any(one.key.startswith("Promises that were not kept") for one in told.lines)
    assert told.lines[-1].key == "Nothing is stuck."


def test_the_leads_of_both_procedures(playbook: Playbook) -> None:
    assert leads(playbook) == ("team_lead",)
    assert leads(qualia()) == ("lead",)
