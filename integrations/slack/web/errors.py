"""Slack errors as TryAgain or GiveUp, with a sentence for the person who can correct it. Pure."""

import re
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from desk.service.ports import GiveUp, TryAgain

SYSTEM = "Slack"

_LATER = frozenset(
    {
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "update_failed",
        "external_channel_migrating",
        "file_update_failed",
    }
)
_TOO_MANY = frozenset({"ratelimited", "rate_limited"})

_TOKEN = (
    "Slack does not accept the bot's token: "  # noqa: S105 - a sentence
    "put the current one into the settings and start the bot again."
)
_LAYOUT = "Slack refused the layout of a message ({code}{where}). This is a fault of the desk: tell whoever keeps it."
_POSTING = "The rules of the channel {channel} do not let the bot write there: an admin of Slack can allow it."
_PERSON = "This person has no active Slack account: somebody else has to take over what was theirs."
_SENTENCES = {
    "not_in_channel": "Invite the bot to the channel {channel}: it is not a member.",
    "channel_not_found": (
        "The channel {channel} does not exist, or it is private and the bot is not in it: "
        "invite the bot, or correct the channel's id in the settings."
    ),
    "is_archived": "The channel {channel} is archived: unarchive it, or put another one into the settings.",
    "channel_is_limited_access": "The bot may not read the channel {channel}: an admin of Slack can allow it.",
    "missing_scope": "The Slack app lacks the scope {needed}: add it to the app and install it again.",
    "no_permission": "The Slack app may not do this: check its scopes and install it again.",
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "invalid_blocks": _LAYOUT,
    "invalid_blocks_format": _LAYOUT,
    "msg_blocks_too_long": _LAYOUT,
    "msg_too_long": _LAYOUT,
    "no_text": _LAYOUT,
    "invalid_arguments": _LAYOUT,
    "block_mismatch": _LAYOUT,
    "restricted_action": _POSTING,
    "restricted_action_read_only_channel": _POSTING,
    "restricted_action_thread_locked": _POSTING,
    "restricted_action_thread_only_channel": _POSTING,
    "restricted_action_non_threadable_channel": _POSTING,
    "posting_to_channel_denied": _POSTING,
    "user_disabled": _PERSON,
    "user_not_found": _PERSON,
    "user_not_visible": _PERSON,
    "users_not_found": _PERSON,
    "cannot_dm_bot": _PERSON,
    "no_such_subteam": "A user group of the settings does not exist in Slack: correct its id.",
    "plan_upgrade_required": (
        "This Slack plan has no user groups: name the people of each role in the settings instead."
    ),
    "storage_limit_reached": "Slack has no room for files left: an admin of Slack can make some.",
}


class SlackSaid(GiveUp):
    """A GiveUp with Slack's error code, for callers that can recover."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(SYSTEM, reason)
        self.code = code


def translated(error: SlackApiError, channel: str) -> TryAgain | GiveUp:
    """Translate an API error."""
    status = _status(error.response)
    answer = _body(error.response)
    code = str(answer.get("error") or "")
    if status == 429 or code in _TOO_MANY:
        after = _retry_after(error.response)
        return TryAgain(SYSTEM, "Slack asks for a pause", after=after, certain=True)
    if status >= 500 or code in _LATER or not code:
        return TryAgain(SYSTEM, f"Slack answered with {code or status}", silent=status >= 500)
    sentence = _SENTENCES.get(code, "Slack refused with “{code}”: look the word up in Slack's documentation.")
    needed = str(answer.get("needed") or "that it needs")
    return SlackSaid(code, sentence.format(code=code, channel=channel, needed=needed, where=_where(answer)))


def unreachable(error: Exception) -> TryAgain:
    """Translate a transport error; `certain` only when no byte can have left."""
    certain = isinstance(error, aiohttp.ClientConnectorError)
    reason = "Slack could not be reached" if certain else "Slack's answer was lost"
    return TryAgain(
        SYSTEM,
        "Slack did not answer in time" if isinstance(error, TimeoutError) else reason,
        certain=certain,
        silent=True,
    )


def _status(response: Any) -> int:
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)


def _body(response: Any) -> dict[str, Any]:
    data = getattr(response, "data", None)
    return data if isinstance(data, dict) else {}


def _retry_after(response: Any) -> timedelta | None:
    headers = getattr(response, "headers", None) or {}
    seconds = str({str(k).lower(): v for k, v in headers.items()}.get("retry-after") or "")
    return timedelta(seconds=int(seconds)) if re.fullmatch(r"\d{1,5}", seconds) else None


def _where(answer: dict[str, Any]) -> str:
    """Return where in the message the error is, without its text: it may be a customer's."""
    found = re.findall(
        r"json-pointer:([\w/-]+)",
        str(answer.get("errors") or answer.get("response_metadata") or ""),
    )
    return f" at {found[0]}" if found else ""
