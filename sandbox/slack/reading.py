"""Read model of a person's client: places with unread counts, pages of a channel, a thread, a file.

Built for a screen: a channel of five thousand messages is read in pages. Nothing here notifies the bot; Slack does not
publish read state.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox import seeds
from sandbox.slack import sight
from sandbox.slack.apps import acting
from sandbox.slack.sight import Seen
from sandbox.slack.workspace import Conversation, Message, User, Workspace
from sandbox.telling import answer

MOST_UNREAD = 99


def reading_router(space: Workspace) -> APIRouter:
    router = APIRouter()
    _read_routes(router, space)
    _mark_routes(router, space)
    return router


def _read_routes(router: APIRouter, space: Workspace) -> None:
    @router.get("/places")
    async def places(user: str) -> Response:
        try:
            return answer({"places": see_places(space, sight.person(space, user))})
        except sight.NotSeen as why:
            return answer({"error": str(why)}, 404)

    @router.get("/stretch")
    async def stretch(user: str, channel: str, end: int = -1, size: int = 60) -> Response:
        try:
            who = sight.person(space, user)
            return answer(see_stretch(space, who, sight.place(space, who, channel), end, size))
        except sight.NotSeen as why:
            return answer({"error": str(why)}, 404)

    @router.get("/thread")
    async def thread(user: str, channel: str, ts: str) -> Response:
        try:
            who = sight.person(space, user)
            return answer(see_thread(space, who, sight.place(space, who, channel), ts))
        except sight.NotSeen as why:
            return answer({"error": str(why)}, 404)


def _mark_routes(router: APIRouter, space: Workspace) -> None:
    @router.post("/read")
    async def read(request: Request) -> Response:
        asked = await request.json()
        key = (str(asked["user"]), str(asked["channel"]))
        space.read[key] = max(space.read.get(key, "0"), str(asked["ts"]))
        return answer({"read": space.read[key]})

    @router.get("/files/{name}")
    async def content(name: str) -> Response:
        file = space.files.get(name)
        if file is None or file.content is None:
            return answer({"error": f"there is no file {name}"}, 404)
        return Response(file.content, media_type="application/octet-stream")


def see_places(space: Workspace, user: User) -> list[Seen]:
    """Direct messages with the bot, then every visible channel."""
    own = space.direct(user.id)
    rest = [c for c in space.seen_by(user.id) if c.kind != "im"]
    return [_place(space, user, one) for one in (own, *rest)]


def _place(space: Workspace, user: User, one: Conversation) -> Seen:
    return {
        "id": one.id,
        "name": seeds.ZENDESK_BOT_NAME if one.kind == "im" else one.name,
        "kind": one.kind,
        "bot": acting().bot_user in one.members,
        "member": user.id in one.members,
        "unread": _unread(space, user, one),
    }


def _unread(space: Workspace, user: User, one: Conversation) -> int:
    """Number of others' messages since this person looked, at most 99."""
    seen, count = space.read.get((user.id, one.id), "0"), 0
    for message in reversed(one.messages.values()):
        if message.ts <= seen or count >= MOST_UNREAD:
            break
        count += message.user != user.id
    return count


def see_stretch(space: Workspace, user: User, place: Conversation, end: int, size: int) -> Seen:
    """Up to `size` messages before number `end` (-1: the newest), ephemeral ones included."""
    tops = [m for m in place.messages.values() if not m.is_reply or m.broadcast]
    private = [m for m in place.ephemeral if m.only_for == user.id and not m.is_reply]
    if private:
        tops = sorted([*tops, *private], key=lambda m: m.ts)
    last = len(tops) if end < 0 else min(end, len(tops))
    first = max(0, last - size)
    return {
        "messages": [sight.see_message(space, m) for m in tops[first:last]],
        "first": first,
        "last": last,
        "total": len(tops),
        "newest": next(reversed(place.messages), "0"),
        "read": space.read.get((user.id, place.id), "0"),
    }


def see_thread(space: Workspace, user: User, place: Conversation, ts: str) -> Seen:
    """A message with its replies, ephemeral ones included."""
    parent = sight.message(space, user, place.id, ts)
    private: list[Message] = [m for m in place.ephemeral if m.only_for == user.id and m.thread_ts == ts]
    replies = sorted([*place.replies(ts), *private], key=lambda m: m.ts)
    return {
        "parent": sight.see_message(space, parent),
        "replies": [sight.see_message(space, m) for m in replies],
    }
