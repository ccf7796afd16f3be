"""The `Chat` port on Slack: cards that are posted once and then updated in place, and messages in their threads."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from zoneinfo import ZoneInfo

from desk.cards.case_card import face
from desk.case.effects import RedactPosts, ShowCard, TellPeople
from desk.case.results import CardSeen, Redacted, Told
from desk.case.situation import Situation
from desk.case.state import Case
from desk.case.work_events import PeopleTold
from desk.fields.format import ERASED
from desk.fields.templates import Say
from desk.playbook.model import Playbook
from desk.service.ports import Attempt, GiveUp
from desk.values import in_language
from integrations.slack.people.directory import SlackPeople
from integrations.slack.posting.posts import NO_THREAD, Message, Paper, Posts, opaque
from integrations.slack.posting.redacting import Redacting
from integrations.slack.text.escape import mrkdwn
from integrations.slack.text.lines import Ink
from integrations.slack.views.card import Drawn, card
from integrations.slack.views.telling import Telling, telling
from integrations.slack.web.client import SlackClient
from integrations.slack.web.errors import SYSTEM, SlackSaid

GONE = frozenset({"message_not_found", "is_inactive", "cant_update_message", "edit_window_closed"})
MOST_MENTIONS = 8
_FILE = re.compile(r"(?<![A-Za-z0-9])F[A-Z0-9]{7,}(?![A-Za-z0-9])")
"""A file's id, alone or in its permalink."""
PUBLIC_FOR = 900.0
"""Seconds for which a channel's visibility is cached."""


@dataclass(frozen=True)
class Speech:
    """Language and zone of a role's inbox; a personal inbox has its person's."""

    language: str
    zone: str


_NONE_GIVEN: Mapping[str, Speech] = {}


