"""What cards look like: literal lines, marks, buttons, hostile words and Slack's limits. No network."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.load import load
from desk import commands as cmd
from desk.case import Case, Escalation, Ticket, Trouble
from desk.decide import decide
from desk.effects import TellPeople
from desk.faces import Button, Face, Finished, OpenDuty, Shown, face
from desk.playbook import Playbook
from desk.standing import Standing, Ticked, Tried
from desk.values import Fact, Fill, Line, Person, in_language
from integrations.slack import actions
from integrations.slack.escape import mrkdwn, one_line, verbatim
from integrations.slack.views.card import card
from integrations.slack.views.lines import Ink
from integrations.slack.views.telling import pieces, telling
from sandbox.slack.blocks import message_faults

CALL = datetime(2026, 11, 20, 16, 42, tzinfo=UTC)
CASE = "01JD3M9Q4WZ8K2V7X5N6P0R1ST"
AGENT = Person(id="UAGENT01", roles=frozenset({"cs_agent"}))
MOD = Person(id="UMOD0001", roles=frozenset({"mod"}))
DATA = Person(id="UDATA001", roles=frozenset({"data_compliance"}))
HOSTILE = (
    "<!channel> <@UMOD0001> <http://evil.example|bank> & \u202egnp.exe\u0007 :large_green_circle:"
)
CALLED = {
    "channel": "call", "reasons": ("orders",), "name": "Naledi", "surname": "Mahlangu",
    "email": "naledi.mahlangu@example.com", "phone": "082 555 0142",
}  # fmt: skip
FOUND = {
    "profile_link": "https://admin.example/profiles/2048811", "customer_id": "2048811", "still_going": "yes",
    "username_now": "same", "email_now": "same", "phone_now": "same", "fraud_orders": "DFD-77118\nDFD-77119",
}  # fmt: skip
PASSED = {"popi_full_name": "pass", "popi_contact": "pass", "popi_last_order": "pass"}


def say(line: Line, language: str, zone: str) -> str:
    """Speak English the plain way."""

    def words(value: Any) -> Any:
        if isinstance(value, dict):
            return in_language(value, language)
        if isinstance(value, datetime):
            return f"{value:%H:%M}"
        return ", ".join(value) if isinstance(value, list) else value

    return line.key.format(**{name: words(value) for name, value in line.args.items()})


def ink(now: datetime = CALL, **changes: Any) -> Ink:
    roles = {
        "mod": "MR D MOD",
        "data_compliance": "CS Data Compliance",
        "platform_security": "Platform Security Team",
    }
    return replace(
        Ink(say=say, language="en", zone="Africa/Johannesburg", now=now, day=CALL.date(),
            role=lambda role: roles.get(role, role), mentions=lambda role: f"<@{role}1> <@{role}2>"),
        **changes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return load(names=["mr_d"])["mr_d"]


class Story:
    """Plays a case by commands, without an engine."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook, self.case, self.now = playbook, Case(id=CASE), CALL

    def do(self, command: cmd.Command) -> "Story":
        decision = decide(command, self.case, self.playbook, self.now)
        assert decision.refusal is None, decision.refusal
        self.case = decision.case
        for effect in decision.effects:
            self.settle(effect)
        return self

    def settle(self, effect: Any) -> None:
        """Let everything outside succeed at once."""
        if effect.kind == "create_ticket":
            self.ticket(effect)
        elif effect.kind == "show_card":
            seen = cmd.CardSeen(channel="C1", ts="1.000001", version=self.case.version)
            self.do(cmd.Settle(case=CASE, delivery="", effect=effect, result=seen))

    def ticket(self, effect: Any) -> None:
        url = "https://mrd.zendesk.example/agent/tickets/48231"
        seen = cmd.TicketSeen(id=48231, url=url, group=effect.group, status="open")
        self.do(cmd.Settle(case=CASE, delivery="", effect=effect, result=seen))

    def step(
        self, by: Person, step: str, outcome: str = "done", minutes: int = 1, **fills: Any
    ) -> "Story":
        self.now += timedelta(minutes=minutes)
        answers = {name: Fill(raw=raw) for name, raw in fills.items()}
        return self.do(
            cmd.CompleteStep(
                case=CASE,
                delivery=f"{step}{self.now}",
                by=by,
                step=step,
                outcome=outcome,
                fills=answers,
            )
        )

    def told_mod(self, **changes: Any) -> "Story":
        answers = {name: Fill(raw=raw) for name, raw in {**CALLED, **changes}.items()}
        self.do(
            cmd.OpenCase(
                case=CASE, delivery="o", by=AGENT, playbook="mr_d", number=12, fills=answers
            )
        )
        self.step(AGENT, "locate", "found", **FOUND)
        return self.step(AGENT, "verify_standard", "verified", **PASSED)

    def suspended(self, **changes: Any) -> "Story":
        return self.told_mod(**changes).step(MOD, "suspend", "suspended")

    def escalated(self, none: dict[str, str], **fills: Any) -> "Story":
        self.now += timedelta(minutes=1)
        answers = {name: Fill(raw=raw) for name, raw in fills.items()}
        answers |= {name: Fill(none_because=reason) for name, reason in none.items()}
        return self.do(
            cmd.CompletePart(
                case=CASE,
                delivery="e",
                by=DATA,
                step="flag_security",
                part="escalation",
                fills=answers,
            )
        )

    def face(self, inbox: str) -> Face:
        return face(self.case, self.playbook, inbox)


