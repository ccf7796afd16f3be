"""What every store of the roster promises, and that nobody's command is kept whose roles have changed meanwhile."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import select

from desk.service.ports import Conflict
from desk.service.roster import Group, Membership, Profile, Rosters, listed, moved, newer
from integrations.store import across
from integrations.store.cases import StoredCases
from integrations.store.engine import Database
from integrations.store.roster import StoredRoster
from tests.contract.making import Maker
from tests.fakes.rosters import FakeRosters

THREE = pytest.mark.parametrize(
    ("address", "fake"), [("sqlite", False), ("postgres", False), ("sqlite", True)], indirect=["address"]
)
TWO = pytest.mark.parametrize("address", ["sqlite", "postgres"], indirect=True)
THANDI = Profile("member", "Thandi", "en", "Africa/Johannesburg", 100_000_000, 1_798_761_600_000_100)


@pytest.fixture
def rosters(request: pytest.FixtureRequest, address: str, fake: bool) -> Rosters:
    return FakeRosters() if fake else StoredRoster(request.getfixturevalue("engine"))


@pytest.fixture
def roster(engine: Database) -> StoredRoster:
    return StoredRoster(engine)


@THREE
async def test_it_gives_back_what_was_kept(rosters: Rosters) -> None:
    await rosters.change_group("S1", lambda one: moved(listed(one, ["U1", "U2"], 5), ["U3"], ["U2"], 7))
    await rosters.change_person("U1", lambda one: newer(one, THANDI))
    found = await rosters.load()
    members = {"U1": Membership(True, 5), "U2": Membership(False, 7), "U3": Membership(True, 7)}
    assert found.groups == {"S1": Group(5, members)}
    assert found.people == {"U1": THANDI}
    assert found.revision == await rosters.revision()


@THREE
async def test_a_change_is_made_on_what_is_kept(rosters: Rosters) -> None:
    for stamp in (5, 9, 7):
        await rosters.change_group("S1", partial(listed, people=[f"U{stamp}"], at=stamp))
    await rosters.change_person("U1", lambda one: newer(one, THANDI))
    await rosters.change_person("U1", lambda one: newer(one, Profile("deactivated", updated=1)))
    found = await rosters.load()
    assert found.groups["S1"].people == ("U9",)
    assert found.people["U1"] == THANDI


@THREE
async def test_every_change_that_somebody_could_notice_has_a_revision(rosters: Rosters) -> None:
    revisions = [await rosters.revision()]
    for change in (
        lambda one: listed(one, ["U1"], 5),
        lambda one: moved(one, ["U2"], [], 6),
        lambda one: Group(one.listed_at, one.members, "Slack did not answer"),
    ):
        await rosters.change_group("S1", change)
        revisions.append(await rosters.revision())
    await rosters.change_person("U1", lambda one: newer(one, THANDI))
    revisions.append(await rosters.revision())
    assert revisions == sorted(set(revisions))


@TWO
async def test_a_reading_that_finds_nothing_new_has_none(roster: StoredRoster) -> None:
    await roster.change_group("S1", lambda one: listed(one, ["U1"], 5))
    await roster.change_person("U1", lambda one: newer(one, THANDI))
    before = await roster.revision()
    await roster.change_group("S1", lambda one: listed(one, ["U1"], 8))
    seen = Profile("member", "Thandi", "en", "Africa/Johannesburg", 200_000_000, 1_798_761_700_000_000)
    await roster.change_person("U1", lambda one: newer(one, seen))
    assert await roster.revision() == before
    found = await roster.load()
    assert (found.groups["S1"].listed_at, found.people["U1"]) == (8, seen)


@THREE
async def test_accounts_that_nothing_lists_are_forgotten_in_time(rosters: Rosters) -> None:
    for person, seen in (("U1", 1), ("U2", 1), ("U3", 9)):
        await rosters.change_person(person, lambda _, seen=seen: Profile(seen=seen))
    await rosters.forget_people(["U1"], 5)
    assert (await rosters.load()).people.keys() == {"U1", "U3"}


@TWO
class TestWhereADecisionIsCommitted:
    async def test_a_roster_that_moved_on_is_a_conflict_and_nothing_is_kept(
        self, keep: Maker, stored: StoredCases, roster: StoredRoster
    ) -> None:
        case = await keep.open()
        revision = await roster.revision()
        commit = keep.commit(case, keep.claimed(), roster=revision)
        await roster.change_group("S1", lambda one: moved(one, [], ["U1"], 5))
        with pytest.raises(Conflict):
            await stored.commit(commit)
        assert (await stored.load(case.id))[0].version == case.version
        await stored.commit(keep.commit(case, keep.claimed(), roster=await roster.revision()))
        assert (await stored.load(case.id))[0].version > case.version

    async def test_the_desk_itself_needs_no_roster(
        self, keep: Maker, stored: StoredCases, roster: StoredRoster
    ) -> None:
        case = await keep.open()
        await roster.change_group("S1", lambda one: listed(one, [], 5))
        await stored.commit(keep.commit(case, keep.claimed()))

    async def test_many_changes_and_many_decisions_at_once_lose_none(
        self, keep: Maker, stored: StoredCases, roster: StoredRoster, engine: Database
    ) -> None:
        cases = [await keep.open(f"01CASE{n}") for n in range(6)]

        async def decide(case: object) -> None:
            while True:
                try:
                    await stored.commit(keep.commit(case, keep.claimed(), roster=await roster.revision()))
                except Conflict:
                    continue
                return

        changes = [roster.change_group("S1", partial(moved, added=[f"U{n}"], removed=[], at=n + 1)) for n in range(12)]
        await asyncio.gather(*changes, *map(decide, cases))
        rows = await engine.rows(select(across.members.c.person))
        assert {row.person for row in rows} == {f"U{n}" for n in range(12)}
