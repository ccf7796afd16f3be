"""The pretend account's OAuth: bounds, refusals, scopes per endpoint, expiry, revocation, and Basic that no longer opens."""

import httpx
import pytest
from pretend_zendesk import EMAIL, house, signed_in

from sandbox import seeds
from sandbox.zendesk import scopes

ASKED = {
    "grant_type": "client_credentials",
    "client_id": seeds.ZENDESK_CLIENT_ID,
    "client_secret": seeds.ZENDESK_CLIENT_SECRET,
    "scope": "read",
    "expires_in": 1800,
}


@pytest.fixture
async def zd(monkeypatch):
    async with house(monkeypatch) as running:
        yield running


async def mint(zd, **changed) -> httpx.Response:
    async with httpx.AsyncClient(base_url=zd.url) as nobody:
        given = {name: value for name, value in (ASKED | changed).items() if value is not None}
        return await nobody.post("/oauth/tokens", json=given)


async def ask(zd, method: str, path: str, token: str, **more) -> httpx.Response:
    async with httpx.AsyncClient(base_url=zd.url) as one:
        headers = {"Authorization": f"Bearer {token}"}
        return await one.request(method, f"/api/v2{path}", headers=headers, **more)


async def test_a_token_is_minted_from_json_and_from_a_form(zd):
    by_json = await mint(zd)
    assert (by_json.status_code, by_json.json()["token_type"]) == (201, "bearer")
    assert (by_json.json()["scope"], by_json.json()["expires_in"]) == ("read", 1800)
    async with httpx.AsyncClient(base_url=zd.url) as nobody:
        by_form = await nobody.post("/oauth/tokens", data=ASKED)
    assert by_form.status_code == 201
    me = await ask(zd, "GET", "/users/me.json", by_form.json()["access_token"])
    assert me.json()["user"]["id"] == seeds.ZENDESK_BOT_ID
    current = await ask(zd, "GET", "/oauth/tokens/current.json", by_form.json()["access_token"])
    assert current.json()["token"]["scopes"] == ["read"]


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_secret": "old"}, 401, "invalid_client"),
        ({"client_id": "somebody"}, 401, "invalid_client"),
        ({"scope": "read tickets:wriet"}, 400, "invalid_scope"),
        ({"expires_in": 300}, 400, "invalid_request"),
        ({"expires_in": 172_800}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
async def test_what_the_token_endpoint_refuses(zd, changed, status, error):
    answer = await mint(zd, **changed)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert zd.zendesk.helpdesk.oauth.minted == 0


async def test_a_scope_that_the_client_may_not_have_is_refused(zd):
    await zd.act("/settings", sign_in={"allowed_scopes": "read tickets:write"})
    assert (await mint(zd, scope="read write")).json()["error"] == "invalid_scope"
    assert (await mint(zd, scope=None)).json()["scope"] == "read tickets:write"


async def test_a_list_of_scopes_gets_a_token_that_opens_nothing(zd):
    token = (await mint(zd, scope=["read", "write"])).json()["access_token"]
    answer = await ask(zd, "GET", "/tickets.json", token)
    assert answer.status_code == 403
    assert answer.json()["description"].endswith("required scopes: tickets:read, read")


@pytest.mark.parametrize(
    ("given", "method", "path", "missing"),
    [
        ("read", "GET", "/tickets.json", ()),
        ("tickets:read", "GET", "/tickets.json", ()),
        ("tickets:read", "GET", "/groups.json", ("groups:read", "read")),
        ("groups:read", "GET", "/groups.json", ()),
        ("read", "POST", "/tickets.json", ("tickets:write", "write")),
        ("tickets:read users:read", "GET", "/ticket_fields.json", ("read",)),
        ("read triggers:write", "POST", "/groups.json", ("groups:write", "write")),
        ("webhooks:read", "GET", "/webhooks", ()),
        ("triggers:read", "PUT", "/triggers/1.json", ("triggers:write", "write")),
    ],
)
async def test_each_endpoint_asks_for_its_scope(zd, given, method, path, missing):
    answer = await ask(zd, method, path, signed_in(zd.zendesk, given), json={})
    if missing:
        assert answer.status_code == 403
        assert answer.json()["description"].endswith(": " + ", ".join(missing))
    else:
        assert answer.status_code != 403, answer.text
    assert scopes.opens(method, f"/api/v2{path.removesuffix('.json')}", tuple(given.split())) == missing


async def test_a_token_ends_is_revoked_and_dies_with_its_owners_access(zd):
    await zd.act("/settings", sign_in={"token_seconds": 0})
    over = (await mint(zd)).json()
    assert over["expires_in"] == 0
    refused = await ask(zd, "GET", "/tickets.json", over["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
    token = signed_in(zd.zendesk)
    await zd.act("/settings", sign_in={"revoke": True})
    assert (await ask(zd, "GET", "/tickets.json", token)).status_code == 401
    token = signed_in(zd.zendesk)
    await zd.act("/settings", sign_in={"owner_role": "end-user"})
    assert (await ask(zd, "GET", "/tickets.json", token)).status_code == 401
    assert (await mint(zd)).json()["error"] == "invalid_client"


async def test_a_random_revocation_is_one_now_and_then(zd):
    await zd.act("/settings", sign_in={"revoke_chance": 0.5})
    statuses = {(await ask(zd, "GET", "/tickets.json", signed_in(zd.zendesk))).status_code for _ in range(20)}
    assert statuses == {200, 401}


async def test_an_owner_who_is_no_administrator_may_not_set_up(zd):
    await zd.act("/settings", sign_in={"owner_role": "agent"})
    token = signed_in(zd.zendesk)
    refused = await ask(zd, "POST", "/groups.json", token, json={"group": {"name": "New"}})
    assert refused.status_code == 403
    assert "do not have access to this page" in refused.text
    assert (await ask(zd, "GET", "/tickets.json", token)).status_code == 200


async def test_a_token_is_revoked_by_its_number(zd):
    token = signed_in(zd.zendesk)
    number = zd.zendesk.helpdesk.oauth.tokens[token].id
    assert (await ask(zd, "DELETE", f"/oauth/tokens/{number}.json", token)).status_code == 204
    assert (await ask(zd, "GET", "/tickets.json", token)).status_code == 401


async def test_a_token_that_revokes_itself_lives_on(zd):
    token = signed_in(zd.zendesk)
    assert (await ask(zd, "DELETE", "/oauth/tokens/current.json", token)).status_code == 204
    assert (await ask(zd, "GET", "/tickets.json", token)).status_code == 200
    reader = signed_in(zd.zendesk, "read")
    assert (await ask(zd, "DELETE", "/oauth/tokens/current.json", reader)).status_code == 403


async def test_a_life_is_told_to_whoever_asked_for_one(zd):
    assert "expires_in" not in (await mint(zd, expires_in=None)).json()


async def test_basic_opens_an_old_account_only(zd):
    login = (f"{EMAIL}/token", seeds.ZENDESK_API_TOKEN)
    async with httpx.AsyncClient(base_url=zd.url, auth=login) as bot:
        assert (await bot.get("/api/v2/tickets.json")).status_code == 401
        await zd.act("/settings", sign_in={"old_account": True})
        assert (await bot.get("/api/v2/tickets.json")).status_code == 200


async def test_the_log_shows_no_secret_and_no_token(zd):
    token = (await mint(zd)).json()["access_token"]
    log = str(zd.world.calls if hasattr(zd.world, "calls") else vars(zd.world))
    assert token not in log
    assert seeds.ZENDESK_CLIENT_SECRET not in log
