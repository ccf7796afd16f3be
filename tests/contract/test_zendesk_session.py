"""How the client stands up to answers no well-meaning server gives: scripted, over plain sockets and over TLS."""

import json
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk.service.ports import GiveUp, TryAgain
from tests.contract.zendesk_sandbox import CREATE, Try, look, note
from tests.contract.zendesk_scripted import (
    NAMES,
    Answer,
    Asked,
    Scripted,
    as_json,
    certificate,
    serve,
    usual,
)

PLAIN = CREATE.model_copy(update={"query_type": None})


@pytest.fixture
def server() -> Iterator[Scripted]:
    with serve() as running:
        yield running


async def test_exactly_the_kept_bytes_are_sent_every_time(server: Scripted) -> None:
    server.instead("POST", Answer(500))
    attempt = Try()
    for _ in range(2):
        with pytest.raises(TryAgain):
            await server.client.create(PLAIN, attempt)
        attempt.failed()
    first, second = server.calls("POST")
    assert first.body == second.body == attempt.kept[0] == attempt.kept[1]
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.headers["Content-Type"] == "application/json"
    assert all("Idempotency-Key" not in asked.headers for asked in server.calls("GET"))


async def test_the_next_page_is_asked_of_our_host_only(server: Scripted) -> None:
    """A link to another host would be followed with our credentials."""
    with serve() as stranger:
        first = {"groups": NAMES["groups"][:1], "meta": {"has_more": True}}
        first |= {"links": {"next": f"{stranger.url}/api/v2/groups.json?page%5Bafter%5D=x&page%5Bsize%5D=100"}}
        second = {
            "groups": NAMES["groups"][1:],
            "meta": {"has_more": False},
            "links": {"next": None},
        }

        def script(asked: Asked) -> Answer:
            if not asked.path.startswith("/api/v2/groups"):
                return usual(asked)
            return as_json(second if "after" in asked.path else first)

        server.script = script
        seen = await server.client.update(note(7), Try())
        assert seen.lost == ("group",)
        assert stranger.asked == []
        assert json.loads(server.calls("PUT")[0].body)["ticket"]["group_id"] == 13


async def test_a_next_page_outside_the_api_is_not_asked_for(server: Scripted) -> None:
    page = {
        "groups": NAMES["groups"],
        "meta": {"has_more": True},
        "links": {"next": "http://127.0.0.1/logout"},
    }
    server.instead("GET", as_json(page), "/groups")
    with pytest.raises(TryAgain, match="cannot be read"):
        await server.client.create(PLAIN, Try())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(server: Scripted, status: int) -> None:
    with serve() as stranger:
        server.instead("POST", Answer(status, headers={"Location": f"{stranger.url}/api/v2/tickets.json"}))
        with pytest.raises(GiveUp, match="another address"):
            await server.client.create(PLAIN, Try())
        assert stranger.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"x"',
        b"<html>sign in</html>",
        b'{"ticket": null}',
        b'{"ticket": {"id": null}}',
    ],
)
async def test_an_answer_that_is_no_ticket_is_tried_again(server: Scripted, body: bytes) -> None:
    for method in ("POST", "GET"):
        server.instead(method, Answer(200, body), "/tickets")
        with pytest.raises(TryAgain) as failed:
            await server.client.create(PLAIN, Try())
        assert failed.value.certain is False


@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b'{"groups": 7}', b'{"groups": [null]}', b"<html>"])
async def test_names_that_cannot_be_read_are_tried_again(server: Scripted, body: bytes) -> None:
    server.instead("GET", Answer(200, body), "/groups")
    with pytest.raises(TryAgain):
        await server.client.create(PLAIN, Try())
    assert server.calls("POST") == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (
            {
                "Retry-After": "Sun, 22 Nov 2026 06:31:30 GMT",
                "Date": "Sun, 22 Nov 2026 06:30:00 GMT",
            },
            90,
        ),
        (
            {
                "Retry-After": "Sun, 22 Nov 2026 06:29:00 GMT",
                "Date": "Sun, 22 Nov 2026 06:30:00 GMT",
            },
            0,
        ),
        ({"Retry-After": "Sun, 22 Nov 2026 06:31:30 GMT"}, 30),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "nan"}, 30),
        ({"Retry-After": "1e400"}, 30),
        ({"Retry-After": "93.58101"}, 93.58101),
        ({}, 30),
    ],
)
async def test_every_way_to_ask_for_patience(server: Scripted, headers: dict[str, str], seconds: float) -> None:
    server.instead("GET", Answer(429, b"Number of allowed API requests per minute exceeded", headers))
    with pytest.raises(TryAgain, match="too many requests") as failed:
        await server.client.look(look(7))
    assert failed.value.after == timedelta(seconds=seconds)
    assert len(server.asked) == 1


