"""What the tests of signing in to Zendesk share: a clock, a scripted token endpoint, and one call through the sign-in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests

from integrations.zendesk.scopes import SERVE
from integrations.zendesk.session import OneHost
from integrations.zendesk.sign_in import Client, ClientCredentials
from tests.contract.zendesk_scripted import Answer, Asked, Scripted, usual

TOKEN = {"access_token": "MARK-token", "token_type": "bearer", "scope": SERVE, "expires_in": 1800}
CLIENT = Client("ato_desk", "MARK-secret")


class Hand:
    """A clock that is moved by hand, in monotonic seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def signing(server: Scripted) -> Iterator[Callable[..., ClientCredentials]]:
    """Make sign-ins to the scripted server, and close them afterwards."""
    made: list[ClientCredentials] = []

    def sign(**given: Any) -> ClientCredentials:
        made.append(ClientCredentials(given.pop("url", server.url), (CLIENT,), SERVE, **given))
        return made[-1]

    yield sign
    for one in made:
        one.close()


def tokens(server: Scripted, *answers: Answer) -> list[Asked]:
    """Answer the token endpoint with these, one after the other, the last for ever; gives what it was asked."""
    left, asked_for = list(answers), []

    def script(asked: Asked) -> Answer:
        if asked.path != "/oauth/tokens":
            return usual(asked)
        asked_for.append(asked)
        return left.pop(0) if len(left) > 1 else left[0]

    server.script = script
    return asked_for


def ask(server: Scripted, sign_in: ClientCredentials) -> requests.Response:
    session = OneHost(server.url)
    session.auth = sign_in
    with session:
        return session.get(f"{server.url}/api/v2/groups.json", timeout=(1.0, 2.0))
