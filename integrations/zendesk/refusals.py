"""Zendesk errors as TryAgain or GiveUp. Pure.

No sentence repeats what Zendesk wrote: its descriptions can hold names and addresses.
https://developer.zendesk.com/api-reference/introduction/rate-limits/
"""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

import requests
from pydantic import JsonValue, ValidationError
from urllib3.exceptions import HTTPError as TransportError
from urllib3.exceptions import NewConnectionError
from zenpy.lib.exception import APIException, ZenpyException

from desk.service.ports import GiveUp, TryAgain
from integrations.zendesk.names import SYSTEM
from integrations.zendesk.scopes import missing
from integrations.zendesk.shapes import Wire

FAILURES = (
    APIException,  # and its children; a 422 "invalid" comes as SearchResponseLimitExceeded
    ZenpyException,
    requests.RequestException,  # every answer but success (see session.py), and everything without an answer
    TransportError,
    ValueError,  # an answer that is not JSON, or not the record it should be
    LookupError,  # and what zenpy stumbles over when JSON has another shape than it expects
    TypeError,
    AttributeError,
)
UNSAID = timedelta(seconds=30)
"""Wait after a 429 without Retry-After."""
LONGEST = timedelta(minutes=10)
"""Upper limit of Retry-After: Zendesk's longest rate limit window is ten minutes."""
SOON = timedelta(seconds=2)
RETRY = "then press Retry."


class Rejected(GiveUp):
    """Zendesk rejected the request; nothing was done. `key_used`: the idempotency key was used with another body."""

    def __init__(self, reason: str, *, key_used: bool = False) -> None:
        super().__init__(SYSTEM, reason)
        self.key_used = key_used


class _Complaint(Wire):
    """An error body. `error` is usually a string, sometimes an object; `details` is by field."""

    error: JsonValue = None
    description: JsonValue = None
    details: JsonValue = None


def translate(error: Exception, *, sending: bool = False) -> TryAgain | GiveUp:
    """Translate an error. `sending`: no earlier attempt can have reached Zendesk."""
    answer = getattr(error, "response", None)
    if answer is None:
        return _unanswered(error, sending=sending)
    if 200 <= answer.status_code < 300:
        return TryAgain(SYSTEM, "it answered with something that cannot be read")
    return _answered(answer, sending=sending)


def _unanswered(error: Exception, *, sending: bool) -> TryAgain:
    """Translate a transport error."""
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        return TryAgain(SYSTEM, "it cannot be reached", certain=sending, silent=True)
    if isinstance(error, requests.Timeout):
        return TryAgain(SYSTEM, "it did not answer in time", silent=True)
    if isinstance(error, requests.exceptions.SSLError):
        return TryAgain(
            SYSTEM,
            "no secure connection to it can be made: its certificate is not trusted",
            silent=True,
        )
    if isinstance(error, requests.ConnectionError | TransportError):
        return TryAgain(SYSTEM, "the connection broke before its answer came", silent=True)
    return TryAgain(SYSTEM, f"it answered with something that cannot be read ({type(error).__name__})")


def _never_connected(error: Exception) -> bool:
    """Return whether no byte can have left: DNS failure or connection refused."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _answered(answer: requests.Response, *, sending: bool) -> TryAgain | GiveUp:
    """Translate a response other than success."""
    status = answer.status_code
    if status == 429:
        return TryAgain(SYSTEM, "it asked to wait: too many requests", after=wait(answer), certain=sending)
    if status == 409:
        return TryAgain(SYSTEM, "somebody else was changing the same ticket", after=SOON, certain=sending)
    if status >= 500 or status == 408:
        return TryAgain(SYSTEM, f"it reported a fault of its own ({status})", after=_said(answer), silent=True)
    if status == 403:
        return forbidden(answer)
    if status in _SENTENCES:
        return GiveUp(SYSTEM, _SENTENCES[status])
    return _rejected(answer)


class MissingScope(GiveUp):
    """The access token lacks a scope; any one of those that Zendesk names would do."""

    def __init__(self, reason: str) -> None:
        super().__init__(SYSTEM, reason)


class NotAllowed(GiveUp):
    """The role of the bot's user does not permit this."""

    def __init__(self, reason: str) -> None:
        super().__init__(SYSTEM, reason)


