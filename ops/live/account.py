"""Zendesk API client of a live rehearsal: counted single calls, of which every status is a result.

It reuses the desk's session: one host, no redirects, bounded waiting. A token under test gets a session of its own, so
that the desk's cookies cannot authorise its calls.
"""

from collections import Counter
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import requests
from requests.auth import AuthBase

from desk.values import Value
from integrations.zendesk.refusals import translate
from integrations.zendesk.scopes import missing
from integrations.zendesk.session import TOKENS, OneHost, TokenDoor
from integrations.zendesk.sign_in import ClientCredentials, SignIn
from ops.live.verdicts import StepFailed

MOST_CALLS = 95
"""Calls after which no step asks anything more; cleaning up goes on."""
MOST_UPDATES = 20
"""Tickets made or changed in a whole rehearsal: what the smallest account takes in a minute."""
TIMEOUT = (3.05, 20.0)
SHORT_S = 301
"""Seconds that a token of a few scopes lives, should it not be revoked: Zendesk's least is 300 and not taken."""


class Answer(Value):
    """HTTP response: status, headers with lower-case names, and the JSON body if any."""

    status: int
    headers: dict[str, str] = {}
    body: Any = None

    @property
    def good(self) -> bool:
        """Say whether it is one of success."""
        return 200 <= self.status < 300

    def at(self, *path: str) -> Any:
        """Return the value at a path of keys, or None."""
        found = self.body
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def rows(self, *path: str) -> list[dict[str, Any]]:
        """Return the objects of the list at a path."""
        found = self.at(*path)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    @property
    def error(self) -> str:
        """Return the error code, unless it is free text."""
        word = self.at("error")
        plain = isinstance(word, str) and len(word) < 50 and word.replace("_", "").isalpha()
        return word if plain else ""

    @property
    def lacking(self) -> str:
        """Return the scopes named by a 403."""
        return missing(self.at("description"))

    def told(self) -> str:
        """Describe the status, with the error code if any."""
        return f"{self.status} {self.error}".strip()


class Bearer(AuthBase):
    """Authentication by a fixed access token, not renewed."""

    def __init__(self, token: str) -> None:
        """Take the token."""
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add it."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass
class Calls:
    """Counter of calls per system."""

    most: int = MOST_CALLS
    made: Counter[str] = field(default_factory=Counter)
    cleaning: bool = False

    def count(self, system: str, *, update: bool = False) -> None:
        """Count a call. Raises StepFailed over the budget, except during cleanup."""
        too_many = self.made.total() >= self.most or (update and self.made["updates"] >= MOST_UPDATES)
        if too_many and not self.cleaning:
            raise StepFailed("The rehearsal has asked enough of the account, and asks no more.")
        self.made[system] += 1
        if update:
            self.made["updates"] += 1


@dataclass
class Account:
    """The API for one identity: the desk, or a token under test."""

    url: str
    sign_in: AuthBase
    calls: Calls

    def __post_init__(self) -> None:
        """Open a session; no call yet."""
        self._session = OneHost(self.url)
        self._session.auth = self.sign_in
        self.answered = False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        if isinstance(self.sign_in, SignIn):
            self.sign_in.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request and return the answer. Raises StepFailed for a 5xx or a 429, TryAgain and GiveUp."""
        self.calls.count("zendesk", update=path.startswith("tickets") and method in {"POST", "PUT"})
        kind = {"data" if isinstance(body, bytes) else "json": body} if body is not None else {}
        try:
            answer = self._session.sent(
                method, f"{self.url}/api/v2/{path}", params=query, headers=headers, timeout=TIMEOUT, **kind
            )
        except requests.RequestException as error:
            raise translate(error, sending=method != "GET") from None
        self.answered = True
        return _read(answer, f"{method} {_name(path)}")

    def expect(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Answer:
        """Send a request. Raises StepFailed unless it succeeds."""
        answer = self.ask(method, path, body, query)
        if not answer.good:
            raise StepFailed(f"Zendesk answered {method} {_name(path)} with {answer.told()}.")
        return answer


class Mint:
    """The token endpoint, called with the desk's OAuth client."""

    def __init__(self, url: str, sign_in: ClientCredentials, calls: Calls) -> None:
        """Take the account's address, and the sign-in that knows which client is taken."""
        self._door, self._sign_in, self._calls = TokenDoor(url), sign_in, calls

    def close(self) -> None:
        """Close the connection."""
        self._door.close()

    def ask(self, scope: str | None, life_s: int | None, *, wrong: bool = False) -> Answer:
        """Request a token as the desk does; with a wrong secret to observe the refusal."""
        self._calls.count("zendesk")
        client = self._sign_in.in_use
        form = {
            "grant_type": "client_credentials",
            "client_id": client.identifier,
            "client_secret": token_hex(20) if wrong else client.secret,
            **({"scope": scope} if scope else {}),
            **({"expires_in": str(life_s)} if life_s else {}),
        }
        try:
            answer = self._door.request("POST", self._door.url + TOKENS, data=form, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise translate(error, sending=True) from None
        return _read(answer, "the request for a token")


def _read(answer: requests.Response, asked: str) -> Answer:
    """Parse a response; a body that is no JSON is None. Raises StepFailed for a 5xx or a 429."""
    if answer.status_code >= 500 or answer.status_code == 429:
        raise StepFailed(f"Zendesk answered {asked} with {answer.status_code}.")
    try:
        body = answer.json()
    except ValueError:
        body = None
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(status=answer.status_code, headers=headers, body=body)


def _name(path: str) -> str:
    """Name an endpoint without the ids and tokens in its address."""
    return "/".join(part for part in path.removesuffix(".json").split("/")[:3] if part.replace("_", "").isalpha())
