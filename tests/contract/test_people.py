"""The People port on Slack: who has which role, without asking Slack when somebody acts."""

from collections.abc import AsyncIterator

import pytest

from integrations.slack.people import directory as slack_people
from integrations.slack.people.directory import SlackPeople
from integrations.slack.web.client import SlackClient
from sandbox import seeds
from sandbox.company import Company

GROUPS = {"cs_agent": "SCSAGENT", "mod": "SMODS001", "high": "SQHIGHER"}


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    async with Company() as company:
        yield company


@pytest.fixture
async def people(company: Company) -> AsyncIterator[SlackPeople]:
    client = SlackClient(seeds.BOT_TOKEN, company.urls["slack"], timeout=2)
    people = SlackPeople(client, GROUPS, {"team_lead": ["ULEAD001"]}, zone="Africa/Johannesburg")
    yield people
    await people.close()
    await client.close()


def calls(company: Company) -> int:
    return len(company.world.asked("slack"))


class TestWarming:
    async def test_before_it_nobody_has_a_role_of_a_group(self, people: SlackPeople) -> None:
        assert people.person("UMOD0001").roles == frozenset()
        assert not people.ready

    async def test_after_it_everybody_has_theirs_with_language_and_zone(self, people: SlackPeople) -> None:
        await people.warm()
        assert people.ready
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

    async def test_an_error_is_kept_until_it_is_read(self, company: Company, people: SlackPeople) -> None:
        company.world.new_fault("slack", "status", match="usergroups.users.list", status=503, times=1)
        await people.warm()
        assert not people.ready
        assert "Slack" in (people.problem or "")
        await people.refresh()
        assert people.ready

    async def test_what_could_not_be_read_is_mended_without_reading_all_again(
        self, company: Company, people: SlackPeople
    ) -> None:
        company.world.new_fault("slack", "status", match="usergroups.users.list", status=503, times=1)
        await people.warm()
        assert not people.ready
        before = calls(company)
        await people.mend()
        assert people.ready
        assert calls(company) > before
        before = calls(company)
        await people.mend()
        assert calls(company) == before

    async def test_a_slack_that_hangs_does_not_hold_up_the_start(
        self, company: Company, people: SlackPeople, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("integrations.slack.people.directory.WARM_WITHIN", 0.2)
        company.world.new_fault("slack", "timeout", times=1)
        await people.warm()
        assert not people.ready
        assert people.problem
        await people.mend()
        assert people.ready

    async def test_a_group_that_cannot_be_read_keeps_its_people(self, company: Company, people: SlackPeople) -> None:
        await people.warm()
        company.world.new_fault("slack", "down")
        await people.refresh()
        assert not people.ready
        assert people.person("UMOD0001").roles == {"mod"}

    async def test_a_group_that_does_not_exist_says_what_to_do(self, company: Company) -> None:
        client = SlackClient(seeds.BOT_TOKEN, company.urls["slack"], timeout=2)
        people = SlackPeople(client, {"mod": "SNOTHERE"}, {})
        await people.warm()
        await client.close()
        assert "does not exist" in (people.problem or "")


class TestChanges:
    @pytest.fixture(autouse=True)
    async def warm(self, people: SlackPeople) -> None:
        await people.warm()

    async def test_a_group_now_holds_others(self, people: SlackPeople) -> None:
        people.on_members_changed("SMODS001", ["UMOD0002", "UOUTS001"])
        assert people.person("UMOD0001").roles == frozenset()
        assert people.person("UOUTS001").roles == {"mod"}

    @pytest.mark.parametrize(
        "event",
        [
            {
                "type": "subteam_members_changed",
                "subteam_id": "SMODS001",
                "added_users": ["UOUTS001"],
                "removed_users": ["UMOD0001"],
            },
            {"type": "subteam_updated", "subteam": {"id": "SMODS001", "users": ["UMOD0002", "UOUTS001"]}},
        ],
    )
    async def test_slacks_events_are_understood(self, people: SlackPeople, event: dict[str, object]) -> None:
        people.on_event(event)
        assert people.members("mod") == ("UMOD0002", "UOUTS001")

    async def test_a_deactivated_person_loses_everything_at_once(self, company: Company, people: SlackPeople) -> None:
        people.on_event({"type": "user_change", "user": {"id": "UMOD0001", "deleted": True}})
        people.on_event({"type": "user_change", "user": {"id": "ULEAD001", "deleted": True}})
        assert people.person("UMOD0001").roles == frozenset()
        assert people.person("ULEAD001").roles == frozenset()
        assert people.members("mod") == ("UMOD0002",)
        company.slack.space.users["UMOD0001"].deleted = True
        await people.refresh()
        assert people.person("UMOD0001").roles == frozenset()

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
        monkeypatch.setattr(slack_people, "AGAIN", 2)
        company.slack.space.users["ULEAD001"].deleted = True
        before = len(company.world.asked("slack", "users.info"))
        for looks in range(1, 4):
            await people.refresh()
            assert len(company.world.asked("slack", "users.info")) == before + 2 * looks
        assert people.person("ULEAD001").roles == frozenset()

    async def test_an_event_that_came_meanwhile_is_newer(
        self, people: SlackPeople, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = people._client.person

        async def slow(person: str) -> object:
            user = await asked(person)
            people.on_user_changed({"id": person, "deleted": True})
            return user

        monkeypatch.setattr(people._client, "person", slow)
        await people.refresh()
        assert people.person("UMOD0001").roles == frozenset()

    async def test_a_person_who_comes_back_has_their_roles_again(self, people: SlackPeople) -> None:
        people.on_user_changed({"id": "UMOD0001", "deleted": True})
        people.on_user_changed({"id": "UMOD0001", "deleted": False, "tz": "Europe/Rome", "locale": "it-IT"})
        person = people.person("UMOD0001")
        assert (person.roles, person.language, person.zone) == ({"mod"}, "it", "Europe/Rome")

    @pytest.mark.parametrize("event", [{}, {"type": "message"}, {"type": "user_change"}, {"type": "subteam_updated"}])
    async def test_other_events_change_nothing(self, people: SlackPeople, event: dict[str, object]) -> None:
        people.on_event(event)
        assert people.members("mod") == ("UMOD0001", "UMOD0002")

    async def test_an_unknown_person_is_learned_for_next_time(self, company: Company, people: SlackPeople) -> None:
        before = calls(company)
        people.learn_soon("UQAGEN01")
        people.learn_soon("UQAGEN01")
        assert people.person("UQAGEN01").language == "en"
        await people._learning["UQAGEN01"]
        assert people.person("UQAGEN01").language == "it"
        assert calls(company) == before + 1

    async def test_failing_to_learn_changes_nothing(self, company: Company, people: SlackPeople) -> None:
        company.world.new_fault("slack", "down")
        await people.learn("UQAGEN01")
        assert people.person("UQAGEN01").language == "en"
        company.world.clear_faults()
        await people.learn("UNOBODY1")
        assert people.person("UNOBODY1").roles == frozenset()
