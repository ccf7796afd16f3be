"""The People port on Slack: who has which role, without asking Slack when somebody acts."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from desk.service.ports import GiveUp, TryAgain
from integrations.slack.people import reading
from integrations.slack.people.directory import SlackPeople
from integrations.slack.web.client import SlackClient
from integrations.store.pace import MemoryPace
from sandbox import seeds
from sandbox.company import Company
from tests.fakes.rosters import FakeRosters

GROUPS = {"cs_agent": "SCSAGENT", "mod": "SMODS001", "high": "SQHIGHER"}
LATER = 4_000_000_000_000_000
"""A stamp after everything that is read in a test."""

Make = Callable[..., SlackPeople]


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    async with Company() as company:
        yield company


@pytest.fixture
def store() -> FakeRosters:
    return FakeRosters()


@pytest.fixture
async def replica(company: Company, store: FakeRosters) -> AsyncIterator[Make]:
    """Make the directories of replicas that share a database."""
    made: list[tuple[SlackPeople, SlackClient]] = []

    def make(groups: dict[str, str] = GROUPS, pace: MemoryPace | None = None) -> SlackPeople:
        client = SlackClient(seeds.BOT_TOKEN, company.urls["slack"], timeout=2, pace=pace)
        people = SlackPeople(client, groups, {"team_lead": ["ULEAD001"]}, store, zone="Africa/Johannesburg")
        made.append((people, client))
        return people

    yield make
    for people, client in made:
        await people.close()
        await client.close()


@pytest.fixture
def people(replica: Make) -> SlackPeople:
    return replica()


def calls(company: Company, method: str | None = None) -> int:
    return len(company.world.asked("slack", *filter(None, [method])))


class TestWarming:
    async def test_before_it_nobody_has_a_role(self, people: SlackPeople) -> None:
        assert people.person("UMOD0001").roles == people.person("ULEAD001").roles == frozenset()
        assert people.problems.keys() == GROUPS.keys()

    async def test_after_it_everybody_has_theirs_with_language_and_zone(self, people: SlackPeople) -> None:
        await people.warm()
        assert not people.problems
        mod, italian = people.person("UMOD0001"), people.person("UQHIGH01")
        assert (mod.roles, mod.language, mod.zone) == ({"mod"}, "en", "Africa/Johannesburg")
        assert (italian.roles, italian.language, italian.zone) == ({"high"}, "it", "Europe/Rome")
        assert mod.name
        assert people.person("ULEAD001").roles == {"team_lead"}
        assert people.members("mod") == ("UMOD0001", "UMOD0002")
        assert people.language("UQHIGH01") == "it"

    async def test_looking_somebody_up_asks_nobody(self, company: Company, people: SlackPeople) -> None:
        await people.warm()
        before = calls(company)
        assert people.person("UOUTS001").roles == frozenset()
        people.person("UMOD0001")
        assert calls(company) == before

    async def test_what_was_known_is_in_use_at_a_start_without_slack(self, company: Company, replica: Make) -> None:
        await replica().warm()
        company.world.new_fault("slack", "down")
        started = replica()
        await started.warm()
        assert started.person("UMOD0001").roles == {"mod"}
        assert started.person("UQHIGH01").language == "it"

    async def test_a_slack_that_hangs_does_not_hold_up_the_start(
        self, company: Company, people: SlackPeople, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("integrations.slack.people.directory.WARM_WITHIN", 0.2)
        company.world.new_fault("slack", "timeout")
        await people.warm()
        assert people.problems
        company.world.clear_faults()
        await people._tasks["refresh"]
        await people.mend()
        assert not people.problems

    async def test_a_group_that_does_not_exist_says_what_to_do(self, replica: Make) -> None:
        people = replica({"mod": "SNOTHERE"})
        await people.warm()
        assert "does not exist" in people.problems["mod"]
        assert people.person("ULEAD001").roles == {"team_lead"}


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("wrong", [TryAgain("Slack", "503", silent=True), GiveUp("Slack", "no_permission")])
    async def test_a_group_concerns_its_own_role_only(
        self, people: SlackPeople, monkeypatch: pytest.MonkeyPatch, wrong: Exception
    ) -> None:
        asked = people._accounts.group_people

        async def one_fails(group: str) -> object:
            if group == "SMODS001":
                raise wrong
            return await asked(group)

        monkeypatch.setattr(people._accounts, "group_people", one_fails)
        await people.warm()
        assert people.problems.keys() == {"mod"}
        assert people.person("UMOD0001").roles == frozenset()
        assert people.person("UAGENT01").roles == {"cs_agent"}
        assert people.person("UQHIGH01").language == "it"
        monkeypatch.setattr(people._accounts, "group_people", asked)
        await people.refresh()
        assert people.person("UMOD0001").roles == {"mod"}
        assert not people.problems

    async def test_what_could_not_be_read_is_mended_without_reading_all_again(
        self, company: Company, people: SlackPeople
    ) -> None:
        company.world.new_fault("slack", "status", match="usergroups.users.list", status=503, times=1)
        await people.warm()
        before = calls(company, "usergroups.users.list")
        await people.mend()
        assert not people.problems
        assert calls(company, "usergroups.users.list") == before + 1
        before = calls(company)
        await people.mend()
        assert calls(company) == before

    async def test_a_group_that_cannot_be_read_keeps_its_people(self, company: Company, people: SlackPeople) -> None:
        await people.warm()
        company.world.new_fault("slack", "down")
        await people.refresh()
        assert people.problems
        assert people.person("UMOD0001").roles == {"mod"}

    async def test_the_pause_that_slack_asks_for_is_kept(self, company: Company, replica: Make) -> None:
        now = [0.0]
        people = replica(pace=MemoryPace(clock=lambda: now[0]))
        method = "usergroups.users.list"
        company.world.new_fault("slack", "status", match=method, status=429, retry_after="30", times=1)
        await people.warm()
        assert calls(company, method) == 1
        assert people.person("ULEAD001").roles == {"team_lead"}
        now[0] = 29.0
        await people.mend()
        assert calls(company, method) == 1
        for now[0] in (31.0, 35.0, 39.0):  # and no rush after it
            await people.mend()
        assert calls(company, method) == 1 + len(GROUPS)
        assert not people.problems

    async def test_a_person_who_cannot_be_read_has_no_role_yet_and_nobody_else_waits(
        self, company: Company, people: SlackPeople
    ) -> None:
        company.world.new_fault("slack", "status", match="users.info", status=503, times=1)
        await people.warm()
        assert people.person("UMOD0001").roles == {"mod"}
        await people.mend()
        assert not people.unread


class TestChanges:
    @pytest.fixture(autouse=True)
    async def warm(self, people: SlackPeople) -> None:
        await people.warm()

    async def test_a_group_now_holds_others(self, people: SlackPeople) -> None:
        await people.on_listed("SMODS001", ["UMOD0002", "UAGENT01"], LATER)
        assert people.person("UMOD0001").roles == frozenset()
        assert people.person("UAGENT01").roles == {"mod", "cs_agent"}

    async def test_somebody_new_has_the_role_once_their_account_was_read(self, people: SlackPeople) -> None:
        await people.on_moved("SMODS001", ["UOUTS001"], [], LATER)
        await people.mend()
        assert people.person("UOUTS001").roles == {"mod"}

    async def test_a_group_of_no_role_is_not_kept(self, people: SlackPeople, store: FakeRosters) -> None:
        await people.on_listed("SOTHERS1", ["UOUTS001"], LATER)
        assert "SOTHERS1" not in store.roster.groups

    async def test_a_late_older_event_gives_no_role_back(self, people: SlackPeople) -> None:
        await people.on_moved("SMODS001", [], ["UMOD0001"], LATER)
        await people.on_moved("SMODS001", ["UMOD0001"], [], LATER - 1)
        await people.on_listed("SMODS001", ["UMOD0001", "UMOD0002"], LATER - 1)
        assert people.members("mod") == ("UMOD0002",)
        await people.on_moved("SMODS001", ["UMOD0001"], [], LATER + 1)
        assert people.members("mod") == ("UMOD0001", "UMOD0002")

    async def test_another_replica_knows_at_its_next_look(self, people: SlackPeople, replica: Make) -> None:
        other = replica()
        await other.catch_up()
        assert other.person("UMOD0001").roles == {"mod"}
        await people.on_moved("SMODS001", [], ["UMOD0001"], LATER)
        assert other.revision != people.revision
        await other.catch_up()
        assert other.person("UMOD0001").roles == frozenset()
        assert other.ended("UMOD0001", "mod")

    async def test_a_group_switched_off_has_nobody_and_switched_on_is_read_again(
        self, company: Company, people: SlackPeople
    ) -> None:
        await people.on_listed("SMODS001", [], company.slack.space.groups["SMODS001"].updated * 1_000_000)
        await people.on_unlisted("SMODS001")
        await people._tasks["SMODS001"]
        assert people.members("mod") == ("UMOD0001", "UMOD0002")

    async def test_a_deactivated_person_loses_everything_at_once(self, company: Company, people: SlackPeople) -> None:
        for person in ("UMOD0001", "ULEAD001"):
            await people.on_user({"id": person, "deleted": True}, LATER)
        assert people.person("UMOD0001").roles == people.person("ULEAD001").roles == frozenset()
        assert people.members("mod") == ("UMOD0002",)
        await people.on_user({"id": "UMOD0001", "tz": "Europe/Rome", "locale": "it-IT"}, LATER - 1)
        assert people.person("UMOD0001").roles == frozenset()
        await people.on_user({"id": "UMOD0001", "tz": "Europe/Rome", "locale": "it-IT"}, LATER + 1)
        person = people.person("UMOD0001")
        assert (person.roles, person.language, person.zone) == ({"mod"}, "it", "Europe/Rome")

    @pytest.mark.parametrize(
        "account",
        [
            {"is_restricted": True},
            {"is_ultra_restricted": True},
            {"is_stranger": True},
            {"team_id": "TOTHER01"},
            {"team_id": "TOTHER01", "enterprise_user": {"teams": ["TOTHER02"]}},
            {"is_bot": True},
        ],
    )
    async def test_whoever_is_no_full_member_has_no_role_whatever_lists_them(
        self, people: SlackPeople, account: dict[str, Any]
    ) -> None:
        for person in ("UMOD0001", "ULEAD001"):
            await people.on_user({"id": person, **account}, LATER)
            assert people.person(person).roles == frozenset()
            assert people.ended(person, "mod")

    async def test_another_workspace_of_the_same_organization_may_be_ours_too(self, people: SlackPeople) -> None:
        teams = {"teams": ["TOTHER01", seeds.TEAM_ID]}
        await people.on_user({"id": "UMOD0001", "team_id": "TOTHER01", "enterprise_user": teams}, LATER)
        assert people.person("UMOD0001").roles == {"mod"}

    async def test_whose_workspace_it_is_must_be_known_to_give_a_role_back(
        self, people: SlackPeople, replica: Make
    ) -> None:
        await people.on_user({"id": "UMOD0001", "team_id": "TOTHER01"}, LATER)
        started = replica()
        await started.catch_up()
        await started.on_user({"id": "UMOD0001", "team_id": "TOTHER01"}, LATER + 1)
        assert started.person("UMOD0001").roles == frozenset()

    async def test_somebody_whose_deactivation_nobody_told_of_is_seen_at_the_next_look(
        self, company: Company, people: SlackPeople
    ) -> None:
        for person in ("UMOD0001", "ULEAD001"):
            company.slack.space.users[person].deleted = True
        assert people.person("UMOD0001").roles == {"mod"}
        await people.refresh()
        assert people.person("UMOD0001").roles == people.person("ULEAD001").roles == frozenset()
        company.slack.space.users["UMOD0001"].deleted = False
        await people.refresh()
        assert people.person("UMOD0001").roles == {"mod"}

    async def test_everybody_has_their_turn_of_being_looked_at(
        self, company: Company, people: SlackPeople, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "AGAIN", 2)
        company.slack.space.users["ULEAD001"].deleted = True
        before = calls(company, "users.info")
        for looks in range(1, 6):
            await people.refresh()
            assert calls(company, "users.info") == before + 2 * looks
        assert people.person("ULEAD001").roles == frozenset()

    async def test_an_event_that_came_meanwhile_is_newer(
        self, people: SlackPeople, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = people._accounts.person

        async def slow(person: str) -> object:
            answer = await asked(person)
            await people.on_user({"id": person, "deleted": True}, LATER)
            return answer

        monkeypatch.setattr(people._accounts, "person", slow)
        await people.refresh()
        assert people.person("UMOD0001").roles == frozenset()

    async def test_what_is_not_read_has_not_ended(self, people: SlackPeople, replica: Make) -> None:
        assert not people.ended("UMOD0001", "mod")
        assert people.ended("UMOD0001", "cs_agent")
        assert not replica().ended("UMOD0001", "cs_agent")
        assert people.ended("UMOD0001", "team_lead")

    async def test_an_unknown_person_is_learned_for_next_time(self, company: Company, people: SlackPeople) -> None:
        before = calls(company)
        people.learn_soon("UQAGEN01")
        people.learn_soon("UQAGEN01")
        assert people.person("UQAGEN01").language == "en"
        await people._tasks["UQAGEN01"]
        assert people.person("UQAGEN01").language == "it"
        assert calls(company) == before + 1

    async def test_failing_to_learn_changes_nothing(self, company: Company, people: SlackPeople) -> None:
        company.world.new_fault("slack", "down")
        await people.learn("UQAGEN01")
        assert people.person("UQAGEN01").language == "en"
        company.world.clear_faults()
        await people.learn("UNOBODY1")
        assert people.person("UNOBODY1").roles == frozenset()
