"""Directory of people and roles: a local table kept fresh by Slack's events. A look-up makes no request.

Unknown and deactivated people have no role: it fails closed.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.service.ports import GiveUp, TryAgain
from desk.values import Person
from integrations.slack.web.client import SlackClient
from integrations.slack.web.errors import SlackSaid

log = logging.getLogger(__name__)

AGAIN = 20
"""Known profiles reloaded at each refresh: with a hundred people each is reloaded twice an hour."""
WARM_WITHIN = 8.0
"""Seconds that loading people may delay a start."""
NOT_YET = "people were not read from Slack yet"


@dataclass(frozen=True)
class Profile:
    """Language, zone and name of a person."""

    name: str = ""
    language: str = ""
    zone: str = ""


class SlackPeople:
    """The directory: Slack's user groups, people named in the settings, and their profiles."""

    def __init__(
        self,
        client: SlackClient,
        groups: Mapping[str, str],
        fixed: Mapping[str, Sequence[str]],
        *,
        language: str = "en",
        zone: str = "UTC",
    ) -> None:
        """`groups` maps roles to user group ids, `fixed` roles to people's ids."""
        self._client, self._groups, self._fixed = (
            client,
            dict(groups),
            {r: tuple(p) for r, p in fixed.items()},
        )
        self._default = Profile("", language, zone)
        self._members: dict[str, tuple[str, ...]] = {}
        self._changes: dict[str, int] = {}
        self._profiles: dict[str, Profile] = {}
        self._gone: set[str] = set()
        self._looked_at = ""
        self._unread: dict[str, str] = {}
        """Groups still to be loaded, each with the last error."""
        self._all_known = False
        self._learning: dict[str, asyncio.Task[None]] = {}
        self.problem: str | None = NOT_YET

    def person(self, person_id: str) -> Person:
        """Return a person with roles, language and zone; makes no request."""
        known = self._profiles.get(person_id, self._default)
        roles = frozenset(role for role in self._roles() if self._has(role, person_id))
        return Person(
            id=person_id,
            roles=roles,
            name=known.name,
            language=known.language or self._default.language,
            zone=known.zone or self._default.zone,
        )

    def _has(self, role: str, person_id: str) -> bool:
        """Return whether somebody has a role, without listing all members."""
        named = person_id in self._members.get(self._groups.get(role, ""), ())
        return (named or person_id in self._fixed.get(role, ())) and person_id not in self._gone

    def _roles(self) -> list[str]:
        return list(dict.fromkeys([*self._groups, *self._fixed]))

    def members(self, role: str) -> tuple[str, ...]:
        """Return the members of a role, in a stable order."""
        grouped = self._members.get(self._groups.get(role, ""), ())
        both = dict.fromkeys([*grouped, *self._fixed.get(role, ())])
        return tuple(person for person in both if person not in self._gone)

    def group_of(self, role: str) -> str | None:
        """Return the user group of a role, if it has one."""
        return self._groups.get(role)

    def language(self, person_id: str) -> str:
        """Return a person's language, or the default."""
        return self._profiles.get(person_id, self._default).language or self._default.language

    @property
    def ready(self) -> bool:
        """Return whether the directory is loaded; `problem` says why not."""
        return self.problem is None

    async def warm(self) -> None:
        """Load every group and the profiles of its members, within WARM_WITHIN; `mend` does the rest.

        Errors are kept in `problem`: an outage of Slack must not prevent the start.
        """
        try:
            async with asyncio.timeout(WARM_WITHIN):
                await self.refresh()
        except TimeoutError:
            self.problem = self.problem or next(iter(self._unread.values()), None)

    async def refresh(self) -> None:
        """Reload the groups; a group that cannot be read keeps its members."""
        known = [one for one in self._holders() if one in self._profiles or one in self._gone]
        self._unread = {**dict.fromkeys(self._groups.values(), NOT_YET), **self._unread}
        await self._read_groups()
        await self._look_again(known)

    async def mend(self) -> None:
        """Load what could not be read so far; free when nothing is missing."""
        if self._unread or not self._all_known:
            await self._read_groups()

    async def _read_groups(self) -> None:
        """Load the unread groups; stops at the first error when Slack is unreachable."""
        for group in list(self._unread):
            if not await self._read_group(group):
                break
        self.problem = next(iter(self._unread.values()), None)
        if self.problem is None:
            await self._read_profiles()

    def _holders(self) -> list[str]:
        """Return everybody who has a role or had one until deactivation, in a stable order."""
        grouped = (self._members.get(group, ()) for group in self._groups.values())
        return sorted({person for people in (*grouped, *self._fixed.values()) for person in people})

    async def _look_again(self, known: Sequence[str]) -> None:
        """Reload some known profiles: a deactivation event may have been lost."""
        turned = [one for one in known if one > self._looked_at] + [one for one in known if one <= self._looked_at]
        for person in turned[:AGAIN]:
            try:
                await self._read_person(person)
            except (TryAgain, GiveUp) as error:
                log.info("people were not all looked at again: %s", error)
                return
            self._looked_at = person

    async def _read_group(self, group: str) -> bool:
        """Load one group, or record why not; False when Slack is unreachable."""
        before = self._changes.get(group, 0)
        try:
            people = await self._client.group_people(group)
        except (TryAgain, GiveUp) as error:
            self._unread[group] = str(error)
            return isinstance(error, GiveUp)
        self._unread.pop(group, None)
        if self._changes.get(group, 0) == before:  # an event that came meanwhile is newer than this answer
            self._members[group] = tuple(people)
        return True

    async def _read_profiles(self) -> None:
        """Load the profiles of everybody with a role; after an error the default language is used."""
        everybody = dict.fromkeys(person for role in self._roles() for person in self.members(role))
        for person in everybody:
            if person in self._profiles:
                continue
            try:
                await self._read_person(person)
            except (TryAgain, GiveUp) as error:
                log.warning("languages and zones are not all read yet: %s", error)
                self._all_known = False
                return
        self._all_known = True

    async def _read_person(self, person: str) -> None:
        before = self._changes.get(person, 0)
        try:
            user = await self._client.person(person)
            if self._changes.get(person, 0) == before:  # as above: an event is newer
                self._take(user)
        except SlackSaid as said:
            if said.code not in {"user_not_found", "user_not_visible"}:
                raise
            self._gone.add(person)

    async def learn(self, person_id: str) -> None:
        """Look up an unknown person, so that the next answer is in their language. Errors are ignored."""
        if person_id in self._profiles or person_id in self._gone:
            return
        try:
            await self._read_person(person_id)
        except (TryAgain, GiveUp) as error:
            log.info("a person could not be looked up: %s", error)

    def learn_soon(self, person_id: str) -> None:
        """Run `learn` in the background."""
        if person_id in self._profiles or person_id in self._learning:
            return
        task = asyncio.get_running_loop().create_task(self.learn(person_id))
        self._learning[person_id] = task  # the loop alone would let it be collected
        task.add_done_callback(lambda _: self._learning.pop(person_id, None))

    async def close(self) -> None:
        """Stop the background look-ups."""
        tasks = list(self._learning.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def on_event(self, event: Mapping[str, Any]) -> None:
        """Process an event about people; any other is ignored."""
        kind, group = event.get("type"), event.get("subteam_id")
        if kind == "subteam_members_changed" and group:
            self.on_members_moved(group, event.get("added_users") or (), event.get("removed_users") or ())
        elif kind == "subteam_updated":
            subteam = event.get("subteam") or {}
            if "users" in subteam:
                self.on_members_changed(str(subteam.get("id")), subteam["users"])
        elif kind in {"user_change", "team_join"} and isinstance(event.get("user"), Mapping):
            self.on_user_changed(event["user"])

    def on_members_changed(self, subteam_id: str, users: Sequence[str]) -> None:
        """Replace the members of a group."""
        self._members[subteam_id] = tuple(users)
        self._changes[subteam_id] = self._changes.get(subteam_id, 0) + 1

    def on_members_moved(self, subteam_id: str, added: Sequence[str], removed: Sequence[str]) -> None:
        """Add and remove members of a group."""
        left = [person for person in self._members.get(subteam_id, ()) if person not in set(removed)]
        self.on_members_changed(subteam_id, tuple(dict.fromkeys([*left, *added])))

    def on_user_changed(self, user: Mapping[str, Any]) -> None:
        """Update a profile; a deactivated person loses every role at once."""
        person = str(user.get("id") or "")
        self._changes[person] = self._changes.get(person, 0) + 1
        self._take(user)

    def _take(self, user: Mapping[str, Any]) -> None:
        person = str(user.get("id") or "")
        if user.get("deleted"):
            self._gone.add(person)
            return
        self._gone.discard(person)
        before = self._profiles.get(person, Profile())
        names = user.get("profile") or {}
        name = names.get("display_name") or names.get("real_name") or user.get("real_name") or user.get("name")
        language = str(user.get("locale") or "").partition("-")[0]
        self._profiles[person] = Profile(
            str(name or before.name),
            language or before.language,
            str(user.get("tz") or before.zone),
        )
