"""What cards look like: literal lines, marks, buttons, hostile words and Slack's limits. No network."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.cards.buttons import Button
from desk.cards.case_card import Face, Finished, OpenDuty, Shown
from desk.case import commands as cmd
from desk.case.state import Escalation, Ticket, Trouble
from desk.values import Fact, Fill, Line
from integrations.slack.text.escape import mrkdwn, one_line
from integrations.slack.views.card import card
from integrations.slack.views.shown import shown_view
from sandbox.slack.blocks import message_faults, view_faults
from tests.wire.making_cards import (
    AGENT,
    CALL,
    CALLED,
    CASE,
    FOUND,
    HOSTILE,
    Story,
    buttons_of,
    ink,
    lines_of,
    texts,
)


class TestModCard:
    def test_begins_with_the_three_lines_of_the_procedure(self, story: Story) -> None:
        drawn = card(story.told_mod().face("role:mod"), story.playbook, ink(story.now))
        lines = lines_of(drawn)
        first = lines.index("Issue: Account Take Over")
        assert lines[first : first + 3] == [
            "Issue: Account Take Over",
            "Customer ID: 2048811",
            "Action required: Please investigate and provide feedback to the customer",
        ]

    def test_says_step_and_due_time_that_stay_right_without_an_update(self, story: Story) -> None:
        head = lines_of(card(story.told_mod().face("role:mod"), story.playbook, ink(story.now)))[0]
        due = int((CALL + timedelta(minutes=15)).timestamp())
        assert head.startswith("*ATO-12 · Account takeover* · step 5 of 11 · 🟡 Suspend the profile &amp; escalate")
        assert f"due <!date^{due}^{{date_short_pretty}} {{time}}|18:57> _(default, not in SOP)_" in head

    def test_turns_red_when_late(self, story: Story) -> None:
        late = ink(CALL + timedelta(minutes=40))
        head = lines_of(card(story.told_mod().face("role:mod"), story.playbook, late))[0]
        assert "🔴" in head
        assert "was due <!date^" in head

    def test_has_one_tap_buttons_and_forms(self, story: Story) -> None:
        found = buttons_of(card(story.told_mod().face("role:mod"), story.playbook, ink(story.now)))
        assert found["Suspended now"]["action_id"] == "do:suspend:suspended"
        assert found["Suspended now"]["style"] == "primary"
        assert found["Suspended earlier…"]["action_id"] == "form:suspend:suspended"
        assert found["Not a takeover…"]["action_id"] == "form:suspend:not_a_takeover"
        assert found["I have this"]["action_id"] == "claim:suspend"
        assert {found[name]["value"] for name in ("Suspended now", "I have this")} == {f"{CASE}|1"}

    def test_text_stands_alone_and_names_no_customer(self, story: Story) -> None:
        text = card(story.told_mod().face("role:mod"), story.playbook, ink(CALL + timedelta(minutes=4))).text
        assert text == "ATO-12 · Suspend the profile &amp; escalate to Data Support Compliance · 4 min since the call"

    def test_mentions_the_opener_and_nobody_a_customer_wrote(self, story: Story) -> None:
        drawn = card(story.told_mod(name=HOSTILE).face("role:mod"), story.playbook, ink(opener="UAGENT01"))
        brief = "\n".join(lines_of(drawn))
        assert "by <@UAGENT01>" in brief

    def test_after_the_tap_says_what_happened_and_where_the_ticket_is(self, story: Story) -> None:
        drawn = card(story.suspended().face("role:mod"), story.playbook, ink(story.now))
        lines = lines_of(drawn)
        at = int(story.now.timestamp())
        assert f"🟢 Suspended now <!date^{at}^{{time}}|18:45> by <@UMOD0001>" in lines
        assert "Ticket <https://mrd.zendesk.example/agent/tickets/48231|#48231> → CS Data Compliance · open" in lines
        assert "Suspended now" not in buttons_of(drawn)


class TestDataComplianceCard:
    def test_shows_parts_with_their_owners_and_locks(self, story: Story) -> None:
        lines = lines_of(card(story.suspended().face("role:data_compliance"), story.playbook, ink(story.now)))
        parts = [line for line in lines if "acknowledges" in line]
        assert parts == [
            "⚪ Web security acknowledges (*Platform Security Team*) · "
            "_locked until this is done: Escalate on Slack to web security_"
        ]

    def test_a_finished_part_is_green_where_the_open_ones_are(self, story: Story) -> None:
        none = {
            "last_good_orders": "the customer does not remember",
            "app_version": "cannot open the app",
        }
        story.suspended().escalated(none, blacklisted="blacklisted", logs="18:31 order")
        lines = lines_of(card(story.face("role:data_compliance"), story.playbook, ink(story.now)))
        assert any(line.startswith("🟢 Escalate on Slack to web security <!date^") for line in lines)
        assert sum("Escalate on Slack to web security" in line for line in lines) == 1


class TestAgentCard:
    def test_says_what_was_promised(self, story: Story) -> None:
        drawn = card(story.suspended().face("person:UAGENT01"), story.playbook, ink(story.now))
        lines = lines_of(drawn)
        assert "*Promised to the customer*" in lines
        assert "🟢 The profile is temporarily suspended: kept" in lines
        assert "⚪ The customer hears about the suspension" in lines
        assert any(line.startswith("Next contact with the customer due <!date^") for line in lines)

    def test_says_who_owes_what_since_when(self, story: Story) -> None:
        drawn = card(story.told_mod().face("person:UAGENT01"), story.playbook, ink(story.now))
        assert any("waits for *MR D MOD* since <!date^" in line for line in lines_of(drawn))
        assert drawn.text.startswith("ATO-12 · MR D MOD: Suspend the profile")


class TestEscalation:
    NONE = {
        "last_good_orders": "the customer does not remember",
        "app_version": "the customer cannot open the app",
    }

    @pytest.fixture
    def drawn(self, story: Story) -> Any:
        story.suspended().escalated(self.NONE, blacklisted="blacklisted", logs="18:31 order")
        return card(story.face("role:platform_security"), story.playbook, ink(story.now))

    def test_has_the_ten_items_in_the_order_of_the_procedure(self, drawn: Any) -> None:
        url = "https://admin.example/profiles/2048811"
        lines = lines_of(drawn)
        first = next(n for n, line in enumerate(lines) if line.startswith("*Link"))
        assert lines[first : first + 10] == [
            f"*Link to customer profile on Admin:* <{url}|{url}>",
            "*Customer Name:* Naledi Mahlangu",
            "*Customer Contact:* +27825550142",
            "*Customer Email:* naledi.mahlangu@example.com",
            "*Order IDs of the fraudulent transactions:* DFD-77118, DFD-77119",
            "*Status of Blacklisting:* Blacklisted",
            "*Issue:* Suspected account takeover that needs to be investigated",
            "*Order ID of last legitimate transactions:* none known: the customer does not remember",
            "*Investigation logs:* in the thread",
            "*Mr D app version the customer is using:* none known: the customer cannot open the app",
        ]

    def test_text_asks_and_names_no_customer(self, drawn: Any) -> None:
        assert drawn.text == "Suspected account takeover ATO-12: please investigate"

    def test_offers_to_acknowledge(self, drawn: Any) -> None:
        assert buttons_of(drawn)["Acknowledge"]["action_id"] == "part:flag_security:acknowledged"

    def test_is_masked_in_a_public_channel(self, story: Story) -> None:
        story.suspended().escalated(self.NONE, blacklisted="blacklisted", logs="18:31 order")
        masked = ink(story.now, masked=True, secrets=("2048811", "Naledi"))
        for inbox in ("role:platform_security", "role:mod"):
            drawn = json.dumps(card(story.face(inbox), story.playbook, masked).blocks)
            for secret in ("Naledi", "Mahlangu", "2048811", "naledi.mahlangu", "27825550142"):
                assert secret not in drawn, secret
            assert "this channel is public" in drawn

    @pytest.mark.parametrize(
        ("masked", "inbox", "offered"),
        [
            (True, "role:mod", "show:mod"),
            (True, "role:platform_security", "show:platform_security"),
            (False, "role:mod", None),
            (True, f"person:{AGENT.id}", None),
        ],
    )
    def test_offers_to_show_what_is_masked(self, story: Story, masked: bool, inbox: str, offered: str | None) -> None:
        story.suspended().escalated(self.NONE, blacklisted="blacklisted", logs="18:31 order")
        drawn = card(story.face(inbox), story.playbook, ink(story.now, masked=masked))
        found = buttons_of(drawn).get("Show the personal details…")
        assert (found and found["action_id"]) == offered
        assert not message_faults(list(drawn.blocks))

    def test_shows_everything_in_a_modal(self, story: Story) -> None:
        story.suspended().escalated(self.NONE, blacklisted="blacklisted", logs="18:31 order\n" * 200)
        for inbox, values in (
            ("role:platform_security", ("Naledi", "Mahlangu", "naledi.mahlangu", "27825550142", "18:31 order")),
            ("role:mod", ("2048811", "https://admin.example/profiles/2048811")),
        ):
            view = shown_view(story.face(inbox), story.playbook, ink(story.now))
            assert not view_faults(view, "modal")
            for value in values:
                assert value in json.dumps(view), value
            assert "this channel is public" not in json.dumps(view)


TROUBLE = Trouble(f"{CASE}/suspend/1/0", "create_ticket", "Zendesk", "It said no.", CALL + timedelta(minutes=2))


class TestTroubles:
    def test_a_pending_ticket_says_that_the_tap_is_kept(self, story: Story) -> None:
        seen = replace(story.told_mod().face("role:mod"), troubles=(TROUBLE,))
        drawn = card(seen, story.playbook, ink(story.now))
        at = f"<!date^{int(TROUBLE.since_at.timestamp())}^{{time}}|18:44>"
        words = f"Ticket pending: Zendesk has not answered since {at}. I keep trying; your tap is kept."
        assert words in lines_of(drawn)
        assert "Retry" not in buttons_of(drawn)

    def test_a_dead_one_can_be_retried_or_done_by_hand(self, story: Story) -> None:
        seen = replace(story.told_mod().face("role:mod"), troubles=(replace(TROUBLE, dead=True),))
        found = buttons_of(card(seen, story.playbook, ink(story.now)))
        assert found["Retry"]["action_id"] == "retry"
        assert found["Do it by hand…"]["action_id"] == "hand"
        assert found["Retry"]["value"] == f"{CASE}|{TROUBLE.effect}"


class TestEndings:
    def test_a_closed_case_says_how_and_has_no_buttons(self, story: Story) -> None:
        answers = {"popi_full_name": "pass", "popi_contact": "fail", "popi_last_order": "pass"}
        story.do(
            cmd.OpenCase(
                case=CASE,
                delivery="o",
                by=AGENT,
                playbook="mr_d",
                fills={n: Fill(raw=r) for n, r in CALLED.items()},
            )
        )
        story.step(AGENT, "locate", "found", **FOUND).step(AGENT, "verify_standard", "not_verified", **answers)
        drawn = card(story.face("person:UAGENT01"), story.playbook, ink(story.now))
        assert any("Verification failed: we can't assist further" in line for line in lines_of(drawn))
        assert not [name for name in buttons_of(drawn) if not name.startswith("Open:")]
        assert "closed: Verification failed" in drawn.text


def monstrous(seen: Face) -> Face:
    """Fill a face with far more, and far longer, than any case has."""
    words, long = {"en": HOSTILE * 60}, {"en": "W" * 5000}
    duty = replace(seen.mine[0].duty, title=long, claimed_by="UMOD0001", locked_by=())
    buttons = tuple(Button("suspend", None, 1, f"outcome{n}", long, True, None) for n in range(30))
    mine = tuple(OpenDuty(replace(duty, step=step), buttons) for step in ("suspend", "assist", "investigate", "locate"))
    done = tuple(Finished(words, long, "UMOD0001", CALL) for _ in range(80))
    shown = tuple(Shown(long, "name", Fact(value=HOSTILE * 30)) for _ in range(60))
    troubles = tuple(replace(TROUBLE, dead=True, reason=HOSTILE * 40, effect="e" * 300) for _ in range(20))
    warnings = tuple(Line(key="{a}", args={"a": HOSTILE * 30}) for _ in range(20))
    ticket = Ticket(48231, "https://x.example/" + "a" * 1900, "G" * 900, "open", "CS")
    return replace(
        seen,
        title=long,
        brief=(words,) * 40,
        facts=shown,
        mine=mine,
        others=(duty,) * 60,
        finished=done,
        tickets=tuple(("t", ticket) for _ in range(9)),
        troubles=troubles,
        warnings=warnings,
        promises=((words, "open"),) * 50,
        ending=words,
        ended_at=CALL,
        next_contact_at=CALL,
    )


class TestLimits:
    @pytest.mark.parametrize("inbox", ["role:mod", "person:UAGENT01"])
    def test_a_monstrous_case_stays_within_slacks_limits(self, story: Story, inbox: str) -> None:
        story.told_mod()
        seen = replace(monstrous(story.face("role:mod")), inbox=inbox)
        drawn = card(seen, story.playbook, ink(story.now))
        assert message_faults(list(drawn.blocks)) == []
        assert len(drawn.text) < 4000
        assert "more)" in json.dumps(drawn.blocks)
        _within(drawn.blocks)

    def test_a_monstrous_escalation_stays_within_slacks_limits(self, story: Story) -> None:
        story.suspended().escalated({"last_good_orders": "x"}, blacklisted="not", logs="l", app_version="1")
        seen = story.face("role:platform_security")
        assert seen.escalation is not None
        items = {name: Fact(none_because=HOSTILE * 40) for name in seen.escalation.items}
        seen = replace(seen, escalation=Escalation("flag_security", "escalation", items, "UDATA001", CALL))
        drawn = card(seen, story.playbook, ink(story.now))
        assert message_faults(list(drawn.blocks)) == []
        _within(drawn.blocks)
        assert sum(line.startswith("*") and ":*" in line for line in lines_of(drawn)) == 10

    def test_no_line_has_two_pictures(self, story: Story) -> None:
        story.suspended()
        for inbox in ("role:mod", "role:data_compliance", "person:UAGENT01"):
            for line in lines_of(card(story.face(inbox), story.playbook, ink(story.now))):
                assert sum(line.count(sign) for sign in "🔴🟡🟢⚪") <= 1, line


def _within(blocks: Any) -> None:
    """Check Slack's published numbers, apart from the sandbox's own reading of them."""
    assert len(blocks) <= 50
    for block in blocks:
        if block["type"] == "section":
            assert 1 <= len(block["text"]["text"]) <= 3000
        if block["type"] == "actions":
            ids = [element["action_id"] for element in block["elements"]]
            assert len(ids) <= 5
            assert len(set(ids)) == len(ids)
            for element in block["elements"]:
                for one in element.get("options", [element]):
                    assert 1 <= len(one["text"]["text"]) <= 75
                assert len(element.get("options", [])) <= 5
                assert len(element["action_id"]) <= 255
                assert len(element.get("value", "")) <= 2000


class TestHostileWords:
    @pytest.mark.parametrize("inbox", ["role:mod", "role:data_compliance", "role:platform_security", "person:UAGENT01"])
    def test_nothing_a_customer_wrote_is_live(self, story: Story, inbox: str) -> None:
        none = {"last_good_orders": HOSTILE, "app_version": HOSTILE}
        story.suspended(name=HOSTILE, surname=HOSTILE).escalated(none, blacklisted="not", logs=HOSTILE)
        drawn = card(story.face(inbox), story.playbook, ink(story.now))
        for text in texts(drawn.blocks):
            live = re.findall(r"<[^>]*>", text)
            assert not [one for one in live if "channel" in one or "evil" in one]
            assert "\u202e" not in text
            assert ":large_green_circle:" not in text

    @pytest.mark.parametrize(
        ("raw", "shown"),
        [
            ("<!channel>", "&lt;!channel&gt;"),
            ("a & b", "a &amp; b"),
            ("one\ntwo\u2028three", "one two three"),
            ("\u202eevil\u2066", "evil"),
            ("a\x00b\x07c", "abc"),
            (":red_circle:", ":\u2060red_circle:"),
            ("18:47:02", "18:47:02"),
            ("Zoë O'Néill 🙂", "Zoë O'Néill 🙂"),
            ("\x021\x03", "1"),
        ],
    )
    def test_escaping(self, raw: str, shown: str) -> None:
        assert mrkdwn(raw) == shown

    def test_a_cut_never_falls_inside_an_entity(self) -> None:
        for most in range(2, 40):
            cut = mrkdwn("<<<&&&>>>" * 9, most)
            assert len(cut) <= most
            assert re.fullmatch(r"(&(lt|gt|amp);)*…", cut)

    def test_words_in_a_slot_cannot_name_another_slot(self) -> None:
        assert ink().line("{a} and {b}", a="\x021\x03{b}", b="x") == "1{b} and x"

    def test_only_sentences_that_list_people_mention_them(self) -> None:
        line = ink().line("{owner} / {people} / {what}", owner="role:mod", people="role:mod", what="role:mod")
        assert line == "MR D MOD / <@mod1> <@mod2> / role:mod"
        assert ink().line("{what}", what="person:UMOD0001") == "person:UMOD0001"

    def test_one_line(self) -> None:
        assert one_line("a\r\nb\tc") == "a b c"
