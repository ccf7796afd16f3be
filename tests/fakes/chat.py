"""A chat that keeps what was shown and told in memory, and can lose answers the way the world does."""

from collections.abc import Callable
from dataclasses import dataclass, field

from desk.cards.case_card import Face, face
from desk.case.effects import RedactPosts, ShowCard, TellPeople
from desk.case.results import CardSeen, Redacted, Told
from desk.case.situation import Situation
from desk.service.ports import Attempt, GiveUp
from desk.values import Line


@dataclass
class Posted:
    """A message as it stands: a card has a face, anything else has lines."""

    channel: str
    ts: str
    key: str
    face: Face | None = None
    lines: tuple[Line, ...] = ()
    pre: str = ""
    mention: tuple[str, ...] = ()
    thread: str | None = None
    updates: int = 0


@dataclass
class Failing:
    """The next calls fail with this error, before or after the message was posted."""

    error: Callable[[], Exception]
    after: bool = False
    times: int = 1


@dataclass
class FakeChat:
    """Implements `desk.service.ports.Chat`: each inbox is a channel of its own."""

    posted: list[Posted] = field(default_factory=list)
    failing: list[Failing] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    count: int = 1000

    def fail(self, error: Callable[[], Exception], *, after: bool = False, times: int = 1) -> None:
        """Let the next calls fail; `after` means that the message is posted and the answer lost."""
        self.failing.append(Failing(error, after, times))

    def forget(self, ts: str) -> None:
        """Somebody deleted a message."""
        self.posted = [one for one in self.posted if one.ts != ts]

    def card(self, inbox: str) -> Posted:
        """Give the newest card of an inbox."""
        return [one for one in self.posted if one.channel == inbox and one.face][-1]

    def told(self, inbox: str) -> list[Posted]:
        """Give the messages of an inbox that are no cards."""
        return [one for one in self.posted if one.channel == inbox and one.face is None]

    async def show(self, effect: ShowCard, situation: Situation, attempt: Attempt) -> CardSeen:
        case = situation.case
        drawn = face(situation, effect.inbox)
        stands = case.cards.get(effect.inbox)
        standing = self._at(stands.ts) if stands and stands.ts else None
        fail = self._failing()
        if standing is None:
            standing = await self._post(effect.key, effect.inbox, attempt)
        else:
            standing.updates += 1
        standing.face = drawn
        if fail:
            raise fail.error()
        return CardSeen(channel=standing.channel, ts=standing.ts, version=case.version)

    async def tell(self, effect: TellPeople, situation: Situation, attempt: Attempt) -> Told:
        fail = self._failing()
        message = await self._post(effect.key, effect.inbox, attempt)
        stands = situation.case.cards.get(effect.inbox)
        message.lines, message.pre, message.mention = effect.lines, effect.pre, effect.mention
        message.thread = stands.ts if effect.thread and stands and stands.ts else None
        if fail:
            raise fail.error()
        return Told(channel=message.channel, ts=message.ts)

    async def redact(self, effect: RedactPosts, situation: Situation) -> Redacted:
        there = [one for one in self.posted if one.channel == effect.inbox]
        for one in there:
            one.face = face(situation, effect.inbox) if one.face else None
            one.lines, one.pre = (), ""
        return Redacted(count=len(there))

    async def file(self, link: str, most: int) -> bytes:
        if link not in self.files:
            raise GiveUp("Slack", "The file is gone from Slack. Upload it again.")
        return self.files[link][: most + 1]

    async def _post(self, key: str, inbox: str, attempt: Attempt) -> Posted:
        before = next((one for one in self.posted if one.key == key), None)
        if attempt.before and before:
            return before
        await attempt.prepare()
        self.count += 1
        posted = Posted(inbox, f"{self.count}.000100", key)
        self.posted.append(posted)
        return posted

    def _at(self, ts: str) -> Posted | None:
        return next((one for one in self.posted if one.ts == ts), None)

    def _failing(self) -> Failing | None:
        """Count a failure down; one before posting is raised here, one after is given back."""
        if not self.failing:
            return None
        fail = self.failing[0]
        fail.times -= 1
        if fail.times <= 0:
            self.failing.pop(0)
        if not fail.after:
            raise fail.error()
        return fail
