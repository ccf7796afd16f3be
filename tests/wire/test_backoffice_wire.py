"""Odd answers of a back office, and that the description for other people is the API that is used."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
import yaml
from hypothesis import given
from hypothesis import strategies as st

from desk.service.ports import GiveUp, TryAgain
from integrations.backoffice import calls, shapes, wire
from integrations.backoffice.client import MOST_BYTES, HttpBackOffice
from integrations.backoffice.links import Links

URL = "https://admin.test"
ORDER, WALLET = f"{URL}/v1/orders/DFD-77120", f"{URL}/v1/profiles/2048811/wallet"
PROFILE, SUSPEND = f"{URL}/v1/profiles/2048811", f"{URL}/v1/profiles/2048811/suspend"
GOOD_ORDER = {
    "id": "DFD-77120",
    "profile_id": "2048811",
    "restaurant": "Ocean Basket",
    "total": {"amount": "129.9", "currency": "ZAR"},
    "placed_at": "2026-11-22T00:47:00+02:00",
}
PROBLEM = {"type": "about:blank", "title": "No", "status": 404, "detail": "No Naledi here"}
DOCS = Path(__file__).parents[2] / "docs"
API: dict[str, Any] = yaml.safe_load((DOCS / "backoffice-openapi.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
async def office() -> AsyncIterator[HttpBackOffice]:
    async with HttpBackOffice(URL, "secret", timeout=1.0) as office:
        yield office


def profile(status: str = "active", **more: object) -> httpx.Response:
    return httpx.Response(200, json={"profile": {"id": "2048811", "status": status, **more}})


# Answers other than success -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "after", "certain"),
    [
        (httpx.Response(429, headers={"Retry-After": "7"}), 7, True),
        (httpx.Response(429, headers={"Retry-After": "0.5"}), 0.5, True),
        (httpx.Response(429, headers={"Retry-After": "999999"}), 600, True),
        (httpx.Response(429, headers={"Retry-After": "nan"}), 30, True),
        (httpx.Response(429, headers={"Retry-After": "inf"}), 30, True),
        (httpx.Response(429, headers={"Retry-After": "-5"}), 0, True),
        (httpx.Response(429, text="slow down"), 30, True),
        (
            httpx.Response(
                429,
                headers={
                    "Retry-After": "Sat, 21 Nov 2026 22:48:00 GMT",
                    "Date": "Sat, 21 Nov 2026 22:47:30 GMT",
                },
            ),
            30,
            True,
        ),
        (httpx.Response(500), None, False),
        (httpx.Response(503, headers={"Retry-After": "2"}), 2, False),
        (httpx.Response(502, text="<html>Bad gateway</html>"), None, False),
        (httpx.Response(408), None, False),
    ],
)
async def test_what_may_pass_is_tried_again(web, office, answer, after, certain) -> None:
    web.get(ORDER).mock(return_value=answer)
    with pytest.raises(TryAgain) as told:
        await office.order("DFD-77120")
    assert told.value.after == (None if after is None else timedelta(seconds=after))
    assert told.value.certain is certain
    assert told.value.system == "Back office"


@pytest.mark.parametrize(
    ("error", "certain"),
    [
        (httpx.ConnectError("refused"), True),
        (httpx.ConnectTimeout("no"), True),
        (httpx.ReadTimeout("no"), False),
        (httpx.ReadError("cut"), False),
        (httpx.RemoteProtocolError("nonsense"), False),
    ],
)
async def test_no_answer_is_tried_again(web, office, error, certain) -> None:
    web.get(ORDER).mock(side_effect=error)
    with pytest.raises(TryAgain) as told:
        await office.order("DFD-77120")
    assert told.value.certain is certain
    assert told.value.__cause__ is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "TOKEN"),
        (403, "TOKEN"),
        (302, "URL"),
        (307, "URL"),
        (304, "URL"),
        (400, "400"),
        (418, "418"),
        (422, "422"),
        (404, "ATO_BACKOFFICE__URL"),
    ],
)
async def test_what_will_not_pass_is_a_sentence(web, office, status, words) -> None:
    headers = {"Location": "https://thief.test/"}
    web.get(ORDER).mock(return_value=httpx.Response(status, text="Naledi's secret", headers=headers))
    with pytest.raises(GiveUp, match=words) as told:
        await office.order("DFD-77120")
    assert "Naledi" not in told.value.reason
    assert "confirm it here" in told.value.reason


async def test_a_404_of_the_api_itself_is_no_failure(web, office) -> None:
    web.get(ORDER).mock(return_value=httpx.Response(404, json=PROBLEM))
    assert await office.order("DFD-77120") is None


async def test_only_the_configured_host_is_asked(web, office) -> None:
    web.get(ORDER).mock(return_value=httpx.Response(302, headers={"Location": "https://thief.test/"}))
    thief = web.get(host="thief.test").mock(return_value=httpx.Response(200))
    with pytest.raises(GiveUp, match="does not go with its token"):
        await office.order("DFD-77120")
    assert not thief.called


async def test_a_client_that_follows_redirects_is_told_not_to(web) -> None:
    web.get(ORDER).mock(return_value=httpx.Response(301, headers={"Location": "https://thief.test/"}))
    async with httpx.AsyncClient(follow_redirects=True) as client:
        office = HttpBackOffice(URL, "secret", client)
        with pytest.raises(GiveUp, match="another address"):
            await office.order("DFD-77120")
        await office.close()
        assert not client.is_closed


# Success that is none -------------------------------------------------------------------------------


def changed(**fields: object) -> bytes:
    return json.dumps({"order": {**GOOD_ORDER, **fields}}).encode()


ODD = {
    "html": b"<!doctype html><title>Sign in</title>",
    "empty": b"",
    "null": b"null",
    "a list": b"[]",
    "not UTF-8": b"\xff\xfe\x00",
    "deep": b"[" * 100_000,
    "cut": changed()[:-3],
    "huge": changed(restaurant="x" * MOST_BYTES),
    "a long name": changed(restaurant="x" * 501),
    "a number for a text": changed(restaurant=7),
    "a number for an id": changed(id=77120),
    "an id with a slash": changed(id="../profiles"),
    "a number for money": changed(total=129.9),
    "a number for an amount": changed(total={"amount": 129.9, "currency": "ZAR"}),
    "NaN": changed(total={"amount": "NaN", "currency": "ZAR"}),
    "too much money": changed(total={"amount": "1" * 40, "currency": "ZAR"}),
    "no currency": changed(total={"amount": "1.00", "currency": "rand"}),
    "a naive instant": changed(placed_at="2026-11-22T00:47:00"),
    "a number for an instant": changed(placed_at=1_700_000_000),
    "an instant out of reach": changed(placed_at="9999-12-31T23:59:59-14:00"),
    "an instant before time": changed(placed_at="0001-01-01T00:00:00+14:00"),
    "half a character": b'{"order": {"id": "\\ud800"}}',
}


@pytest.mark.parametrize("what", ODD)
async def test_an_answer_of_another_form_is_a_sentence(web, office, what) -> None:
    web.get(ORDER).mock(return_value=httpx.Response(200, content=ODD[what]))
    with pytest.raises(GiveUp, match="in a form the desk does not know") as told:
        await office.order("DFD-77120")
    assert len(told.value.reason) < 400


async def test_the_sentence_says_where_the_answer_is_wrong() -> None:
    with pytest.raises(GiveUp, match=r"order\.total\.amount"):
        wire.read_order(changed(total={"amount": 1, "currency": "ZAR"}))


async def test_a_broken_compression_is_a_sentence(web, office) -> None:
    web.get(ORDER).mock(
        return_value=httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))
    )
    with pytest.raises(GiveUp):
        await office.order("DFD-77120")


async def test_what_shows_nothing_is_taken_out(web, office) -> None:
    web.get(ORDER).mock(return_value=httpx.Response(200, content=changed(restaurant="\u202eKauai\x00 \n")))
    order = await office.order("DFD-77120")
    assert order.restaurant == "Kauai"
    assert order.total == {"amount": "129.90", "currency": "ZAR"}
    assert order.placed_at.isoformat() == "2026-11-21T22:47:00+00:00"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a.test/|x>", "admin", ""])
async def test_a_link_that_is_none_is_not_put_under_a_button(web, office, link) -> None:
    web.get(PROFILE).mock(return_value=profile(link=link))
    web.get(f"{URL}/v1/profiles").mock(
        return_value=httpx.Response(200, json={"profiles": [{"id": "2048811", "status": "active", "link": link}]})
    )
    with pytest.raises(GiveUp, match="link"):
        await office.profiles(customer_id="2048811")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "profile",
                    "profiles",
                    "order",
                    "orders",
                    "wallet",
                    "id",
                    "status",
                    "total",
                    "amount",
                    "currency",
                    "placed_at",
                    "balance",
                    "transactions",
                    "at",
                    "kind",
                    "restaurant",
                    "profile_id",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=20,
)


@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    wire.is_problem(raw)
    readers = (
        lambda: wire.read_profile(raw, Links()),
        lambda: wire.read_profiles(raw, Links()),
        lambda: wire.read_order(raw),
        lambda: wire.read_orders(raw),
        lambda: wire.read_wallet(raw),
    )
    for read in readers:
        try:
            read()
        except GiveUp as told:
            assert told.reason


# Changing something ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unclear",
    [httpx.Response(500), httpx.Response(200, text="<html>"), httpx.Response(409, json=PROBLEM)],
)
async def test_after_an_unclear_answer_the_profile_decides(web, office, unclear) -> None:
    web.post(SUSPEND).mock(return_value=unclear)
    look = web.get(PROFILE).mock(return_value=profile("suspended"))
    assert (await office.suspend("2048811", "Takeover", "k")).suspended
    assert look.call_count == 1


@pytest.mark.parametrize(
    ("unclear", "error", "words"),
    [
        (httpx.Response(500), TryAgain, "500"),
        (httpx.Response(200, text="<html>"), GiveUp, "Look in Admin"),
        (httpx.Response(409, json=PROBLEM), GiveUp, "the profile is not suspended"),
    ],
)
async def test_a_profile_that_is_not_as_wanted_is_never_called_done(web, office, unclear, error, words) -> None:
    web.post(SUSPEND).mock(return_value=unclear)
    web.get(PROFILE).mock(return_value=profile("active"))
    with pytest.raises(error, match=words):
        await office.suspend("2048811", "Takeover", "k")


@pytest.mark.parametrize(("unclear", "words"), [(httpx.Response(500), "500"), (httpx.Response(409), "503")])
async def test_when_the_look_fails_too_it_is_tried_again(web, office, unclear, words) -> None:
    web.post(SUSPEND).mock(return_value=unclear)
    web.get(PROFILE).mock(return_value=httpx.Response(503))
    with pytest.raises(TryAgain, match=words) as told:
        await office.suspend("2048811", "Takeover", "k")
    assert told.value.certain is False


@pytest.mark.parametrize("clear", [429, 401, 422, 302])
async def test_after_a_clear_answer_nobody_looks(web, office, clear) -> None:
    web.post(SUSPEND).mock(return_value=httpx.Response(clear))
    look = web.get(PROFILE)
    with pytest.raises((TryAgain, GiveUp)):
        await office.suspend("2048811", "Takeover", "k")
    assert not look.called


async def test_yes_without_a_deed_is_a_sentence(web, office) -> None:
    web.post(SUSPEND).mock(return_value=profile("active"))
    with pytest.raises(GiveUp, match="the profile is not suspended"):
        await office.suspend("2048811", "Takeover", "k")


@pytest.mark.parametrize("id_", ["", "..", "a/b", "a?b", "x" * 65, "ä", "1\n"])
async def test_an_id_cannot_lead_to_another_path(web, office, id_) -> None:
    with pytest.raises(GiveUp, match="cannot be one"):
        await office.suspend(id_, "Takeover", "k")
    assert await office.orders(id_) == ()
    assert await office.wallet(id_) is None
    assert len(web.calls) == 0


# Addresses and secrets ------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["admin.test", "ftp://admin.test", "https://u:p@admin.test", "https://a.test/?x=1", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        HttpBackOffice(url, "secret")


async def test_no_address_and_no_token_is_logged(web, office, caplog) -> None:
    caplog.set_level(logging.INFO)
    web.get(f"{URL}/v1/profiles").mock(return_value=httpx.Response(200, json={"profiles": []}))
    await office.profiles(email="naledi@example.com")
    assert "naledi" not in caplog.text
    assert "secret" not in repr(office)


# The description ------------------------------------------------------------------------------------


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = API
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node


USED = (
    (calls.PROFILES, calls.find_profiles("a@b.test", "+27", "1"), shapes.ProfilesAnswer),
    (calls.PROFILE, calls.read_profile("1"), shapes.ProfileAnswer),
    (calls.ORDERS, calls.list_orders("1"), shapes.OrdersAnswer),
    (calls.WALLET, calls.read_wallet("1"), shapes.WalletAnswer),
    (calls.SUSPEND, calls.suspend("1", "r", "k"), shapes.ProfileAnswer),
    (calls.RESTORE, calls.restore("1", "r", "k"), shapes.ProfileAnswer),
    (calls.ORDER, calls.read_order("1"), shapes.OrderAnswer),
)


def test_every_path_is_described_and_no_other() -> None:
    assert {path for path, _, _ in USED} == set(API["paths"])
    for path, call, _ in USED:
        assert call.path == path.replace("{id}", "1")
        described = [name for name in API["paths"][path] if name != "parameters"]
        assert described == [call.method.lower()]


@pytest.mark.parametrize(("path", "call", "_"), USED)
def test_what_is_sent_is_described(path, call, _) -> None:
    operation = API["paths"][path][call.method.lower()]
    told = [resolved(one) for one in [*API["paths"][path].get("parameters", []), *operation.get("parameters", [])]]
    assert {one["name"] for one in told if one["in"] == "query"} == set(call.query)
    assert {one["name"] for one in told if one["in"] == "header"} == ({"Idempotency-Key"} if call.key else set())
    assert bool(call.body) == ("requestBody" in operation)
    if call.body:
        schema = resolved(operation["requestBody"])["content"]["application/json"]["schema"]
        assert set(schema["properties"]) == set(schema["required"]) == set(call.body)
    assert "default" in operation["responses"]


@pytest.mark.parametrize(("path", "call", "shape"), USED)
def test_what_is_read_is_described_and_the_example_is_readable(path, call, shape) -> None:
    answer = resolved(API["paths"][path][call.method.lower()]["responses"]["200"])
    told = answer["content"]["application/json"]
    compare(shape, told["schema"])
    shape.model_validate_json(json.dumps(told["example"]))


def test_a_problem_is_described() -> None:
    told = resolved(API["components"]["responses"]["Problem"])["content"]
    schema = resolved(told["application/problem+json"]["schema"])
    assert set(schema["required"]) == set(shapes.Problem.model_fields)
    assert wire.is_problem(json.dumps(told["application/problem+json"]["example"]).encode())


def compare(shape: type[shapes.Shape], told: dict[str, Any]) -> None:
    """Every field that is read is described, with the same names required and the same limits."""
    _compare(shape.model_json_schema(), shape.model_json_schema(), told)


def _compare(root: dict[str, Any], ours: dict[str, Any], told: dict[str, Any]) -> None:
    ours, told = _ours(root, ours), resolved(told)
    assert _types(ours) == _types(told), (ours, told)
    for limit in ("pattern", "maxItems", "enum"):
        assert _limit(ours, limit) == told.get(limit), (limit, ours, told)
    if "properties" in ours:
        assert set(ours["properties"]) == set(told["properties"])
        assert set(ours.get("required", [])) == set(told["required"])
        for name, field in ours["properties"].items():
            _compare(root, field, told["properties"][name])
    if "items" in ours:
        _compare(root, ours["items"], told["items"])


def _ours(root: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        return root["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def _types(node: dict[str, Any]) -> set[str]:
    if "anyOf" in node:
        return {one["type"] for one in node["anyOf"]}
    return {node["type"]} if isinstance(node["type"], str) else set(node["type"])


def _limit(node: dict[str, Any], limit: str) -> object:
    return None if "anyOf" in node else node.get(limit)
