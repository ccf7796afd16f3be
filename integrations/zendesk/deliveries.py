"""Reads what Zendesk's webhooks deliver, and checks who sent it. Pure; of a delivery only the ticket's id is believed.

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
"""How old or early a signed delivery may be. Zendesk prescribes nothing; a repeat inside is known by its id."""


class Malformed(ValueError):
    """A delivery that cannot be read: the sentence says what is wrong with it, without its contents."""


class TicketChanged(Wire):
    """Zendesk says that a ticket may have changed. The id is all that is believed of it."""

    ticket_id: int
    invocation_id: str


class _Triggered(Wire):
    """The body our trigger sends: ids only, because placeholders are pasted without escaping."""

    ticket_id: Id


class _Detail(Wire):
    id: Id


class _Event(Wire):
    """The body of a webhook that is subscribed to events instead of connected to a trigger."""

    type: Annotated[str, Field(pattern=r"^zen:event-type:ticket\.")]
    detail: _Detail


_DELIVERY: TypeAdapter[_Triggered | _Event] = TypeAdapter(_Triggered | _Event)


def read_webhook(headers: Mapping[str, str], raw: bytes) -> TicketChanged:
    """Read which ticket may have changed; raises Malformed."""
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
    """Say whether a delivery is signed with our secret, now."""
    timestamp = _header(headers, "x-zendesk-webhook-signature-timestamp")
    return check_signature(secret, timestamp, raw, _header(headers, "x-zendesk-webhook-signature"), real_now)


def check_signature(secret: str, timestamp: str, raw: bytes, signature: str, real_now: datetime) -> bool:
    """Check base64(HMAC-SHA256(secret, timestamp + body)) in constant time, and that it is from just now.

    The secret's text is the key as it stands; it looks like base64 and must not be decoded.
    """
    same = hmac.compare_digest(sign(secret, timestamp, raw).encode(), signature.encode("utf-8", "replace"))
    return same and bool(secret) and _recent(timestamp, real_now)


def sign(secret: str, timestamp: str, raw: bytes) -> str:
    """Sign bytes as Zendesk does at an instant, written as ISO 8601."""
    mac = hmac.new(secret.encode(), timestamp.encode("utf-8", "replace") + raw, hashlib.sha256)
    return b64encode(mac.digest()).decode()


def _recent(timestamp: str, real_now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    return at.tzinfo is not None and abs(real_now - at) <= WINDOW


def _header(headers: Mapping[str, str], name: str) -> str:
    """Find a header whatever its capitals; starlette and plain dicts differ in that."""
    return next((value for key, value in headers.items() if key.lower() == name), "")
