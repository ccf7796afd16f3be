"""The Chat port's two worlds in tests: the fake, and Slack's adapter against a pretend Slack over real HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from desk.service.ports import Chat, TryAgain
from desk.values import Line, in_language
from integrations.slack.people.directory import SlackPeople
from integrations.slack.posting.chat import SlackChat, Speech
from integrations.slack.web.client import SlackClient
from sandbox.company import Company
from tests.fakes.chat import FakeChat

NOW = datetime(2026, 11, 20, 16, 42, tzinfo=UTC)
CASE = "01JD3M9Q4WZ8K2V7X5N6P0R1ST"
CHANNELS = {
    "mod": "CMOD0001",
    "platform_security": "CINVEST1",
    "outside": "CGENERAL",
    "nowhere": "CNOTHERE",
}


def say(line: Line, language: str, zone: str) -> str:
    """Speak English the plain way."""
    args = {n: in_language(v, language) if isinstance(v, dict) else v for n, v in line.args.items()}
    return line.key.format(**args)


@dataclass
class Trying:
    """An attempt as the queue makes it: the next one knows that this one may have reached the outside."""

    before: bool = False
    number: int = 1
    first_at: datetime | None = NOW
    prepared: bytes | None = None
    prepares: list[bytes] = field(default_factory=list)

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        self.prepares.append(body)
        self.prepared = body

    def again(self) -> "Trying":
        return Trying(self.before or bool(self.prepares), self.number + 1, self.first_at, self.prepared)


class World(Protocol):
    """What tests look at: the messages in a conversation, and ways to break it."""

    chat: Chat

    def messages(self, inbox: str = "role:mod") -> list[Any]: ...

    def lose_answer(self) -> None: ...

    def lose_request(self) -> None: ...

    def pause(self, seconds: int) -> None: ...

    def delete(self, ts: str) -> None: ...


class FakeWorld:
    def __init__(self) -> None:
        self.chat = self.fake = FakeChat()

    def messages(self, inbox: str = "role:mod") -> list[Any]:
        return [one for one in self.fake.posted if one.channel == inbox]

    def lose_answer(self) -> None:
        self.fake.fail(lambda: TryAgain("Slack", "answer lost"), after=True)

    def lose_request(self) -> None:
        self.fake.fail(lambda: TryAgain("Slack", "lost"))

    def pause(self, seconds: int) -> None:
        after = timedelta(seconds=seconds)
        self.fake.fail(lambda: TryAgain("Slack", "pause", after=after, certain=True))

    def delete(self, ts: str) -> None:
        self.fake.forget(ts)


class SlackWorld:
    def __init__(self, company: Company, client: SlackClient, people: SlackPeople) -> None:
        self.company, self.client, self.people = company, client, people
        self.chat = SlackChat(
            client,
            CHANNELS,
            people,
            say,
            speech=dict.fromkeys(CHANNELS, Speech("en", "Africa/Johannesburg")),
            zendesk_ticket_url="https://mrd.zendesk.example/agent/tickets/{id}",
        )

    @property
    def space(self) -> Any:
        return self.company.slack.space

    def messages(self, inbox: str = "role:mod") -> list[Any]:
        kind, _, name = inbox.partition(":")
        channel = CHANNELS[name] if kind == "role" else f"D{name[1:]}"
        return list(self.space.channels[channel].messages.values())

    def lose_answer(self) -> None:
        self.company.world.new_fault("slack", "reset_after", match="chat.postMessage", times=1)

    def lose_request(self) -> None:
        self.company.world.new_fault("slack", "reset_before", match="chat.postMessage", times=1)

    async def put(self, group: str, *people: str) -> None:
        """Have a user group hold these people."""
        self.people._store.put(group, *people)
        await self.people.catch_up()

    def pause(self, seconds: int) -> None:
        self.company.world.new_fault(
            "slack",
            "status",
            match="chat.postMessage",
            status=429,
            retry_after=str(seconds),
            times=1,
        )

    def delete(self, ts: str) -> None:
        for channel in self.space.channels.values():
            channel.messages.pop(ts, None)

    def asked(self, call: str) -> list[Any]:
        return self.company.world.asked("slack", call)
