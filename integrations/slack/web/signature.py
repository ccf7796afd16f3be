"""Verification of Slack's request signatures. Pure.

bolt checks too, but only after it has parsed the body, so that anybody's body would be parsed.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hmac
from collections.abc import Mapping

WINDOW = 300
"""Maximum age of a signature in seconds, before and after; Slack's own advice."""


def signed(secret: str, headers: Mapping[str, str], raw: bytes, real_now: float) -> bool:
    """Verify a signature in constant time, and that its timestamp is within WINDOW."""
    at = headers.get("x-slack-request-timestamp", "")
    given = headers.get("x-slack-signature", "")
    same = hmac.compare_digest(sign(secret, at, raw).encode(), given.encode("utf-8", "replace"))
    recent = at.isascii() and at.isdigit() and len(at) < 12 and abs(real_now - int(at)) <= WINDOW
    return same and bool(secret) and recent


def sign(secret: str, at: str, raw: bytes) -> str:
    """Sign bytes as Slack does; `at` is in seconds since 1970."""
    words = b"v0:" + at.encode("utf-8", "replace") + b":" + raw
    return f"v0={hmac.digest(secret.encode(), words, 'sha256').hex()}"
