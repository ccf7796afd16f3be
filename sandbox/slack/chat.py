"""`chat.*` and `reactions.*` methods: post, update, delete."""

from __future__ import annotations

import json
from typing import Any

from sandbox import seeds
from sandbox.slack.apps import acting
from sandbox.slack.asking import Args
from sandbox.slack.blocks import message_faults
from sandbox.slack.workspace import (
    Conversation,
    Message,
    Refused,
    Workspace,
    fill_ids,
    refused_arguments,
)
from sandbox.slack.writing import write_message

LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
LARGEST_METADATA = 8 * 1024
Answer = dict[str, Any]


def read_blocks(args: Args) -> list[dict[str, Any]] | None:
    """The blocks, checked against every limit; None when the call has none."""
    blocks = args.data("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    found = message_faults(blocks)
    if found:
        raise refused_arguments("invalid_blocks", found)
    return blocks


def read_text(args: Args, blocks: list[dict[str, Any]] | None, longest: int) -> str:
    text = args.maybe("text") or args.maybe("markdown_text") or ""
    if len(text) > longest:
        raise Refused("msg_too_long")
    attachments = args.data("attachments")
    if attachments and len(attachments) > 100:
        raise Refused("too_many_attachments")
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    return text


def read_metadata(args: Args) -> dict[str, Any] | None:
    metadata = args.data("metadata", "invalid_metadata_format")
    if metadata in (None, {}):
        return metadata  # type: ignore[no-any-return]  # {} means: remove it
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata)) > LARGEST_METADATA:
        raise Refused("metadata_too_large")
    return {key: metadata[key] for key in ("event_type", "event_payload")}


def read_thread(conversation: Conversation, thread_ts: str | None) -> str | None:
    """The parent's ts; a reply's own ts leads to its parent."""
    if thread_ts is None:
        return None
    parent = conversation.messages.get(thread_ts)
    if parent is None:
        raise Refused("cannot_reply_to_message")
    if parent.is_reply:
        return parent.thread_ts
    parent.thread_ts = parent.ts
    return parent.ts


def post_message(space: Workspace, args: Args) -> Answer:
    conversation = args.postable()
    blocks = read_blocks(args)
    message = Message(
        ts=space.new_ts(),
        channel=conversation.id,
        user=acting().bot_user,
        text=read_text(args, blocks, LONGEST_TEXT),
        blocks=blocks,
        bot=True,
        thread_ts=read_thread(conversation, args.maybe("thread_ts")),
        broadcast=args.flag("reply_broadcast"),
        metadata=read_metadata(args) or None,
    )
    if message.broadcast and message.is_reply:
        message.subtype = "thread_broadcast"
    attachments = args.data("attachments")
    if attachments:
        message.extra["attachments"] = attachments
    space.add_message(message)
    return {
        "ok": True,
        "channel": conversation.id,
        "ts": message.ts,
        "message": write_message(space, message),
    }


def post_ephemeral(space: Workspace, args: Args) -> Answer:
    conversation = args.postable()
    if args.need("user") not in conversation.members:
        raise Refused("user_not_in_channel")
    blocks = read_blocks(args)
    message = Message(
        ts=space.new_ts(),
        channel=conversation.id,
        user=acting().bot_user,
        text=read_text(args, blocks, LONGEST_TEXT),
        blocks=blocks,
        bot=True,
        thread_ts=args.maybe("thread_ts"),
        only_for=args.need("user"),
        extra={"is_ephemeral": True},
    )
    space.add_message(message)
    return {"ok": True, "message_ts": message.ts}


def _own(args: Args, verb: str) -> Message:
    """The bot's own message; nobody else's can be changed by it."""
    conversation = args.visible()
    message = conversation.messages.get(args.need("ts"))
    if message is None:
        raise Refused("message_not_found")
    if conversation.archived:
        raise Refused("is_inactive")
    if message.user != acting().bot_user:
        raise Refused(f"cant_{verb}_message")
    return message


def update(space: Workspace, args: Args) -> Answer:
    message = _own(args, "update")
    blocks, metadata = read_blocks(args), read_metadata(args)
    if args.maybe("text") is None and blocks is None and metadata is None:
        raise Refused("no_text")
    text = args.maybe("text") or ""
    if len(text) > LONGEST_UPDATE:
        raise Refused("msg_too_long")
    change_message(space, message, text, blocks)
    if metadata is not None:
        message.metadata = metadata or None
    return {
        "ok": True,
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": write_message(space, message),
    }


def change_message(space: Workspace, message: Message, text: str, blocks: list[dict[str, Any]] | None) -> None:
    """New text alone drops the blocks, and shows "edited"; new blocks do not show it."""
    if blocks is not None:
        fill_ids(blocks)
        message.blocks = blocks
        message.text = text
    elif text:
        message.blocks, message.text = None, text
        message.edited_ts = space.new_ts()


def delete(space: Workspace, args: Args) -> Answer:
    message = _own(args, "delete")
    space.channels[message.channel].remove(message)
    return {"ok": True, "channel": message.channel, "ts": message.ts}


def get_permalink(space: Workspace, args: Args) -> Answer:
    conversation = args.visible()
    message = conversation.messages.get(args.need("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    link = f"https://{seeds.TEAM_DOMAIN}.slack.com/archives/{conversation.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={conversation.id}"
    return {"ok": True, "channel": conversation.id, "permalink": link}


def add_reaction(space: Workspace, args: Args) -> Answer:
    conversation = args.joined()
    message = conversation.messages.get(args.need("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    who = message.reactions.setdefault(args.need("name").strip(":"), [])
    if acting().bot_user in who:
        raise Refused("already_reacted")
    who.append(acting().bot_user)
    return {"ok": True}


METHODS = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "reactions.add": add_reaction,
}
