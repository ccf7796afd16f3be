"""Events API payloads of each event type. The envelope is in `payloads`."""

from __future__ import annotations

from typing import Any

from sandbox import seeds
from sandbox.slack.payloads import view_with_values
from sandbox.slack.workspace import Message, User, UserGroup, Workspace
from sandbox.slack.writing import write_group, write_message, write_user

Event = dict[str, Any]


def message_posted(space: Workspace, message: Message) -> Event:
    written = write_message(space, message)
    return written | {
        "channel": message.channel,
        "event_ts": message.ts,
        "channel_type": space.channels[message.channel].kind,
    }


def home_opened(space: Workspace, user: User) -> Event:
    """The published view comes along once there is one."""
    event = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": space.direct(user.id).id,
        "tab": "home",
        "event_ts": space.new_ts(),
    }
    home = space.screens.home(user.id)
    return event if home is None else event | {"view": view_with_values(home)}


def group_updated(space: Workspace, group: UserGroup) -> Event:
    return {
        "type": "subteam_updated",
        "subteam": write_group(group),
        "event_ts": space.new_ts(),
    }


def group_members_changed(space: Workspace, group: UserGroup, before: list[str], at: int) -> Event:
    added = [u for u in group.people if u not in before]
    removed = [u for u in before if u not in group.people]
    return {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": seeds.TEAM_ID,
        "date_previous_update": at,
        "date_update": group.updated,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": space.new_ts(),
    }


def user_changed(space: Workspace, user: User, kind: str = "user_change") -> Event:
    ts = space.new_ts()
    return {
        "type": kind,
        "user": write_user(user, locale=True),
        "cache_ts": user.updated,
        "event_ts": ts,
    }


def membership(space: Workspace, channel: str, user: str, kind: str) -> Event:
    """`member_joined_channel` or `member_left_channel`; C is any channel, G an old private one."""
    event = {
        "type": kind,
        "user": user,
        "channel": channel,
        "channel_type": "C",
        "team": seeds.TEAM_ID,
        "event_ts": space.new_ts(),
    }
    return event | {"inviter": "ULEAD001"} if kind == "member_joined_channel" else event
