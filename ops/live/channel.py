"""Slack channel of a live rehearsal. Calls are sequential, so that Ctrl-C ends one and cleanup can follow."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp

from config.sections import Slack
from integrations.slack.app.setup import Workspace
from integrations.slack.posting.trial import Trial
from integrations.slack.web.errors import SlackSaid
from integrations.slack.web.hosts import fence
from ops.live.account import Calls
from ops.live.verdicts import LeftOut

R = TypeVar("R")


class Channel:
    """A channel by id or #name. Methods raise TryAgain and GiveUp; `enter` also LeftOut."""

    def __init__(self, slack: Slack, named: str, key: str, calls: Calls) -> None:
        """Take the settings, the channel as typed, and an opaque key; no call yet."""
        self._slack, self._named, self._key, self._calls = slack, named, key, calls
        self._runner = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None
        self._trial: Trial | None = None
        self.posts: list[str] = []
        """The messages that were posted and not deleted, oldest first."""
        self.may_have_posts = False

    def enter(self) -> None:
        """Resolve the channel. Raises LeftOut where the bot cannot post."""
        found = self._named
        space = self._ask(lambda http: _space(self._slack, http))
        if found.startswith("#"):
            channels = self._ask(lambda _: space.channels())
            found = next((one.id for one in channels if f"#{one.name}" == self._named), "")
        channel = self._ask(lambda _: space.channel(found)) if found else None
        if channel is None or not channel.member or channel.archived:
            raise LeftOut(
                "The channel of --channel does not exist, is archived, or the bot is not in it. Write /invite @bot"
                " there."
            )
        self._trial = self._ask(lambda http: _trial(self._slack, http, found, self._key))

    def tried(self, call: Callable[[Trial], Awaitable[R]]) -> R:
        """Make one call in the channel. Raises LeftOut before `enter` succeeded."""
        trial = self._trial
        if trial is None:
            raise LeftOut("The bot could not enter the channel.")
        return self._ask(lambda _: call(trial))

    def post(self, call: Callable[[Trial], Awaitable[str]]) -> str:
        """Post a message and record it; until the answer arrives it may exist unknown to us."""
        self.may_have_posts = True
        ts = self.tried(call)
        self.posts.append(ts)
        self.may_have_posts = False
        return ts

    def delete(self, ts: str) -> None:
        """Delete a message; succeeds when it is already gone."""
        try:
            self.tried(lambda trial: trial.delete(ts))
        except SlackSaid as said:
            if said.code != "message_not_found":
                raise
        self.posts.remove(ts)

    def close(self) -> None:
        """Close the connections."""
        session = self._session
        if session is not None:
            self._runner.run(session.close())
        self._runner.close()

    def _ask(self, call: Callable[[aiohttp.ClientSession], Awaitable[R]]) -> R:
        self._calls.count("slack")

        async def asked() -> R:
            if self._session is None:
                self._session = aiohttp.ClientSession(trace_configs=[fence(self._slack.api_url)])
            return await call(self._session)

        return self._runner.run(asked())


async def _space(slack: Slack, http: aiohttp.ClientSession) -> Workspace:
    return Workspace(slack.token.get_secret_value(), slack.api_url, http)


async def _trial(slack: Slack, http: aiohttp.ClientSession, channel: str, key: str) -> Trial:
    return Trial(slack.token.get_secret_value(), slack.api_url, http, channel, key)
