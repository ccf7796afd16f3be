"""Directory of people and roles: the database's roster, as this replica has it in memory. A look-up makes no request.

Only full members of the workspace have roles: guests, people of other workspaces, bots, deactivated and unknown
accounts have none, whatever lists them. It fails closed.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from desk.service.ports import GiveUp, StoreGone, TryAgain
from desk.service.roster import Group, Profile, Roster, Rosters, listed, moved, newer
from desk.values import Person
from integrations.slack.people.profiles import profile_of
from integrations.slack.people.reading import Reader
from integrations.slack.web.accounts import Accounts
from integrations.slack.web.client import SlackClient

log = logging.getLogger(__name__)

WARM_WITHIN = 8.0
"""Seconds that reading people may delay a start on which somebody is not known yet."""


class SlackPeople:
    """The directory: Slack's user groups, people named in the settings, and their profiles."""

    def __init__(
        self,
        client: SlackClient,
        groups: Mapping[str, str],
        fixed: Mapping[str, Sequence[str]],
        store: Rosters,
        *,
        language: str = "en",
        zone: str = "UTC",
        agent: Callable[[str], str] = str,
    ) -> None:
        """`groups` maps roles to user group ids, `fixed` roles to people's ids; `agent` names one by email address."""
        self._agent = agent
        self._accounts, self._store = Accounts(client), store
        self._groups, self._fixed = dict(groups), {r: tuple(p) for r, p in fixed.items()}
        self._default = Profile(language=language, zone=zone)
        self._roster = Roster()
        self._listed: dict[str, tuple[str, ...]] = {}
        self._outside: dict[str, Profile] = {}
        """Accounts that nothing lists, as last seen by this process: for the language of an answer only."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reader = Reader(self._accounts, store, agent)
        self._take(self._roster)

    # What is known --------------------------------------------------------------------------------

    @property
    def revision(self) -> int:
        """Return the revision of the roster that is in use."""
        return self._roster.revision

    def person(self, person_id: str) -> Person:
        """Return a person with roles, language and zone; makes no request."""
        known = self._profile(person_id)
        return Person(
            id=person_id,
            roles=frozenset(role for role in self._listed if self._has(role, person_id)),
            name=known.name,
            language=known.language or self._default.language,
            zone=known.zone or self._default.zone,
            aka=frozenset({known.agent} - {""}),
        )

    def of_email(self, email: str) -> str:
        """Return the id of the person with this email address, or the name of the agent."""
        agent = self._agent(email)
        return next((person for person, known in self._roster.people.items() if known.agent == agent), agent)

    def members(self, role: str) -> tuple[str, ...]:
        """Return the members of a role, in a stable order."""
        return tuple(person for person in self._listed.get(role, ()) if self._has(role, person))

    def _has(self, role: str, person_id: str) -> bool:
        profile = self._roster.people.get(person_id)
        return profile is not None and profile.standing == "member" and person_id in self._listed[role]

    def ended(self, person_id: str, role: str) -> bool:
        """Return whether it is certain that somebody does not have a role: what was not read yet is not certain."""
        known = self._roster.people.get(person_id)
        if known is not None and known.standing != "member":
            return True
        if role not in self._listed or person_id in self._listed[role]:
            return False
        group = self._groups.get(role)
        return group is None or self._group(group).listed_at > 0

    def group_of(self, role: str) -> str | None:
        """Return the user group of a role, if it has one."""
        return self._groups.get(role)

    def language(self, person_id: str) -> str:
        """Return a person's language, or the default."""
        return self._profile(person_id).language or self._default.language

    @property
    def problems(self) -> Mapping[str, str]:
        """Return the roles whose user group was not read the last time, and why. What was known of them is in use."""
        found = {role: self._group(group) for role, group in self._groups.items()}
        return {role: one.problem or NOT_YET for role, one in found.items() if one.problem or not one.listed_at}

    @property
    def unread(self) -> tuple[str, ...]:
        """Return who is listed and whose account was never seen, so that they have no role yet."""
        return tuple(person for person in self._all_listed() if person not in self._roster.people)

    def _profile(self, person_id: str) -> Profile:
        return self._roster.people.get(person_id) or self._outside.get(person_id, self._default)

    def _group(self, group: str) -> Group:
        return self._roster.groups.get(group, _NEVER)

    def _all_listed(self) -> list[str]:
        return sorted({person for people in self._listed.values() for person in people})

    def _take(self, roster: Roster) -> None:
        self._roster = roster
        roles = dict.fromkeys([*self._groups, *self._fixed])
        grouped = {role: self._group(self._groups.get(role, "")).people for role in roles}
        self._listed = {role: tuple(dict.fromkeys([*grouped[role], *self._fixed.get(role, ())])) for role in roles}

    # What is learnt -------------------------------------------------------------------------------

    async def catch_up(self) -> None:
        """Take over what another replica has learnt since; raises StoreGone."""
        if await self._store.revision() != self._roster.revision:
            found = await self._store.load()
            if found.revision >= self._roster.revision:
                self._take(found)

    async def warm(self) -> None:
        """Take what the database knows, and read Slack beside; wait for it only when somebody is not known at all.

        An outage of Slack must not prevent the start.
        """
        await self.catch_up()
        reading = self._beside("refresh", self.refresh())
        if self.problems or self.unread:
            await asyncio.wait([reading], timeout=WARM_WITHIN)

    async def refresh(self) -> None:
        """Read every group again, new people's profiles, and some known ones; raises StoreGone."""
        await self.catch_up()
        await self._read([*dict.fromkeys(self._groups.values())])
        await self._reader.some_again(self._all_listed(), self._roster)
        await self._reader.forget(self._all_listed())
        await self.catch_up()

    async def mend(self) -> None:
        """Read what could not be read so far; makes no request when nothing is missing. Raises StoreGone."""
        await self.catch_up()
        groups = [g for g in dict.fromkeys(self._groups.values()) if self._reader.wants(g, self._group(g))]
        if groups or self.unread:
            await self._read(groups)

    async def _read(self, groups: Sequence[str]) -> None:
        await self._reader.groups(groups, self._roster)
        await self.catch_up()
        await self._reader.people(self.unread, self._roster)
        await self.catch_up()

    async def learn(self, person_id: str) -> None:
        """Look up somebody whom nothing lists, so that the next answer is in their language. Errors are ignored."""
        try:
            user, at = await self._accounts.person(person_id)
            self._outside[person_id] = profile_of(user, "", at, self._agent)
        except (TryAgain, GiveUp) as error:
            log.info("a person could not be looked up: %s", error)

    def learn_soon(self, person_id: str) -> None:
        """Run `learn` in the background for somebody unknown."""
        if person_id not in self._roster.people and person_id not in self._outside:
            self._beside(person_id, self.learn(person_id))

    def _beside(self, name: str, work: Any) -> "asyncio.Task[None]":
        """Run work in the background, one of a name at a time."""
        if name in self._tasks:
            work.close()
            return self._tasks[name]
        task = asyncio.get_running_loop().create_task(_quietly(work))
        self._tasks[name] = task  # the loop alone would let it be collected
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
        return task

    async def close(self) -> None:
        """Stop the background look-ups."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # What Slack tells -----------------------------------------------------------------------------

    async def on_listed(self, group: str, people: Sequence[str], at: int) -> None:
        """Take a whole list of a group's members at a stamp; raises StoreGone."""
        if group in self._groups.values():
            await self._store.change_group(group, lambda known: listed(known, people, at))
            await self._told()

    async def on_moved(self, group: str, added: Sequence[str], removed: Sequence[str], at: int) -> None:
        """Take additions and removals at a stamp; raises StoreGone."""
        if group in self._groups.values():
            await self._store.change_group(group, lambda known: moved(known, added, removed, at))
            await self._told()

    async def on_unlisted(self, group: str) -> None:
        """Read a group that changed without a word who is in it, such as one that was switched on again."""
        if group in self._groups.values():
            self._beside(group, self._read([group]))

    async def on_user(self, user: Mapping[str, Any], at: int) -> None:
        """Take a profile at a stamp: who is no member of the workspace any more loses every role. Raises StoreGone."""
        person = str(user.get("id") or "")
        team, known = self._accounts.team, self._roster.people.get(person)
        seen = profile_of(user, team, at, self._agent)
        if not team and seen.standing == "member":  # whose workspace it is, is not known: it can take roles only
            seen = replace(seen, standing=known.standing if known else "unknown")
        if known or person in self._all_listed():
            await self._store.change_person(person, lambda one: newer(one, seen))
            await self.catch_up()
        elif person in self._outside:
            self._outside[person] = newer(self._outside[person], seen)

    async def _told(self) -> None:
        await self.catch_up()
        if self.unread:
            self._beside("people", self._read([]))


NOT_YET = "it was not read from Slack yet"
_NEVER = Group()


async def _quietly(work: Any) -> None:
    try:
        await work
    except StoreGone:
        log.warning("what Slack says of people could not be stored; it is read again later")
