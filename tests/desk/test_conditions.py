"""A condition is not decided while a fact it rests on can still come: its step neither opens nor is skipped."""

from typing import Any

import pytest

from desk.case import commands as cmd
from desk.playbook.model import Playbook
from tests.desk.bench import CASE, PEOPLE, Bench, fills

FIELDS: dict[str, Any] = {
    "colour": {"type": "choice", "title": "Colour", "options": {"red": "Red", "blue": "Blue"}},
    "loss": {"type": "money", "title": "Loss"},
    "gain": {"type": "money", "title": "Gain"},
}
RED, ONE = {"colour": "red"}, {"loss": "10.00", "gain": "10.00"}


def small(when: dict[str, Any]) -> Bench:
    """A case whose third step depends on what its second one finds out; both follow the first."""
    asks = [{"field": name, "optional": True} for name in FIELDS]
    steps: dict[str, Any] = {
        "receive": {"title": "Receive", "owner": "cs_agent"},
        "look": {"title": "Look", "owner": "cs_agent", "after": ["receive"], "asks": asks},
        "act": {"title": "Act", "owner": "cs_agent", "after": ["receive"], "when": when},
    }
    roles: dict[str, Any] = {"cs_agent": {"title": "Agents", "inbox": "direct"}}
    book = {"playbook": "small", "title": "Small", "brand": "Small", "opens_with": "receive"}
    bench = Bench(Playbook.model_validate({**book, "roles": roles, "fields": FIELDS, "steps": steps}))
    bench.tell(cmd.OpenCase(case=CASE, delivery="o", by=PEOPLE["agent"], playbook="small"))
    return bench


def look(bench: Bench, given: dict[str, Any]) -> str:
    """Finish the second step with these facts and no others; how the third stands then."""
    about = {"case": CASE, "delivery": "l", "by": PEOPLE["agent"], "step": "look", "outcome": "done"}
    bench.tell(cmd.CompleteStep(**about, fills=fills(given)))
    assert bench.case.step("look").settled, bench.last
    return bench.case.step("act").status


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ({"known": ["colour"]}, RED, {}),
        ({"not": {"known": ["colour"]}}, {}, RED),
        ({"field": {"colour": ["red"]}}, RED, {"colour": "blue"}),
        ({"field": {"colour": ["red"]}}, RED, {}),
        ({"positive": ["loss"]}, ONE, {"loss": "0.00"}),
        ({"positive": ["loss"]}, ONE, {}),
        ({"equal": ["loss", "gain"]}, ONE, {"loss": "10.00", "gain": "9.00"}),
        ({"equal": ["loss", "gain"]}, ONE, {"loss": "10.00"}),
        ({"outcome": {"look": ["done"]}}, RED, None),
        ({"any": [{"known": ["colour"]}, {"known": ["loss"]}]}, {"loss": "1.00"}, {"gain": "1.00"}),
        ({"all": [{"known": ["colour"]}, {"known": ["loss"]}]}, RED | ONE, RED),
    ],
)
def test_a_step_waits_until_its_condition_is_decided(
    when: dict[str, Any], yes: dict[str, Any], no: dict[str, Any] | None
) -> None:
    bench = small(when)
    assert bench.open_steps() == ["look"]
    assert bench.case.step("act").status == "pending"
    assert look(bench, yes) == "open"
    if no is not None:
        assert look(small(when), no) == "skipped"