@pytest.fixture
def story(playbook: Playbook) -> Story:
    return Story(playbook)


def texts(blocks: Any) -> Iterator[str]:
    """Give every mrkdwn text."""
    if isinstance(blocks, dict):
        if blocks.get("type") == "mrkdwn":
            yield blocks["text"]
        blocks = list(blocks.values())
    if isinstance(blocks, list | tuple):
        for inner in blocks:
            yield from texts(inner)


def lines_of(drawn: Any) -> list[str]:
    return [line for text in texts(drawn.blocks) for line in text.split("\n")]


def buttons_of(drawn: Any) -> dict[str, dict[str, Any]]:
    return {
        e["text"]["text"]: e
        for b in drawn.blocks
        if b["type"] == "actions"
        for e in b["elements"]
        if e["type"] == "button"
    }


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
        assert head.startswith(
            "*ATO-12 · Account takeover* · step 5 of 11 · 🟡 Suspend the profile &amp; escalate"
        )
        assert (
            f"due <!date^{due}^{{date_short_pretty}} {{time}}|18:57> _(default, not in SOP)_"
            in head
        )

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
        text = card(
            story.told_mod().face("role:mod"), story.playbook, ink(CALL + timedelta(minutes=4))
        ).text
        assert (
            text
            == "ATO-12 · Suspend the profile &amp; escalate to Data Support Compliance · 4 min since the call"
        )

    def test_mentions_the_opener_and_nobody_a_customer_wrote(self, story: Story) -> None:
        drawn = card(
            story.told_mod(name=HOSTILE).face("role:mod"), story.playbook, ink(opener="UAGENT01")
        )
        brief = "\n".join(lines_of(drawn))
        assert "by <@UAGENT01>" in brief

    def test_after_the_tap_says_what_happened_and_where_the_ticket_is(self, story: Story) -> None:
        drawn = card(story.suspended().face("role:mod"), story.playbook, ink(story.now))
        lines = lines_of(drawn)
        at = int(story.now.timestamp())
        assert f"🟢 Suspended now <!date^{at}^{{time}}|18:45> by <@UMOD0001>" in lines
        assert (
            "Ticket <https://mrd.zendesk.example/agent/tickets/48231|#48231> → CS Data Compliance · open"
            in lines
        )
        assert "Suspended now" not in buttons_of(drawn)


class TestDataComplianceCard:
    def test_shows_parts_with_their_owners_and_locks(self, story: Story) -> None:
        lines = lines_of(
            card(story.suspended().face("role:data_compliance"), story.playbook, ink(story.now))
        )
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
        assert any(
            line.startswith("🟢 Escalate on Slack to web security <!date^") for line in lines
        )
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


TROUBLE = Trouble(
    f"{CASE}/suspend/1/0", "create_ticket", "Zendesk", "It said no.", CALL + timedelta(minutes=2)
)


