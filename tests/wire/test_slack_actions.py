"""What the buttons of a card carry, and what is read of it. No network."""

import pytest

from integrations.slack.codec import actions
from tests.wire.making_cards import CASE


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
            ("show:mod", actions.Action("show", what="mod")),
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
            "show:",
            "show:mod:more",
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
