"""Message format of Google Chat, and its responses. Pure.

https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create
"""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from desk.service.ports import GiveUp, TryAgain

SYSTEM = "Google Chat"
HOST = "chat.googleapis.com"
MOST_BYTES = 32_000
"""Maximum size of a message with all its parts."""
PAUSE = timedelta(seconds=2)
"""Wait after a 429. A space accepts one webhook message a second from all senders together."""
_LONGEST = timedelta(minutes=10)

_LINES = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_ONLY_COPY = "Only this copy is missing: the message in Slack is there."


class Posted(BaseModel):
    """Response to a posted message. A webhook is told little more than its name."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    name: str = Field(pattern=r"^spaces/[^/\s]{1,200}/messages/[^/\s]{1,200}$")


def check_address(address: str, test_host: str = "") -> str:
    """Validate the URL of an incoming webhook of Google Chat, or on the test host; raises ValueError.

    The error never repeats the URL: whoever knows it can post into the space.
    """
    parts = urlsplit(address)
    if test_host and parts.netloc == test_host and parts.scheme in {"http", "https"}:
        return address
    given = parse_qs(parts.query)
    fits = (
        (parts.scheme, parts.netloc) == ("https", HOST)
        and re.fullmatch(r"/v1/spaces/[\w-]+/messages", parts.path, re.ASCII)
        and {"key", "token"} <= given.keys()
        and not parts.fragment
    )
    if not fits:
        raise ValueError(
            f"it must be the address of an incoming webhook, https://{HOST}/v1/spaces/…/messages?key=…&token=…"
        )
    return address


def request_id(key: str) -> str:
    """Return the idempotency key (`requestId`) of an effect.

    For a known `requestId` Google Chat returns the existing message.
    """
    return str(uuid5(NAMESPACE_URL, f"ato-desk:google-chat:{key}"))


def write_message(lines: Sequence[str]) -> bytes:
    """Serialize lines as one message; raises GiveUp when they are too long.

    `<users/all>` would mention everybody and `<link|words>` would hide a link. Google Chat has no escape for them, so
    the brackets are replaced.
    """
    words = "\n".join(_LINES.sub(" ", line).replace("<", "‹").replace(">", "›") for line in lines)
    body = json.dumps({"text": words}, ensure_ascii=False).encode("utf-8", "replace")
    if len(body) > MOST_BYTES:
        raise GiveUp(SYSTEM, f"The message is too long for Google Chat. {_ONLY_COPY}")
    return body


def read_answer(status: int, raw: bytes, retry_after: str) -> str:
    """Return the message's name; raises TryAgain and GiveUp."""
    if status == 429:
        raise TryAgain(SYSTEM, "it asked to wait", after=_wait(retry_after) or PAUSE, certain=True)
    if status >= 500 or status == 408:
        raise TryAgain(SYSTEM, f"it reported a fault of its own ({status})", after=_wait(retry_after))
    if not 200 <= status < 300:
        raise GiveUp(SYSTEM, f"{_SENTENCES.get(status, _REFUSED).format(status=status)} {_ONLY_COPY}")
    try:
        return Posted.model_validate_json(raw).name
    except ValidationError:
        raise TryAgain(SYSTEM, "it answered with something that cannot be read") from None


_GONE = (
    "The webhook in the settings is not valid any more ({status}): it, its key or its space was removed. Make a new "
    "incoming webhook in the space, put its address into the settings and start the desk again."
)
_REFUSED = "Google Chat refused the message ({status})."
_MOVED = "Something between the desk and Google Chat sent it to another address ({status}), where it does not go."
_SENTENCES = {
    401: _GONE,
    403: _GONE,
    404: _GONE,
    **dict.fromkeys((301, 302, 303, 307, 308), _MOVED),
}


def _wait(retry_after: str) -> timedelta | None:
    """Parse Retry-After in whole seconds; Google Chat is not known to send a date."""
    if not re.fullmatch(r"[0-9]{1,6}", retry_after.strip()):
        return None
    return min(timedelta(seconds=int(retry_after)), _LONGEST)
