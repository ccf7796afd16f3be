"""The control room as a screen reads it: places with what is new in them, a stretch of a channel, a thread, changes."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from slack_sdk.web.async_client import AsyncWebClient


async def _told(control: httpx.AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    answer = await control.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_unread_are_those_of_others_since_one_looked(control: httpx.AsyncClient, web: AsyncWebClient) -> None:
    first = await web.chat_postMessage(channel="CMOD0001", text="one")
    await web.chat_postMessage(channel="CMOD0001", text="two")

    async def unread(user: str) -> int:
        places = (await _told(control, "/slack/places", user=user))["places"]
        return next(int(p["unread"]) for p in places if p["id"] == "CMOD0001")

    assert await unread("UMOD0001") == 2
    read = {"user": "UMOD0001", "channel": "CMOD0001", "ts": first["ts"]}
    await control.post("/slack/read", json=read)
    assert await unread("UMOD0001") == 1
    assert await unread("UMOD0002") == 2


async def test_somebody_sees_their_own_places_only(control: httpx.AsyncClient) -> None:
    places = (await _told(control, "/slack/places", user="UOUTS001"))["places"]
    assert [p["id"] for p in places] == ["DOUTS001", "CCUSTCAR", "CGENERAL"]
    answer = await control.get("/slack/stretch", params={"user": "UOUTS001", "channel": "CMOD0001"})
    assert answer.status_code == 404


async def test_a_long_channel_is_read_a_stretch_at_a_time(control: httpx.AsyncClient, web: AsyncWebClient) -> None:
    for number in range(12):
        await web.chat_postMessage(channel="CMOD0001", text=f"m{number}")
    asked = {"user": "UMOD0001", "channel": "CMOD0001", "size": 5}
    newest = await _told(control, "/slack/stretch", **asked)
    assert [m["text"] for m in newest["messages"]] == ["m7", "m8", "m9", "m10", "m11"]
    assert (newest["first"], newest["last"], newest["total"]) == (7, 12, 12)
    before = await _told(control, "/slack/stretch", **asked, end=newest["first"])
    assert [m["text"] for m in before["messages"]] == ["m2", "m3", "m4", "m5", "m6"]


async def test_a_thread_has_its_parent_and_what_only_one_person_sees(
    control: httpx.AsyncClient, web: AsyncWebClient
) -> None:
    parent = str((await web.chat_postMessage(channel="CMOD0001", text="card"))["ts"])
    await web.chat_postMessage(channel="CMOD0001", text="answer", thread_ts=parent)
    await web.chat_postEphemeral(channel="CMOD0001", user="UMOD0001", text="for you", thread_ts=parent)
    for user, seen in (("UMOD0001", ["answer", "for you"]), ("UMOD0002", ["answer"])):
        asked = {"user": user, "channel": "CMOD0001", "ts": parent}
        told = await _told(control, "/slack/thread", **asked)
        assert told["parent"]["text"] == "card"
        assert [m["text"] for m in told["replies"]] == seen


async def test_a_message_carries_business_time(control: httpx.AsyncClient, web: AsyncWebClient) -> None:
    await control.post("/clock", json={"set": "2026-12-01T10:00:00+00:00"})
    await web.chat_postMessage(channel="CMOD0001", text="later")
    told = await _told(control, "/slack/stretch", user="UMOD0001", channel="CMOD0001")
    assert told["messages"][0]["at"].startswith("2026-12-01T10:00:0")


async def test_whoever_waits_for_changes_is_told_of_any_act(control: httpx.AsyncClient) -> None:
    now = (await _told(control, "/changes"))["revision"]
    waiting = asyncio.create_task(_told(control, "/changes", since=now, wait=10))
    await asyncio.sleep(0)
    await control.post("/clock", json={"advance": 60})
    assert (await waiting)["revision"] > now


async def test_wishes_are_taken_once_in_their_order_and_outlive_a_reset(
    control: httpx.AsyncClient,
) -> None:
    await control.post("/stage/wish", json={"wish": "over"})
    await control.post("/stage/wish", json={"wish": "story", "story": "plain"})
    await control.post("/stage/tell", json={"busy": "Starting over"})
    await control.post("/reset")
    told = await _told(control, "/stage")
    assert (len(told["wishes"]), told["told"]) == (2, {"busy": "Starting over"})
    taken = [(await control.post("/stage/take")).json()["wish"] for _ in range(3)]
    assert [one and one["wish"] for one in taken] == ["over", "story", None]


async def test_the_log_in_short_has_no_bodies_and_one_entry_has_them(
    control: httpx.AsyncClient, web: AsyncWebClient
) -> None:
    await web.chat_postMessage(channel="CMOD0001", text="said")
    short = (await _told(control, "/log", short=True))["entries"][-1]
    assert (short["call"], short["about"], short["ok"]) == ("chat.postMessage", "said", True)
    assert "body" not in short
    whole = await _told(control, f"/log/{short['n']}")
    assert whole["body"]["text"] == "said"
    assert (await control.get("/log/999999")).status_code == 404


async def test_tickets_are_found_by_words_and_a_few_at_a_time(control: httpx.AsyncClient) -> None:
    for name in ("Naledi", "Werner", "Zanele"):
        requester = {"email": f"{name.lower()}@example.com", "name": name}
        body = {
            "by": "Priya Naidoo",
            "comment": "x",
            "subject": f"{name}'s",
            "requester": requester,
        }
        assert (await control.post("/zendesk/tickets", json=body)).status_code == 201
    found = await _told(control, "/zendesk/tickets", find="werner")
    assert [t["requester"]["name"] for t in found["tickets"]] == ["Werner"]
    few = await _told(control, "/zendesk/tickets", newest=2)
    assert ([t["subject"] for t in few["tickets"]], few["total"]) == (["Werner's", "Zanele's"], 3)
