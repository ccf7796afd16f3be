"""Redaction: overwrites what the bot posted about a case and deletes its files. It knows messages, not cases.

Slack keeps no earlier version of a message that a bot updated: https://docs.slack.dev/reference/methods/chat.update
"""

from collections.abc import Iterable

from integrations.slack.web.client import SlackClient
from integrations.slack.web.errors import SlackSaid

GONE = frozenset(
    {
        "message_not_found",
        "is_inactive",
        "cant_update_message",
        "edit_window_closed",
        "thread_not_found",
        "file_not_found",
        "file_deleted",
        "channel_not_found",
        "is_archived",
    }
)
"""Errors for what is unreachable: it needs no overwriting, or cannot be overwritten."""


class Redacting:
    """Overwrites all messages of the bot in a conversation with a short text."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def all(self, channel: str, roots: Iterable[str], card: str, words: str) -> int:
        """Overwrite these messages and the bot's replies in their threads; the caller redraws the card itself."""
        count = 0
        for root in roots:
            if root != card:
                count += await self._write_over(channel, root, words)
            count += await self._replies(channel, root, words)
        return count

    async def _replies(self, channel: str, root: str, words: str) -> int:
        count = 0
        try:
            said = [sent.ts async for sent in self._client.sent(channel, root, 0) if sent.ts != root]
            files = await self._client.own_files(channel, root)
        except SlackSaid as wrong:
            if wrong.code in GONE:
                return 0
            raise
        for ts in said:
            count += await self._write_over(channel, ts, words)
        for file in files:
            count += await self._remove(file)
        return count

    async def _write_over(self, channel: str, ts: str, words: str) -> int:
        block = {"type": "section", "text": {"type": "plain_text", "text": words}}
        try:
            await self._client.update(channel, ts, words, [block])
        except SlackSaid as wrong:
            if wrong.code not in GONE:
                raise
            return 0
        return 1

    async def _remove(self, file: str) -> int:
        try:
            await self._client.remove(file)
        except SlackSaid as wrong:
            if wrong.code not in GONE:
                raise
            return 0
        return 1
