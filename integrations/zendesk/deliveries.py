"""Webhook deliveries of Zendesk: parsing and signature verification. Pure; only the ticket's id is trusted.

https://developer.zendesk.com/documentation/webhooks/verifying/
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from integrations.zendesk.shapes import Id, Wire

WINDOW = timedelta(minutes=5)
"""Maximum age of a signed delivery, before and after. Zendesk prescribes none; a replay is known by its id."""


class Malformed(ValueError):
    """An invalid delivery: the sentence says what is wrong with it, without its content."""


class TicketChanged(Wire):
    """A ticket may have changed. Only its id is trusted."""

    ticket_id: int
    invocation_id: str


class _Triggered(Wire):
    """Body sent by our trigger: ids only, because placeholders are inserted without escaping."""

    ticket_id: Id


class _Detail(Wire):
    id: Id


class _Event(Wire):
    """Body of a webhook that is subscribed to events instead of connected to a trigger."""

    type: Annotated[str, Field(pattern=r"^zen:event-type:ticket\.")]
    detail: _Detail


_DELIVERY: TypeAdapter[_Triggered | _Event] = TypeAdapter(_Triggered | _Event)


def read_webhook(headers: Mapping[str, str], raw: bytes) -> TicketChanged:
    """Parse which ticket may have changed; raises Malformed."""
    invocation = _header(headers, "x-zendesk-webhook-invocation-id").strip()
    if not invocation or len(invocation) > 200:
        raise Malformed("The delivery has no invocation id, so a repeat of it could not be known.")
    try:
        body = _DELIVERY.validate_json(raw)
    except ValidationError:
        raise Malformed('The body names no ticket: it must be a JSON object like {"ticket_id": "123"}.') from None
    ticket = body.ticket_id if isinstance(body, _Triggered) else body.detail.id
    return TicketChanged(ticket_id=ticket, invocation_id=invocation)


def signed(secret: str, headers: Mapping[str, str], raw: bytes, real_now: datetime) -> bool:
    """Verify the signature and age of a delivery."""
    timestamp = _header(headers, "x-zendesk-webhook-signature-timestamp")
    return check_signature(secret, timestamp, raw, _header(headers, "x-zendesk-webhook-signature"), real_now)


def check_signature(secret: str, timestamp: str, raw: bytes, signature: str, real_now: datetime) -> bool:
    """Verify base64(HMAC-SHA256(secret, timestamp + body)) in constant time, and the timestamp's age.

    The secret's text is the key itself; it looks like base64 and must not be decoded.
    """
    same = hmac.compare_digest(sign(secret, timestamp, raw).encode(), signature.encode("utf-8", "replace"))
    return same and bool(secret) and _recent(timestamp, real_now)


def sign(secret: str, timestamp: str, raw: bytes) -> str:
    """Sign bytes as Zendesk does; the timestamp is ISO 8601."""
    mac = hmac.new(secret.encode(), timestamp.encode("utf-8", "replace") + raw, hashlib.sha256)
    return b64encode(mac.digest()).decode()


def _recent(timestamp: str, real_now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    return at.tzinfo is not None and abs(real_now - at) <= WINDOW


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return a header, ignoring case; starlette's mapping does, a plain dict does not."""
    return next((value for key, value in headers.items() if key.lower() == name), "")
