"""Sign-in to Zendesk: OAuth client credentials, or an API token (Basic) where an account still has one.

One object is shared by all threads of a process: it holds the access token and renews it, one renewal at a time.
The format of the answers is `requests-oauth2client`'s to know; what they mean to people is said in `sign_in_refusals`.
https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests_oauth2client import BearerToken, ClientSecretPost, OAuth2Client
from requests_oauth2client.exceptions import InvalidClient, OAuth2Error

from integrations.zendesk.session import TOKENS, TokenDoor
from integrations.zendesk.sign_in_refusals import Rest, refused_again, resting, unusable

log = logging.getLogger(__name__)
LIFE_S = 1800
"""Seconds a token lives unless told otherwise: what clients made since 30 April 2026 get."""
EARLY_S = 60.0
"""Seconds before its end at which a token is replaced; a tenth of its life where that is less."""


@dataclass(frozen=True)
class Client:
    """An OAuth client of the kind Confidential: its identifier (a text, not its number) and its secret."""

    identifier: str
    secret: str

    def __repr__(self) -> str:
        """Say which client, never its secret."""
        return f"Client({self.identifier!r})"


@dataclass
class _Token:
    value: str
    renew_at: float
    """Monotonic seconds. The machine's clock may be wrong or set: Zendesk says how long, not until when."""
    accepted: bool = False
    """Whether Zendesk has taken it for a call."""


class SignIn(AuthBase):
    """Credentials as `requests` takes them. `client` names those in use, for logs and for doctor."""

    client: str = ""

    def close(self) -> None:
        """Close what connections there are."""


class ApiToken(SignIn):
    """Basic sign-in with an agent's address and an API token, which Zendesk admits until 30 April 2027."""

    def __init__(self, email: str, token: str) -> None:
        """Take the agent's address and the API token."""
        self.client = email
        self._basic = HTTPBasicAuth(f"{email}/token", token)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credentials."""
        self._basic(request)
        return request


class ClientCredentials(SignIn):
    """OAuth client credentials: mints an access token when none is there, a little before its end, and once on 401.

    `clients` are tried in order: where the first is refused, the next is used, so that a secret can be changed without
    a pause. After a refusal nothing is asked for a while; whoever calls meanwhile gets the same answer.
    Raises TryAgain and GiveUp.
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
    ) -> None:
        """Take the account's address, the clients and the scope, one string; nothing is asked yet."""
        self._door, self._scope, self._life_s, self._timeout = (
            TokenDoor(url), scope, life_s, timeout,
        )  # fmt: skip
        self._clients = {one.identifier: self._oauth(one) for one in clients}
        self._now = now
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._rest: Rest | None = None
        self.client = next(iter(self._clients))

    def _oauth(self, client: Client) -> OAuth2Client:
        return OAuth2Client(
            self._door.url + TOKENS,
            auth=ClientSecretPost(client.identifier, client.secret),
            session=self._door,
            testing=True,  # the address may be an emulator's; the settings have checked it
        )

    def close(self) -> None:
        """Close the connection to the token endpoint."""
        self._door.close()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the access token, minting one where none is there."""
        stream: Any = request.body
        start = stream.tell() if hasattr(stream, "tell") else None
        request.headers["Authorization"] = f"Bearer {self._current()}"

        def again(answer: requests.Response, **how: Any) -> requests.Response:
            return self._answered(answer, start, how)

        request.hooks["response"].append(again)
        return request

    def _current(self) -> str:
        with self._lock:
            self._wait_out()
            if self._token is None or self._now() >= self._token.renew_at:
                self._token = self._mint()
            return self._token.value

    def _answered(
        self, answer: requests.Response, start: int | None, how: dict[str, Any]
    ) -> requests.Response:
        """Note that the token was taken; after a 401, send the call once more with another token."""
        used = str(answer.request.headers.get("Authorization", "")).removeprefix("Bearer ")
        if answer.status_code != 401:
            self._taken(used)
            return answer
        fresh = self._instead_of(used)
        answer.close()
        request = answer.request.copy()
        request.headers["Authorization"] = f"Bearer {fresh}"
        if start is not None:
            request.body.seek(start)  # type: ignore[union-attr]  # a stream, as noted when it was sent
        second: requests.Response = answer.connection.send(
            request, **how
        )  # set by the adapter, as for digest sign-in
        second.history.append(answer)
        second.request = request
        if second.status_code == 401:
            second.close()
            self._refuse(fresh)
        self._taken(fresh)
        return second

    def _instead_of(self, used: str) -> str:
        """Give another token than this one; of many that were refused at once, one mints."""
        with self._lock:
            self._wait_out()
            if self._rest and self._token and self._token.value == used:
                self._turn_away()
            if self._token is None or self._token.value == used:
                self._token = self._mint()
            return self._token.value

    def _refuse(self, used: str) -> NoReturn:
        with self._lock:
            if self._token and self._token.value == used:
                self._turn_away()
        raise refused_again()

    def _turn_away(self) -> NoReturn:
        """A second token in a row is refused: more of them would not help. Rest, longer each time; the lock is held."""
        self._token = None
        self._rest = resting(refused_again(), self._now(), self._rest)
        log.warning(
            "Zendesk refused an access token of %s twice; resting %g s",
            self.client,
            self._rest.seconds,
        )
        raise self._rest.error()

    def _taken(self, used: str) -> None:
        token = self._token
        if token and token.value == used and not token.accepted:
            token.accepted = True
            self._rest = None

    def _wait_out(self) -> None:
        if self._rest and self._now() < self._rest.until:
            raise self._rest.error(self._now())

    def _mint(self) -> _Token:
        """Ask for a token with the client that was taken last, then with the others. The lock is held."""
        names = [self.client, *(name for name in self._clients if name != self.client)]
        for name in names[:-1]:
            try:
                return self._ask(name)
            except InvalidClient:
                log.warning("Zendesk refused the OAuth client %s; trying the next one", name)
            except (OAuth2Error, requests.RequestException, ValueError) as wrong:
                self._stop(wrong)
        try:
            return self._ask(names[-1])
        except (OAuth2Error, requests.RequestException, ValueError) as wrong:
            self._stop(wrong)

    def _ask(self, name: str) -> _Token:
        given: BearerToken = self._clients[name].client_credentials(
            scope=self._scope or None,
            expires_in=self._life_s,
            requests_kwargs={"timeout": self._timeout},
        )
        life = given.expires_in if given.expires_in is not None else self._life_s
        if life <= 0 or not isinstance(given.access_token, str):
            raise ValueError("no token that opens anything")
        log.info("Zendesk gave an access token for %d s to %s", life, name)
        self.client = name
        return _Token(given.access_token, self._now() + life - min(EARLY_S, life / 10))

    def _stop(self, wrong: Exception) -> NoReturn:
        """Say what the refusal means, and let nobody ask again for a while."""
        error = unusable(wrong)
        self._token = None
        self._rest = resting(error, self._now(), self._rest)
        log.warning(
            "no access token for %s: %s; resting %g s", self.client, error, self._rest.seconds
        )
        raise error from None