class TestTroubles:
    def test_a_pending_ticket_says_that_the_tap_is_kept(self, story: Story) -> None:
        seen = replace(story.told_mod().face("role:mod"), troubles=(TROUBLE,))
        drawn = card(seen, story.playbook, ink(story.now))
        at = f"<!date^{int(TROUBLE.since_at.timestamp())}^{{time}}|18:44>"
        words = (
            f"Ticket pending: Zendesk has not answered since {at}. I keep trying; your tap is kept."
        )
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
        story.do(cmd.OpenCase(case=CASE, delivery="o", by=AGENT, playbook="mr_d", number=12,
                              fills={n: Fill(raw=r) for n, r in CALLED.items()}))  # fmt: skip
        story.step(AGENT, "locate", "found", **FOUND).step(
            AGENT, "verify_standard", "not_verified", **answers
        )
        drawn = card(story.face("person:UAGENT01"), story.playbook, ink(story.now))
        assert any(
            "Verification failed: we can't assist further" in line for line in lines_of(drawn)
        )
        assert not [name for name in buttons_of(drawn) if not name.startswith("Open:")]
        assert "closed: Verification failed" in drawn.text


def monstrous(seen: Face) -> Face:
    """Fill a face with far more, and far longer, than any case has."""
    words, long = {"en": HOSTILE * 60}, {"en": "W" * 5000}
    duty = replace(seen.mine[0].duty, title=long, claimed_by="UMOD0001", locked_by=())
    buttons = tuple(Button("suspend", None, 1, f"outcome{n}", long, True, None) for n in range(30))
    mine = tuple(
        OpenDuty(replace(duty, step=step), buttons)
        for step in ("suspend", "assist", "investigate", "locate")
    )
    done = tuple(Finished(words, long, "UMOD0001", CALL) for _ in range(80))
    shown = tuple(Shown(long, "name", Fact(value=HOSTILE * 30)) for _ in range(60))
    troubles = tuple(
        replace(TROUBLE, dead=True, reason=HOSTILE * 40, effect="e" * 300) for _ in range(20)
    )
    warnings = tuple(Line(key="{a}", args={"a": HOSTILE * 30}) for _ in range(20))
    ticket = Ticket(48231, "https://x.example/" + "a" * 1900, "G" * 900, "open", "CS")
    return replace(
        seen, title=long, brief=(words,) * 40, facts=shown, mine=mine, others=(duty,) * 60, finished=done,
        tickets=tuple(("t", ticket) for _ in range(9)), troubles=troubles, warnings=warnings,
        promises=((words, "open"),) * 50, ending=words, ended_at=CALL, next_contact_at=CALL,
    )  # fmt: skip


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
        story.suspended().escalated(
            {"last_good_orders": "x"}, blacklisted="not", logs="l", app_version="1"
        )
        seen = story.face("role:platform_security")
        assert seen.escalation is not None
        items = {name: Fact(none_because=HOSTILE * 40) for name in seen.escalation.items}
        seen = replace(
            seen, escalation=Escalation("flag_security", "escalation", items, "UDATA001", CALL)
        )
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
    @pytest.mark.parametrize(
        "inbox", ["role:mod", "role:data_compliance", "role:platform_security", "person:UAGENT01"]
    )
    def test_nothing_a_customer_wrote_is_live(self, story: Story, inbox: str) -> None:
        none = {"last_good_orders": HOSTILE, "app_version": HOSTILE}
        story.suspended(name=HOSTILE, surname=HOSTILE).escalated(
            none, blacklisted="not", logs=HOSTILE
        )
        drawn = card(story.face(inbox), story.playbook, ink(story.now))
        for text in texts(drawn.blocks):
            live = re.findall(r"<[^>]*>", text)
            assert not [one for one in live if "channel" in one or "evil" in one]
            assert "\u202e" not in text
            assert ":large_green_circle:" not in text

    @pytest.mark.parametrize(
        ("raw", "shown"),
        [
            ("<!channel>", "&lt;!channel&gt;"), ("a & b", "a &amp; b"), ("one\ntwo\u2028three", "one two three"),
            ("\u202eevil\u2066", "evil"), ("a\x00b\x07c", "abc"), (":red_circle:", ":\u2060red_circle:"),
            ("18:47:02", "18:47:02"), ("Zoë O'Néill 🙂", "Zoë O'Néill 🙂"), ("\x021\x03", "1"),
        ],
    )  # fmt: skip
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
        line = ink().line(
            "{owner} / {people} / {what}", owner="role:mod", people="role:mod", what="role:mod"
        )
        assert line == "MR D MOD / <@mod1> <@mod2> / role:mod"
        assert ink().line("{what}", what="person:UMOD0001") == "person:UMOD0001"

    def test_one_line(self) -> None:
        assert one_line("a\r\nb\tc") == "a b c"


