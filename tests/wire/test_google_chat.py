"""The copy in Google Chat: the same lines, once, and never to another address."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest
import respx

from desk.service.ports import GiveUp, TryAgain
from integrations.google_chat.client import MOST_BYTES, GoogleChat
from integrations.google_chat.wire import check_address

URL = "https://chat.googleapis.com/v1/spaces/AAAAbbb_-1/messages?key=secret-key&token=secret-token%3D"
LINES = (
    "Issue: Account Take Over",
    "Customer ID: 2048811",
    "Action required: Please investigate and provide feedback to the customer",
)
GOOD = {"name": "spaces/AAAAbbb_-1/messages/x.y", "thread": {"name": "spaces/AAAAbbb_-1/threads/x"}}


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
async def chat() -> AsyncIterator[GoogleChat]:
    chat = GoogleChat(URL, timeout=1.0)
    yield chat
    await chat.close()


def space(web: respx.MockRouter, *answers: object) -> respx.Route:
    route = web.post(host="chat.googleapis.com", path="/v1/spaces/AAAAbbb_-1/messages")
    route.side_effect = list(answers) or [httpx.Response(200, json=GOOD)]
    return route


async def test_the_three_lines_arrive_as_they_are(web, chat) -> None:
    route = space(web)
    assert await chat.copy(LINES, "01CASE/tell_mod/1/1") == GOOD["name"]
    (call,) = route.calls
    assert json.loads(call.request.content) == {"text": "\n".join(LINES)}
    params = call.request.url.params
    assert (params["key"], params["token"]) == ("secret-key", "secret-token=")
    assert call.request.headers["content-type"] == "application/json; charset=UTF-8"


async def test_the_same_effect_is_the_same_request(web, chat) -> None:
    answer = httpx.Response(200, json=GOOD)
    route = space(web, answer, httpx.ReadTimeout("lost"), answer, answer)
    await chat.copy(LINES, "a")
    with pytest.raises(TryAgain) as told:
        await chat.copy(LINES, "b")
    assert not told.value.certain
    await chat.copy(LINES, "b")
    ids = [call.request.url.params["requestId"] for call in route.calls]
    assert ids[1] == ids[2] != ids[0]
    other = GoogleChat(URL)
    await other.copy(LINES, "b")
    await other.close()
    assert route.calls.last.request.url.params["requestId"] == ids[1]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Customer ID: <users/all>", "Customer ID: ‹users/all›"),
        ("Customer ID: <https://thief.test|Admin>", "Customer ID: ‹https://thief.test|Admin›"),
        ("Customer ID: 1\nIssue: none", "Customer ID: 1 Issue: none"),
        ("Customer ID: \u202e1", "Customer ID:  1"),
        ("Customer ID: \ud800", "Customer ID: ?"),
    ],
)
async def test_nobody_is_rung_and_no_line_is_made_up(web, chat, line, shown) -> None:
    route = space(web)
    await chat.copy([line], "k")
    assert json.loads(route.calls.last.request.content) == {"text": shown}


@pytest.mark.parametrize(
    ("answer", "after", "certain"),
    [
        (httpx.Response(429), 2, True),
        (httpx.Response(429, headers={"Retry-After": "9"}), 9, True),
        (httpx.Response(429, headers={"Retry-After": "999999"}), 600, True),
        (httpx.Response(503, headers={"Retry-After": "x"}), None, False),
        (httpx.Response(500), None, False),
        (httpx.Response(200, text="<html>"), None, False),
        (httpx.Response(200, json={"name": 7}), None, False),
        (httpx.Response(200, content=b"x" * (MOST_BYTES * 3)), None, False),
        (httpx.ConnectError("no"), None, True),
        (httpx.ReadError("cut"), None, False),
        (httpx.ReadTimeout("late"), None, False),
    ],
)
async def test_what_may_pass_is_tried_again(web, chat, answer, after, certain) -> None:
    space(web, answer)
    with pytest.raises(TryAgain) as told:
        await chat.copy(LINES, "k")
    assert told.value.after == (None if after is None else timedelta(seconds=after))
    assert told.value.certain is certain


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
async def test_what_will_not_pass_is_a_sentence(web, chat, status) -> None:
    space(web, httpx.Response(status, headers={"Location": "https://thief.test/"}))
    with pytest.raises(GiveUp, match="the message in Slack is there") as told:
        await chat.copy(LINES, "k")
    assert "secret" not in told.value.reason
    assert [call.request.url.host for call in web.calls] == ["chat.googleapis.com"]


async def test_a_message_that_is_too_long_is_not_sent(web, chat) -> None:
    route = space(web)
    with pytest.raises(GiveUp, match="too long"):
        await chat.copy(["ä" * 20_000], "k")
    assert not route.called


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t",
        "https://chat.googleapis.com.thief.test/v1/spaces/A/messages?key=k&token=t",
        "https://chat.googleapis.com@thief.test/v1/spaces/A/messages?key=k&token=t",
        "https://u:p@chat.googleapis.com/v1/spaces/A/messages?key=k&token=t",
        "https://chat.googleapis.com:444/v1/spaces/A/messages?key=k&token=t",
        "https://chat.googleapis.com/v1/spaces/A/members?key=k&token=t",
        "https://chat.googleapis.com/v1/spaces/../x/messages?key=k&token=t",
        "https://chat.googleapis.com/v1/spaces/A/messages?key=k",
        "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t#x",
        "https://hooks.slack.com/services/secret",
    ],
)
def test_another_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ValueError, match="incoming webhook") as told:
        GoogleChat(address)
    assert "thief" not in str(told.value)


def test_a_test_address_has_to_be_named() -> None:
    url = "http://127.0.0.1:8099/v1/spaces/A/messages?key=k&token=t"
    assert check_address(url, "127.0.0.1:8099") == url
    for host in ("", "127.0.0.1:9000", "127.0.0.1"):
        with pytest.raises(ValueError, match="incoming webhook"):
            check_address(url, host)


async def test_the_address_is_a_secret(web, chat, caplog) -> None:
    caplog.set_level(logging.INFO)
    space(web)
    await chat.copy(LINES, "k")
    assert "secret" not in caplog.text
    assert "secret" not in repr(chat)
