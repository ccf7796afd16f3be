"""Sign-in to Zendesk: OAuth client credentials, or an API token (Basic) where an account still has one.

One object is shared by all threads of a process: it holds the access token and renews it, one renewal at a time. The
response format is handled by `requests-oauth2client`; errors are translated in `sign_in_refusals`.
https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests_oauth2client import BearerToken, ClientSecretPost, OAuth2Client
from requests_oauth2client.exceptions import EndpointError, OAuth2Error

from integrations.zendesk.session import TOKENS, TokenDoor
from integrations.zendesk.sign_in_refusals import (
    Rest,
    refused_again,
    resting,
    under_way,
    unusable,
)

log = logging.getLogger(__name__)
LIFE_S = 1800
"""Default lifetime of a token in seconds: that of clients created since 30 April 2026."""
EARLY_S = 60.0
"""Seconds before expiry at which a token is renewed; a tenth of its lifetime where that is less."""
SHORTEST_S, LONGEST_S = 5, 172_800
"""Limits of a token's lifetime in seconds, whatever a response says."""
PATIENCE_S = 30.0
"""Seconds to wait for another thread's renewal."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_FAILURES = (
    OAuth2Error,
    requests.RequestException,
    ValueError,  # what the library stumbles over when an answer has another shape than it expects
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
)


@dataclass(frozen=True)
class Client:
    """A confidential OAuth client: its identifier (a string, not its number) and its secret."""

    identifier: str
    secret: str

    def __repr__(self) -> str:
        """Return the client's identifier, never its secret."""
        return f"Client({self.identifier!r})"


@dataclass
class _Token:
    """An access token. Instants are monotonic seconds, because the system clock may be set."""

    value: str
    renew_at: float
    ends_at: float
    accepted: bool = False
    """Whether Zendesk has accepted it for a call."""


class SignIn(AuthBase):
    """Credentials as a `requests` auth. `client` names those in use, for logs and for doctor."""

    client: str = ""

    def close(self) -> None:
        """Close any connections."""


class ApiToken(SignIn):
    """Basic authentication with an agent's address and an API token; Zendesk accepts it until 30 April 2027."""

    def __init__(self, email: str, token: str) -> None:
        """Take the agent's address and the API token."""
        self.client = email
        self._basic = HTTPBasicAuth(f"{email}/token", token)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self._basic(request)
        return request