class SlackChat:
    """Posts cards and messages to the inboxes of one workspace."""

    def __init__(
        self,
        client: SlackClient,
        inboxes: Mapping[str, str],
        people: SlackPeople,
        say: Say,
        *,
        speech: Mapping[str, Speech] = _NONE_GIVEN,
        zendesk_ticket_url: str = "",
        on_duty: Callable[[str], Sequence[str]] | None = None,
    ) -> None:
        """`inboxes` and `speech` are by role; `zendesk_ticket_url` holds `{id}`.

        `on_duty` returns whom to mention for a role; without it that is everybody who has the role.
        """
        self._present = on_duty or people.members
        self._client, self._inboxes, self._people, self._say = client, inboxes, people, say
        self._speech_of, self._ticket_url = speech, zendesk_ticket_url
        self._posts = Posts(client)
        self._direct: dict[str, str] = {}
        self._public: dict[str, tuple[bool, float]] = {}

    async def show(self, effect: ShowCard, situation: Situation, attempt: Attempt) -> CardSeen:
        """Update the card in place, or post it once; a card somebody deleted is posted anew."""
        case, now = situation.case, situation.now
        stands = case.cards.get(effect.inbox)
        channel = stands.channel if stands and stands.channel else await self._channel(effect.inbox, situation.playbook)
        drawn = await self._drawn(effect.inbox, channel, situation)
        if stands and stands.ts and await self._redrawn(channel, stands.ts, drawn):
            return await self._seen(channel, stands.ts, case)
        key = opaque(effect.key)
        ts = (await self._posts.found(channel, None, [key], now, attempt)).get(key)
        if ts is None:
            ts = await self._posts.all(channel, None, [Message(key, drawn.text, drawn.blocks)], now, attempt)
        else:
            await self._client.update(channel, ts, drawn.text, drawn.blocks)
        return await self._seen(channel, ts, case)

    async def _seen(self, channel: str, ts: str, case: Case) -> CardSeen:
        url = await self._client.link_to(channel, ts)
        return CardSeen(channel=channel, ts=ts, version=case.version, url=url)

    async def _drawn(self, inbox: str, channel: str, situation: Situation) -> Drawn:
        ink = await self._ink(inbox, channel, situation)
        seen = face(situation, inbox)
        return card(seen, situation.playbook, ink)

    async def _redrawn(self, channel: str, ts: str, drawn: Drawn) -> bool:
        try:
            await self._client.update(channel, ts, drawn.text, drawn.blocks)
        except SlackSaid as said:
            if said.code in GONE:
                return False
            raise
        return True

    async def tell(self, effect: TellPeople, situation: Situation, attempt: Attempt) -> Told:
        """Post a message once, in the card's thread or outside it; long text is split or sent as a file, never cut."""
        case, now = situation.case, situation.now
        stands = case.cards.get(effect.inbox)
        here = stands.channel if stands and stands.channel else await self._channel(effect.inbox, situation.playbook)
        thread = stands.ts if stands and effect.thread and stands.ts else None
        ink = await self._ink(effect.inbox, here, situation)
        mention = " ".join(filter(None, (self._mention(one, ink) for one in effect.mention)))
        told = telling(effect, mention, ink, self._card_of(effect.inbox, case))
        try:
            ts = await self._tell(here, thread, told, effect.key, now, attempt)
        except SlackSaid as said:
            if thread is None or said.code not in NO_THREAD:
                raise
            ts = await self._tell(here, None, told, effect.key, now, attempt)
        return Told(channel=here, ts=ts)

    async def redact(self, effect: RedactPosts, situation: Situation) -> Redacted:
        """Redraw the card after erasure, and overwrite everything else in this inbox."""
        stands = situation.case.cards.get(effect.inbox)
        count = 0
        for channel, roots in _places(situation.case, effect.inbox).items():
            card_ts = stands.ts if stands and stands.channel == channel else ""
            ink = await self._ink(effect.inbox, channel, situation)
            if card_ts:
                drawn = await self._drawn(effect.inbox, channel, situation)
                count += await self._redrawn(channel, card_ts, drawn)
            words = in_language(ERASED, ink.language)
            count += await Redacting(self._client).all(channel, dict.fromkeys(roots), card_ts, words)
        return Redacted(count=count)

    async def file(self, link: str, most: int) -> bytes:
        """Download an uploaded file; its link is the one in the submitted form."""
        found = _FILE.search(link)
        if found is None:
            raise GiveUp(SYSTEM, "The upload names no file of Slack. Upload it again.")
        described = await self._client.file(found[0])
        url = str(described.get("url_private_download") or described.get("url_private") or "")
        return await self._client.download(url, most)

    async def _tell(
        self,
        channel: str,
        thread: str | None,
        told: Telling,
        key: str,
        now: datetime,
        attempt: Attempt,
    ) -> str:
        messages = [
            Message(opaque(f"{key}#{number}") if number else opaque(key), drawn.text, drawn.blocks)
            for number, drawn in enumerate(told.messages)
        ]
        if told.file is None:
            return await self._posts.all(channel, thread, messages, now, attempt)
        paper = Paper(told.file_name, told.file_title, told.file.encode())
        file = await self._posts.uploaded(paper, attempt)
        ts = await self._posts.all(channel, thread, messages, now, attempt, file.encode())
        await self._posts.share(file, paper, channel, thread or ts, attempt)
        return ts

    async def _channel(self, inbox: str, playbook: Playbook) -> str:
        """Return the channel of an inbox: a role's channel, or a person's direct messages."""
        kind, _, name = inbox.partition(":")
        if kind == "person":
            if name not in self._direct:
                self._direct[name] = await self._client.open_direct(name)
            return self._direct[name]
        channel = self._inboxes.get(name)
        if not channel:
            role = playbook.roles.get(name)
            title = in_language(role.title, "en") if role else name
            raise GiveUp(
                SYSTEM,
                f"No channel is set for {title}: put its id into the settings as the inbox of {name}.",
            )
        return channel

    async def _ink(self, inbox: str, channel: str, situation: Situation) -> Ink:
        """Build the rendering context of an inbox: a person's own language and zone, or the channel's."""
        case, playbook = situation.case, situation.playbook
        language, zone = self._speech(inbox, case)
        masked = await self._is_public(channel)
        secrets = [fact.value for fact in case.facts.values() if fact.personal] if masked else []
        return Ink(
            say=self._say,
            language=language,
            zone=zone,
            now=situation.now,
            day=case.opened_at.astimezone(ZoneInfo(zone)).date() if case.opened_at else None,
            name=lambda person: self._people.person(person).name,
            role=lambda role: in_language(playbook.roles[role].title, language) if role in playbook.roles else role,
            mentions=self._on_duty,
            opener=case.opened_by,
            ticket_url=self._ticket_url,
            masked=masked,
            secrets=tuple(value for value in secrets if isinstance(value, str) and len(value) > 2),
        )

    def _speech(self, inbox: str, case: Case) -> tuple[str, str]:
        kind, _, name = inbox.partition(":")
        if kind == "person":
            person = self._people.person(name)
            return person.language, person.zone
        spoken = self._speech_of.get(name, Speech(case.language, "UTC"))
        return spoken.language, spoken.zone

    async def _is_public(self, channel: str) -> bool:
        """Return whether a channel is public; direct messages never are."""
        if channel.startswith("D"):
            return False
        known, at = self._public.get(channel, (False, float("-inf")))
        if monotonic() - at > PUBLIC_FOR:
            known = await self._client.is_public(channel)
            self._public[channel] = (known, monotonic())
        return known

    def _card_of(self, inbox: str, case: Case) -> str:
        """Return the permalink of the card a person works from: their own, or that of one of their roles."""
        person = self._people.person(inbox.removeprefix("person:"))
        cards = [case.cards.get(name) for name in (inbox, *(f"role:{role}" for role in sorted(person.roles)))]
        return next((card.url for card in cards if card and card.url), "")

    def _mention(self, named: str, ink: Ink) -> str:
        """Mention a person, or a role's people; a role without people is named."""
        kind, _, name = named.partition(":")
        return f"<@{name}>" if kind == "person" else self._on_duty(name) or mrkdwn(ink.role(name))

    def _on_duty(self, role: str) -> str:
        """Mention who is on duty for a role; if that is everybody and they are many, their user group."""
        there = tuple(self._present(role))
        group = self._people.group_of(role)
        if group and len(there) > MOST_MENTIONS and there == self._people.members(role):
            return f"<!subteam^{group}>"
        return " ".join(f"<@{person}>" for person in there[:MOST_MENTIONS])


def _places(case: Case, inbox: str) -> dict[str, list[str]]:
    """Return the messages posted to an inbox by channel, the card first."""
    card = case.cards.get(inbox)
    told = [(one.channel, one.ts) for one in case.log if isinstance(one, PeopleTold) and one.inbox == inbox]
    places: dict[str, list[str]] = {}
    for channel, ts in [*([(card.channel, card.ts)] if card else []), *told]:
        if channel and ts:
            places.setdefault(channel, []).append(ts)
    return places
