"""Requests go to the hosts of the settings and nowhere else, whatever an answer or a body says."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from desk.service.ports import GiveUp, TryAgain
from integrations.google_chat.client import GoogleChat
from integrations.slack.codec.arrivals import Where
from integrations.slack.posting.reply import SlackReply
from integrations.slack.web.client import SlackClient
from integrations.slack.web.hosts import Elsewhere, is_slacks


@dataclass
class Host:
    """A host on loopback: what it was asked, and what it answers."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    upload_url: str = ""
    leads: str = ""
    only: str = ""
    """Where calls are redirected to, and which: all, or those of one name."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rsplit("/", 1)[-1]
        self.asked.append(name)
        self.tokens.append(request.headers.get("Authorization", ""))
        await request.read()
        if self.leads and self.only in {"", name}:
            return web.Response(status=307, headers={"Location": self.leads})
        body = {"ok": True, "upload_url": self.upload_url, "file_id": "F1", "channel": {"id": "D1"}}
        return web.json_response(body | {"name": "spaces/1/messages/1"})


async def serving() -> AsyncIterator[Host]:
    host = Host()
    app = web.Application()
    app.router.add_route("*", "/{name:.*}", host.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield host
    await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[Host]:
    async for host in serving():
        yield host


@pytest.fixture
async def stranger() -> AsyncIterator[Host]:
    async for host in serving():
        yield host


@pytest.fixture
async def client(slack: Host) -> AsyncIterator[SlackClient]:
    made = SlackClient("xoxb-secret", f"{slack.url}api/", timeout=2)
    yield made
    await made.close()


async def test_a_file_is_not_brought_to_a_host_that_an_answer_names(
    slack: Host, stranger: Host, client: SlackClient
) -> None:
    slack.upload_url = f"{stranger.url}upload"
    with pytest.raises(GiveUp, match=r"not Slack's, so it was not sent\."):
        await client.upload("logs.csv", b"personal")
    assert stranger.asked == []


async def test_a_file_is_not_brought_where_the_upload_is_redirected_to(
    slack: Host, stranger: Host, client: SlackClient
) -> None:
    slack.upload_url = f"{slack.url}upload"
    assert await client.upload("logs.csv", b"personal") == "F1"
    slack.leads, slack.only = f"{stranger.url}upload", "upload"
    with pytest.raises(TryAgain, match="answered with 307"):
        await client.upload("logs.csv", b"personal")
    assert stranger.asked == []


async def test_a_call_that_is_redirected_takes_its_token_nowhere(
    slack: Host, stranger: Host, client: SlackClient
) -> None:
    slack.leads = f"{stranger.url}api/chat.postMessage"
    with pytest.raises(TryAgain):
        await client.post("C1", "personal", [], "key", None)
    assert (slack.asked, stranger.asked) == (["chat.postMessage"], [])


async def test_the_session_asks_slack_only(stranger: Host, client: SlackClient) -> None:
    session = client.web.session
    assert session is not None
    for url in (stranger.url, "http://169.254.169.254/latest/meta-data", "https://slack.com.evil.example/"):
        with pytest.raises(Elsewhere):
            await session.get(url)
    assert stranger.asked == []


@pytest.mark.parametrize("url", ["{stranger}hook", "http://169.254.169.254/", "http://[", "file:///etc/passwd", "x"])
async def test_a_private_answer_goes_to_slack_whatever_the_body_names(
    slack: Host, stranger: Host, client: SlackClient, url: str
) -> None:
    reply = SlackReply(client.web)
    where = Where(channel="D1", response_url=url.format(stranger=stranger.url))
    await reply.private(where, "U1", "personal")
    assert stranger.asked == []
    assert slack.asked == ["conversations.open", "chat.postMessage"]
    await reply.private(Where(channel="D1", response_url=f"{slack.url}hook"), "U1", "x")
    assert slack.asked[-1] == "hook"


async def test_the_copy_to_google_chat_follows_no_redirect(slack: Host, stranger: Host) -> None:
    slack.leads = stranger.url
    host = slack.url.split("/")[2]
    chat = GoogleChat(f"{slack.url}v1/spaces/x/messages?key=k&token=t", test_host=host)
    with pytest.raises(GiveUp, match="where it does not go"):
        await chat.copy(["personal"], "key")
    await chat.close()
    assert stranger.asked == []


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://slack.com/api/x", True),
        ("https://hooks.slack.com/actions/T/1/x", True),
        ("https://a.slack-gov.com/x", True),
        ("https://slack-gov.com/api/", True),
        ("https://evilslack-gov.com/", False),
        ("https://x@hooks.slack.com/", False),
        ("http://[", False),
        ("https://hooks.slack.com:99999/", False),
        ("https://hooks.slack.com\\@evil.example/", False),
    ],
)
def test_slacks_hosts_are_known_by_their_whole_name(url: str, ours: bool) -> None:
    assert is_slacks(url, "https://slack-gov.com/api/") is ours
