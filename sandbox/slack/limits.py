"""Rate limits of Slack: calls per minute and method, and about one post per second and channel.

Source: https://docs.slack.dev/apis/web-api/rate-limits. Slack does not publish the burst size; here it is four posts.
Counts calls only.
"""

from __future__ import annotations

import math
import time
from collections import deque

TIERS = {2: 20, 3: 50, 4: 100}
TIER_OF: dict[str, int] = {
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "files.info": 4,
    "reactions.add": 3,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "users.info": 4,
    "users.list": 2,
    "users.lookupByEmail": 3,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}
POSTS_PER_SECOND = 1.0
POST_BURST = 4.0


class Limits:
    """Call counters; return the seconds to wait over a limit."""

    def __init__(self) -> None:
        self.calls: dict[str, deque[float]] = {}
        self.posts: dict[str, tuple[float, float]] = {}

    def wait_for(self, method: str, channel: str) -> int | None:
        """Seconds until this call is allowed; None when it is allowed now."""
        now = time.monotonic()
        if method == "chat.postMessage":
            return self._post(channel, now)
        tier = TIER_OF.get(method)
        return None if tier is None else self._call(method, TIERS[tier], now)

    def _call(self, method: str, most: int, now: float) -> int | None:
        calls = self.calls.setdefault(method, deque())
        while calls and now - calls[0] >= 60:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(60 - (now - calls[0])))
        calls.append(now)
        return None

    def _post(self, channel: str, now: float) -> int | None:
        left, then = self.posts.get(channel, (POST_BURST, now))
        left = min(POST_BURST, left + (now - then) * POSTS_PER_SECOND)
        if left < 1:
            self.posts[channel] = (left, now)
            return max(1, math.ceil((1 - left) / POSTS_PER_SECOND))
        self.posts[channel] = (left - 1, now)
        return None
