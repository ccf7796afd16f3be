"""Playbook storage by content hash, so that a running case keeps the playbook it began with."""

import hashlib
import json
from datetime import UTC, datetime

import rfc8785
from sqlalchemy import Connection, insert, select

from desk.playbook.model import Playbook
from integrations.store import tables as t


def _canonical(playbook: Playbook) -> bytes:
    """Serialize a playbook as canonical JSON (RFC 8785)."""
    return rfc8785.dumps(playbook.model_dump(mode="json", by_alias=True))


def playbook_hash(playbook: Playbook) -> str:
    """Return the SHA-256 of a playbook's content."""
    return hashlib.sha256(_canonical(playbook)).hexdigest()


class Playbooks:
    """The playbooks of one database; each is parsed once per process, since its hash fixes its content."""

    def __init__(self) -> None:
        self._known: dict[str, Playbook] = {}

    def remember(self, connection: Connection, playbook: Playbook, now: datetime | None) -> str:
        """Store a playbook unless it is stored already, and return its hash."""
        body = _canonical(playbook)
        name = hashlib.sha256(body).hexdigest()
        if self._stored(connection, name) is None:
            row = {
                "hash": name,
                "name": playbook.playbook,
                "language_version": playbook.language_version,
                "body": body.decode(),
                "first_seen_at": now or datetime.now(UTC),
            }
            connection.execute(insert(t.playbooks), row)
        self._known[name] = playbook
        return name

    def read(self, connection: Connection, name: str) -> Playbook:
        """Return the playbook with this hash; raises LookupError, because a case without one is a bug."""
        if name not in self._known:
            body = self._stored(connection, name)
            if body is None:
                raise LookupError(f"no playbook with the hash {name!r} was remembered")
            if hashlib.sha256(body.encode()).hexdigest() != name:
                raise LookupError(f"the playbook kept under {name!r} was changed beside the desk")
            self._known[name] = Playbook.model_validate(json.loads(body))
        return self._known[name]

    def _stored(self, connection: Connection, name: str) -> str | None:
        return connection.scalar(select(t.playbooks.c.body).where(t.playbooks.c.hash == name))
