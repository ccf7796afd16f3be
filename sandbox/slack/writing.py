"""JSON representation of Slack objects: messages, people, groups, channels, files.

Output only, for responses and payloads alike.
"""

from __future__ import annotations

import mimetypes
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox import seeds
from sandbox.slack.apps import App, acting
from sandbox.slack.workspace import Conversation, File, Message, User, UserGroup, Workspace

FOUNDED = 1700000000


def write_message(space: Workspace, message: Message, *, metadata: bool = False) -> dict[str, Any]:
    """A message as history shows it."""
    written: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": seeds.TEAM_ID,
    }
    if message.bot:
        app = space.app_of(message.user)
        written |= {"bot_id": app.bot_id, "app_id": app.id, "bot_profile": bot_profile(app)}
    optional = {
        "client_msg_id": message.client_msg_id,
        "subtype": message.subtype,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "metadata": message.metadata if metadata else None,
        "files": [write_file(space, space.files[name]) for name in message.files] or None,
        "edited": message.edited_ts and {"user": message.user, "ts": message.edited_ts},
        "reactions": [{"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()]
        or None,
    }
    written |= {key: value for key, value in optional.items() if value is not None}
    return written | message.extra | _thread(space, message)


def _thread(space: Workspace, message: Message) -> dict[str, Any]:
    """Thread keys of a message: a parent counts replies, a reply names its parent."""
    conversation = space.channels[message.channel]
    if message.is_reply:
        parent = conversation.messages.get(message.thread_ts or "")
        return {"parent_user_id": parent.user} if parent else {}
    replies = conversation.replies(message.ts) if message.thread_ts else []
    if not replies:
        return {}
    who = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(who),
        "reply_users": who,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": True,
    }


def bot_profile(app: App) -> dict[str, Any]:
    return {
        "id": app.bot_id,
        "app_id": app.id,
        "user_id": app.bot_user,
        "name": app.name,
        "deleted": False,
        "updated": FOUNDED,
        "team_id": seeds.TEAM_ID,
    }


def write_user(user: User, *, locale: bool = False) -> dict[str, Any]:
    offset = datetime.now(ZoneInfo(user.tz)).utcoffset()
    first, _, last = user.name.partition(" ")
    written = {
        "id": user.id,
        "team_id": seeds.TEAM_ID,
        "name": user.handle,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": user.name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {
            "real_name": user.name,
            "real_name_normalized": user.name,
            "display_name": user.handle,
            "display_name_normalized": user.handle,
            "first_name": first,
            "last_name": last,
            "email": user.email,
            "title": "",
            "phone": "",
            "skype": "",
            "status_text": "",
            "status_emoji": "",
            "team": seeds.TEAM_ID,
        },
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.guest != "",
        "is_ultra_restricted": user.guest == "single",
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
    }
    if user.team != seeds.TEAM_ID:  # of another organization, seen by Slack Connect
        written |= {"team_id": user.team, "is_stranger": True}
    return written | {"locale": user.locale} if locale else written


def write_group(group: UserGroup, *, users: bool = True, count: bool = True) -> dict[str, Any]:
    written = {
        "id": group.id,
        "team_id": seeds.TEAM_ID,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.title,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": FOUNDED,
        "date_update": group.updated,
        "date_delete": group.updated if group.disabled else 0,
        "auto_type": None,
        "created_by": "ULEAD001",
        "updated_by": "ULEAD001",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if users and not group.disabled:
        written["users"] = [*group.people]
    if count:
        written["user_count"] = len(group.people)
    return written


def write_channel(conversation: Conversation, *, count: bool = False) -> dict[str, Any]:
    if conversation.kind == "im":
        return {
            "id": conversation.id,
            "created": FOUNDED,
            "is_archived": conversation.archived,
            "is_im": True,
            "is_org_shared": False,
            "user": conversation.person,
            "is_user_deleted": False,
            "priority": 0,
        }
    private = conversation.kind == "group"
    written = {
        "id": conversation.id,
        "name": conversation.name,
        "name_normalized": conversation.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "created": FOUNDED,
        "is_archived": conversation.archived,
        "is_general": conversation.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_member": acting().bot_user in conversation.members,
        "creator": "ULEAD001",
        "context_team_id": seeds.TEAM_ID,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
    return written | {"num_members": len(conversation.members)} if count else written


def write_file(space: Workspace, file: File) -> dict[str, Any]:
    """A file; its links are on the pretend Slack itself."""
    root = f"{space.base_url}/files-pri/{seeds.TEAM_ID}-{file.id}"
    kind = file.name.rpartition(".")[2].lower()
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user,
        "user_team": seeds.TEAM_ID,
        "editable": False,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(space.channels[c].kind == "channel" for c, _, _ in file.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{root}/{file.name}",
        "url_private_download": f"{root}/download/{file.name}",
        "media_display_type": "unknown",
        "permalink": f"https://{seeds.TEAM_DOMAIN}.slack.com/files/{file.user}/{file.id}",
        "permalink_public": f"https://slack-files.com/{seeds.TEAM_ID}-{file.id}-000000",
        "has_rich_preview": False,
        "file_access": "visible",
        **_shares(space, file),
    }


def _shares(space: Workspace, file: File) -> dict[str, Any]:
    shares: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for channel, ts, thread_ts in file.shares:
        side = "public" if space.channels[channel].kind == "channel" else "private"
        share = {"ts": ts, "channel_name": space.channels[channel].name, "team_id": seeds.TEAM_ID}
        if thread_ts is not None:
            share["thread_ts"] = thread_ts
        shares.setdefault(side, {}).setdefault(channel, []).append(share)
    kinds = {"channels": "channel", "groups": "group", "ims": "im"}
    held = {key: [c for c, _, _ in file.shares if space.channels[c].kind == kind] for key, kind in kinds.items()}
    return {"shares": shares, **held}
