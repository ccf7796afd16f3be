"""Who holds what in open cases, found by steps through an index on both databases."""

from typing import Any

import pytest

from integrations.store import holdings as queries
from integrations.store.engine import Database
from integrations.store.holdings import StoredHoldings
from tests.contract.making import Maker, ended, plan_of
from tests.contract.performing import BOTH
from tests.contract.test_across import row


@pytest.fixture
def holdings(engine: Database) -> StoredHoldings:
    return StoredHoldings(engine)


@BOTH
class TestHoldings:
    async def test_each_person_comes_once_for_each_role(self, keep: Maker, holdings: StoredHoldings) -> None:
        for case, person, role in (("A", "U2", "mod"), ("B", "U1", "mod"), ("C", "U1", "data"), ("D", "U1", "mod")):
            await keep.open(case, owed=[row(case, held_by=person, role=role, listed=False)])
        await keep.open("E", owed=[row("E")])
        assert await holdings.holders() == [("U1", "data"), ("U1", "mod"), ("U2", "mod")]

    async def test_cases_come_in_order_and_in_pieces(self, keep: Maker, holdings: StoredHoldings) -> None:
        for case in ("C", "A", "B"):
            duties = [row(case, held_by="U1", duty=f"call/1/{n}") for n in range(2)]
            await keep.open(case, owed=duties)
        assert await holdings.held("U1", "mod", "", 2) == ["A", "B"]
        assert await holdings.held("U1", "mod", "B", 2) == ["C"]
        assert await holdings.held("U1", "data", "", 2) == []

    async def test_of_openers_only_open_cases_count(self, keep: Maker, holdings: StoredHoldings) -> None:
        for case, person in (("C", "U2"), ("A", "U1"), ("B", "U1")):
            await keep.open(case, person)
        closed = await keep.open("D", "U3")
        await keep.add(closed, ended())
        assert await holdings.openers() == ["U1", "U2"]
        assert await holdings.opened("U1", ["small", "other"], "", 5) == ["A", "B"]
        assert await holdings.opened("U1", ["small"], "A", 5) == ["B"]
        assert await holdings.opened("U1", ["other"], "", 5) == []
        assert await holdings.opened("U3", ["small"], "", 5) == []


@pytest.mark.parametrize(
    ("query", "index", "values"),
    [
        (queries._HOLDER, "ix_owed_held ((held_by,role)>(?,?))", {"person": "U1", "role": "mod"}),
        (
            queries._HELD,
            "ix_owed_held (held_by=? AND role=? AND case_id>?)",
            {"person": "U1", "role": "mod", "after": "A", "most": 5},
        ),
        (queries._OPENER, "ix_cases_open (opened_by>?)", {"person": "U1"}),
        (
            queries._OPENED,
            "ix_cases_open (opened_by=?)",
            {"person": "U1", "playbooks": ["small"], "after": "A", "most": 5},
        ),
    ],
)
async def test_steps_go_through_indexes(engine: Database, query: Any, index: str, values: dict[str, object]) -> None:
    plan = await plan_of(engine, query, **values)
    assert index in plan
    assert "SCAN" not in plan
