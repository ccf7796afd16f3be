"""What happened to a case beside its steps, as its cards show it. No network."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.cards.step_status import Standing, Ticked, Tried
from desk.case import commands as cmd
from desk.case.situation import Related
from desk.case.state import Claimant
from desk.values import Fact, Person
from integrations.slack.views.card import card
from integrations.slack.views.shown import shown_view
from tests.wire.making_cards import (
    CASE,
    DATA,
    MOD,
    Story,
    buttons_of,
    ink,
    lines_of,
)


class TestBeside:
    """What happened to a case beside its steps."""

    def beside(self, story: Story, command: type[cmd.Command], by: Person, **about: Any) -> Story:
        return story.do(command(case=CASE, delivery=f"b{story.case.version}", by=by, **about))

    def menu(self, drawn: Any) -> list[str]:
        menus = [e for b in drawn.blocks for e in b.get("elements", []) if e.get("type") == "overflow"]
        return [option["value"].partition("|")[0] for option in menus[0]["options"]]

    @pytest.mark.parametrize(
        ("inbox", "whats"),
        [
            ("role:mod", ["hand_over", "snooze", "note", "wait", "more"]),
            ("person:UAGENT01", ["note", "correct", "wait", "merge", "more"]),
            ("role:team_lead", ["override", "note", "correct", "wait", "more"]),
        ],
    )
    def test_each_inbox_has_the_menu_its_role_needs(self, story: Story, inbox: str, whats: list[str]) -> None:
        drawn = card(story.told_mod().face(inbox), story.playbook, ink(story.now))
        assert self.menu(drawn) == whats

    def test_a_closed_case_is_reopened_only_by_those_who_may(self, story: Story) -> None:
        self.beside(story.told_mod(), cmd.Cancel, MOD, code="family")
        for inbox, whats in (
            ("role:mod", ["reopen", "note", "more"]),
            ("person:UAGENT01", ["note", "more"]),
        ):
            assert self.menu(card(story.face(inbox), story.playbook, ink(story.now))) == whats

    def test_a_snoozed_step_says_until_when(self, story: Story) -> None:
        self.beside(story.told_mod(), cmd.Snooze, MOD, step="suspend", seconds=3600, reason="Admin is down")
        lines = lines_of(card(story.face("role:mod"), story.playbook, ink(story.now)))
        assert any(line.startswith("put off until <!date^") for line in lines)
        later = ink(story.now + timedelta(hours=2))
        assert not any("put off" in line for line in lines_of(card(story.face("role:mod"), story.playbook, later)))

    def test_while_a_case_waits_only_what_is_urgent_is_due(self, story: Story) -> None:
        self.beside(story.suspended(), cmd.WaitForCustomer, DATA, reason="looks for the invoice")
        late = ink(story.now + timedelta(days=5))
        drawn = card(story.face("role:data_compliance"), story.playbook, late)
        lines = lines_of(drawn)
        assert any(line.startswith("⚪ waits for the customer since <!date^") for line in lines)
        assert not any("🔴" in line or "was due" in line for line in lines)
        assert "resume" in self.menu(drawn)
        assert "waits for the customer" in drawn.text

    def test_twins_are_offered_to_be_joined(self, story: Story) -> None:
        seen = replace(story.told_mod().face("person:UAGENT01"), twins=("ATO-7",))
        drawn = card(seen, story.playbook, ink(story.now))
        assert "Another open case for this customer: ATO-7" in lines_of(drawn)
        assert buttons_of(drawn)["Join it…"]["action_id"] == "ask:merge:"

    def test_a_merged_case_says_where_it_goes_on(self, story: Story) -> None:
        self.beside(story.told_mod(), cmd.Merge, MOD, into="ATO-7")
        lines = lines_of(card(story.face("person:UAGENT01"), story.playbook, ink(story.now)))
        assert "It goes on in ATO-7." in lines

    def test_notes_are_counted_and_not_shown(self, story: Story) -> None:
        for words in ("one <!channel>", "two"):
            self.beside(
                story.told_mod() if words.startswith("one") else story,
                cmd.AddNote,
                MOD,
                words=words,
            )
        drawn = card(story.face("role:mod"), story.playbook, ink(story.now))
        assert "2 notes" in lines_of(drawn)
        assert "channel&gt;" not in json.dumps(drawn.blocks)

    def test_an_override_is_seen_by_everybody(self, story: Story) -> None:
        lead = Person(id="ULEAD001", roles=frozenset({"team_lead"}))
        self.beside(story.told_mod(), cmd.Override, lead, step="suspend", reason="nobody else is here")
        lines = lines_of(card(story.face("role:mod"), story.playbook, ink(story.now)))
        assert "<@ULEAD001> lifted four eyes and caps for this step" in lines

    def test_what_the_procedure_does_not_know_says_so(self, story: Story) -> None:
        lines = lines_of(card(story.told_mod().face("role:mod"), story.playbook, ink(story.now)))
        assert "_Not in SOP: Not a takeover_" in lines

    def test_many_parts_of_one_step_are_one_line_for_others(self, story: Story) -> None:
        lines = lines_of(card(story.suspended().face("person:UAGENT01"), story.playbook, ink(story.now)))
        (line,) = [one for one in lines if "waits for" in one]
        assert "Flag to web security &amp; tell the customer · 3 parts left" in line
        assert "*CS Data Compliance*, *Platform Security Team*" in line

    def test_a_step_tried_in_vain_says_how_often(self, story: Story) -> None:
        at = story.now
        standing = Standing(
            "suspend",
            (Tried("no_answer", {"en": "No answer…"}, 2, at),),
            at + timedelta(hours=2),
            ticked=(Ticked("x", 1, 2),),
        )
        seen = replace(story.told_mod().face("role:mod"), standing=(standing,))
        lines = lines_of(card(seen, story.playbook, ink(story.now)))
        assert any(line.startswith("No answer: 2 tries, last <!date^") for line in lines)
        assert any(line.startswith("to be tried again at <!date^") for line in lines)


class TestDisputes:
    """Two people claim one profile, on the card of those who decide."""

    def disputed(self, story: Story) -> Story:
        story.told_mod()
        email = Fact(value="somebody.else@example.com", personal=True)
        other = Claimant("ATO-13", "UAGENT02", story.playbook.ending("failed_verification"), (("email", email),))
        story.case = replace(story.case, rivals=("ATO-13",))
        story.related = Related(claimants=(other,))
        return story

    def test_both_stand_side_by_side_with_the_decision(self, story: Story) -> None:
        drawn = card(self.disputed(story).face("role:mod"), story.playbook, ink(story.now))
        mine, theirs = (
            next(line for line in lines_of(drawn) if f"{name}, taken by" in line) for name in ("ATO-12", "ATO-13")
        )
        assert "naledi.mahlangu@example.com" in mine
        assert "<@UAGENT01>" in mine
        assert "somebody.else@example.com" in theirs
        assert "closed: Verification failed" in theirs
        assert buttons_of(drawn)["This is the customer…"]["action_id"] == "ask:dispute:"

    def test_nothing_of_either_stands_in_a_public_channel(self, story: Story) -> None:
        face = self.disputed(story).face("role:mod")
        drawn = json.dumps(card(face, story.playbook, ink(story.now, masked=True)).blocks)
        assert "ATO-13" in drawn
        for one in ("somebody.else", "naledi", "Mahlangu", "27825550142"):
            assert one not in drawn
        shown = json.dumps(shown_view(face, story.playbook, ink(story.now)))
        assert "somebody.else@example.com" in shown
        assert "naledi.mahlangu@example.com" in shown
