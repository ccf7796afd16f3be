"""Immediate replies to one person: modals, private messages, the home tab. Tried once, with a short timeout.

An error is logged and returned as a line for the person; it never undoes what was stored. It knows no case.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from desk.values import Line
from integrations.slack.codec.arrivals import Where
from integrations.slack.web.hosts import is_slacks

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Timeout in seconds: Slack's three-second limit covers this call and our answer."""

TOO_LATE = Line(key="That took too long; press the button again. Nothing was lost.")
NOT_SHOWN = Line(key="Slack did not show the form. Nothing was lost; try again in a minute.")

_LATE = {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"}
_OVERTAKEN = {"hash_conflict", "not_found"}
_REFUSED = {
    "not_in_channel",
    "channel_not_found",
    "user_not_in_channel",
    "is_archived",
    "ratelimited",
    SlackRequestError.__name__,
}
"""Errors that prove the message was not delivered: the next channel is tried. After any other it may have been."""


def quick_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client without retries, on the shared session."""
    return AsyncWebClient(token=token, base_url=base_url, session=session, timeout=int(PATIENCE), retry_handlers=[])


class SlackReply:
    """Replies over Slack's Web API."""

    def __init__(self, client: AsyncWebClient, patience: float = PATIENCE) -> None:
        """Take the client and the timeout in seconds."""
        self._client, self._patience = client, patience

    async def open(self, trigger: str, view: dict[str, Any]) -> Line | None:
        """Open a modal; returns a line when that failed. https://docs.slack.dev/reference/methods/views.open"""
        failed = await self._try("views.open", lambda: self._client.views_open(trigger_id=trigger, view=view))
        if failed is None:
            return None
        return TOO_LATE if failed in _LATE else NOT_SHOWN

    async def update(self, view_id: str, view: dict[str, Any], hash_: str = "") -> Line | None:
        """Update an open modal, unless it was changed or closed meanwhile."""
        seen = {"hash": hash_} if hash_ else {}
        failed = await self._try("views.update", lambda: self._client.views_update(view_id=view_id, view=view, **seen))
        return None if failed is None or failed in _OVERTAKEN else NOT_SHOWN

    async def replace(self, external_id: str, view: dict[str, Any]) -> Line | None:
        """Update a modal that was opened with this `external_id`, unless it was closed meanwhile."""
        failed = await self._try("views.update", lambda: self._client.views_update(external_id=external_id, view=view))
        return None if failed is None or failed in _OVERTAKEN else NOT_SHOWN

    async def private(self, where: Where, person: str, text: str) -> None:
        """Send a person one message: ephemeral, by response URL, or direct; the next way only if the last surely
        failed.
        """
        ways: list[tuple[str, Callable[[], Awaitable[object]]]] = []
        if where.channel[:1] in {"C", "G"}:
            ways.append(("chat.postEphemeral", lambda: self._ephemeral(where.channel, person, text)))
        if is_slacks(where.response_url, self._client.base_url):
            ways.append(("response_url", lambda: self._respond(where.response_url, text)))
        ways.append(("chat.postMessage", lambda: self._direct(person, text)))
        for call, way in ways:
            failed = await self._try(call, way)
            if failed not in _REFUSED:
                return

    async def publish_home(self, person: str, view: dict[str, Any]) -> None:
        """Publish somebody's home tab."""
        await self._try("views.publish", lambda: self._client.views_publish(user_id=person, view=view))

    async def _ephemeral(self, channel: str, person: str, text: str) -> None:
        """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
        await self._client.chat_postEphemeral(channel=channel, user=person, text=text)

    async def _respond(self, url: str, text: str) -> None:
        """https://docs.slack.dev/interactivity/handling-user-interaction#message_responses"""
        client = AsyncWebhookClient(url, session=self._client.session, retry_handlers=[])
        answer = await client.send_dict({"response_type": "ephemeral", "replace_original": False, "text": text})
        if answer.status_code != 200:
            raise SlackRequestError("Slack no longer takes answers there")

    async def _direct(self, person: str, text: str) -> None:
        opened = await self._client.conversations_open(users=[person])
        channel = (opened.get("channel") or {}).get("id", "")
        await self._client.chat_postMessage(channel=channel, text=text, unfurl_links=False, unfurl_media=False)

    async def _try(self, call: str, do: Callable[[], Awaitable[object]]) -> str | None:
        """Make one attempt; return the error's name, or None on success."""
        try:
            async with asyncio.timeout(self._patience):
                await do()
        except SlackApiError as error:
            failed = str(error.response.get("error", "unknown"))
        except (TimeoutError, aiohttp.ClientError, SlackClientError) as error:
            failed = type(error).__name__
        else:
            return None
        log.warning("slack refused a reply", extra={"call": call, "error": failed})
        return failed