class TestTelling:
    def effect(self, pre: str = "", **changes: Any) -> TellPeople:
        line = Line(
            key="{case}: “{what}” was due at {due_at}.",
            args={"case": "ATO-12", "what": HOSTILE, "due_at": CALL},
        )
        made = TellPeople(
            key="k",
            case=CASE,
            lane="l",
            inbox="role:mod",
            title={"en": "Logs"},
            lines=(line,),
            pre=pre,
        )
        return made.model_copy(update=changes)

    def test_says_it_in_text_and_in_blocks(self) -> None:
        (message,) = telling(self.effect(title={}), "<@UMOD0001>", ink()).messages
        assert message.text.startswith("<@UMOD0001> ATO-12: “&lt;!channel&gt;")
        assert f"was due at <!date^{int(CALL.timestamp())}^{{time}}|18:42>." in json.dumps(
            message.blocks
        )

    @pytest.mark.parametrize("length", [1, 2900, 2901, 11_600, 11_601, 33_000])
    def test_long_text_is_whole_in_the_pieces(self, length: int) -> None:
        logs = "".join(f"{n} 203.0.113.9 <login> & ok\n" for n in range(2000))[:length]
        told = telling(self.effect(logs), "", ink())
        said = [e["elements"][0]["text"] for m in told.messages for b in m.blocks if b["type"] == "rich_text"
                for e in b["elements"]]  # fmt: skip
        assert "".join(said) == logs
        assert len(told.messages) <= 4
        assert all(message_faults(list(message.blocks)) == [] for message in told.messages)

    def test_longer_text_is_a_file(self) -> None:
        logs = "".join(f"{n} line\n" for n in range(9000))
        told = telling(self.effect(logs), "", ink())
        assert told.file == logs
        assert told.file_name == "logs.txt"
        assert len(told.messages) == 1

    def test_a_public_channel_gets_no_logs(self) -> None:
        told = telling(self.effect("203.0.113.9"), "", ink(masked=True))
        assert "203.0.113.9" not in json.dumps([m.blocks for m in told.messages])
        assert told.file is None

    def test_pieces_are_cut_at_line_ends(self) -> None:
        assert pieces("a\n" * 2000)[0].endswith("\n")
        assert pieces("") == []

    def test_verbatim_shows_what_would_be_invisible(self) -> None:
        assert verbatim("a\r\nb\u202e\tc") == "a\nb\ufffd\tc"


