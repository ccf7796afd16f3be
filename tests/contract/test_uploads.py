"""Fetching what people uploaded: on the fake, and on Slack's adapter against the pretend Slack over real HTTP."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from desk.service.ports import Chat, GiveUp, TryAgain
from integrations.slack.people.directory import SlackPeople
from integrations.slack.posting.chat import SlackChat
from integrations.slack.web.client import SlackClient
from integrations.slack.web.hosts import is_slacks
from sandbox import seeds
from sandbox.company import Company
from sandbox.slack.workspace import File
from tests.fakes.chat import FakeChat
from tests.fakes.rosters import FakeRosters

CONTENT = b"Field,Before,After\r\nEmail,a@example.com,b@example.com\r\n"


@dataclass
class Rig:
    """A chat, and a way for somebody to put a file there; it gives the links that lead to it."""

    chat: Chat
    put: Callable[[bytes], tuple[str, ...]]
    company: Company | None = None


def fake() -> Rig:
    chat = FakeChat()

    def put(content: bytes) -> tuple[str, ...]:
        link = f"https://mrd.slack.com/files/U1/F0SHEET{len(chat.files)}/x.csv"
        chat.files[link] = content
        return (link,)

    return Rig(chat, put)


@pytest.fixture
async def slack() -> AsyncIterator[Rig]:
    async with Company() as company:
        client = SlackClient(seeds.BOT_TOKEN, company.urls["slack"])
        people = SlackPeople(client, {}, {}, FakeRosters())
        space = company.slack.space

        def put(content: bytes) -> tuple[str, ...]:
            file = File(space.new_id("F"), "FINDINGS.csv", "x", "USECU001", len(content), content, True)
            space.files[file.id] = file
            return file.id, f"https://mrd.slack.com/files/USECU001/{file.id}/FINDINGS.csv"

        yield Rig(SlackChat(client, {}, people, lambda line, *_: line.key), put, company)
        await people.close()
        await client.close()


@pytest.fixture(params=["fake", "slack"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """Each test of the contract runs on both."""
    return fake() if request.param == "fake" else request.getfixturevalue("slack")


async def test_a_file_is_fetched_by_its_link(rig: Rig) -> None:
    for link in rig.put(CONTENT):
        assert await rig.chat.file(link, 1000) == CONTENT


async def test_reading_stops_one_byte_after_the_most(rig: Rig) -> None:
    link = rig.put(b"x" * 200_000)[-1]
    assert len(await rig.chat.file(link, 100_000)) == 100_001
    assert len(await rig.chat.file(link, 200_000)) == 200_000


async def test_a_file_that_is_gone_is_given_up(rig: Rig) -> None:
    with pytest.raises(GiveUp):
        await rig.chat.file("https://mrd.slack.com/files/USECU001/F0NOTHERE/x.csv", 1000)


# Slack's own --------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["", "https://mrd.slack.com/files/U1/", "../../etc/passwd"])
async def test_what_names_no_file_is_given_up_without_asking(slack: Rig, link: str) -> None:
    with pytest.raises(GiveUp, match="names no file"):
        await slack.chat.file(link, 1000)
    assert slack.company is not None
    assert slack.company.world.asked("slack", "files.info") == []


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ({"kind": "status", "status": 500}, TryAgain, "answered with 500"),
        ({"kind": "status", "status": 429}, TryAgain, "answered with 429"),
    ],
)
async def test_a_download_that_fails_is_tried_again(
    slack: Rig, fault: dict[str, Any], error: type[Exception], says: str
) -> None:
    link = slack.put(CONTENT)[0]
    assert slack.company is not None
    slack.company.world.new_fault("slack", fault.pop("kind"), match="download", times=1, **fault)
    with pytest.raises(error, match=says):
        await slack.chat.file(link, 1000)
    assert await slack.chat.file(link, 1000) == CONTENT


async def test_without_the_scope_the_sign_in_page_is_not_taken_for_a_file(slack: Rig) -> None:
    assert slack.company is not None
    client = SlackClient("xoxb-other", slack.company.urls["slack"])
    root = slack.company.urls["slack"].removesuffix("/api/")
    with pytest.raises(GiveUp, match="files:read"):
        await client.download(f"{root}/files-pri/T1-F1/x.csv", 1000)
    await client.close()


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/x.csv", True),
        ("https://mrd.slack.com/files-pri/T1-F1/x.csv", True),
        ("http://files.slack.com/x", False),
        ("https://slack.com.evil.example/x", False),
        ("https://evilslack.com/x", False),
        ("https://files.slack.com@evil.example/x", False),
        ("https://files.slack.com:8443/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
async def test_the_token_goes_to_slacks_own_hosts_only(url: str, ours: bool) -> None:
    assert is_slacks(url, "https://slack.com/api/") is ours
    if not ours:
        client = SlackClient("xoxb-secret")
        with pytest.raises(GiveUp, match="not kept by Slack"):
            await client.download(url, 1000)
        await client.close()


def test_the_stand_in_is_known_by_host_and_port() -> None:
    assert is_slacks("http://127.0.0.1:4000/files-pri/x", "http://127.0.0.1:4000/api/")
    assert not is_slacks("http://127.0.0.1:4001/files-pri/x", "http://127.0.0.1:4000/api/")
