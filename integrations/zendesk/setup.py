"""Administration API client for a Zendesk account: reads the configuration, makes the changes it is given.

Calls block; formats are Zendesk's own:
https://developer.zendesk.com/api-reference/ticketing/introduction/ and
https://developer.zendesk.com/api-reference/webhooks/introduction/
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests
from pydantic import TypeAdapter, ValidationError

from desk.service.ports import GiveUp
from desk.values import Value
from integrations.zendesk.names import SYSTEM
from integrations.zendesk.refusals import forbidden, translate
from integrations.zendesk.session import OneHost
from integrations.zendesk.shapes import (
    RawFieldSetUp,
    RawForm,
    RawHook,
    RawNamed,
    RawRule,
    RawSecret,
    RawToken,
    RawUser,
)
from integrations.zendesk.sign_in import SignIn

T = TypeVar("T")
PAGE = 100
_MOST_PAGES = 100


class Found(Value):
    """The account's present configuration."""

    forms: tuple[RawForm, ...]
    groups: tuple[RawNamed, ...]
    fields: tuple[RawFieldSetUp, ...]
    hooks: tuple[RawHook, ...]
    rules: tuple[RawRule, ...]


class Call(Value):
    """One change of the account: create a thing, or update or delete one of ours."""

    method: str
    path: str
    body: dict[str, Any] | None = None


class SetUp:
    """The administration API. Every method raises TryAgain and GiveUp only."""

    def __init__(self, url: str, sign_in: SignIn, timeout: tuple[float, float] = (3.05, 20)) -> None:
        """Take the URL and the bot's sign-in; no request is made yet."""
        self._session, self._timeout = OneHost(url), timeout
        self._session.auth = self._sign_in = sign_in
        self._url = self._session.url

    def close(self) -> None:
        self._session.close()
        self._sign_in.close()

    def me(self) -> tuple[RawUser, datetime | None]:
        """Read the bot's own user, and the server's time."""
        answer = self._ask("GET", "/api/v2/users/me.json")
        user: RawUser = self._read(TypeAdapter(RawUser), answer, "user")
        return user, read_date(answer.headers.get("date"))

    def scopes(self) -> tuple[str, ...]:
        """Read the scopes of the current access token."""
        answer = self._ask("GET", "/api/v2/oauth/tokens/current.json")
        token: RawToken = self._read(TypeAdapter(RawToken), answer, "token")
        return token.scopes

    def found(self) -> Found:
        """Read all forms, groups, fields, webhooks and triggers."""
        return Found(
            forms=self._all(TypeAdapter(tuple[RawForm, ...]), "ticket_forms"),
            groups=self._all(TypeAdapter(tuple[RawNamed, ...]), "groups"),
            fields=self._all(TypeAdapter(tuple[RawFieldSetUp, ...]), "ticket_fields"),
            hooks=self._all(TypeAdapter(tuple[RawHook, ...]), "webhooks"),
            rules=self._all(TypeAdapter(tuple[RawRule, ...]), "triggers"),
        )

    def secret(self, hook: str) -> str:
        """Read the signing secret of a webhook."""
        answer = self._ask("GET", f"/api/v2/webhooks/{hook}/signing_secret")
        secret: RawSecret = self._read(TypeAdapter(RawSecret), answer, "signing_secret")
        return secret.secret

    def do(self, call: Call) -> None:
        """Make one change; raises GiveUp with Zendesk's own words when it is refused."""
        self._ask(call.method, call.path, call.body)

    def _all(self, kind: TypeAdapter[T], name: str) -> T:
        """Read a whole list, page by page."""
        rows: list[Any] = []
        query: dict[str, str] = {"page[size]": str(PAGE)}
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", f"/api/v2/{name}", query=query)
            page = self._json(answer)
            rows.extend(page.get(name) or ())
            meta = page.get("meta") or {}
            if not meta.get("has_more"):
                break
            query["page[after]"] = str(meta.get("after_cursor"))
        try:
            return kind.validate_python(rows)
        except ValidationError:
            raise GiveUp(SYSTEM, f"Zendesk's list of {name} cannot be read.") from None

    def _read(self, kind: TypeAdapter[T], answer: requests.Response, name: str) -> T:
        try:
            return kind.validate_python(self._json(answer).get(name))
        except ValidationError:
            raise GiveUp(SYSTEM, f"Zendesk's answer about its {name} cannot be read.") from None

    def _json(self, answer: requests.Response) -> dict[str, Any]:
        try:
            found: dict[str, Any] = answer.json()
        except ValueError:
            raise GiveUp(SYSTEM, "Something that is not Zendesk answered. Check its address.") from None
        return found

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> requests.Response:
        try:
            return self._session.request(method, f"{self._url}{path}", json=body, params=query, timeout=self._timeout)
        except requests.HTTPError as error:
            raise _refused(error, path) from None
        except requests.RequestException as error:
            raise translate(error, sending=body is not None) from None


def _refused(error: requests.HTTPError, path: str) -> Exception:
    """Translate an error with Zendesk's own words: bodies of the set-up hold nothing personal."""
    status = error.response.status_code
    what = path.removeprefix("/api/v2/").partition("/")[0].partition(".")[0].replace("_", " ")
    if status == 403:
        return forbidden(error.response)
    if status == 404 and what == "ticket forms":
        return GiveUp(
            SYSTEM,
            "This Zendesk account has no ticket forms: they come with Suite Growth and Support Enterprise.",
        )
    if status in {400, 422}:
        words = " ".join(error.response.text.split())[:300]
        return GiveUp(SYSTEM, f"Zendesk would not take the {what} ({status}): {words}")
    return translate(error, sending=False)


def read_date(raw: str | None) -> datetime | None:
    """Parse the Date header of a response."""
    try:
        return parsedate_to_datetime(raw) if raw else None
    except ValueError:
        return None
