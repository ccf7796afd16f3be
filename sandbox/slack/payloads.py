"""Request payloads of Slack: commands, interactions and events, with exactly Slack's keys.

Pure construction; knows neither signatures nor delivery nor the app's response.
"""

from __future__ import annotations

import time
from typing import Any

from sandbox import seeds
from sandbox.slack.apps import acting
from sandbox.slack.forms import values_of
from sandbox.slack.screens import View
from sandbox.slack.workspace import Conversation, Message, User, Workspace
from sandbox.slack.writing import write_message

Body = dict[str, Any]


def _who(user: User) -> Body:
    return {
        "id": user.id,
        "username": user.handle,
        "name": user.handle,
        "team_id": seeds.TEAM_ID,
    }


def _team() -> Body:
    return {"id": seeds.TEAM_ID, "domain": seeds.TEAM_DOMAIN}


def _single_workspace() -> Body:
    """Enterprise fields of a workspace outside an Enterprise Grid."""
    return {"enterprise": None, "is_enterprise_install": False}


def _place(conversation: Conversation) -> Body:
    names = {"im": "directmessage", "group": "privategroup"}
    return {"id": conversation.id, "name": names.get(conversation.kind, conversation.name)}


def response_url(space: Workspace, name: str, kind: str = "actions") -> str:
    return f"{space.base_url}/{kind}/{seeds.TEAM_ID}/{name}"


def view_with_values(view: View) -> Body:
    return view.written(values_of(view.blocks, view.entered))


def slash_command(space: Workspace, user: User, place: Conversation, asked: Body) -> Body:
    """A form, not JSON: every value is text."""
    url = space.new_response_url(user.id, place.id)
    return {
        "token": seeds.VERIFICATION_TOKEN,
        "team_id": seeds.TEAM_ID,
        "team_domain": seeds.TEAM_DOMAIN,
        "channel_id": place.id,
        "channel_name": _place(place)["name"],
        "user_id": user.id,
        "user_name": user.handle,
        "command": str(asked.get("command") or acting().command),
        "text": str(asked.get("text") or ""),
        "api_app_id": acting().id,
        "is_enterprise_install": "false",
        "response_url": response_url(space, url, "commands"),
        "trigger_id": space.new_trigger(user.id),
    }


def message_action(space: Workspace, user: User, message: Message, action: Body) -> Body:
    """`block_actions` from something in a message."""
    place = space.channels[message.channel]
    container: Body = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": place.id,
        "is_ephemeral": message.only_for is not None,
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    url = space.new_response_url(user.id, place.id, message)
    values = values_of(message.blocks or [], {})
    return {
        "type": "block_actions",
        "user": _who(user),
        "api_app_id": acting().id,
        "token": seeds.VERIFICATION_TOKEN,
        "container": container,
        "trigger_id": space.new_trigger(user.id),
        "team": _team(),
        **_single_workspace(),
        "channel": _place(place),
        "message": write_message(space, message),
        "state": {"values": values},
        "response_url": response_url(space, url),
        "actions": [action],
    }


def view_action(space: Workspace, user: User, view: View, action: Body) -> Body:
    """`block_actions` from something in a modal or in App Home."""
    return {
        "type": "block_actions",
        "user": _who(user),
        "api_app_id": acting().id,
        "token": seeds.VERIFICATION_TOKEN,
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": space.new_trigger(user.id, view.id),
        "team": _team(),
        **_single_workspace(),
        "view": view_with_values(view),
        "actions": [action],
    }


def suggestion(user: User, view: View, at: tuple[str, str], typed: str) -> Body:
    """`block_suggestion` of an external select."""
    return {
        "type": "block_suggestion",
        "user": _who(user),
        "container": {"type": "view", "view_id": view.id},
        "api_app_id": acting().id,
        "token": seeds.VERIFICATION_TOKEN,
        "block_id": at[0],
        "action_id": at[1],
        "value": typed,
        "team": _team(),
        "view": view.written({}),
        **_single_workspace(),
    }


def view_submission(space: Workspace, user: User, view: View) -> Body:
    return {
        "type": "view_submission",
        "team": _team(),
        "user": _who(user),
        "api_app_id": acting().id,
        "token": seeds.VERIFICATION_TOKEN,
        "trigger_id": space.new_trigger(user.id, view.id),
        "view": view_with_values(view),
        "response_urls": [],
        **_single_workspace(),
    }


def view_closed(user: User, view: View, cleared: bool) -> Body:
    return {
        "type": "view_closed",
        "team": _team(),
        "user": _who(user),
        "api_app_id": acting().id,
        "token": seeds.VERIFICATION_TOKEN,
        "view": view.written({}),
        "is_cleared": cleared,
        "response_urls": [],
        **_single_workspace(),
    }


def global_shortcut(space: Workspace, user: User, callback_id: str) -> Body:
    return {
        "type": "shortcut",
        "token": seeds.VERIFICATION_TOKEN,
        "action_ts": space.new_ts(),
        "team": _team(),
        "user": {"id": user.id, "username": user.handle, "team_id": seeds.TEAM_ID},
        "callback_id": callback_id,
        "trigger_id": space.new_trigger(user.id),
        **_single_workspace(),
    }


def message_shortcut(space: Workspace, user: User, message: Message, callback_id: str) -> Body:
    place = space.channels[message.channel]
    url = space.new_response_url(user.id, place.id, message)
    return {
        "type": "message_action",
        "token": seeds.VERIFICATION_TOKEN,
        "action_ts": space.new_ts(),
        "team": _team(),
        "user": _who(user),
        "channel": _place(place),
        "callback_id": callback_id,
        "trigger_id": space.new_trigger(user.id),
        "message_ts": message.ts,
        "message": write_message(space, message),
        "response_url": response_url(space, url, "app"),
        **_single_workspace(),
    }


def event_callback(space: Workspace, event: Body) -> Body:
    """The envelope around every event."""
    return {
        "token": seeds.VERIFICATION_TOKEN,
        "team_id": seeds.TEAM_ID,
        "api_app_id": acting().id,
        "event": event,
        "type": "event_callback",
        "event_id": space.new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": seeds.TEAM_ID,
                "user_id": acting().bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": space.new_id("4-"),
    }
