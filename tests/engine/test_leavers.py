"""The tick that passes on what leavers left behind, with the whole desk in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest

from desk.case import commands as cmd
from desk.service.ports import StoreGone
from handlers.ticks import leavers
from handlers.ticks.leavers import Leavers, on_leavers
from tests.desk.bench import mr_d
from tests.engine.whole import PEOPLE, Whole
from tests.fakes.across import FakeAnnouncements
from tests.fakes.cases import FakeCases

AGENT, MOD = PEOPLE["agent"].id, PEOPLE["mod"].id
DEEDS = mr_d().rehearsals["unchanged"].deeds


@dataclass
class Holdings:
    """Who holds what, from the fake store's own rows."""

    cases: FakeCases

    async def holders(self) -> Sequence[tuple[str, str]]:
        return sorted({(one.held_by, one.role) for one in self._rows() if one.held_by})

    async def held(self, person: str, role: str, after: str, limit: int) -> Sequence[str]:
        mine = {one.case for one in self._rows() if (one.held_by, one.role) == (person, role)}
        return sorted(case for case in mine if case > after)[:limit]

    async def openers(self) -> Sequence[str]:
        return sorted({case.opened_by for case in self._open()})

    async def opened(self, person: str, playbooks: Collection[str], after: str, limit: int) -> Sequence[str]:
        mine = [case.id for case in self._open() if case.opened_by == person and case.playbook in playbooks]
        return sorted(case for case in mine if case > after)[:limit]

    def _rows(self) -> list[object]:
        if self.cases.gone:
            raise StoreGone("gone")
        return [one for rows in self.cases.owed.values() for one in rows]

    def _open(self) -> list[object]:
        return [case for name in self.cases.events if (case := self.cases._case(name)).open]


@dataclass
class Directory:
    """Whose roles have certainly ended."""

    gone: set[tuple[str, str]] = field(default_factory=set)

    def ended(self, person_id: str, role: str) -> bool:
        return (person_id, role) in self.gone


@pytest.fixture
async def whole() -> Whole:
    return await Whole(mr_d()).start()


@pytest.fixture
def desk(whole: Whole) -> Leavers:
    return Leavers(whole.engine, Directory(), Holdings(whole.cases), FakeAnnouncements())


async def claimed(whole: Whole, case: str) -> None:
    await whole.play_all(DEEDS[:3], case)
    claim = cmd.ClaimStep(case=case, delivery=f"claim {case}", by=PEOPLE["mod"], step="suspend")
    assert (await whole.engine.accept(claim)).refusal is None


def said(desk: Leavers) -> list[tuple[str, list[object]]]:
    return [(one.inbox, [line.args["cases"] for line in one.lines]) for one, _ in desk.announcements.rows.values()]


async def test_claims_end_and_the_role_hears_of_all_cases_in_one_message(whole: Whole, desk: Leavers) -> None:
    for case in ("01A", "01B", "01C"):
        await claimed(whole, case)
    assert await on_leavers(desk) == 0
    desk.people.gone = {(MOD, "mod")}
    assert await on_leavers(desk) == 3
    assert said(desk) == [("role:mod", ["ATO-1, ATO-2, ATO-3"])]
    for case in ("01A", "01B", "01C"):
        assert (await whole.engine.look(case))[0].step("suspend").claimed_by is None
    assert await on_leavers(desk) == 0
    assert len(said(desk)) == 1


async def test_an_openers_cases_pass_on_also_where_they_owe_nothing_now(whole: Whole, desk: Leavers) -> None:
    await whole.play_all(DEEDS[:1], "01A")
    await whole.play_all(DEEDS[:3], "01B")
    desk.people.gone = {(AGENT, "cs_agent")}
    assert await on_leavers(desk) == 2
    assert all([(await whole.engine.look(case))[0].opener_left for case in ("01A", "01B")])
    assert said(desk) == [("role:mod", ["ATO-1, ATO-2"])]
    assert await on_leavers(desk) == 0


async def test_more_cases_than_one_message_holds(whole: Whole, desk: Leavers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leavers, "AT_ONCE", 2)
    for case in ("01A", "01B", "01C", "01D", "01E"):
        await whole.play_all(DEEDS[:1], case)
    desk.people.gone = {(AGENT, "cs_agent")}
    assert await on_leavers(desk) == 5
    assert [cases for _, (cases,) in said(desk)] == ["ATO-1, ATO-2", "ATO-3, ATO-4", "ATO-5"]


async def test_a_crash_after_the_message_is_stored_tells_nobody_twice(
    whole: Whole, desk: Leavers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await claimed(whole, "01A")
    desk.people.gone = {(MOD, "mod")}

    async def gone(_: object) -> None:
        raise StoreGone("gone")

    with monkeypatch.context() as broken:
        broken.setattr(whole.engine, "accept", gone)
        assert await on_leavers(desk) == 0
    assert len(said(desk)) == 1
    assert await on_leavers(desk) == 1
    assert len(said(desk)) == 1


async def test_a_duty_that_opens_after_the_opener_left_is_nobodys(whole: Whole, desk: Leavers) -> None:
    await whole.play_all(DEEDS[:1], "01A")
    desk.people.gone = {(AGENT, "cs_agent")}
    await on_leavers(desk)
    await whole.play_all(tuple(deed.model_copy(update={"who": "agent2"}) for deed in DEEDS[1:2]), "01A")
    assert {one.held_by for one in whole.cases.owed["01A"]} == {None}


async def test_without_a_database_it_is_tried_again(whole: Whole, desk: Leavers) -> None:
    whole.cases.gone = True
    assert await on_leavers(desk) == 0
