"""What people are told in words: one message or many pieces, and nothing that hides. No network."""

import json
from typing import Any

import pytest

from desk.case.effects import TellPeople
from desk.values import Line
from integrations.slack.text.escape import verbatim
from integrations.slack.views.telling import pieces, telling
from sandbox.slack.blocks import message_faults
from tests.wire.making_cards import (
    CALL,
    CASE,
    HOSTILE,
    ink,
)


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
        assert f"was due at <!date^{int(CALL.timestamp())}^{{time}}|18:42>." in json.dumps(message.blocks)

    @pytest.mark.parametrize("length", [1, 2900, 2901, 11_600, 11_601, 33_000])
    def test_long_text_is_whole_in_the_pieces(self, length: int) -> None:
        logs = "".join(f"{n} 203.0.113.9 <login> & ok\n" for n in range(2000))[:length]
        told = telling(self.effect(logs), "", ink())
        said = [
            e["elements"][0]["text"]
            for m in told.messages
            for b in m.blocks
            if b["type"] == "rich_text"
            for e in b["elements"]
        ]
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