class TestBeside:
    """What happened to a case beside its steps."""

    def beside(self, story: Story, command: type[cmd.Command], by: Person, **about: Any) -> Story:
        return story.do(command(case=CASE, delivery=f"b{story.case.version}", by=by, **about))

    def menu(self, drawn: Any) -> list[str]:
        menus = [
            e for b in drawn.blocks for e in b.get("elements", []) if e.get("type") == "overflow"
        ]
        return [option["value"].partition("|")[0] for option in menus[0]["options"]]

    @pytest.mark.parametrize(
        ("inbox", "whats"),
        [
            ("role:mod", ["hand_over", "snooze", "note", "wait", "more"]),
            ("person:UAGENT01", ["note", "correct", "wait", "merge", "more"]),
            ("role:team_lead", ["override", "note", "correct", "wait", "more"]),
        ],
    )
    def test_each_inbox_has_the_menu_its_role_needs(
        self, story: Story, inbox: str, whats: list[str]
    ) -> None:
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
        self.beside(
            story.told_mod(), cmd.Snooze, MOD, step="suspend", seconds=3600, reason="Admin is down"
        )
        lines = lines_of(card(story.face("role:mod"), story.playbook, ink(story.now)))
        assert any(line.startswith("put off until <!date^") for line in lines)
        later = ink(story.now + timedelta(hours=2))
        assert not any(
            "put off" in line
            for line in lines_of(card(story.face("role:mod"), story.playbook, later))
        )

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
        self.beside(
            story.told_mod(), cmd.Override, lead, step="suspend", reason="nobody else is here"
        )
        lines = lines_of(card(story.face("role:mod"), story.playbook, ink(story.now)))
        assert "<@ULEAD001> lifted four eyes and caps for this step" in lines

    def test_what_the_procedure_does_not_know_says_so(self, story: Story) -> None:
        lines = lines_of(card(story.told_mod().face("role:mod"), story.playbook, ink(story.now)))
        assert "_Not in SOP: Not a takeover_" in lines

    def test_many_parts_of_one_step_are_one_line_for_others(self, story: Story) -> None:
        lines = lines_of(
            card(story.suspended().face("person:UAGENT01"), story.playbook, ink(story.now))
        )
        (line,) = [one for one in lines if "waits for" in one]
        assert "Flag to web security &amp; tell the customer · 3 parts left" in line
        assert "*CS Data Compliance*, *Platform Security Team*" in line

    def test_a_step_tried_in_vain_says_how_often(self, story: Story) -> None:
        at = story.now
        standing = Standing("suspend", (Tried("no_answer", {"en": "No answer…"}, 2, at),), at + timedelta(hours=2),
                            ticked=(Ticked("x", 1, 2),))  # fmt: skip
        seen = replace(story.told_mod().face("role:mod"), standing=(standing,))
        lines = lines_of(card(seen, story.playbook, ink(story.now)))
        assert any(line.startswith("No answer: 2 tries, last <!date^") for line in lines)
        assert any(line.startswith("to be tried again at <!date^") for line in lines)


class TestActions:
    @pytest.mark.parametrize(
        ("raw", "read"),
        [
            ("do:suspend:suspended", actions.Action("do", step="suspend", outcome="suspended")),
            ("form:locate:", actions.Action("form", step="locate")),
            ("form:suspend:suspended", actions.Action("form", step="suspend", outcome="suspended")),
            ("part:reset:cards", actions.Action("part", step="reset", part="cards")),
            ("partform:reset:cards", actions.Action("partform", step="reset", part="cards")),
            ("claim:suspend", actions.Action("claim", step="suspend")),
            ("retry", actions.Action("retry")),
            ("hand", actions.Action("hand")),
            ("link:2", actions.Action("link", number=2)),
            ("pick:outcome", actions.Action("pick", outcome="outcome")),
            ("ask:snooze:suspend", actions.Action("ask", what="snooze", step="suspend")),
            ("ask:more:", actions.Action("ask", what="more")),
            ("try:call:no_answer", actions.Action("try", step="call", attempt="no_answer")),
            ("menu:", actions.Action("menu")),
        ],
    )
    def test_ids_are_read_as_they_were_written(self, raw: str, read: actions.Action) -> None:
        assert actions.read_action(raw) == read
        assert actions.write_action(read) == raw

    @pytest.mark.parametrize(
        "raw",
        [
            "",
            "do",
            "do:a",
            "do::b",
            "do:a:b:c",
            "drop:a:b",
            "do:a:b\n",
            "claim:" + "x" * 300,
            "ask:fly:suspend",
            "ask:attempt:call",
            "try:call",
            "menu",
        ],
    )
    def test_anything_else_is_nothing(self, raw: str) -> None:
        assert actions.read_action(raw) is None

    def test_values_are_read_as_they_were_written(self) -> None:
        do, retry = actions.Action("do", step="s", outcome="o"), actions.Action("retry")
        step, effect = (
            actions.StepValue(CASE, 3),
            actions.EffectValue(CASE, f"{CASE}/suspend/1/0|x"),
        )
        assert actions.read_value(do, actions.write_value(step)) == step
        assert actions.read_value(retry, actions.write_value(effect)) == effect

    @pytest.mark.parametrize(
        "raw",
        [
            None,
            "",
            "x|1",
            f"{CASE}|",
            f"{CASE}|0",
            f"{CASE}|x",
            f"{CASE}|²",
            f"{CASE}|1" + "0" * 3000,
        ],
    )
    def test_broken_values_are_nothing(self, raw: str | None) -> None:
        assert actions.read_value(actions.Action("do", step="s", outcome="o"), raw) is None
