"""Every kind of fault, seen by real clients over real sockets, with what was and was not done."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.company import Company


def posted(company: Company) -> list[str]:
    return [m.text for m in company.slack.space.channels["CMOD0001"].messages.values()]


async def post(web: AsyncWebClient) -> Any:
    return await web.chat_postMessage(channel="CMOD0001", text="hello")


def last(company: Company) -> tuple[str | None, int | None]:
    entry = company.world.log[-1]
    return entry.fault, entry.status


async def test_slow_answers_normally_but_late(company: Company, web: AsyncWebClient) -> None:
    company.world.new_fault("slack", "slow", seconds=0.2, times=1)
    began = time.monotonic()
    assert (await post(web))["ok"]
    assert time.monotonic() - began >= 0.2
    assert last(company) == ("slow", 200)


async def test_a_timeout_does_nothing_and_says_nothing(company: Company, impatient: AsyncWebClient) -> None:
    company.world.new_fault("slack", "timeout", times=1)
    with pytest.raises(TimeoutError):
        await post(impatient)
    assert posted(company) == []
    assert last(company) == ("timeout", None)


async def test_reset_before_does_nothing_and_cuts_the_line(company: Company, web: AsyncWebClient) -> None:
    company.world.new_fault("slack", "reset_before", match="chat.*", times=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(web)
    assert posted(company) == []
    assert last(company) == ("reset_before", None)


async def test_reset_after_does_it_and_cuts_the_line(company: Company, web: AsyncWebClient) -> None:
    company.world.new_fault("slack", "reset_after", times=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(web)
    assert posted(company) == ["hello"]
    entry = company.world.log[-1]
    assert (entry.fault, entry.status, entry.answer["ok"]) == ("reset_after", 200, True)


async def test_a_cut_line_is_a_reset_for_httpx_too(company: Company) -> None:
    company.world.new_fault("slack", "reset_before", times=1)
    async with httpx.AsyncClient() as client:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await client.post(company.urls["slack"] + "auth.test")


async def test_hold_after_does_it_and_says_nothing(company: Company, impatient: AsyncWebClient) -> None:
    company.world.new_fault("slack", "hold_after", times=1)
    with pytest.raises(TimeoutError):
        await post(impatient)
    assert posted(company) == ["hello"]
    assert last(company) == ("hold_after", 200)


async def test_down_refuses_new_connections_until_it_is_lifted(company: Company, web: AsyncWebClient) -> None:
    company.world.new_fault("slack", "down")
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectionError):
            await post(web)
    company.world.clear_faults("slack")
    assert (await post(web))["ok"]
    assert posted(company) == ["hello"]


async def test_down_also_cuts_a_connection_that_was_open(company: Company, web: AsyncWebClient) -> None:
    await post(web)
    company.world.new_fault("slack", "down")
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(web)
    assert posted(company) == ["hello"]


async def test_status_429_has_slacks_shape(company: Company, web: AsyncWebClient) -> None:
    company.world.new_fault("slack", "status", status=429, retry_after="7", times=1)
    with pytest.raises(SlackApiError) as refused:
        await post(web)
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    assert refused.value.response["error"] == "ratelimited"
    assert posted(company) == []


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [(429, "text/plain", "Too Many Requests"), (500, "text/html", "<h1>500</h1>")],
)
async def test_an_answer_of_a_gateway_is_not_json(company: Company, status: int, kind: str, text: str) -> None:
    company.world.new_fault("slack", "status", status=status, times=1)
    async with httpx.AsyncClient() as client:
        answer = await client.post(company.urls["slack"] + "auth.test")
    assert answer.status_code == status
    assert answer.headers["content-type"] == kind
    assert "retry-after" not in answer.headers
    assert text in answer.text


async def test_a_ratelimit_may_also_come_with_200(company: Company, web: AsyncWebClient) -> None:
    company.world.new_fault("slack", "status", status=200, times=1)
    with pytest.raises(SlackApiError, match="ratelimited"):
        await post(web)
