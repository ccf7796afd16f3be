"""The pretend back office over real HTTP: profiles, orders, wallets, refunds that happen once, and the fraudster."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import httpx
import pytest

from sandbox import seeds
from sandbox.backoffice.app import BackOffice
from sandbox.control import control_app
from sandbox.serving import Serving
from sandbox.world import World

NALEDI, WERNER = "2048811", "2048899"


@dataclass
class Office:
    """The running parts."""

    world: World
    api: httpx.AsyncClient
    control: httpx.AsyncClient

    async def post(self, path: str, body: dict | None = None, key: str | None = None):
        headers = {"Idempotency-Key": key} if key else None
        return await self.api.post(path, json=body, headers=headers)


@pytest.fixture
async def office():
    world = World()
    system = BackOffice(world)
    world.on_reset(system.reset)
    apps = {
        "backoffice": system.app,
        "control": control_app(world, [system.control_router()]),
    }
    servings = {name: Serving(app, world, name, "127.0.0.1", 0) for name, app in apps.items()}
    bearer = {"authorization": f"Bearer {seeds.BACKOFFICE_TOKEN}"}
    async with contextlib.AsyncExitStack() as stack:
        for serving in servings.values():
            await serving.start()
        stack.push_async_callback(lambda: asyncio.gather(*(s.stop() for s in servings.values())))
        api = httpx.AsyncClient(base_url=servings["backoffice"].url + "/v1", headers=bearer)
        control = httpx.AsyncClient(base_url=servings["control"].url)
        for client in (api, control):
            await stack.enter_async_context(client)
        yield Office(world, api, control)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("email=Naledi.Mahlangu@example.com", [NALEDI]),
        ("phone=082 555 0142", [NALEDI]),
        ("phone=%2B27 82 555 0142", [NALEDI]),
        ("username=naledi.m", [NALEDI]),
        ("customer_id=2048811", [NALEDI]),
        ("customer_id=2048811&username=wernervw", []),
        ("email=werner.vanwyk@example.com", []),
    ],
)
async def test_a_profile_is_found_by_what_it_is_now(office, query, found):
    answer = await office.api.get(f"/profiles?{query}")
    assert [p["id"] for p in answer.json()["profiles"]] == found


async def test_a_changed_profile_shows_before_and_after(office):
    profile = (await office.api.get(f"/profiles/{WERNER}")).json()["profile"]
    changed = {c["field"]: (c["before"], c["after"]) for c in profile["changes"]}
    assert changed["email"] == ("werner.vanwyk@example.com", "w.vw.new@mail.example")
    assert profile["contacts_changed_at"] == "2026-11-20T23:12:00Z"


async def test_orders_are_newest_first_and_money_is_text(office):
    orders = (await office.api.get(f"/profiles/{NALEDI}/orders")).json()["orders"]
    assert [o["id"] for o in orders][:2] == ["DFD-77120", "DFD-77118"]
    one = (await office.api.get("/orders/dfd-77120")).json()["order"]
    assert one["total"] == {"amount": "1399.00", "currency": "ZAR"}
    assert "placed_by" not in one
    wallet = (await office.api.get(f"/profiles/{NALEDI}/wallet")).json()["wallet"]
    assert wallet["balance"] == {"amount": "350.00", "currency": "ZAR"}


async def test_refusals_are_problems(office):
    missing = await office.api.get("/profiles/1")
    stranger = await office.api.get(f"/profiles/{NALEDI}", headers={"authorization": "Bearer x"})
    vague = await office.api.get("/profiles")
    await office.post(f"/profiles/{NALEDI}/suspend", {"reason": "takeover"})
    twice = await office.post(f"/profiles/{NALEDI}/suspend", {"reason": "takeover"})
    nowhere = await office.api.get("/nowhere")
    answers = (missing, stranger, vague, twice, nowhere)
    assert [a.status_code for a in answers] == [404, 401, 422, 409, 404]
    assert {a.headers["content-type"] for a in answers} == {"application/problem+json"}
    assert all(a.json()["status"] == a.status_code for a in answers)


async def test_a_suspended_profile_is_restored_with_its_contacts(office):
    await office.post(f"/profiles/{WERNER}/suspend", {"reason": "takeover"})
    body = {"email": "werner.vanwyk@example.com", "phone": "+27835550177"}
    given = await office.post(f"/profiles/{WERNER}/contacts", body)
    assert given.json()["profile"]["email"] == "werner.vanwyk@example.com"
    ended = await office.post(f"/profiles/{WERNER}/sessions/revoke")
    assert ended.json()["sessions_revoked"] == 2
    link = await office.post(f"/profiles/{WERNER}/password-reset")
    assert (link.status_code, link.json()["sent_to"]) == (201, "werner.vanwyk@example.com")
    back = await office.post(f"/profiles/{WERNER}/restore", {"reason": "finished"})
    assert back.json()["profile"]["status"] == "active"
    taken = await office.post(f"/profiles/{NALEDI}/contacts", {"username": "wernervw"})
    assert taken.status_code == 409


async def test_a_refund_happens_once_per_key(office):
    path = f"/profiles/{NALEDI}/wallet/refund"
    body = {"amount": {"amount": "129.90", "currency": "ZAR"}}
    body |= {"reason": "Spent by the fraudster", "reference": "48213"}
    first, again = [await office.post(path, body, "case/1") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replay"] == "true"
    assert first.json()["balance"] == {"amount": "479.90", "currency": "ZAR"}
    other = await office.post(path, body | {"reference": "48214"}, "case/1")
    assert other.status_code == 409
    assert (await office.post(path, body)).status_code == 422


@pytest.mark.parametrize(
    "money",
    [
        {"amount": "129.90", "currency": "EUR"},
        {"amount": 129.9, "currency": "ZAR"},
        {"amount": "0.00", "currency": "ZAR"},
        {"amount": "1.999", "currency": "ZAR"},
        {"amount": "NaN", "currency": "ZAR"},
        "129.90",
    ],
)
async def test_an_odd_amount_is_refused(office, money):
    body = {"amount": money, "reason": "R", "reference": "1"}
    answer = await office.post(f"/profiles/{NALEDI}/wallet/refund", body, "k")
    assert (answer.status_code, "amount" in answer.json()["errors"]) == (422, True)


async def test_an_order_takes_comments_and_exceptions(office):
    comment = await office.post("/orders/DFD-77120/comments", {"body": "Ticket 48213: takeover"})
    exception = {"kind": "wallet_refund", "comment": "Ticket 48213: takeover"}
    made = await office.post("/orders/DFD-77120/exceptions", exception)
    assert (comment.status_code, made.status_code) == (201, 201)
    order = (await office.api.get("/orders/DFD-77120")).json()["order"]
    assert [c["body"] for c in order["comments"]] == ["Ticket 48213: takeover"]
    assert [e["kind"] for e in order["exceptions"]] == ["wallet_refund"]
    empty = await office.post("/orders/DFD-77120/exceptions", {"kind": "wallet_refund"})
    assert empty.status_code == 422


async def test_the_fraudster_acts_until_the_profile_is_suspended(office):
    path = f"/backoffice/profiles/{NALEDI}"
    act = {"change_email": "new@mail.example", "place_orders": 2, "spend": "300.00"}
    told = (await office.control.post(f"{path}/fraud", json=act)).json()["profile"]
    assert told["wallet"]["balance"] == {"amount": "50.00", "currency": "ZAR"}
    assert [o["placed_by"] for o in told["orders"]][:2] == ["fraudster"] * 2
    assert told["changes"][-1]["before"] == "naledi.mahlangu@example.com"
    more = await office.control.post(f"{path}/fraud", json={"spend": "51.00"})
    assert more.status_code == 409
    await office.post(f"/profiles/{NALEDI}/suspend", {"reason": "takeover"})
    assert (await office.control.post(f"{path}/fraud", json={})).status_code == 409
    await office.control.post("/reset")
    fresh = (await office.control.get(path)).json()["profile"]
    assert (fresh["email"], fresh["status"]) == ("naledi.mahlangu@example.com", "active")


async def test_calls_are_logged_and_faults_speak_problem_json(office):
    office.world.new_fault("backoffice", "status", match="GET *", status=503, times=1)
    down = await office.api.get(f"/profiles/{NALEDI}")
    assert (down.status_code, down.headers["content-type"]) == (503, "application/problem+json")
    await office.api.get(f"/profiles/{NALEDI}")
    calls = [(e.call, e.status, e.fault) for e in office.world.asked("backoffice")]
    path = f"GET /v1/profiles/{NALEDI}"
    assert calls == [(path, 503, "status"), (path, 200, None)]
