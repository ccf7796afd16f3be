"""`files.*` methods, with the upload and download endpoints."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox.slack.apps import acting
from sandbox.slack.asking import Args
from sandbox.slack.chat import read_thread
from sandbox.slack.workspace import Conversation, File, Message, Refused, Workspace
from sandbox.slack.writing import write_file

Answer = dict[str, Any]


def get_upload_url(space: Workspace, args: Args) -> Answer:
    name = args.need("filename")
    length = args.given.get("length")
    if not str(length or "").isdigit() or int(str(length)) < 1:
        raise Refused("missing_argument")
    file = File(space.new_id("F"), name, name, acting().bot_user, int(str(length)))
    space.files[file.id] = file
    url = f"{space.base_url}/upload/v1/{file.id}"
    return {"ok": True, "upload_url": url, "file_id": file.id}


def complete_upload(space: Workspace, args: Args) -> Answer:
    """Sharing completes asynchronously, as in Slack: poll `files.info`."""
    asked = args.data("files")
    if not isinstance(asked, list) or not asked:
        raise Refused("invalid_arguments")
    files = [_uploaded(space, one) for one in asked]
    channel = args.maybe("channel_id") or args.maybe("channels")
    if channel is not None:
        conversation = _target(space, channel)
        thread = read_thread(conversation, args.maybe("thread_ts"))
        text = args.maybe("initial_comment") or ""
        share(space, files, conversation, thread, text)
    return {"ok": True, "files": [write_file(space, file) for file in files]}


def _uploaded(space: Workspace, asked: Any) -> File:
    file = space.files.get(str(asked.get("id"))) if isinstance(asked, dict) else None
    if file is None or file.content is None or file.complete:
        raise Refused("file_not_found")
    file.title = str(asked.get("title") or file.name)
    file.complete = True
    return file


def _target(space: Workspace, channel: str) -> Conversation:
    """Ids only: a channel's name fails here, and so does a user id."""
    found = space.channels.get(channel)
    if found is None:
        raise Refused("channel_not_found")
    if acting().bot_user not in found.members:
        raise Refused("not_in_channel")
    return found


def share(
    space: Workspace,
    files: list[File],
    conversation: Conversation,
    thread: str | None,
    text: str,
) -> None:
    def finish() -> None:
        message = Message(
            ts=space.new_ts(),
            channel=conversation.id,
            user=acting().bot_user,
            text=text,
            bot=True,
            thread_ts=thread,
            subtype="file_share",
            extra={"upload": False, "display_as_bot": False},
            files=[file.id for file in files],
        )
        space.add_message(message)
        for file in files:
            file.shares.append((conversation.id, message.ts, thread))

    if space.share_seconds:
        asyncio.get_running_loop().call_later(space.share_seconds, finish)
    else:
        finish()


def info(space: Workspace, args: Args) -> Answer:
    file = space.files.get(args.need("file"))
    if file is None or file.content is None:
        raise Refused("file_not_found")
    return {
        "ok": True,
        "file": write_file(space, file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def delete(space: Workspace, args: Args) -> Answer:
    """Messages of a deleted file stay, empty."""
    file = space.files.get(args.need("file"))
    if file is None:
        raise Refused("file_not_found")
    if file.user != acting().bot_user:
        raise Refused("cant_delete_file")
    del space.files[file.id]
    for channel, ts, _ in file.shares:
        message = space.channels[channel].messages.get(ts)
        if message is not None:
            message.files.remove(file.id)
    return {"ok": True}


METHODS = {
    "files.delete": delete,
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
}
