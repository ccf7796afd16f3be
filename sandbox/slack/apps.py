"""Apps installed in the simulated workspace, and the one a request is from or for.

There is one from the beginning; another is installed over the control API. An app is known by its token, gets its own
command, answers and events at its own address, and sees and changes only its own messages, modals and home tabs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sandbox import seeds


@dataclass
class App:
    """An installed app: its ids, its secrets, its slash command, and the address of a second one."""

    id: str = seeds.APP_ID
    bot_user: str = seeds.BOT_USER
    bot_id: str = seeds.BOT_ID
    name: str = seeds.BOT_NAME
    token: str = seeds.BOT_TOKEN
    secret: str = seeds.SIGNING_SECRET
    command: str = "/ato"
    url: str | None = None

    @property
    def first(self) -> bool:
        return self.id == seeds.APP_ID


_acting: ContextVar[App] = ContextVar("acting", default=App())  # noqa: B039 - it is never changed in place


def acting() -> App:
    """The app that this request is from or for."""
    return _acting.get()


@contextmanager
def using(app: App) -> Iterator[None]:
    """Act with this app."""
    token = _acting.set(app)
    try:
        yield
    finally:
        _acting.reset(token)


def become(app: App) -> None:
    """Act with this app for the rest of this request."""
    _acting.set(app)


def new_app(number: int, name: str, command: str, url: str | None) -> App:
    """An app that is just being installed."""
    return App(
        f"AATODES{number}",
        f"UBOT000{number}",
        f"BBOT000{number}",
        name,
        f"xoxb-{secrets.token_hex(12)}",
        secrets.token_hex(16),
        command,
        url,
    )
