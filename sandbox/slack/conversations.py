"""`conversations.*` methods: channels, history, replies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.slack.apps import acting
from sandbox.slack.asking import Args, page
from sandbox.slack.workspace import Conversation, Message, Refused, Workspace
from sandbox.slack.writing import write_channel, write_message

Answer = dict[str, Any]


def within(messages: Iterable[Message], args: Args) -> list[Message]:
    """Messages between `oldest` and `latest`, newest first; the ends count only when `inclusive`."""
    oldest, latest = _moment(args, "oldest"), _moment(args, "latest")
    ends = (oldest, latest) if args.flag("inclusive") else ()
    found: list[Message] = []
    for message in messages:
        if message.ts < oldest:
            break
        if message.ts in ends or oldest < message.ts < (latest or "9"):
            found.append(message)
    return found


def _moment(args: Args, name: str) -> str:
    """A timestamp in the form in which string order is time order."""
    value = args.maybe(name) or "0"
    whole, _, part = value.partition(".")
    if not whole.isdigit() or not (part or "0").isdigit():
        raise Refused(f"invalid_ts_{name}")
    return "" if value == "0" else f"{int(whole):010d}.{(part + '000000')[:6]}"


def _answer(space: Workspace, args: Args, messages: list[Message]) -> Answer:
    shown, cursor = page(messages, args, 100, 999)
    metadata = args.flag("include_all_metadata")
    return {
        "ok": True,
        "messages": [write_message(space, m, metadata=metadata) for m in shown],
        "has_more": bool(cursor),
        **({"response_metadata": {"next_cursor": cursor}} if cursor else {}),
    }


def history(space: Workspace, args: Args) -> Answer:
    """Newest first; replies only when they were also sent to the channel."""
    conversation = args.joined()
    newest_first = within(reversed(conversation.messages.values()), args)
    answer = _answer(space, args, [m for m in newest_first if not m.is_reply or m.broadcast])
    return answer | {"pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}


def replies(space: Workspace, args: Args) -> Answer:
    """The parent first, then its replies, oldest first; the parent is there whatever `oldest` says."""
    conversation = args.joined()
    message = conversation.messages.get(args.need("ts"))
    if message is None:
        raise Refused("thread_not_found")
    parent = conversation.messages.get(message.thread_ts or message.ts)
    if parent is None:
        raise Refused("thread_not_found")
    newest_first = within(reversed(conversation.replies(parent.ts)), args)
    return _answer(space, args, [parent, *newest_first[::-1]])


def open_(space: Workspace, args: Args) -> Answer:
    users = [u for u in (args.maybe("users") or "").split(",") if u]
    if args.maybe("channel"):
        return {"ok": True, "channel": write_channel(args.visible())}
    if len(users) != 1:
        raise Refused("users_list_not_supplied" if not users else "method_not_supported_by_sandbox")
    person = space.users.get(users[0])
    if person is None:
        raise Refused("user_not_found")
    if person.deleted:
        raise Refused("user_disabled")
    conversation = space.direct(person.id)
    full = args.flag("return_im")
    return {"ok": True, "channel": write_channel(conversation) if full else {"id": conversation.id}}


def info(_: Workspace, args: Args) -> Answer:
    channel = write_channel(args.visible(), count=args.flag("include_num_members"))
    return {"ok": True, "channel": channel}


def members(_: Workspace, args: Args) -> Answer:
    shown, cursor = page(args.visible().members, args)
    return {"ok": True, "members": shown, "response_metadata": {"next_cursor": cursor}}


KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im"}


def list_(space: Workspace, args: Args) -> Answer:
    archived = not args.flag("exclude_archived")
    shown = [c for c in _of_types(space, args) if archived or not c.archived]
    part, cursor = page(shown, args)
    channels = [write_channel(c, count=True) for c in part]
    return {"ok": True, "channels": channels, "response_metadata": {"next_cursor": cursor}}


def _of_types(space: Workspace, args: Args) -> list[Conversation]:
    """The conversations of the types that were asked for."""
    asked = (args.maybe("types") or "public_channel").replace(" ", "").split(",")
    kinds = {KINDS[name] for name in asked if name in KINDS}
    return [c for c in space.channels.values() if c.kind in kinds and _known(c)]


def _known(conversation: Conversation) -> bool:
    return conversation.kind == "channel" or acting().bot_user in conversation.members


METHODS = {
    "conversations.open": open_,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.list": list_,
}