class ClientCredentials(SignIn):
    """OAuth client credentials: requests an access token when there is none, shortly before it expires, and once after
    a 401.

    `clients` are tried in order: where one is refused, the next is used, so that a secret can be rotated without a
    pause. After an error no token is requested for a while; callers meanwhile get the same error, or the previous token
    as long as it is valid. Raises TryAgain and GiveUp.
    """

    def __init__(
        self,
        url: str,
        clients: Sequence[Client],
        scope: str,
        *,
        life_s: int = LIFE_S,
        timeout: tuple[float, float] = (3.05, 20),
        now: Callable[[], float] = time.monotonic,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Take the account's URL, the clients and the scope, one string; no request is made yet."""
        self._door, self._timeout = TokenDoor(url), timeout
        self._scope, self._life_s = scope, life_s
        self._clients, self._at = tuple(clients), 0
        self._oauth = tuple(self._of(one) for one in clients)
        self._now, self._patience_s = now, patience_s
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._rest: Rest | None = None

    @property
    def client(self) -> str:  # type: ignore[override]  # it changes where the next client takes over
        """Return the identifier of the client in use, and its position."""
        return f"{self._clients[self._at].identifier} ({self._at + 1} of {len(self._clients)})"

    @property
    def in_use(self) -> Client:
        """Return the client that was accepted last."""
        return self._clients[self._at]

    def _of(self, client: Client) -> OAuth2Client:
        return OAuth2Client(
            self._door.url + TOKENS,
            auth=ClientSecretPost(client.identifier, client.secret),
            session=self._door,
            testing=not self._door.url.startswith("https://"),  # the settings let only emulators do without TLS
        )

    def close(self) -> None:
        self._door.close()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the access token, requesting one where there is none."""
        stream: Any = request.body
        start = stream.tell() if hasattr(stream, "tell") else None
        request.headers["Authorization"] = f"Bearer {self._current()}"

        def again(answer: requests.Response, **how: Any) -> requests.Response:
            return self._answered(answer, start, how)

        request.hooks["response"].append(again)
        return request

    def _current(self) -> str:
        """Return the current token; raises TryAgain where another thread's renewal takes too long."""
        if not self._lock.acquire(timeout=self._patience_s):
            raise under_way()
        try:
            now = self._now()
            if self._token is None or now >= self._token.renew_at:
                self._renew(still_good=self._token is not None and now < self._token.ends_at)
            assert self._token is not None  # `_renew` raises where there is none
            return self._token.value
        finally:
            self._lock.release()

    def _renew(self, *, still_good: bool) -> None:
        """Request a token; on an error continue with the previous one while it is valid. The lock is held."""
        if self._rest and self._now() < self._rest.until:
            if still_good:
                return
            self._token = None  # no call is sent with a dead token while no other may be asked for
            raise self._rest.error(self._now())
        try:
            self._token = self._mint()
        except _FAILURES as wrong:
            self._failed(wrong, still_good=still_good)

    def _failed(self, wrong: Exception, *, still_good: bool) -> None:
        """Back off after an error, and translate it."""
        error = unusable(wrong)
        self._rest = resting(error, self._now(), self._rest)
        log.warning("no access token for %s: %s; resting %g s", self.client, error, self._rest.seconds)
        if not still_good:
            self._token = None
            raise error from None

    def _mint(self) -> _Token:
        """Request a token with the client accepted last, then with the others: each refusal leads to the next."""
        count = len(self._clients)
        for step in range(count):
            self._at = (self._at + (step > 0)) % count
            try:
                return self._ask()
            except EndpointError as refused:
                if step == count - 1:
                    raise
                log.warning("Zendesk refused %s (%s); trying the next", self.client, type(refused).__name__)
        raise AssertionError("there is no client")  # the settings want one

    def _ask(self) -> _Token:
        given: BearerToken = self._oauth[self._at].client_credentials(
            scope=self._scope or None,
            expires_in=self._life_s,
            requests_kwargs={"timeout": self._timeout},
        )
        life = self._life_s if given.expires_in is None else given.expires_in
        if life <= 0 or not isinstance(given.access_token, str) or not _TOKEN.fullmatch(given.access_token):
            raise ValueError("no token that opens anything")
        life = min(max(life, SHORTEST_S), LONGEST_S)
        log.info("Zendesk gave an access token for %d s to %s", life, self.client)
        now = self._now()
        return _Token(given.access_token, now + life - min(EARLY_S, life / 10), now + life)

    # A token that is refused ---------------------------------------------------------------------

    def _answered(self, answer: requests.Response, start: int | None, how: dict[str, Any]) -> requests.Response:
        """Record that the token was accepted; after a 401, send the call once more with another token."""
        used = _carried(answer.request)
        if answer.status_code != 401:
            self._taken(used)
            return answer
        fresh, general = self._instead_of(used)
        _ = answer.content  # read to its end, the connection is used again
        answer.close()
        request = answer.request.copy()
        request.headers["Authorization"] = f"Bearer {fresh}"
        if start is not None:
            request.body.seek(start)  # type: ignore[union-attr]  # a stream, as noted when it was sent
        second: requests.Response = answer.connection.send(request, **how)  # set by the adapter, as for digest sign-in
        if second.status_code == 401:
            second.close()
            self._refuse(fresh, rest=not general)
        self._taken(fresh)
        return second

    def _instead_of(self, used: str) -> tuple[str, bool]:
        """Return another token than this one, and whether this one was ever accepted.

        Of many callers with a refused token, one requests a new one.
        """
        if not self._lock.acquire(timeout=self._patience_s):
            raise under_way()
        try:
            token = self._token
            if token is not None and token.value != used:
                return token.value, True
            general = token is not None and token.accepted
            if self._rest and token is not None and not general:
                self._turn_away()
            self._renew(still_good=False)
            assert self._token is not None
            return self._token.value, general
        finally:
            self._lock.release()

    def _refuse(self, used: str, *, rest: bool) -> NoReturn:
        """Raise for the second refused token in a row. If the first was accepted, only this call may be refused."""
        with self._lock:
            if rest and self._token and self._token.value == used:
                self._turn_away()
        raise refused_again()

    def _turn_away(self) -> NoReturn:
        """Back off, longer each time, and go on with the next client: more tokens would not help. The lock is held."""
        self._token = None
        self._rest = resting(refused_again(), self._now(), self._rest)
        log.warning("Zendesk refused tokens of %s twice; resting %g s", self.client, self._rest.seconds)
        self._at = (self._at + 1) % len(self._clients)
        raise self._rest.error()

    def _taken(self, used: str) -> None:
        token = self._token
        if token and token.value == used and not token.accepted:
            token.accepted = True
            self._rest = None


def _carried(request: requests.PreparedRequest) -> str:
    return str(request.headers.get("Authorization", "")).removeprefix("Bearer ")
