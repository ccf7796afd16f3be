"""Sign-in errors (token refused or not issued) as TryAgain or GiveUp, and the backoff between requests. Pure.

No sentence repeats what Zendesk wrote, a secret or a token.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import requests
from requests_oauth2client.exceptions import (
    EndpointError,
    InvalidClient,
    InvalidScope,
    UnauthorizedClient,
)

from desk.service.ports import GiveUp, TryAgain
from integrations.zendesk.names import SYSTEM
from integrations.zendesk.refusals import translate

FIRST_S, LONGEST_S = 5.0, 300.0
"""Backoff in seconds: first and maximum. For what a person corrects it stays at the first."""


class WrongClient(GiveUp):
    """Zendesk does not accept the OAuth client or its secret, or issues no token to it."""

    def __init__(self, reason: str) -> None:
        super().__init__(SYSTEM, reason)


class WrongScope(GiveUp):
    """The OAuth client is not granted a scope that the desk requests."""

    def __init__(self, reason: str) -> None:
        super().__init__(SYSTEM, reason)


@dataclass(frozen=True)
class Rest:
    """Backoff: no token is requested until then (monotonic seconds); callers meanwhile get the error."""

    until: float
    seconds: float
    _say: Callable[[float], TryAgain | GiveUp]

    def error(self, now: float | None = None) -> TryAgain | GiveUp:
        """Return the error with the remaining seconds."""
        return self._say(self.seconds if now is None else max(self.until - now, 0.0))


def resting(error: TryAgain | GiveUp, now: float, before: Rest | None) -> Rest:
    """Return the next backoff: doubled, or as requested by Retry-After; short for what a person corrects."""
    seconds = min(before.seconds * 2, LONGEST_S) if before else FIRST_S
    if isinstance(error, GiveUp):
        seconds = FIRST_S
    elif error.after:
        seconds = max(seconds, error.after.total_seconds())
    return Rest(now + seconds, seconds, lambda left: _again(error, left))


def _again(error: TryAgain | GiveUp, left: float) -> TryAgain | GiveUp:
    if isinstance(error, WrongClient | WrongScope):
        return type(error)(error.reason)
    if isinstance(error, GiveUp):
        return GiveUp(error.system, error.reason)
    after = timedelta(seconds=left)
    return TryAgain(error.system, error.reason, after=after, certain=True, silent=error.silent)


def refused_again() -> TryAgain:
    """Return the error for a newly issued token that is refused."""
    return TryAgain(
        SYSTEM,
        "it refuses the access token it gave a moment ago: the owner of the OAuth client may have lost access, somebody"
        " may be revoking tokens, or the Zendesk address in the settings is another account's",
        after=timedelta(seconds=FIRST_S),
        certain=True,
    )


def under_way() -> TryAgain:
    """Return the error for a renewal that takes too long."""
    return TryAgain(
        SYSTEM,
        "it has not given an access token yet",
        after=timedelta(seconds=FIRST_S),
        certain=True,
        silent=True,
    )


def unusable(wrong: Exception) -> TryAgain | GiveUp:
    """Translate a failed token request; nothing of the call itself was sent."""
    if isinstance(wrong, InvalidClient | UnauthorizedClient):
        return WrongClient(
            "Zendesk does not know the desk's OAuth client, or its secret is wrong: the client was deleted, its secret"
            " was changed, its owner lost access, or it is not of the kind Confidential. Nothing was sent. Ask your"
            " Zendesk admin for the client's identifier and a new secret, put them into the settings, start the bot"
            " again, then press Retry."
        )
    if isinstance(wrong, InvalidScope):
        return WrongScope(
            "Zendesk does not give the desk's OAuth client the scopes that it asks for. Nothing was sent. Ask your"
            " Zendesk admin to allow the client the scopes that docs/installing.md lists, then press Retry."
        )
    if isinstance(wrong, EndpointError) and wrong.response.status_code < 429:
        return WrongClient(
            "Zendesk would not take the desk's request for an access token. Nothing was sent. See that the OAuth client"
            " is of the kind Confidential and that the life of its tokens in the settings is between 5 minutes and 48"
            " hours, start the bot again, then press Retry."
        )
    return _unanswered(wrong)


def _unanswered(wrong: Exception) -> TryAgain:
    """Translate a response that is neither a token nor an OAuth error."""
    answer = getattr(wrong, "response", None)
    if answer is None and not isinstance(wrong, requests.RequestException):
        return TryAgain(SYSTEM, "it gave an access token that is of no use, or had already ended", certain=True)
    if answer is None or answer.status_code == 429 or answer.status_code >= 500:
        heard = translate(wrong if answer is None else requests.HTTPError(response=answer))
        silent, after = getattr(heard, "silent", False), getattr(heard, "after", None)
        return TryAgain(SYSTEM, heard.reason, after=after, certain=True, silent=silent)
    return TryAgain(
        SYSTEM,
        "something answered where it gives access tokens that is not Zendesk's answer: check the Zendesk address in the"
        " settings",
        certain=True,
    )
