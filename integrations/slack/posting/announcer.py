"""Announcer on Slack: posts announcements of no one case. They name no customer, so a public channel may read them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.case.effects import TellPeople
from desk.fields.templates import Say
from desk.reminders.announcement import Announcement
from desk.service.ports import Attempt, GiveUp
from desk.values import Text, in_language
from integrations.slack.people.directory import SlackPeople
from integrations.slack.posting.chat import MOST_MENTIONS, Speech
from integrations.slack.posting.posts import Message, Posts, opaque
from integrations.slack.text.escape import mrkdwn
from integrations.slack.text.lines import Ink
from integrations.slack.views.telling import telling
from integrations.slack.web.client import SlackClient
from integrations.slack.web.errors import SYSTEM


class SlackAnnouncer:
    """Posts announcements into the inboxes of one workspace, each once."""

    def __init__(
        self,
        client: SlackClient,
        inboxes: Mapping[str, str],
        people: SlackPeople,
        say: Say,
        *,
        speech: Mapping[str, Speech],
        titles: Mapping[str, Text],
        on_duty: Callable[[str], Sequence[str]],
    ) -> None:
        """`inboxes`, `speech` and `titles` are by role."""
        self._client, self._inboxes, self._people, self._say = client, inboxes, people, say
        self._speech, self._titles, self._on_duty = speech, titles, on_duty
        self._posts = Posts(client)

    async def announce(self, one: Announcement, now: datetime, attempt: Attempt) -> None:
        """Post it once, however often this is called."""
        channel = await self._channel(one.inbox)
        ink = self._ink(one.inbox, now)
        title = {ink.language: ink.plain_of(one.title)} if one.title else {}
        effect = TellPeople(
            key=one.key,
            case="",
            lane="",
            inbox=one.inbox,
            thread=False,
            title=title,
            lines=one.lines,
        )
        mention = " ".join(self._mention(named, ink) for named in one.mention)
        drawn = telling(effect, mention, ink).messages[0]
        message = Message(opaque(one.key), drawn.text, drawn.blocks)
        await self._posts.all(channel, None, [message], now, attempt)

    async def _channel(self, inbox: str) -> str:
        kind, _, name = inbox.partition(":")
        if kind == "person":
            return await self._client.open_direct(name)
        channel = self._inboxes.get(name)
        if not channel:
            raise GiveUp(SYSTEM, f"No channel is set for {name}: put its id into the settings as the inbox of {name}.")
        return channel

    def _ink(self, inbox: str, now: datetime) -> Ink:
        kind, _, name = inbox.partition(":")
        spoken = self._speech.get(name, Speech("en", "UTC"))
        if kind == "person":
            person = self._people.person(name)
            spoken = Speech(person.language, person.zone)
        return Ink(
            say=self._say,
            language=spoken.language,
            zone=spoken.zone,
            now=now,
            day=now.astimezone(ZoneInfo(spoken.zone)).date(),
            name=lambda one: self._people.person(one).name,
            role=lambda role: in_language(self._titles.get(role, {}), spoken.language),
        )

    def _mention(self, named: str, ink: Ink) -> str:
        kind, _, name = named.partition(":")
        there = (name,) if kind == "person" else tuple(self._on_duty(name))
        return " ".join(f"<@{one}>" for one in there[:MOST_MENTIONS]) or mrkdwn(ink.role(name))
