"""Back office errors as TryAgain or GiveUp. Pure.

No sentence repeats what the back office wrote: it can hold names and addresses.
"""

from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx

from desk.service.ports import GiveUp, TryAgain

SYSTEM = "Back office"
UNSAID = timedelta(seconds=30)
"""Wait after a 429 without Retry-After."""
_LONGEST = timedelta(minutes=10)
"""Upper limit of Retry-After: somebody waits for this."""

_BY_HAND = "Do it by hand in Admin and confirm it here"


@dataclass(frozen=True)
class Answer:
    """A response: status, headers and body as far as they are needed."""

    status: int
    body: bytes
    retry_after: str = ""
    date: str = ""


class Unreadable(GiveUp):
    """The response does not match the API description. The request may have been executed all the same."""

    def __init__(self, where: str) -> None:
        """Take where the response is wrong, in the names of the API description."""
        super().__init__(
            SYSTEM,
            f"The back office answered in a form the desk does not know ({where}), so nothing was taken from it. Look "
            f"in Admin what is there. {_BY_HAND}, and show whoever keeps the back office docs/backoffice.md.",
        )


class Refused(GiveUp):
    """The back office rejected the request."""

    def __init__(self, status: int, reason: str) -> None:
        """Keep the status, from which a caller may recover."""
        super().__init__(SYSTEM, reason)
        self.status = status


def unanswered(error: Exception) -> TryAgain | GiveUp:
    """Translate a transport error; `certain` only when no byte can have left."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return TryAgain(SYSTEM, "it cannot be reached", certain=True, silent=True)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return TryAgain(SYSTEM, "it did not answer in time", silent=True)
    if isinstance(error, httpx.DecodingError):
        return Unreadable("its compression cannot be undone")
    if isinstance(error, httpx.TransportError):
        return TryAgain(SYSTEM, "the connection broke before its answer came", silent=True)
    return GiveUp(
        SYSTEM,
        "The back office's address in the settings cannot be used, so it was not asked. "
        f"{_BY_HAND}; the address is corrected in ATO_BACKOFFICE__URL.",
    )


def answered(answer: Answer) -> TryAgain | GiveUp:
    """Translate a response other than success."""
    status = answer.status
    if status == 429:
        said = wait(answer)
        after = UNSAID if said is None else said
        return TryAgain(SYSTEM, "it asked to wait: too many requests", after=after, certain=True)
    if status >= 500 or status == 408:
        return TryAgain(SYSTEM, f"it reported a fault of its own ({status})", after=wait(answer), silent=True)
    return Refused(status, _SENTENCES.get(status, _OTHER).format(status=status))


_OTHER = f"The back office would not do this ({{status}}). Nothing was changed. {_BY_HAND}."
_CREDENTIALS = (
    "The back office does not let the desk in ({status}): its token is wrong or may not do this. Nothing was changed. "
    f"{_BY_HAND}; whoever keeps the back office can check the token in ATO_BACKOFFICE__TOKEN."
)
_MOVED = (
    "The back office sent the desk to another address ({status}), where the desk does not go with its token. Nothing "
    f"was changed. {_BY_HAND}; the address is corrected in ATO_BACKOFFICE__URL."
)
_NOT_FOUND = f"The back office has not got this. Nothing was changed. Check the customer ID on the card. {_BY_HAND}."
_SENTENCES = {
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    404: _NOT_FOUND,
    **dict.fromkeys((300, 301, 302, 303, 304, 305, 307, 308), _MOVED),
}


def not_there() -> GiveUp:
    """Return the error for a 404 that does not come from the back office's API."""
    return GiveUp(
        SYSTEM,
        "What answers at the back office's address does not know the desk's calls (404). Nothing was changed. "
        f"{_BY_HAND}; the address is corrected in ATO_BACKOFFICE__URL.",
    )


def not_an_id() -> GiveUp:
    """Return the error for an invalid customer id; nothing was requested."""
    return GiveUp(
        SYSTEM,
        "This customer ID cannot be one of the back office's, so it was not asked. Correct the customer ID on the "
        "card and press Retry.",
    )


def unmoved(*, suspended: bool) -> GiveUp:
    """Return the error for a profile that is unchanged although the back office reported success."""
    is_now = "still suspended" if suspended else "not suspended"
    return GiveUp(
        SYSTEM,
        f"The back office took the request, but the profile is {is_now}. Look at it in Admin. {_BY_HAND}.",
    )


def wait(answer: Answer) -> timedelta | None:
    """Parse Retry-After, in seconds or as a date; at most LONGEST, None when it cannot be parsed."""
    raw = answer.retry_after.strip()
    try:
        after = timedelta(seconds=float(raw))
    except (ValueError, OverflowError):
        return _until(raw, answer.date)
    return min(max(after, timedelta(0)), _LONGEST)


def _until(raw: str, now: str) -> timedelta | None:
    """Parse a date relative to the response's Date header, so that our clock need not be right."""
    try:
        left = parsedate_to_datetime(raw) - parsedate_to_datetime(now)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(left, timedelta(0)), _LONGEST)
