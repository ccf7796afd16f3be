"""Readings of Slack for the roster: user groups and profiles, one by one. What cannot be read concerns itself only."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from time import time

from desk.service.ports import GiveUp, TryAgain
from desk.service.roster import Group, Profile, Roster, Rosters, listed, newer
from integrations.slack.people.profiles import profile_of
from integrations.slack.web.accounts import Accounts
from integrations.slack.web.errors import SlackSaid
from integrations.slack.web.instants import SECOND

log = logging.getLogger(__name__)

AGAIN = 20
"""Known profiles read again at each refresh: with a hundred people each is read twice an hour."""
SILENT = 2
"""Failures in a row after which the rest is left for the next time."""
KEPT = timedelta(days=30)
"""For how long an account is kept that nothing lists any more."""


class Reader:
    """Reads groups and profiles from Slack into the store. Errors of Slack are kept; StoreGone is raised."""

    def __init__(self, accounts: Accounts, store: Rosters, agent: Callable[[str], str] = str) -> None:
        """Use an opened store; `agent` names the ticket system's agent with an email address."""
        self._accounts, self._store, self._agent = accounts, store, agent
        self._again: set[str] = set()
        """Groups whose last reading failed for a time only."""
        self._looked_at = ""

    def wants(self, group: str, known: Group) -> bool:
        """Return whether a group should be read before the next refresh."""
        if not known.problem and known.listed_at:
            self._again.discard(group)
        return group in self._again

    async def groups(self, groups: Sequence[str], known: Roster) -> None:
        """Read groups; when Slack does not answer twice in a row, the others wait."""
        silent = 0
        for group in groups:
            if silent == SILENT:
                self._again.add(group)
            else:
                silent = silent + 1 if await self._silent(group, known.groups.get(group, Group())) else 0

    async def _silent(self, group: str, known: Group) -> bool:
        """Read one group, or keep why not; return whether Slack did not answer."""
        people: Sequence[str] = ()
        problem, at = "", _now()
        try:
            people, at = await self._accounts.group_people(group)
        except SlackSaid as said:
            problem = said.reason
            if said.code != _NO_GROUP:  # such a group has nobody; any other refusal says nothing of its people
                await self._failed(group, known, problem)
                return False
        except (TryAgain, GiveUp) as error:
            await self._failed(group, known, str(error))
            self._again.add(group)
            return isinstance(error, TryAgain) and error.silent
        self._again.discard(group)
        # Whatever was known before Slack was asked is older than its answer.
        since = max(at, known.newest + 1)
        await self._store.change_group(group, lambda one: replace(listed(one, people, since), problem=problem))
        return False

    async def _failed(self, group: str, known: Group, problem: str) -> None:
        if problem == known.problem:
            return
        log.warning("a user group could not be read, what was known of it stays: %s", problem, extra={"group": group})
        await self._store.change_group(group, lambda one: replace(one, problem=problem))

    async def people(self, people: Sequence[str], known: Roster) -> None:
        """Read profiles; when two in a row cannot be read, the others wait."""
        failed = 0
        for person in people:
            try:
                await self._person(person, known)
                failed = 0
            except (TryAgain, GiveUp) as error:
                log.warning("a person could not be read, and has no role yet: %s", error, extra={"person": person})
                failed += 1
            if failed == SILENT:
                return

    async def some_again(self, people: Sequence[str], known: Roster) -> None:
        """Read some known profiles again, in turns: an event about them may have been lost."""
        there = [person for person in people if person in known.people]
        turned = [one for one in there if one > self._looked_at] + [one for one in there if one <= self._looked_at]
        for person in turned[:AGAIN]:
            try:
                await self._person(person, known)
            except (TryAgain, GiveUp) as error:
                log.info("people were not all read again: %s", error)
                return
            self._looked_at = person

    async def _person(self, person: str, known: Roster) -> None:
        before = known.people.get(person, Profile())
        team = await self._accounts.own_team()
        try:
            user, at = await self._accounts.person(person)
            seen = profile_of(user, team, max(at, before.seen + 1), self._agent)
        except SlackSaid as said:
            if said.code not in _NOBODY:
                raise
            seen = Profile(standing="unknown", seen=max(_now(), before.seen + 1))
        await self._store.change_person(person, lambda one: newer(one, seen))

    async def forget(self, people: Sequence[str]) -> None:
        """Delete accounts that nothing has listed for a time."""
        await self._store.forget_people(people, _now() - int(KEPT.total_seconds()) * SECOND)


_NO_GROUP = "no_such_subteam"
_NOBODY = frozenset({"user_not_found", "user_not_visible"})


def _now() -> int:
    return int(time() * SECOND)
