"""Webhooks of the pretend Zendesk as a receiver sees them: signed, repeated, held, forged, in any order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from pretend_zendesk import TAKEOVER, House, house, signed_in

from sandbox import seeds
from sandbox.zendesk.breaker import FEWEST_CALLS, Breaker
from sandbox.zendesk.signing import sign

CALL = "ATO Desk"
# One public vector, in our own words: the secret is used as text, the timestamp comes before the body.
VECTOR = {
    "secret": "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==",
    "timestamp": "2021-03-25T05:09:27Z",
    "body": '{"event":"ticket.updated","id":123}',
    "signature": "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=",
}


@pytest.fixture
async def zd(monkeypatch):
    async with house(monkeypatch) as running:
        yield running


async def make(zd: House, **more) -> int:
    wanted = {
        "subject": "ATO",
        "comment": {"body": 'said "no"', "public": False},
        "custom_fields": [{"id": zd.query_type, "value": TAKEOVER}],
        "group_id": zd.group("CS Data Compliance"),
        **more,
    }
    answer = await zd.ask("POST", "/tickets.json", json={"ticket": wanted})
    assert answer.status_code == 201, answer.text
    return answer.json()["ticket"]["id"]


async def change(zd: House, ticket_id: int, **wanted) -> None:
    answer = await zd.ask("PUT", f"/tickets/{ticket_id}.json", json={"ticket": wanted})
    assert answer.status_code == 200, answer.text


def signature_holds(headers: dict[str, str], body: bytes, secret: str) -> bool:
    stamp = headers["x-zendesk-webhook-signature-timestamp"]
    digest = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode() == headers["x-zendesk-webhook-signature"]


def test_the_signature_is_the_one_of_the_public_vector():
    made = sign(VECTOR["secret"], VECTOR["timestamp"], VECTOR["body"].encode())
    assert made == VECTOR["signature"]


async def test_a_delivery_is_signed_and_carries_the_ticket_id_only(zd):
    ticket_id = await make(zd)
    await zd.zendesk.drain()
    ((headers, body),) = zd.bot.seen
    assert json.loads(body) == {"ticket_id": str(ticket_id)}
    assert signature_holds(headers, body, seeds.ZENDESK_WEBHOOK_SECRET)
    stamp = datetime.fromisoformat(headers["x-zendesk-webhook-signature-timestamp"])
    assert abs((datetime.now(UTC) - stamp).total_seconds()) < 5
    (entry,) = zd.world.asked("zendesk->bot")
    assert (entry.call, entry.status, entry.key) == (CALL, 200, zd.bot.ids[0])
    hook = (await zd.zen(lambda z: list(z.webhooks.list())))[0]
    listed = await zd.zen(lambda z: [i.id for i in z.webhooks.invocations(hook)])
    assert listed == zd.bot.ids


async def test_moves_notes_and_our_own_echo_are_told_and_other_tickets_are_not(zd):
    ticket_id = await make(zd)
    await change(zd, ticket_id, group_id=zd.group("Food Management Group"))
    await change(zd, ticket_id, comment={"body": "noted", "public": False})
    await change(zd, ticket_id, subject="another subject")
    await zd.act(f"/tickets/{ticket_id}/move", by="Lerato Mokoena", status="pending")
    await make(zd, custom_fields=[])
    await zd.zendesk.drain()
    assert len(zd.bot.seen) == 4
    form = zd.zendesk.helpdesk.account.form_named("Engineering Request").id
    await make(zd, custom_fields=[], ticket_form_id=form)
    await zd.zendesk.drain()
    assert len(zd.bot.seen) == 5


async def test_a_rule_of_somebody_else_re_routes_after_the_answer(zd):
    await zd.act("/settings", reroute={"to": "Food Management Group"})
    wanted = {"subject": "A", "comment": {"body": "B"}, "group_id": zd.group("CS Data Compliance")}
    answer = (await zd.ask("POST", "/tickets.json", json={"ticket": wanted})).json()["ticket"]
    assert answer["group_id"] == zd.group("CS Data Compliance")
    read = (await zd.ask("GET", f"/tickets/{answer['id']}")).json()["ticket"]
    assert read["group_id"] == zd.group("Food Management Group")
    audits = (await zd.ask("GET", f"/tickets/{answer['id']}/audits")).json()["audits"]
    ruled = [e for e in audits[0]["events"] if e.get("field_name") == "group_id" and "via" in e]
    assert [e["via"]["source"]["rel"] for e in ruled] == ["trigger"]


async def test_a_failed_delivery_comes_again_under_the_same_id(zd):
    zd.bot.answers = [503, 500]
    await make(zd)
    await zd.zendesk.drain()
    assert len(zd.bot.ids) == 3
    assert len(set(zd.bot.ids)) == 1
    shown = (await zd.control.get("/zendesk/deliveries")).json()["deliveries"]
    assert [a["status_code"] for a in shown[0]["attempts"]] == [503, 500, 200]
    assert shown[0]["status"] == "success"


async def test_three_repetitions_then_it_is_lost(zd):
    zd.bot.answers = [500] * 9
    await make(zd)
    await zd.zendesk.drain()
    assert len(zd.bot.ids) == 4
    assert zd.zendesk.helpdesk.deliveries.made[0].status == "failed"


async def test_deliveries_can_be_held_released_doubled_dropped_and_replayed(zd):
    await zd.act("/deliveries", mode="hold")
    await make(zd)
    await zd.zendesk.drain()
    assert zd.bot.seen == []
    assert (await zd.act("/deliveries/release"))["released"] == 1
    await zd.zendesk.drain()
    await zd.act("/deliveries", mode="twice")
    await make(zd)
    await zd.zendesk.drain()
    assert len(zd.bot.ids) == 3
    assert len(set(zd.bot.ids)) == 2
    await zd.act("/deliveries", mode="drop")
    await make(zd)
    await zd.zendesk.drain()
    assert len(zd.bot.ids) == 3
    await zd.act(f"/deliveries/{zd.bot.ids[0]}/replay")
    await zd.zendesk.drain()
    assert zd.bot.ids[-1] == zd.bot.ids[0]


async def test_two_deliveries_change_places_in_reverse_mode(zd):
    await zd.act("/deliveries", mode="reverse")
    ids = [await make(zd), await make(zd)]
    await zd.zendesk.drain()
    assert [int(json.loads(b)["ticket_id"]) for _, b in zd.bot.seen] == ids[::-1]


async def test_a_forged_and_an_aged_delivery_can_be_told(zd):
    await zd.act("/deliveries", forge=True)
    await make(zd)
    await zd.act("/deliveries", age_seconds=600)
    await zd.zendesk.drain()
    await make(zd)
    await zd.zendesk.drain()
    held = [signature_holds(h, b, seeds.ZENDESK_WEBHOOK_SECRET) for h, b in zd.bot.seen]
    assert held[-1] is True
    stamp = zd.bot.seen[-1][0]["x-zendesk-webhook-signature-timestamp"]
    assert (datetime.now(UTC) - datetime.fromisoformat(stamp)).total_seconds() > 590


async def test_a_paused_webhook_and_an_unknown_bot_get_nothing(zd):
    await zd.act("/settings", webhook="inactive")
    await make(zd)
    await zd.act("/settings", webhook="active")
    zd.world.connected.clear()
    await make(zd)
    await zd.zendesk.drain()
    assert zd.bot.seen == []
    assert zd.zendesk.helpdesk.deliveries.made == []


async def test_an_open_circuit_loses_deliveries(zd):
    await zd.act("/settings", circuit_breaker="open")
    await make(zd)
    await zd.zendesk.drain()
    await zd.act("/settings", circuit_breaker="closed")
    assert zd.bot.seen == []
    assert zd.zendesk.helpdesk.deliveries.made[0].status == "circuit broken"


def test_the_circuit_opens_at_seventy_percent_errors():
    breaker = Breaker()
    for n in range(FEWEST_CALLS):
        assert not breaker.is_open
        breaker.record(ok=n % 4 == 0)
    assert breaker.is_open


async def test_placeholders_are_pasted_as_they_are(zd):
    hook = {
        "name": "Careless",
        "endpoint": zd.world.connected["zendesk_webhook_url"],
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
    }
    made = (await zd.ask("POST", "/webhooks", json={"webhook": hook})).json()["webhook"]
    call = {
        "field": "notification_webhook",
        "value": [made["id"], '{"said": "{{ticket.latest_comment}}"}'],
    }
    every = [{"field": "update_type", "operator": "is", "value": "Create"}]
    trigger = {"title": "Careless", "conditions": {"all": every}, "actions": [call]}
    assert (await zd.ask("POST", "/triggers.json", json={"trigger": trigger})).status_code == 201
    await make(zd, custom_fields=[])
    await zd.zendesk.drain()
    assert zd.bot.seen[0][1] == b'{"said": "said "no""}'
    secret = (await zd.ask("GET", f"/webhooks/{made['id']}/signing_secret")).json()
    assert signature_holds(*zd.bot.seen[0], secret["signing_secret"]["secret"])


async def test_real_limits_refuse_in_both_shapes(zd):
    ticket_id = await make(zd)
    await zd.act("/settings", limits="real")
    for _ in range(30):
        await change(zd, ticket_id, subject="again")
    answer = await zd.ask("PUT", f"/tickets/{ticket_id}", json={"ticket": {"subject": "x"}})
    assert (answer.status_code, answer.json()["error"]) == (429, "APIRateLimitExceeded")
    assert int(answer.headers["retry-after"]) > 60
    zd.world.clock.advance(601)
    await change(zd, ticket_id, subject="later")
    for _ in range(699):
        zd.zendesk.helpdesk.limits.take("GET", "/api/v2/users", 1)
    plain = await zd.ask("GET", f"/tickets/{ticket_id}")
    assert (plain.status_code, plain.headers["content-type"]) == (429, "text/plain; charset=utf-8")


async def test_a_fault_speaks_as_zendesk_does(zd):
    zd.world.new_fault("zendesk", "status", match="GET /api/v2/groups*", status=429, times=1)
    edge = await zd.ask("GET", "/groups.json")
    assert (edge.status_code, "retry-after" in edge.headers) == (429, False)
    assert edge.headers["content-type"].startswith("text/plain")
    zd.world.new_fault("zendesk", "status", status=429, retry_after="2", times=1)
    polite = await zd.ask("GET", "/groups.json")
    assert (polite.headers["retry-after"], polite.json()["error"]) == ("2", "APIRateLimitExceeded")
    assert (await zd.ask("GET", "/groups.json")).status_code == 200


async def test_reset_goes_back_to_the_first_day(zd):
    await make(zd)
    await zd.act("/settings", remove_form="Customer Query", search_lag_seconds=0)
    zd.world.on_reset(zd.zendesk.reset)
    await zd.control.post("/reset")
    shown = (await zd.control.get("/zendesk/settings")).json()
    assert "Customer Query" in shown["forms"]
    assert (await zd.ask("GET", "/tickets.json")).status_code == 401  # tokens are of yesterday
    zd.http.headers["Authorization"] = f"Bearer {signed_in(zd.zendesk)}"
    assert (await zd.ask("GET", "/tickets.json")).json()["tickets"] == []


async def test_a_webhook_that_a_trigger_calls_is_not_deleted(zd):
    (hook,) = (await zd.ask("GET", "/webhooks")).json()["webhooks"]
    assert (await zd.ask("DELETE", f"/webhooks/{hook['id']}")).status_code == 400
    for one in (await zd.ask("GET", "/triggers")).json()["triggers"]:
        if one["title"].startswith(CALL):
            assert (await zd.ask("DELETE", f"/triggers/{one['id']}")).status_code == 204
    assert (await zd.ask("DELETE", f"/webhooks/{hook['id']}")).status_code == 204
