"""Slack's methods about people: user groups, accounts, and the bot's own workspace. They are read now and then.

All replicas share their pace, and keep the pause that Slack asks for (Retry-After).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from desk.service.ports import TryAgain
from desk.service.rate_limit import Rate
from integrations.slack.web.client import SlackClient
from integrations.slack.web.errors import SYSTEM
from integrations.slack.web.heard import heard
from integrations.slack.web.instants import asked_at


@dataclass(frozen=True)
class Method:
    """A method of the Web API whose pace all replicas share."""

    name: str
    rate: Rate


GROUPS = Method("slack/usergroups.users.list", Rate(every=3.0, burst=20, longest=0.0))
PEOPLE = Method("slack/users.info", Rate(every=0.6, burst=100, longest=0.0))
"""Tier 2 and tier 4 of https://docs.slack.dev/apis/web-api/rate-limits"""


class Accounts:
    """Reads accounts and groups. Raises TryAgain and GiveUp only."""

    def __init__(self, client: SlackClient) -> None:
        """Use an opened client."""
        self._client = client
        self.team = ""
        """The workspace that the bot is in; empty until `own_team` was asked."""

    async def group_people(self, group: str) -> tuple[list[str], int]:
        """Return the members of a user group, and when Slack was asked (`asked_at`)."""
        began = monotonic()
        answer = await self._in_turn(GROUPS, partial(self._client.web.usergroups_users_list, usergroup=group))
        return [str(person) for person in answer["users"]], asked_at(answer, began)

    async def person(self, person: str) -> tuple[Mapping[str, Any], int]:
        """Return Slack's user object, with its locale, and when Slack was asked (`asked_at`)."""
        began = monotonic()
        answer = await self._in_turn(PEOPLE, partial(self._client.web.users_info, user=person, include_locale=True))
        return answer["user"], asked_at(answer, began)

    async def own_team(self) -> str:
        """Return the id of the workspace that the bot is in."""
        if not self.team:
            self.team = str((await heard(self._client.web.auth_test())).get("team_id") or "")
        return self.team

    async def _in_turn(self, method: Method, ask: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
        """Call a method that all replicas call now and then; the pause that Slack asks for is kept by all of them."""
        away = await self._client.pace.turn(method.name, method.rate) if self._client.pace else 0.0
        if away:
            raise TryAgain(SYSTEM, "Slack asks for a pause", after=timedelta(seconds=away), paced=True)
        try:
            return await heard(ask())
        except TryAgain as later:
            if self._client.pace and later.certain and later.after:
                await self._client.pace.hold(method.name, later.after.total_seconds(), method.rate)
            raise
