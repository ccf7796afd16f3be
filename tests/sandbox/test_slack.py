"""The pretend Web API, asked by the real slack_sdk over real sockets."""

from __future__ import annotations

import hashlib
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import seeds
from sandbox.company import Company

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "A case"}, "blocks": [SECTION]}
HOME = {"type": "home", "blocks": [SECTION]}


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(error.value.response["error"])


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return refusal(error)


async def test_who_am_i_and_with_which_token(company: Company, web: AsyncWebClient) -> None:
    me = await web.auth_test()
    assert (me["user_id"], me["bot_id"], me["team_id"]) == ("UBOT0001", "BBOT0001", "TMRD0001")
    assert await refused(web.auth_test(token="xoxb-wrong")) == "invalid_auth"
    assert await refused(web.api_call("api.nonsense")) == "unknown_method"
    async with aiohttp.ClientSession() as session:
        answer = await session.post(company.urls["slack"] + "auth.test")
        assert await answer.json() == {"ok": False, "error": "not_authed"}


async def test_a_post_keeps_its_metadata_for_those_who_ask(web: AsyncWebClient) -> None:
    metadata = {"event_type": "ato_effect", "event_payload": {"key": "01H/suspend/0/0"}}
    sent = await web.chat_postMessage(
        channel="CMOD0001", text="one", blocks=[SECTION], metadata=metadata, unfurl_links=False
    )
    assert sent["message"]["bot_id"] == seeds.BOT_ID
    assert sent["message"]["blocks"][0]["block_id"]
    plain = await web.conversations_history(channel="CMOD0001")
    assert "metadata" not in plain["messages"][0]
    full = await web.conversations_history(
        channel="CMOD0001",
        include_all_metadata=True,
        oldest=sent["ts"],
        inclusive=True,
    )
    assert full["messages"][0]["metadata"] == metadata
    after = await web.conversations_history(channel="CMOD0001", oldest=sent["ts"])
    assert after["messages"] == []


async def test_updating_replaces_blocks_and_keeps_metadata(web: AsyncWebClient) -> None:
    metadata = {"event_type": "e", "event_payload": {"key": "k"}}
    sent = await web.chat_postMessage(channel="CMOD0001", text="one", blocks=[SECTION], metadata=metadata)
    changed = await web.chat_update(channel="CMOD0001", ts=sent["ts"], text="two")
    assert "blocks" not in changed["message"]
    assert changed["message"]["edited"]
    history = await web.conversations_history(channel="CMOD0001", include_all_metadata=True)
    assert (history["messages"][0]["text"], history["messages"][0]["metadata"]) == ("two", metadata)
    long = web.chat_update(channel="CMOD0001", ts=sent["ts"], text="x" * 4001)
    assert await refused(long) == "msg_too_long"
    gone = web.chat_update(channel="CMOD0001", ts="1.000001", text="x")
    assert await refused(gone) == "message_not_found"
    await web.chat_delete(channel="CMOD0001", ts=sent["ts"])
    assert (await web.conversations_history(channel="CMOD0001"))["messages"] == []


async def test_where_and_what_a_post_may_not_be(company: Company, web: AsyncWebClient, act: Any) -> None:
    async def post(channel: str, text: str = "x") -> str:
        return await refused(web.api_call("chat.postMessage", params={"channel": channel, "text": text}))

    assert await post("CNOWHERE") == "channel_not_found"
    assert await post("CGENERAL") == "not_in_channel"
    assert await post("CMOD0001", "") == "no_text"
    assert await post("CMOD0001", "x" * 40_001) == "msg_too_long"
    said = await act("say", user="UMOD0001", channel="CMOD0001", text="mine")
    other = web.chat_update(channel="CMOD0001", ts=said["ts"], text="yours")
    assert await refused(other) == "cant_update_message"
    await act("channels", id="CMOD0001", archived=True)
    assert await post("CMOD0001") == "is_archived"


async def test_threads_are_read_apart_from_the_channel(web: AsyncWebClient) -> None:
    top = (await web.chat_postMessage(channel="CMOD0001", text="top"))["ts"]
    for text in ("a", "b"):
        await web.chat_postMessage(channel="CMOD0001", text=text, thread_ts=top)
    loud = await web.chat_postMessage(channel="CMOD0001", text="c", thread_ts=top, reply_broadcast=True)
    channel = await web.conversations_history(channel="CMOD0001")
    assert [m["text"] for m in channel["messages"]] == ["c", "top"]
    assert channel["messages"][1]["reply_count"] == 3
    first = await web.conversations_replies(channel="CMOD0001", ts=top, limit=2)
    assert [m["text"] for m in first["messages"]] == ["top", "a"]
    cursor = first["response_metadata"]["next_cursor"]
    rest = await web.conversations_replies(channel="CMOD0001", ts=top, limit=2, cursor=cursor)
    assert [m["text"] for m in rest["messages"]] == ["b", "c"]
    link = await web.chat_getPermalink(channel="CMOD0001", message_ts=loud["ts"])
    assert f"thread_ts={top}" in link["permalink"]
    lost = web.conversations_replies(channel="CMOD0001", ts="1.000001")
    assert await refused(lost) == "thread_not_found"


async def test_direct_messages_open_by_person(web: AsyncWebClient) -> None:
    opened = await web.conversations_open(users="UAGENT01")
    sent = await web.chat_postMessage(channel="UAGENT01", text="for you")
    assert sent["channel"] == opened["channel"]["id"]
    assert await refused(web.conversations_open(users="UNOBODY1")) == "user_not_found"


