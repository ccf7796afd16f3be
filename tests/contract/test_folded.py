"""A case that was read before is read on from there, and what somebody else did to it meanwhile is seen."""

from sqlalchemy import event

from desk.case.state import Case
from integrations.store.cases import StoredCases
from integrations.store.folded import Folded, FoldedCases
from tests.contract.making import EMAIL


def rows_read(engine, statements):
    event.listen(engine.reader, "before_cursor_execute", lambda *a: statements.append(a[2:4]))


async def test_only_what_was_added_is_read_again(keep, stored, engine):
    case = await keep.open()
    await stored.load(case.id)
    case = await keep.add(case, keep.claimed())
    asked: list = []
    rows_read(engine, asked)
    found, _ = await stored.load(case.id)
    assert found == case
    assert [values for _, values in asked] == [(case.id, case.id, case.version - 1)]


async def test_what_another_process_added_is_seen(keep, stored, engine, vault):
    case = await keep.open()
    await stored.load(case.id)
    other = StoredCases(engine, vault)
    found, _ = await other.load(case.id)
    await keep.add(found, keep.claimed(), keep.customer())
    again, _ = await stored.load(case.id)
    fresh, _ = await StoredCases(engine, vault).load(case.id)
    assert again == fresh
    assert again.version == case.version + 2


async def test_what_another_process_erased_is_gone(keep, stored, engine, vault):
    case = await keep.open()
    found, _ = await stored.load(case.id)
    assert found.value("email") == EMAIL
    await StoredCases(engine, vault).erase(case.id, "case")
    again, _ = await stored.load(case.id)
    assert again.facts["email"].erased
    assert again.value("email") is None


async def test_a_last_event_that_is_not_the_one_that_was_read_is_noticed(keep, stored, engine):
    case = await keep.open()
    found, _ = await stored.load(case.id)
    await engine.write(lambda c: c.exec_driver_sql("DELETE FROM events WHERE seq = 2"))
    again, _ = await stored.load(case.id)
    assert (found.version, again.version) == (2, 1)


def test_the_one_that_was_not_read_for_longest_makes_room():
    kept = FoldedCases(most=2)
    for name in ("1", "2"):
        kept.put(Folded(Case(id=name), "", 0))
    kept.get("1")
    kept.put(Folded(Case(id="3"), "", 0))
    assert [bool(kept.get(name)) for name in ("1", "2", "3")] == [True, False, True]
