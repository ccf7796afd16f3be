"""Says whether Slack signed a request just now. Pure: raw bytes and headers in, a verdict out.

bolt checks too, but only after it has parsed the body, so that anybody's body would be parsed.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hmac
from collections.abc import Mapping

WINDOW = 300
"""Seconds a signature is good for, before and after; Slack's own advice."""


def signed(secret: str, headers: Mapping[str, str], raw: bytes, real_now: float) -> bool:
    """Say whether these bytes carry our signature, in constant time, and are from just now."""
    at = headers.get("x-slack-request-timestamp", "")
    given = headers.get("x-slack-signature", "")
    same = hmac.compare_digest(sign(secret, at, raw).encode(), given.encode("utf-8", "replace"))
    recent = at.isascii() and at.isdigit() and len(at) < 12 and abs(real_now - int(at)) <= WINDOW
    return same and bool(secret) and recent


def sign(secret: str, at: str, raw: bytes) -> str:
    """Sign bytes as Slack does at an instant, which stands in seconds since 1970."""
    words = b"v0:" + at.encode("utf-8", "replace") + b":" + raw
    return f"v0={hmac.digest(secret.encode(), words, 'sha256').hex()}"
