"""Signing in to Zendesk by OAuth: one minting in the life of a token, renewal, refusals, and no secret in any line."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import pytest

from desk.service.ports import GiveUp, TryAgain
from integrations.zendesk.client import ZendeskTickets
from integrations.zendesk.scopes import PROVISION, SERVE
from integrations.zendesk.setup import Call, SetUp
from integrations.zendesk.sign_in import ApiToken, Client, ClientCredentials
from sandbox import seeds
from tests.contract.zendesk_sandbox import CREATE, Account, Try, account, look, note
from tests.contract.zendesk_scripted import (
    Answer,
    Scripted,
    as_json,
    serve,
)
from tests.contract.zendesk_signing import CLIENT, TOKEN, Hand, ask, signing, tokens


@pytest.fixture
async def zendesk() -> AsyncIterator[Account]:
    async with account() as running:
        yield running


@pytest.fixture
async def client(zendesk: Account) -> AsyncIterator[ZendeskTickets]:
    one = zendesk.client()
    yield one
    one.close()


@pytest.fixture
def server() -> Iterator[Scripted]:
    with serve() as running:
        yield running


@pytest.fixture
def signed(server: Scripted) -> Iterator[Callable[..., ClientCredentials]]:
    with signing(server) as sign:
        yield sign


# One minting in the life of a token ---------------------------------------------------------------


async def test_a_whole_conversation_needs_one_token(zendesk: Account, client: ZendeskTickets) -> None:
    seen = await client.create(CREATE, Try())
    await client.update(note(seen.id), Try())
    await client.look(look(seen.id))
    assert zendesk.minted() == 1


async def test_many_calls_at_once_mint_one_token(zendesk: Account, client: ZendeskTickets) -> None:
    seen = await client.create(CREATE, Try())
    zendesk.oauth(revoke=True)
    await asyncio.gather(*(client.look(look(seen.id)) for _ in range(12)))
    assert zendesk.minted() == 2


def test_a_token_is_replaced_a_little_before_its_end(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    clock = Hand()
    asked = tokens(server, as_json(TOKEN))
    sign_in = signed(now=clock)
    for passed, minted in ((0, 1), (1700, 1), (39, 1), (2, 2), (1700, 2)):
        clock.now += passed
        ask(server, sign_in)
        assert len(asked) == minted, passed


@pytest.mark.parametrize(("life", "still", "over"), [(60, 53, 55), (300, 269, 271), (7200, 7139, 7141)])
def test_how_early_depends_on_the_life_that_zendesk_gave(
    server: Scripted, signed: Callable[..., ClientCredentials], life: int, still: int, over: int
) -> None:
    clock = Hand()
    asked = tokens(server, as_json(TOKEN | {"expires_in": life}))
    sign_in = signed(now=clock)
    for now, minted in ((0, 1), (still, 1), (over, 2)):
        clock.now = 1000.0 + now
        ask(server, sign_in)
        assert len(asked) == minted


def test_a_life_that_is_not_said_is_the_one_that_was_asked_for(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    clock = Hand()
    asked = tokens(server, as_json({name: TOKEN[name] for name in ("access_token", "token_type")}))
    sign_in = signed(life_s=600, now=clock)
    ask(server, sign_in)
    clock.now += 541
    ask(server, sign_in)
    assert len(asked) == 2


def test_what_is_asked_is_one_string_of_scopes_and_a_life(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    asked = tokens(server, as_json(TOKEN))
    ask(server, signed(life_s=600))
    body = dict(part.split("=") for part in asked[0].body.decode().split("&"))
    assert body == {
        "grant_type": "client_credentials",
        "scope": "read+tickets%3Awrite",
        "expires_in": "600",
        "client_id": "ato_desk",
        "client_secret": "MARK-secret",
    }
    assert "Authorization" not in asked[0].headers
    assert server.calls("GET")[0].headers["Authorization"] == "Bearer MARK-token"


# A token that is refused --------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["revoke", "expire"])
async def test_a_token_that_is_gone_is_replaced_once_and_nothing_is_done_twice(
    zendesk: Account, client: ZendeskTickets, how: str
) -> None:
    await client.whoami()
    if how == "revoke":
        zendesk.oauth(revoke=True)
    else:
        zendesk.zendesk.helpdesk.oauth.tokens.clear()
    seen = await client.create(CREATE, Try())
    zendesk.oauth(revoke=True)
    await client.update(note(seen.id), Try())
    assert (zendesk.minted(), len(zendesk.tickets()), len(zendesk.comments(seen.id))) == (
        3,
        1,
        2,
    )


async def test_a_sheet_is_sent_whole_again_with_the_new_token(zendesk: Account, client: ZendeskTickets) -> None:
    seen = await client.create(CREATE, Try())
    zendesk.oauth(revoke=True)
    token = await asyncio.to_thread(client._account.upload, "sheet.csv", b"a,b\n1,2\n")
    assert token
    kept = zendesk.zendesk.helpdesk.account.attachments.values()
    assert [one.content for one in kept] == [b"a,b\n1,2\n"]
    assert seen.id


def test_a_token_refused_at_once_is_asked_for_twice_and_then_not_for_a_while(
    server: Scripted,
    signed: Callable[..., ClientCredentials],
) -> None:
    """As with a token of another account, or an owner who lost access."""
    clock = Hand()
    asked = tokens(server, as_json(TOKEN), as_json(TOKEN | {"access_token": "MARK-2"}))
    mint = server.script
    server.script = lambda one: mint(one) if one.method == "POST" else as_json({"error": "invalid_token"}, 401)
    sign_in = signed(now=clock)
    rests = []
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(TryAgain, match="the access token it gave a moment ago") as failed:
                ask(server, sign_in)
            assert failed.value.certain
        assert failed.value.after
        rests.append(failed.value.after.total_seconds())
        clock.now += rests[-1]
    assert rests == [5.0, 10.0, 20.0]
    assert len(asked) == 4  # two at first, then one after each time of rest


def test_a_token_taken_again_ends_the_rest(server: Scripted, signed: Callable[..., ClientCredentials]) -> None:
    clock = Hand()
    tokens(server, Answer(503), as_json(TOKEN))
    sign_in = signed(now=clock)
    with pytest.raises(TryAgain):
        ask(server, sign_in)
    clock.now += 5
    assert ask(server, sign_in).status_code == 200
    assert sign_in._rest is None


# No token at all ----------------------------------------------------------------------------------


REFUSED: list[tuple[str, Answer, type[Exception], str]] = [
    ("wrong secret", as_json({"error": "invalid_client"}, 401), GiveUp, "does not know the desk's OAuth client"),
    (
        "scope",
        as_json({"error": "invalid_scope", "error_description": "x"}, 400),
        GiveUp,
        "the scopes that it asks for",
    ),
    ("life", as_json({"error": "invalid_request"}, 400), GiveUp, "would not take the desk's request"),
    ("public client", as_json({"error": "unauthorized_client"}, 400), GiveUp, "the kind Confidential"),
    ("401 page", Answer(401, b"<html>sign in</html>", {"Content-Type": "text/html"}), TryAgain, "not Zendesk's answer"),
    ("html", Answer(200, b"<html>welcome</html>", {"Content-Type": "text/html"}), TryAgain, "not Zendesk's answer"),
    ("empty", Answer(200, b""), TryAgain, "not Zendesk's answer"),
    ("null", Answer(200, b"null"), TryAgain, "not Zendesk's answer"),
    ("list", Answer(200, b"[]"), TryAgain, "not Zendesk's answer"),
    ("no token", as_json({"token_type": "bearer"}), TryAgain, "not Zendesk's answer"),
    ("a token with a line break", as_json(TOKEN | {"access_token": "MARK\n"}), TryAgain, "is of no use"),
    ("a token without end", as_json(TOKEN | {"access_token": "M" * 5000}), TryAgain, "is of no use"),
    (
        "an instant in words",
        as_json(TOKEN | {"expires_in": None, "expires_at": "2026-12-01"}),
        TryAgain,
        "is of no use",
    ),
    (
        "an instant as a number",
        as_json(TOKEN | {"expires_in": None, "expires_at": 1790000000}),
        TryAgain,
        "is of no use",
    ),
    ("no end of an answer", Answer(200, b" " * 70_000), TryAgain, "did not answer in time"),
    ("broken gzip", Answer(200, b"\x1f\x8bxx", {"Content-Encoding": "gzip"}), TryAgain, "the connection broke"),
    ("number for a token", as_json(TOKEN | {"access_token": 7}), TryAgain, "is of no use"),
    ("over", as_json(TOKEN | {"expires_in": -5}), TryAgain, "is of no use, or had already ended"),
    ("redirect", Answer(302, headers={"Location": "http://127.0.0.1:9/"}), TryAgain, "not Zendesk's answer"),
    ("500", Answer(500), TryAgain, "a fault of its own"),
    ("503", as_json({"error": "ServiceUnavailable"}, 503), TryAgain, "a fault of its own"),
    ("429", Answer(429, b"Number of allowed", {"Retry-After": "93"}), TryAgain, "too many requests"),
    ("cut", Answer(cut=True), TryAgain, "the connection broke"),
]


@pytest.mark.parametrize(("answer", "kind", "says"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
async def test_whatever_the_token_endpoint_answers_is_said_and_nothing_is_sent(
    server: Scripted,
    signed: Callable[..., ClientCredentials],
    answer: Answer,
    kind: type[Exception],
    says: str,
) -> None:
    asked = tokens(server, answer)
    client = ZendeskTickets(
        server.url,
        signed(timeout=(1.0, 2.0)),
        server.client._placeholder,
    )
    attempt = Try()
    plain = CREATE.model_copy(update={"query_type": None})
    for _ in range(3):
        with pytest.raises(kind, match=says) as failed:
            await client.create(plain, attempt)
        assert "MARK" not in f"{failed.value} {failed.value.__cause__}"
        assert getattr(failed.value, "certain", True)
    client.close()
    assert len(asked) == 1  # whoever comes within the time of rest gets the same answer
    assert [one for one in server.asked if one.path != "/oauth/tokens"] == []


def test_a_wait_that_zendesk_asks_for_is_kept(server: Scripted, signed: Callable[..., ClientCredentials]) -> None:
    clock = Hand()
    asked = tokens(server, Answer(429, b"x", {"Retry-After": "93"}), as_json(TOKEN))
    sign_in = signed(now=clock)
    for passed, left in ((0, 93), (50, 43), (42, 1)):
        clock.now += passed
        with pytest.raises(TryAgain) as failed:
            ask(server, sign_in)
        assert failed.value.after == timedelta(seconds=left)
    clock.now += 1
    assert ask(server, sign_in).status_code == 200
    assert len(asked) == 2


def test_a_token_endpoint_that_hangs_is_left_in_time(
    server: Scripted, signed: Callable[..., ClientCredentials]
) -> None:
    left = threading.Event()
    with serve() as deaf:
        deaf.script = lambda one: (left.wait(30), as_json(TOKEN))[1]
        sign_in = signed(url=deaf.url, timeout=(0.2, 0.2))
        with pytest.raises(TryAgain, match="did not answer in time"):
            ask(deaf, sign_in)
        left.set()


# Two clients, scopes, owners ----------------------------------------------------------------------


async def test_a_secret_is_changed_without_a_pause(zendesk: Account) -> None:
    zendesk.oauth(add_client="ato_desk_2", secret="new")
    first = Client(seeds.ZENDESK_CLIENT_ID, seeds.ZENDESK_CLIENT_SECRET)
    client = zendesk.client(sign_in=zendesk.sign_in(clients=(first, Client("ato_desk_2", "new"))))
    seen = await client.create(CREATE, Try())
    zendesk.oauth(secret="changed")
    zendesk.oauth(revoke=True)
    await client.update(note(seen.id), Try())
    await client.look(look(seen.id))
    client.close()
    assert (len(zendesk.tickets()), len(zendesk.comments(seen.id))) == (1, 2)
    assert zendesk.asked("POST /oauth/tokens") == 3  # the first client's token, its refusal, the second's token


async def test_what_either_client_did_is_our_own_echo(zendesk: Account) -> None:
    zendesk.oauth(add_client="ato_desk_2", secret="new")
    zendesk.oauth(client="ato_desk_2", owner="Nomsa Khumalo", owner_role="admin")
    first = Client(seeds.ZENDESK_CLIENT_ID, seeds.ZENDESK_CLIENT_SECRET)
    client = zendesk.client(sign_in=zendesk.sign_in(clients=(first, Client("ato_desk_2", "new"))))
    seen = await client.create(CREATE, Try())
    await client.update(note(seen.id), Try())
    await client.look(look(seen.id))
    zendesk.oauth(drop_client=True)
    zendesk.oauth(client="ato_desk_2", revoke=True)
    assert (await client.look(look(seen.id))).moved_by is None
    again = note(seen.id, key="01JCASE00000000000000000A/back/1/0", group="CS Data Compliance")
    await client.update(again, Try())
    assert (await client.look(look(seen.id))).moved_by is None  # the second client's own move
    zendesk.move(seen.id, group="Food Management Group")
    assert (await client.look(look(seen.id))).moved_by == "Priya Naidoo"
    client.close()


@pytest.mark.parametrize(
    ("scope", "lacks"),
    [("read", "tickets:write, write"), ("tickets:write tickets:read", "read")],
)
async def test_a_missing_scope_is_named(zendesk: Account, scope: str, lacks: str) -> None:
    client = zendesk.client(sign_in=zendesk.sign_in(scope))
    with pytest.raises(GiveUp, match=f"any one of these would do: {lacks}") as failed:
        await client.create(CREATE, Try())
    assert "Press" not in str(failed.value)
    assert zendesk.tickets() == []
    client.close()


async def test_serving_needs_exactly_its_scopes(zendesk: Account) -> None:
    """Take away each word of what `ato serve` asks for, and something is refused."""
    for left in _without_one(SERVE):
        client = zendesk.client(sign_in=zendesk.sign_in(left))
        with pytest.raises(GiveUp, match="lacks a scope"):
            seen = await client.create(CREATE, Try())
            await client.look(look(seen.id))
        client.close()


async def test_provisioning_needs_exactly_its_scopes(zendesk: Account) -> None:
    group = Call(method="POST", path="/api/v2/groups", body={"group": {"name": "New"}})
    for scope in (*_without_one(PROVISION), "read triggers:write webhooks:write"):
        with pytest.raises(GiveUp, match="lacks a scope"):
            await _set_up(zendesk, scope, group)
    await _set_up(zendesk, PROVISION, group)


async def test_an_owner_who_is_no_administrator_any_more_is_told(zendesk: Account) -> None:
    group = Call(method="POST", path="/api/v2/groups", body={"group": {"name": "New"}})
    zendesk.oauth(owner_role="agent")
    with pytest.raises(GiveUp, match="is no longer an administrator"):
        await _set_up(zendesk, PROVISION, group)


async def _set_up(zendesk: Account, scope: str, call: Call) -> None:
    set_up = SetUp(zendesk.url, zendesk.sign_in(scope), (2.0, 2.0))

    def work() -> None:
        set_up.me()
        set_up.found()
        set_up.do(call)

    try:
        await asyncio.to_thread(work)
    finally:
        set_up.close()


def _without_one(scopes: str) -> list[str]:
    words = scopes.split()
    return [" ".join(words[:at] + words[at + 1 :]) for at in range(len(words))]


# What came before, and what is never shown --------------------------------------------------------


async def test_an_api_token_goes_on_where_an_account_has_one(zendesk: Account) -> None:
    client = zendesk.client(sign_in=ApiToken(seeds.ZENDESK_BOT_EMAIL, seeds.ZENDESK_API_TOKEN))
    with pytest.raises(GiveUp, match="does not let the bot in"):
        await client.create(CREATE, Try())
    zendesk.oauth(old_account=True)
    assert (await client.create(CREATE, Try())).group == "CS Data Compliance"
    client.close()


def test_no_secret_and_no_token_is_in_any_line(
    server: Scripted,
    signed: Callable[..., ClientCredentials],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens(server, as_json(TOKEN), as_json({"error": "invalid_client"}, 401))
    clock = Hand()
    sign_in = signed(now=clock)
    ask(server, sign_in)
    clock.now += 1800
    with pytest.raises(GiveUp):
        ask(server, sign_in)
    shown = capsys.readouterr()
    lines = f"{caplog.text} {shown.out} {shown.err} {sign_in!r} {CLIENT!r} {json.dumps([repr(sign_in)])}"
    assert "MARK" not in lines