def forbidden(answer: requests.Response) -> MissingScope | NotAllowed:
    """Translate a 403: a missing scope, or the user's role."""
    lacking = missing(_complaint(answer).description)
    if lacking:
        return MissingScope(
            f"Zendesk lets the bot in, but its access token lacks a scope; any one of these would do: {lacking}."
            " Nothing was sent. Ask your Zendesk admin to allow it for the desk's OAuth client, add it to the scopes"
            f" in the settings, start the bot again, {RETRY}"
        )
    return NotAllowed(
        "Zendesk lets the bot in, but its user may not do this (403): the owner of the OAuth client, or the agent of"
        " the API token, is no longer an administrator. Nothing was sent. Ask your Zendesk admin to look at that user,"
        f" {RETRY}"
    )


_CREDENTIALS = (
    "Zendesk does not let the bot in (401): its sign-in is wrong or has ended. Nothing was sent. Ask your Zendesk"
    f" admin to check the desk's OAuth client, or its API token where it still has one, {RETRY}"
)
_MOVED = "Zendesk answered from another address ({0}). Check the Zendesk address in the settings, " + RETRY
_SENTENCES = {
    401: _CREDENTIALS,
    404: (
        "Zendesk has not got what was asked for, or hides it from the bot: the ticket may have been deleted. Nothing "
        "was changed. Look for it in Zendesk; restore it and press Retry, or do this step by hand."
    ),
    **{status: _MOVED.format(status) for status in (301, 302, 303, 307, 308)},
}


def _rejected(answer: requests.Response) -> Rejected:
    """Translate a 422, with the fields it names."""
    complaint = _complaint(answer)
    if complaint.error == "IdempotentRequestError":
        return Rejected("Zendesk remembers another request under this name.", key_used=True)
    if "closed prevents ticket update" in answer.text:
        return Rejected(closed())
    fields = _fields(complaint)
    about = f" because of: {', '.join(fields)}" if fields else ""
    return Rejected(
        f"Zendesk refused the ticket ({answer.status_code}){about}. Nothing was changed in Zendesk. "
        f"Ask your Zendesk admin to look at these fields, {RETRY}"
    )


def closed(ticket: int | None = None) -> str:
    """Return the sentence for a closed ticket, which cannot be changed."""
    which = f"Ticket #{ticket}" if ticket else "The ticket"
    return (
        f"{which} is closed, and Zendesk lets nobody change a closed ticket. The note was not left. Leave it on a "
        "follow-up ticket in Zendesk, then choose By hand and give that ticket's number."
    )


def _complaint(answer: requests.Response) -> _Complaint:
    try:
        return _Complaint.model_validate_json(answer.content)
    except ValidationError:
        return _Complaint()


def _fields(complaint: _Complaint) -> list[str]:
    """Return the field keys of a 422, never its descriptions."""
    details = complaint.details if isinstance(complaint.details, dict) else {}
    return [name for name in details if re.fullmatch(r"[a-z_]{1,40}", name) and name != "base"]


def wait(answer: requests.Response) -> timedelta:
    """Parse Retry-After: whole or fractional seconds, a date, or UNSAID; at most LONGEST."""
    said = _said(answer)
    return UNSAID if said is None else said


def _said(answer: requests.Response) -> timedelta | None:
    """Parse Retry-After; None when it is missing or invalid."""
    raw = answer.headers.get("Retry-After", "").strip()
    try:
        after = timedelta(seconds=float(raw))
    except (ValueError, OverflowError):
        return _until(raw, answer.headers.get("Date", ""))
    return min(max(after, timedelta(0)), LONGEST)


def _until(raw: str, now: str) -> timedelta | None:
    """Parse a date relative to the response's Date header, so that our clock need not be right."""
    try:
        left = parsedate_to_datetime(raw) - parsedate_to_datetime(now)
    except (ValueError, TypeError):
        return None
    return min(max(left, timedelta(0)), LONGEST)
