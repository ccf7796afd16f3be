"""Error responses of Zendesk: one exception with status and body as Zendesk words them.

Shapes follow recorded responses and public threads; the key `error` is mostly a string, but an object for a malformed
attribute.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from sandbox.faults import Plain
from sandbox.world import Fault

Json = dict[str, Any]
Thing = TypeVar("Thing")
JSON_TYPE = "application/json; charset=utf-8"
TOO_MANY = "Number of allowed API requests per minute exceeded"


class Refused(Exception):
    """An error response, sent as it is."""

    def __init__(self, status: int, body: Json | str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def known(thing: Thing | None, what: str, name: str) -> Thing:
    """Look up by name for the control API, or raise a refusal that says what is missing."""
    if thing is None:
        raise Refused(404, {"error": f"there is no {what} {name!r} here"})
    return thing


def not_found() -> Refused:
    return Refused(404, {"error": "RecordNotFound", "description": "Not found"})


def no_such_endpoint() -> Refused:
    return Refused(404, {"error": "InvalidEndpoint", "description": "Not found"})


def no_such_webhook(webhook_id: str) -> Refused:
    fault = {"code": "WebhookNotFound", "id": webhook_id, "status": "404"}
    return Refused(404, {"errors": [{**fault, "title": "Webhook not found"}]})


def unknown_caller() -> Refused:
    return Refused(401, {"error": "Couldn't authenticate you"})


def oauth(status: int, error: str, description: str) -> Refused:
    """An error of the token endpoint."""
    return Refused(status, {"error": error, "error_description": description})


def invalid_token() -> Refused:
    """The error for an unknown, expired or revoked token."""
    text = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return Refused(401, {"error": "invalid_token", "error_description": text}, {"www-authenticate": "Bearer"})


def missing_scopes(wanted: tuple[str, ...]) -> Refused:
    """The error that lists scopes, any of which suffices."""
    text = f"You are missing the following required scopes: {', '.join(wanted)}"
    return Refused(403, {"error": "Forbidden", "description": text})


def admins_only() -> Refused:
    text = "You do not have access to this page. Please contact the account owner of this help desk for further help."
    return Refused(403, {"error": {"title": "Forbidden", "message": text}})


def invalid_attribute(name: str, endpoint: str, must: str) -> Refused:
    message = (
        f"You passed an invalid value for the {name} attribute. "
        f"Invalid parameter: {name} {must} from {endpoint.lstrip('/')}"
    )
    return Refused(400, {"error": {"title": "Invalid attribute", "message": message}})


def too_many_values(most: int) -> Refused:
    text = f"Parameter  cannot specify more than {most} values"
    return Refused(400, {"error": "TooManyValues", "description": text, "max_count": most})


def invalid(details: dict[str, list[Json]]) -> Refused:
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
    return Refused(422, body)


def invalid_one(key: str, description: str, code: str | None = "InvalidValue") -> Refused:
    entry = {"description": description}
    return invalid({key: [{**entry, "error": code} if code else entry]})


def stale_update() -> Refused:
    text = (
        "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try"
        " again."
    )
    return Refused(409, {"error": "UpdateConflict", "description": text})


def database_conflict() -> Refused:
    return Refused(409, {"error": "DatabaseConflict", "description": "Database collision"})


def other_body_under_key() -> Refused:
    text = "Request parameters don't match the given idempotency key"
    return Refused(400, {"error": "IdempotentRequestError", "description": text})


def too_many_requests(seconds: int) -> Refused:
    """The account's 429, in plain text."""
    return Refused(429, TOO_MANY, {"retry-after": str(seconds)})


def too_many_updates(seconds: int) -> Refused:
    body = {"error": "APIRateLimitExceeded", "description": "Number of ticket updates exceeded"}
    return Refused(429, body, {"retry-after": str(seconds)})


_SHAPES: dict[int, Json] = {
    401: unknown_caller().body,  # type: ignore[dict-item]  # these bodies are objects
    404: not_found().body,  # type: ignore[dict-item]
    409: database_conflict().body,  # type: ignore[dict-item]
    422: invalid_one("base", "Status: is invalid").body,  # type: ignore[dict-item]
    429: {"error": "APIRateLimitExceeded", "description": TOO_MANY},
    503: {"error": "ServiceUnavailable", "description": "Please try again in a moment"},
}


def shape(fault: Fault) -> Plain:
    """The response of a `status` fault. A 429 without Retry-After is plain text, as from the edge."""
    headers = [] if fault.retry_after is None else [("retry-after", fault.retry_after)]
    if fault.status == 429 and fault.retry_after is None:
        return Plain(429, TOO_MANY.encode(), (("content-type", "text/plain; charset=utf-8"),))
    body = _SHAPES.get(fault.status, {"error": "InternalError", "description": "Internal error"})
    headers.append(("content-type", JSON_TYPE))
    return Plain(fault.status, json.dumps(body).encode(), tuple(headers))