async def test_a_private_answer_is_seen_by_one(web: AsyncWebClient, control: Any) -> None:
    await web.chat_postEphemeral(channel="CMOD0001", user="UMOD0001", text="only you")
    outsider = web.chat_postEphemeral(channel="CMOD0001", user="UAGENT01", text="x")
    assert await refused(outsider) == "user_not_in_channel"

    async def sees(user: str) -> list[str]:
        answer = await control.get(f"/slack/messages?user={user}")
        return [m["text"] for m in answer.json()["messages"]]

    assert await sees("UMOD0001") == ["only you"]
    assert await sees("UMOD0002") == []


async def test_people_and_groups(web: AsyncWebClient) -> None:
    giulia = await web.users_info(user="UQAGEN01", include_locale=True)
    assert (giulia["user"]["locale"], giulia["user"]["tz"]) == ("it-IT", "Europe/Rome")
    mods = await web.usergroups_users_list(usergroup="SMODS001")
    assert mods["users"] == ["UMOD0001", "UMOD0002"]
    groups = await web.usergroups_list(include_users=True)
    assert len(groups["usergroups"]) == 9
    found = await web.users_lookupByEmail(email="thandi.nkosi@mrd.example")
    assert found["user"]["id"] == "UAGENT01"
    assert await refused(web.users_info(user="U404")) == "user_not_found"
    everybody = await web.users_list(limit=5)
    assert everybody["response_metadata"]["next_cursor"]
    private = await web.conversations_list(types="private_channel")
    assert "CGENERAL" not in {c["id"] for c in private["channels"]}
    assert len((await web.conversations_members(channel="CMOD0001"))["members"]) == 4


async def test_files_go_up_are_shared_and_come_down(company: Company, web: AsyncWebClient) -> None:
    top = (await web.chat_postMessage(channel="CINVEST1", text="logs"))["ts"]
    done = await web.files_upload_v2(
        channel="CINVEST1", content="line\n" * 3, filename="logs.txt", title="Logs", thread_ts=top
    )
    info = await web.files_info(file=done["file"]["id"])
    assert info["file"]["shares"]["private"]["CINVEST1"][0]["thread_ts"] == top
    replies = await web.conversations_replies(channel="CINVEST1", ts=top)
    assert replies["messages"][1]["files"][0]["name"] == "logs.txt"
    url = info["file"]["url_private_download"]
    async with aiohttp.ClientSession() as session:
        mine = await session.get(url, headers={"Authorization": f"Bearer {seeds.BOT_TOKEN}"})
        digest = hashlib.sha256(await mine.read()).hexdigest()
        assert digest == hashlib.sha256(b"line\n" * 3).hexdigest()
        assert "Sign in" in await (await session.get(url)).text()
    by_name = web.files_completeUploadExternal(files=[{"id": "F404"}], channel_id="mr-d-mod")
    assert await refused(by_name) == "file_not_found"


async def test_home_is_published_over_the_newest_only(web: AsyncWebClient) -> None:
    first = await web.views_publish(user_id="UMOD0001", view=HOME)
    second = await web.views_publish(user_id="UMOD0001", view=HOME, hash=first["view"]["hash"])
    assert second["view"]["id"] == first["view"]["id"]
    stale = web.views_publish(user_id="UMOD0001", view=HOME, hash=first["view"]["hash"])
    assert await refused(stale) == "hash_conflict"


async def test_a_trigger_opens_one_modal_within_three_seconds(company: Company, web: AsyncWebClient) -> None:
    space = company.slack.space
    trigger = space.new_trigger("UAGENT01")
    opened = await web.views_open(trigger_id=trigger, view=MODAL | {"external_id": "x1"})
    view = opened["view"]
    assert await refused(web.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    assert await refused(web.views_open(trigger_id="1.2.x", view=MODAL)) == "invalid_trigger_id"
    space.trigger_seconds = 0
    late = web.views_open(trigger_id=space.new_trigger("UAGENT01"), view=MODAL)
    assert await refused(late) == "expired_trigger_id"
    changed = await web.views_update(external_id="x1", view=MODAL, hash=view["hash"])
    assert changed["view"]["id"] == view["id"]
    stale = web.views_update(view_id=view["id"], view=MODAL, hash=view["hash"])
    assert await refused(stale) == "hash_conflict"
    assert await refused(web.views_update(view_id="V404", view=MODAL)) == "not_found"


async def test_at_most_three_modals_lie_on_each_other(company: Company, web: AsyncWebClient) -> None:
    space = company.slack.space
    first = await web.views_open(trigger_id=space.new_trigger("UAGENT01"), view=MODAL)
    inside = first["view"]["id"]
    for _ in range(2):
        await web.views_push(trigger_id=space.new_trigger("UAGENT01", inside), view=MODAL)
    fourth = web.views_push(trigger_id=space.new_trigger("UAGENT01", inside), view=MODAL)
    assert await refused(fourth) == "push_limit_reached"


async def test_sharing_a_file_may_be_finished_after_the_answer(company: Company, web: AsyncWebClient) -> None:
    company.slack.space.share_seconds = 0.05
    done = await web.files_upload_v2(channel="CINVEST1", content="x", filename="a.txt")
    file = company.slack.space.files[done["file"]["id"]]
    assert file.shares == []
    while not file.shares:
        await company.world.wait_newer(company.world.last, None, 0.05)
    info = await web.files_info(file=file.id)
    assert "CINVEST1" in info["file"]["shares"]["private"]
