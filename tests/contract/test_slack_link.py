"""Socket Mode's connection against a pretend Slack over a real WebSocket: cut, silent, replaced, refused, led astray."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from integrations.slack.web.client import SlackClient
from integrations.slack.web.link import Envelope, Json, Link, NotTaken, is_slacks_socket
from sandbox import seeds
from sandbox.company import Company
from sandbox.slack.door import FAILED, TIMEOUT, Reply, Request
from sandbox.slack.link import Link as SlacksEnd

BEAT = 0.05
EVENT = {"event": {"type": "app_home_opened"}, "event_id": "Ev1"}


@dataclass
class Ends:
    """Slack's end and ours."""

    company: Company
    client: SlackClient
    taken: list[Envelope] = field(default_factory=list)
    hold: asyncio.Event | None = None
    made: Link | None = None

    async def answer(self, envelope: Envelope) -> Json | None:
        self.taken.append(envelope)
        if self.hold:
            await self.hold.wait()
        if envelope.body.get("bad"):
            raise NotTaken
        return envelope.body.get("wants")

    async def connect(self, token: str = seeds.APP_TOKEN) -> Link:
        self.made = Link(self.client.web, token, self.answer, beat=BEAT)
        self.made.start()
        return self.made

    async def ask(self, body: Json) -> Reply:
        request = (
            Request.of_event(EVENT | body) if "event" in body else Request.of_payload({"type": "block_actions"} | body)
        )
        return await self.company.slack.door.send(request)

    @property
    def link(self) -> SlacksEnd:
        return self.company.slack.door.link


async def until(holds: Callable[[], object]) -> None:
    """Let the loop run until something holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for is at the other end of a wire
            await asyncio.sleep(0.005)  # the beat of looking: nothing rests on its length


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    async with Company() as company:
        client = SlackClient(seeds.BOT_TOKEN, company.urls["slack"], timeout=2)
        both = Ends(company, client)
        yield both
        if both.hold:
            both.hold.set()
        if both.made:
            await both.made.stop()
        await client.close()


async def test_an_envelope_is_answered_with_what_the_handler_gave(ends: Ends):
    link = await ends.connect()
    await until(lambda: link.up)
    told = await ends.ask({"wants": {"response_action": "clear"}})
    assert (told.status, told.body) == (200, {"response_action": "clear"})
    assert (await ends.ask({})).body == ""
    assert [one.body["type"] for one in ends.taken] == ["block_actions", "block_actions"]


async def test_what_is_not_taken_is_not_acknowledged(ends: Ends):
    link = await ends.connect()
    await until(lambda: link.up)
    ends.company.slack.door.patience = 0.2
    assert (await ends.ask({"bad": True})).trouble == TIMEOUT
    assert (await ends.ask({})).status == 200


async def test_a_connection_that_is_cut_is_made_anew(ends: Ends):
    link = await ends.connect()
    await until(lambda: link.up)
    await ends.link.do("cut")
    await until(lambda: not ends.link.open)
    await until(lambda: ends.link.open == 1)
    assert (await ends.ask({})).status == 200


async def test_a_connection_that_went_silent_is_made_anew(ends: Ends):
    """It stays open, nothing comes over it, and pings are not answered."""
    link = await ends.connect()
    await until(lambda: link.up)
    first = ends.link.connections[0]
    await ends.link.do("silent")
    assert not (await ends.ask({})).good
    await until(lambda: ends.link.open == 1 and ends.link.connections[0] is not first)
    assert (await ends.ask({})).status == 200


async def test_slack_may_ask_for_a_new_connection(ends: Ends):
    link = await ends.connect()
    await until(lambda: link.up)
    first = ends.link.connections[0]
    await ends.link.do("refresh")
    await until(lambda: ends.link.connections[-1:] not in ([], [first]))
    assert (await ends.ask({})).status == 200


async def test_a_slack_that_is_down_is_asked_again(ends: Ends):
    ends.company.world.new_fault("slack", "status", status=503, times=3)
    link = await ends.connect()
    await until(lambda: link.up)
    assert (await ends.ask({})).status == 200


async def test_a_token_that_is_refused_keeps_nothing_open(ends: Ends):
    link = await ends.connect("xapp-of-somebody-else")
    await until(lambda: len(ends.company.world.asked("slack", "apps.connections.open")) >= 2)
    assert (link.up, ends.link.open) == (False, 0)


async def test_running_answers_go_out_before_the_end(ends: Ends):
    link = await ends.connect()
    await until(lambda: link.up)
    ends.hold = asyncio.Event()
    asked = asyncio.create_task(ends.ask({}))
    await until(lambda: ends.taken)
    stopping = asyncio.create_task(link.stop())
    ends.hold.set()
    assert (await asked).status == 200
    await stopping
    await until(lambda: not ends.link.open)
    assert (await ends.ask({})).trouble == FAILED


@dataclass
class Host:
    """A host of its own on loopback: what it was asked, and where it leads."""

    url: str
    asked: list[str] = field(default_factory=list)
    opens: str = ""
    """The address it gives for a connection."""
    leads: str = ""
    """Where it redirects whoever comes to connect."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path == "/api/apps.connections.open":
            return web.json_response({"ok": True, "url": self.opens})
        return web.Response(status=307, headers={"Location": self.leads}) if self.leads else web.Response(status=404)