REFUSALS: list[tuple[int, object, type[Exception], str]] = [
    (
        400,
        {"error": {"title": "Invalid attribute", "message": "id of naledi@example.com"}},
        GiveUp,
        "refused the ticket",
    ),
    (
        400,
        {"error": "TooManyValues", "description": "d", "max_count": 100},
        GiveUp,
        "refused the ticket",
    ),
    (401, {"error": "Couldn't authenticate you"}, GiveUp, "does not let the bot in"),
    (403, {"error": "Forbidden"}, GiveUp, "its user may not do this"),
    (
        403,
        {
            "error": "Forbidden",
            "description": "You are missing the following required scopes: tickets:write, write",
        },
        GiveUp,
        "would do: tickets:write, write",
    ),
    (401, {"error": "invalid_token"}, GiveUp, "its sign-in is wrong or has ended"),
    (404, {"error": "RecordNotFound", "description": "Not found"}, GiveUp, "may have been deleted"),
    (
        409,
        {"error": "DatabaseConflict", "description": "Database collision"},
        TryAgain,
        "the same ticket",
    ),
    (422, {"error": "invalid"}, GiveUp, "refused the ticket"),
    (
        422,
        {
            "error": "RecordInvalid",
            "details": {"assignee": [{"description": "is naledi@example.com"}]},
        },
        GiveUp,
        "assignee",
    ),
    (
        422,
        {"error": "RecordInvalid", "details": {"naledi@example.com": []}},
        GiveUp,
        "refused the ticket",
    ),
    (422, [], GiveUp, "refused the ticket"),
    (
        429,
        {"detail": "Rate limited by edge protection", "status": "429"},
        TryAgain,
        "too many requests",
    ),
    (500, None, TryAgain, r"fault of its own \(500\)"),
    (
        503,
        {"error": "DatabaseDeadlock", "description": "please retry"},
        TryAgain,
        r"fault of its own \(503\)",
    ),
]


@pytest.mark.parametrize(("status", "body", "kind", "says"), REFUSALS)
async def test_every_refusal_is_translated_once(
    server: Scripted, status: int, body: object, kind: type[Exception], says: str
) -> None:
    server.instead("PUT", as_json(body, status))
    with pytest.raises(kind, match=says) as failed:
        await server.client.update(note(7, group=None), Try())
    assert "naledi" not in str(failed.value)
    assert failed.value.__cause__ is None
    assert len(server.calls("PUT")) == 1


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate that requests believes in for this test."""
    chain = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


@pytest.mark.parametrize(
    "answer",
    [Answer(cut=True), Answer(503, headers={"Retry-After": "0"}), Answer(500)],
    ids=["cut", "503", "500"],
)
async def test_over_tls_nothing_is_sent_twice(trusted: ssl.SSLContext, answer: Answer) -> None:
    """zenpy's own adapter on https:// would repeat a PUT up to four times."""
    with serve(trusted) as server:
        server.instead("PUT", answer)
        with pytest.raises(TryAgain) as failed:
            await server.client.update(note(7), Try())
        assert failed.value.certain is False
        assert len(server.calls("PUT")) == 1
        server.instead("POST", answer)
        with pytest.raises(TryAgain):
            await server.client.create(PLAIN, Try())
        assert len(server.calls("POST")) == 1


async def test_a_certificate_nobody_signed_is_not_trusted(
    trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with serve(trusted) as server:
        with pytest.raises(TryAgain, match="certificate is not trusted"):
            await server.client.look(look(7))
        assert server.asked == []
