"""Zendesk API client (zenpy): single blocking calls. It knows nothing of effects."""

import io
import logging
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import TypeAdapter
from zenpy import Zenpy

from integrations.zendesk.names import Names
from integrations.zendesk.refusals import FAILURES, translate
from integrations.zendesk.session import HEADERS, OneHost
from integrations.zendesk.shapes import (
    RawAudit,
    RawComment,
    RawField,
    RawNamed,
    RawTicket,
    RawTitle,
    RawUpload,
    RawUser,
)
from integrations.zendesk.sign_in import SignIn
from integrations.zendesk.wire import read_names, read_written

R = TypeVar("R")
_TICKETS = TypeAdapter(tuple[RawTicket, ...])
_COMMENTS = TypeAdapter(tuple[RawComment, ...])
_AUDITS = TypeAdapter(tuple[RawAudit, ...])
_FIELDS = TypeAdapter(tuple[RawField, ...])
_TITLES = TypeAdapter(tuple[RawTitle, ...])
_NAMED = TypeAdapter(tuple[RawNamed, ...])
logging.getLogger("zenpy").setLevel(logging.WARNING)  # at DEBUG it writes whole bodies, with personal data


class Account:
    """The Zendesk API as the desk uses it; every method raises TryAgain and GiveUp only.

    zenpy keeps its state on the client and is not thread-safe, so each worker thread has a client of its own.
    """

    def __init__(self, url: str, sign_in: SignIn, timeout: tuple[float, float]) -> None:
        """Take the URL and the sign-in, which all threads share; no request is made yet."""
        self._url, self._sign_in, self._timeout = url, sign_in, timeout
        self._local = threading.local()
        self._sessions: list[OneHost] = []

    def close(self) -> None:
        """Close the connections of all threads."""
        for session in self._sessions:
            session.close()
        self._sign_in.close()

    def me(self) -> RawUser:
        """Read the bot's own user."""
        return _tried(lambda: RawUser.model_validate(self._zenpy.users.me()))

    def names(self) -> Names:
        """Read all forms, groups and ticket fields."""
        return _tried(
            lambda: read_names(
                _NAMED.validate_python(list(self._zenpy.ticket_forms())),
                _NAMED.validate_python(list(self._zenpy.groups())),
                _FIELDS.validate_python(list(self._zenpy.ticket_fields())),
            )
        )

    def ticket(self, ticket: int) -> RawTicket:
        return _tried(lambda: RawTicket.model_validate(self._zenpy.tickets(id=ticket)))

    def many(self, tickets: Sequence[int]) -> tuple[RawTicket, ...]:
        """Read up to a hundred tickets; missing ones are left out."""
        return _tried(lambda: _TICKETS.validate_python(list(self._zenpy.tickets(ids=list(tickets)))))

    def user(self, user: int) -> RawUser:
        return _tried(lambda: RawUser.model_validate(self._zenpy.users(id=user)))

    def named(self, external_id: str) -> tuple[RawTicket, ...]:
        """Return the tickets with this external id; several, because the search index lags by minutes."""
        return _tried(lambda: _TICKETS.validate_python(list(self._zenpy.tickets(external_id=external_id))))

    def triggers(self) -> tuple[RawTitle, ...]:
        """Return all triggers by title; for administrators only."""
        return _tried(lambda: _TITLES.validate_python(list(self._zenpy.triggers())))

    def comments(self, ticket: int) -> tuple[RawComment, ...]:
        """Return all comments of a ticket."""
        return _tried(lambda: _COMMENTS.validate_python(list(self._zenpy.tickets.comments(ticket=ticket))))

    def audits(self, ticket: int) -> tuple[RawAudit, ...]:
        """Return all audits of a ticket, oldest first."""
        return _tried(lambda: _AUDITS.validate_python([vars(one) for one in self._zenpy.tickets.audits(ticket=ticket)]))

    def upload(self, name: str, content: bytes) -> str:
        """Upload a CSV and return the token that attaches it to a comment."""
        # As a stream, because zenpy takes other bytes for something to encode.
        return _tried(
            lambda: (
                RawUpload.model_validate(
                    self._zenpy.attachments.upload(
                        io.BytesIO(content),
                        target_name=name,
                        content_type="text/csv",
                    )
                ).token
            )
        )

    def post(self, body: bytes, key: str, *, sending: bool) -> int:
        """Create a ticket from exactly these bytes under this idempotency key; return its number."""
        headers = {"Idempotency-Key": key}
        return _tried(lambda: self._write("post", None, body, headers), sending=sending)

    def put(self, ticket: int, body: bytes, *, sending: bool) -> int:
        """Update a ticket with exactly these bytes."""
        return _tried(lambda: self._write("put", ticket, body, {}), sending=sending)

    def _write(self, method: str, ticket: int | None, body: bytes, headers: dict[str, str]) -> int:
        """Send bytes through zenpy unchanged. From a `Ticket` it would serialize other bytes."""
        api = self._zenpy.tickets
        url = api._build_url(api.endpoint(id=ticket) if ticket else api.endpoint())
        token = HEADERS.set({"Content-Type": "application/json", **headers})
        try:
            answer = api._call_api(getattr(api.session, method), url, data=body, timeout=api.timeout)
        finally:
            HEADERS.reset(token)
        return read_written(answer.content)

    @property
    def _zenpy(self) -> Zenpy:
        """Return this thread's client."""
        if not hasattr(self._local, "client"):
            self._local.client = self._connect()
        return self._local.client

    def _connect(self) -> Zenpy:
        """Create a client. Its host name is a dummy, which OneHost replaces."""
        session = OneHost(self._url)
        session.auth = self._sign_in
        self._sessions.append(session)
        return Zenpy(
            domain="zendesk.invalid",
            subdomain="account",
            session=session,
            anonymous=True,  # zenpy adds no credentials of its own
            timeout=self._timeout,
            disable_cache=True,
        )


def _tried(call: Callable[[], R], *, sending: bool = False) -> R:
    """Make one call; raises TryAgain and GiveUp. The cause is dropped: it may quote the request."""
    try:
        return call()
    except FAILURES as error:
        raise translate(error, sending=sending) from None
