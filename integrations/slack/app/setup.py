"""Workspace inspection for the setup: the bot's identity, its scopes, user groups and channels.

Read-only; what is wrong in Slack is corrected by a person.
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from desk.values import Value
from integrations.slack.web.errors import SlackSaid
from integrations.slack.web.heard import heard

_PAGE = 200
_MOST_PAGES = 50


class Who(Value):
    """The token's identity, its scopes, and the server's time."""

    team: str
    team_url: str
    user: str
    name: str
    scopes: frozenset[str] | None = None
    """None where Slack does not return them."""
    date: datetime | None = None


class UserGroup(Value):
    """A user group and its members."""

    id: str
    handle: str
    name: str
    people: tuple[str, ...]


class Channel(Value):
    """A channel as the bot sees it."""

    id: str
    name: str
    private: bool
    member: bool
    archived: bool


class Workspace:
    """Read-only queries; every method raises TryAgain and GiveUp only."""

    def __init__(self, token: str, api_url: str, session: aiohttp.ClientSession) -> None:
        """Take the bot's token and a session that the caller closes."""
        self._web = AsyncWebClient(token, api_url, session=session, timeout=10, retry_handlers=[])

    async def who(self) -> Who:
        """Return the token's identity."""
        answer = await heard(self._web.auth_test())
        headers = {name.lower(): value for name, value in answer.headers.items()}
        given = headers.get("x-oauth-scopes")
        scopes = None if given is None else frozenset(one.strip() for one in given.split(","))
        return Who(
            team=str(answer.get("team")),
            team_url=str(answer.get("url")),
            user=str(answer.get("user_id")),
            name=str(answer.get("user")),
            scopes=scopes,
            date=_date(headers.get("date")),
        )

    async def link(self, app_token: str) -> None:
        """Request the URL of a Socket Mode connection, without opening it."""
        await heard(self._web.apps_connections_open(app_token=app_token))

    async def groups(self) -> tuple[UserGroup, ...]:
        """Return the user groups; empty where the plan has none."""
        try:
            answer = await heard(self._web.usergroups_list(include_users=True))
        except SlackSaid as said:
            if said.code == "plan_upgrade_required":
                return ()
            raise
        return tuple(
            UserGroup(
                id=one["id"],
                handle=one.get("handle") or "",
                name=one.get("name") or "",
                people=tuple(one.get("users") or ()),
            )
            for one in answer["usergroups"]
        )

    async def channel(self, channel: str) -> Channel | None:
        """Return a channel; None where it does not exist, or is private and the bot is not a member."""
        try:
            answer = await heard(self._web.conversations_info(channel=channel), channel)
        except SlackSaid as said:
            if said.code == "channel_not_found":
                return None
            raise
        return _channel(answer["channel"])

    async def channels(self) -> tuple[Channel, ...]:
        """Return the channels that the bot can see."""
        found: list[Channel] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await heard(
                self._web.conversations_list(
                    types="public_channel,private_channel",
                    exclude_archived=True,
                    limit=_PAGE,
                    cursor=cursor,
                )
            )
            found.extend(_channel(one) for one in answer["channels"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return tuple(found)


def _channel(raw: dict[str, Any]) -> Channel:
    private = bool(raw.get("is_private") or raw.get("is_group"))
    return Channel(
        id=str(raw["id"]),
        name=str(raw.get("name") or ""),
        private=private,
        member=bool(raw.get("is_member")),
        archived=bool(raw.get("is_archived")),
    )


def _date(raw: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(raw) if raw else None
    except ValueError:
        return None
