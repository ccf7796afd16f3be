"""Slack Web API client. It knows methods and errors, and nothing of cases.

Errors are translated here, once. Nothing is retried here: slack_sdk's own retries post twice when a response is lost
(https://docs.slack.dev/tools/python-slack-sdk/web#retryhandler), so the queue retries after looking.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from desk.service.ports import GiveUp, TryAgain, Turns
from desk.service.rate_limit import Rate
from desk.values import UNNAMED
from integrations.slack.web.errors import SYSTEM, unreachable
from integrations.slack.web.heard import heard
from integrations.slack.web.hosts import Elsewhere, fence, is_slacks

EVENT_TYPE = "ato_desk"
PAGE = 200
MOST_PAGES = 50
POSTS = Rate(every=1.0, burst=4)
"""About one message a second per channel: https://docs.slack.dev/apis/web-api/rate-limits"""


def event_type(desk: str) -> str:
    """Return the type of the metadata of a desk's messages: two desks may post into one channel under one key."""
    return EVENT_TYPE if desk == UNNAMED else f"{EVENT_TYPE}_{desk.replace('-', '_')}"


@dataclass(frozen=True)
class Sent:
    """A message of ours as read from Slack: its ts and key."""

    ts: str
    key: str


class SlackClient:
    """Client with one shared session. `close()` it at the end."""

    def __init__(
        self,
        token: str,
        api_url: str = "https://slack.com/api/",
        *,
        session: aiohttp.ClientSession | None = None,
        timeout: float = 10,
        pace: Turns | None = None,
        desks: Sequence[str] = (UNNAMED,),
    ) -> None:
        """The session is created at the first call unless one is given. `desks` are this desk's names."""
        self._types = [event_type(desk) for desk in desks]
        self._token, self._api_url, self._timeout = token, api_url, timeout
        self._session, self._owns_session = session, session is None
        self.pace = pace
        self._made: AsyncWebClient | None = None
        self._workspace = ""

    @property
    def web(self) -> AsyncWebClient:
        """Return slack_sdk's client, for calls that are not translated here (views, private replies)."""
        if self._made is None:
            self._made = AsyncWebClient(
                self._token,
                self._api_url,
                session=self._http(),
                timeout=int(self._timeout),
                retry_handlers=[],
            )
        return self._made

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                trace_configs=[fence(self._api_url)],
            )
        return self._session

    async def close(self) -> None:
        """Close the session if it is ours."""
        if self._session is not None and self._owns_session:
            await self._session.close()

    async def turn(self, channel: str) -> None:
        """Wait for the channel's rate limit; raises TryAgain when that would take long."""
        away = await self.pace.turn(f"slack/{channel}", POSTS) if self.pace else 0.0
        if away:
            after = timedelta(seconds=away)
            raise TryAgain(SYSTEM, "too many messages for one channel", after=after, paced=True)

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[dict[str, Any]],
        key: str,
        thread: str | None,
    ) -> str:
        """Post one message with its key and return its ts. Call `turn` first."""
        metadata = {"event_type": self._types[0], "event_payload": {"key": key}}
        answer = await self._post(channel, text, blocks, metadata, thread)
        return str(answer["ts"])

    async def _post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Any],
        metadata: dict[str, Any],
        thread: str | None,
    ) -> AsyncSlackResponse:
        try:
            return await heard(
                self.web.chat_postMessage(
                    channel=channel,
                    text=text,
                    blocks=list(blocks),
                    metadata=metadata,
                    thread_ts=thread,
                    unfurl_links=False,
                    unfurl_media=False,
                ),
                channel,
            )
        except TryAgain as later:
            if self.pace and later.certain and later.after:
                await self.pace.hold(f"slack/{channel}", later.after.total_seconds(), POSTS)
            raise

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[dict[str, Any]]) -> None:
        """Update a message in place."""
        asked = self.web.chat_update(channel=channel, ts=ts, text=text, blocks=list(blocks))
        await heard(asked, channel)

    async def sent(self, channel: str, thread: str | None, oldest: float) -> AsyncIterator[Sent]:
        """Yield our messages in a conversation or thread since an instant, with their keys."""
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await self._page(channel, thread, oldest, cursor)
            for message in page.get("messages") or []:
                if key := _key(message, self._types):
                    yield Sent(str(message["ts"]), key)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise TryAgain(SYSTEM, "too many messages to look through", after=timedelta(minutes=1))

    async def _page(self, channel: str, thread: str | None, oldest: float, cursor: str) -> AsyncSlackResponse:
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{oldest:.6f}",
            "limit": PAGE,
            "include_all_metadata": True,
        }
        if cursor:
            asked["cursor"] = cursor
        if thread:
            return await heard(self.web.conversations_replies(ts=thread, **asked), channel)
        return await heard(self.web.conversations_history(**asked), channel)

    async def link_to(self, channel: str, ts: str) -> str:
        """Return the permalink of a message; empty while the workspace's URL is unknown."""
        if not self._workspace:
            try:
                answer = await heard(self.web.auth_test())
            except (TryAgain, GiveUp):
                return ""
            self._workspace = str(answer.get("url") or "").rstrip("/")
        return f"{self._workspace}/archives/{channel}/p{ts.replace('.', '')}"

    async def open_direct(self, person: str) -> str:
        """Return the channel of the bot's direct messages with a person."""
        answer = await heard(self.web.conversations_open(users=person))
        return str(answer["channel"]["id"])

    async def is_public(self, channel: str) -> bool:
        """Return whether anybody in the workspace can read a channel."""
        answer = await heard(self.web.conversations_info(channel=channel), channel)
        return not any(answer["channel"].get(name) for name in ("is_private", "is_im", "is_mpim", "is_group"))

    async def upload(self, name: str, content: bytes) -> str:
        """Upload a file; nobody sees it until it is shared."""
        place = await heard(self.web.files_getUploadURLExternal(filename=name, length=len(content)))
        try:
            async with self._http().post(str(place["upload_url"]), data=content, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise TryAgain(SYSTEM, f"the upload was answered with {answer.status}")
        except Elsewhere as error:
            raise GiveUp(SYSTEM, _ELSEWHERE) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unreachable(error) from error
        return str(place["file_id"])

    async def share(self, file: str, title: str, channel: str, thread: str | None) -> None:
        """Share an uploaded file in a conversation."""
        files: list[dict[str, str | None]] = [{"id": file, "title": title}]
        asked = self.web.files_completeUploadExternal(files=files, channel_id=channel, thread_ts=thread)
        await heard(asked, channel)

    async def is_shared(self, file: str, channel: str) -> bool:
        """Return whether a file is shared in a conversation. Slack shares it asynchronously."""
        answer = await heard(self.web.files_info(file=file))
        shares = answer["file"].get("shares") or {}
        return any(channel in places for places in shares.values())

    async def own_files(self, channel: str, thread: str) -> tuple[str, ...]:
        """Return the files the bot itself shared in a thread."""
        me = str((await heard(self.web.auth_test())).get("user_id"))
        page = await self._page(channel, thread, 0, "")
        return tuple(
            str(file["id"])
            for message in page.get("messages") or []
            for file in message.get("files") or []
            if file.get("user") == me and file.get("mode") != "tombstone"
        )

    async def remove(self, file: str) -> None:
        """Delete a file."""
        await heard(self.web.files_delete(file=file))

    async def file(self, file: str) -> Mapping[str, Any]:
        """Return Slack's file object."""
        answer = await heard(self.web.files_info(file=file))
        found: Mapping[str, Any] = answer["file"]
        return found

    async def download(self, url: str, most: int) -> bytes:
        """Download a file with the bot's token, from Slack's own hosts only; stops one byte after `most`.

        https://docs.slack.dev/reference/objects/file-object says which URLs need the token.
        """
        if not is_slacks(url, self._api_url):
            raise GiveUp(SYSTEM, "The file is not kept by Slack itself. Upload it from your own machine.")
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with self._http().get(url, headers=headers, allow_redirects=False) as answer:
                return await _content(answer, most)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unreachable(error) from error


async def _content(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """Read a file's bytes. Without the required scope Slack redirects to its sign-in page."""
    if answer.status in {301, 302, 303, 307, 308, 401, 403}:
        raise GiveUp(
            SYSTEM,
            "Slack does not let the bot read files: give the app the scope files:read and install it again.",
        )
    if answer.status == 404:
        raise GiveUp(SYSTEM, "The file is gone from Slack. Upload it again.")
    if answer.status != 200:
        raise TryAgain(SYSTEM, f"the download was answered with {answer.status}")
    content = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        content += piece
        if len(content) > most:
            break
    return bytes(content[: most + 1])


_ELSEWHERE = (
    "Slack said to send the file to a host that is not Slack's, so it was not sent. Look at ATO_SLACK__API_URL, and at "
    "what stands between the desk and Slack."
)


def _key(message: Mapping[str, Any], types: Collection[str]) -> str:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") not in types:
        return ""
    return str((metadata.get("event_payload") or {}).get("key") or "")