@asynccontextmanager
async def serving(address: str) -> AsyncIterator[Host]:
    """Serve a host on one of loopback's addresses."""
    host = Host("")
    app = web.Application()
    app.router.add_route("*", "/{name:.*}", host.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, address, 0).start()
    host.url = f"{address}:{runner.addresses[0][1]}"
    yield host
    await runner.cleanup()


async def never(_: Envelope) -> Json | None:
    raise NotTaken


@pytest.mark.parametrize("way", ["named", "redirected"])
async def test_an_answer_that_leads_elsewhere_is_not_followed(way: str):
    """Neither the address that `apps.connections.open` gives, nor where that one sends us on."""
    async with serving("127.0.0.1") as slack, serving("127.0.0.2") as stranger:
        slack.opens = f"ws://{slack.url if way == 'redirected' else stranger.url}/link"
        slack.leads = f"http://{stranger.url}/link"
        client = SlackClient(seeds.BOT_TOKEN, f"http://{slack.url}/api/", timeout=2)
        link = Link(client.web, seeds.APP_TOKEN, never, beat=BEAT)
        link.start()
        came = "/link" if way == "redirected" else "/api/apps.connections.open"
        await until(lambda: slack.asked.count(came) >= 2)
        await link.stop()
        await client.close()
        assert (stranger.asked, link.up) == ([], False)


@pytest.mark.parametrize(
    "url, good",
    [
        ("wss://wss-primary.slack.com/link/?ticket=1", True),
        ("wss://slack.com/link", True),
        ("ws://wss-primary.slack.com/link", False),
        ("wss://wss-primary.slack-gov.com/link/?ticket=1", True),
        ("wss://slack-gov.com/link", True),
        ("ws://wss-primary.slack-gov.com/link", False),
        ("wss://slack-gov.com.evil.example/link", False),
        ("wss://evilslack-gov.com/link", False),
        ("wss://evil-slack-gov.com/link", False),
        ("wss://wss.slack-gov.co/link", False),
        ("wss://wss.slack-gov.com.:443/link", False),
        ("wss://evilslack.com/link", False),
        ("wss://wss.slack.com.:443/link", False),
        ("wss://wss.slack-gov.com@evil.example/", False),
        ("wss://evil.example/.slack-gov.com", False),
        ("wss://slack.com.evil.example/link", False),
        ("wss://evil.example/slack.com", False),
        ("wss://wss.slack.com@evil.example/", False),
        ("https://wss-primary.slack.com/", False),
        ("wss://[", False),
    ],
)
def test_the_connection_goes_to_slacks_hosts_only(url: str, good: bool):
    assert is_slacks_socket(url, "https://slack.com/api/") is good


def test_a_stand_in_may_have_the_connection_on_another_port():
    assert is_slacks_socket("ws://127.0.0.1:4001/link", "http://127.0.0.1:4000/api/")
    assert not is_slacks_socket("ws://127.0.0.2:4001/link", "http://127.0.0.1:4000/api/")
