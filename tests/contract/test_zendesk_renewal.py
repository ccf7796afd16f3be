"""Renewing the sign-in to Zendesk when things go wrong: the next client, a rest that ends, a token that still lives."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk.service.ports import GiveUp, TryAgain
from integrations.zendesk.scopes import SERVE
from integrations.zendesk.session import OneHost
from integrations.zendesk.sign_in import Client, ClientCredentials
from tests.contract.zendesk_scripted import (
    Answer,
    Asked,
    Scripted,
    as_json,
    certificate,
    serve,
    usual,
)
from tests.contract.zendesk_signing import CLIENT, TOKEN, Hand, ask, signing, tokens


@pytest.fixture
def server() -> Iterator[Scripted]:
    with serve() as running:
        yield running


@pytest.fixture
def signed(server: Scripted) -> Iterator[Callable[..., ClientCredentials]]:
    with signing(server) as sign:
        yield sign


REFUSALS = [
    "invalid_client",
    "unauthorized_client",
    "invalid_scope",
    "access_denied",
    "invalid_grant",
]


@pytest.mark.parametrize("error", REFUSALS)
def test_every_refusal_leads_to_the_next_client(server: Scripted, error: str) -> None:
    asked = tokens(server, as_json({"error": error}, 400), as_json(TOKEN))
    two = (CLIENT, Client("ato_desk", "MARK-other"))  # the same client with another secret
    sign_in = ClientCredentials(server.url, two, SERVE)
    assert ask(server, sign_in).status_code == 200
    assert [b"MARK-secret" in asked[0].body, b"MARK-other" in asked[1].body] == [True, True]
    assert sign_in.client == "ato_desk (2 of 2)"
    sign_in.close()


def test_a_client_whose_tokens_are_dead_gives_way_to_the_next(server: Scripted) -> None:
    clock = Hand()
    asked = tokens(server, as_json(TOKEN))
    mint = server.script

    def script(one: Asked) -> Answer:
        if one.method == "POST" or b"MARK-other" in asked[-1].body:
            return mint(one)
        return as_json({"error": "invalid_token"}, 401)

    server.script = script
    sign_in = ClientCredentials(server.url, (CLIENT, Client("other", "MARK-other")), SERVE, now=clock)
    with pytest.raises(TryAgain):
        ask(server, sign_in)
    clock.now += 5
    assert ask(server, sign_in).status_code == 200
    sign_in.close()


@pytest.mark.parametrize("error", ["invalid_client", "invalid_scope", "invalid_request"])
def test_what_a_person_mended_is_seen_within_seconds(
    server: Scripted, signed: Callable[..., ClientCredentials], error: str
) -> None:
    clock = Hand()
    tokens(server, *[as_json({"error": error}, 400)] * 8, as_json(TOKEN))
    sign_in = signed(now=clock)
    for _ in range(8):
        with pytest.raises(GiveUp):
            ask(server, sign_in)
        clock.now += 5
    assert ask(server, sign_in).status_code == 200


def test_a_renewal_that_fails_leaves_the_token_that_still_lives(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    clock = Hand()
    asked = tokens(server, as_json(TOKEN), Answer(503), as_json(TOKEN | {"access_token": "MARK-2"}))
    sign_in = signed(now=clock)
    for passed, minted in ((0, 1), (1745, 2), (1, 2), (10, 3)):
        clock.now += passed
        assert ask(server, sign_in).status_code == 200
        assert len(asked) == minted
    assert server.calls("GET")[-1].headers["Authorization"] == "Bearer MARK-2"


def test_a_renewal_that_fails_is_told_once_the_token_is_over(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    clock = Hand()
    tokens(server, as_json(TOKEN), Answer(503, headers={"Retry-After": "120"}))
    sign_in = signed(now=clock)
    ask(server, sign_in)
    clock.now += 1801
    with pytest.raises(TryAgain, match="a fault of its own") as failed:
        ask(server, sign_in)
    assert failed.value.after == timedelta(seconds=120)


def test_one_address_that_is_refused_stops_nothing_else(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    tokens(server, as_json(TOKEN))
    mint = server.script
    server.script = lambda one: as_json({}, 401) if "brands" in one.path else mint(one)
    sign_in = signed(now=Hand())
    session = OneHost(server.url)
    session.auth = sign_in
    with session:
        for _ in range(4):
            assert session.get(f"{server.url}/api/v2/groups", timeout=2).status_code == 200
            with pytest.raises(TryAgain, match="a moment ago"):
                session.get(f"{server.url}/api/v2/brands", timeout=2)


def test_a_renewal_that_drips_keeps_nobody_waiting_for_ever(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    gate = threading.Event()
    server.script = lambda one: (gate.wait(5), as_json(TOKEN))[1] if one.method == "POST" else usual(one)
    sign_in = signed(patience_s=0.2, timeout=(5.0, 5.0))
    slow = threading.Thread(target=ask, args=(server, sign_in))
    slow.start()
    while not server.asked:
        pass
    with pytest.raises(TryAgain, match="has not given an access token yet") as failed:
        ask(server, sign_in)
    assert failed.value.certain
    gate.set()
    slow.join()


async def test_a_certificate_that_nobody_signed_is_named(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with serve(context) as secure:
        sign_in = ClientCredentials(secure.url, (CLIENT,), SERVE)
        with pytest.raises(TryAgain, match="its certificate is not trusted"):
            ask(secure, sign_in)
        sign_in.close()


def test_a_dead_token_is_not_sent_while_no_other_may_be_asked_for(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    clock = Hand()
    tokens(server, as_json(TOKEN), Answer(503))
    mint = server.script
    sign_in = signed(now=clock)
    ask(server, sign_in)
    clock.now += 1745
    ask(server, sign_in)  # the renewal failed, and the token of before still lives
    server.script = lambda one: mint(one) if one.method == "POST" else as_json({"error": "invalid_token"}, 401)
    for _ in range(4):
        with pytest.raises(TryAgain, match="a fault of its own"):
            ask(server, sign_in)
    assert len(server.calls("GET")) == 3
