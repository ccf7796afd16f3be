"""The traps of the real Zendesk that the pretend one must have too, and its refusals."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from pretend_zendesk import EMAIL, house, make, post_ticket
from zenpy.lib.exception import APIException

from sandbox import seeds


@pytest.fixture
async def zd(monkeypatch):
    async with house(monkeypatch) as running:
        yield running


@pytest.mark.parametrize(
    "value",
    [
        "Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover",
        "Suspected Account Takeover",
        "no_such_tag",
    ],
)
async def test_a_title_instead_of_a_tag_is_ignored_in_silence(zd, value):
    answer = await post_ticket(zd, custom_fields=[{"id": zd.query_type, "value": value}])
    assert answer.status_code == 201
    assert answer.json()["ticket"]["custom_fields"] == [{"id": zd.query_type, "value": None}]


async def test_rewriting_the_tags_empties_the_dropdown(zd):
    ticket_id = await make(zd)
    body = {"ticket": {"tags": ["vip"]}}
    read = (await zd.ask("PUT", f"/tickets/{ticket_id}.json", json=body)).json()["ticket"]
    assert (read["tags"], read["custom_fields"][0]["value"]) == (["vip"], None)


async def test_updating_a_field_deletes_the_options_it_does_not_list(zd):
    ticket_id = await make(zd)
    option = {"name": "Only this", "value": "only_this"}
    body = {"ticket_field": {"custom_field_options": [option]}}
    await zd.ask("PUT", f"/ticket_fields/{zd.query_type}.json", json=body)
    read = (await zd.ask("GET", f"/tickets/{ticket_id}")).json()["ticket"]
    assert (read["tags"], read["custom_fields"][0]["value"]) == ([], None)


async def test_an_option_tag_is_unique_and_one_can_be_added(zd):
    path = f"/ticket_fields/{zd.query_type}/options.json"
    new = {"custom_field_option": {"name": "Later::Deeper", "value": "later_deeper"}}
    assert (await zd.ask("POST", path, json=new)).status_code == 201
    assert (await zd.ask("POST", path, json=new)).status_code == 422
    listed = (await zd.ask("GET", path)).json()
    assert listed["count"] == len(seeds.QUERY_TYPES) + 1


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        ({"group_id": 12345}, "group"),
        ({"ticket_form_id": 12345}, "ticket_form_id"),
        ({"status": "tidy"}, "status"),
        ({"requester_id": 12345}, "requester"),
        ({"comment": {"body": ""}}, "base"),
    ],
)
async def test_a_wrong_id_is_refused_with_details(zd, wanted, key):
    answer = await post_ticket(zd, **wanted)
    assert answer.status_code == 422
    assert answer.json()["error"] == "RecordInvalid"
    assert list(answer.json()["details"]) == [key]


async def test_an_assignee_outside_the_group_is_refused(zd):
    agent = (await zd.ask("GET", "/users/search?query=daniel.fourie")).json()["users"][0]
    with pytest.raises(APIException) as refused:
        await make(zd, assignee_id=agent["id"])
    assert "Assignee: is not a member of the group" in str(refused.value)
    fine = await make(zd, assignee_id=agent["id"], group_id=zd.group("Platform Security"))
    moved = {"ticket": {"group_id": zd.group("CS Agents")}}
    read = (await zd.ask("PUT", f"/tickets/{fine}.json", json=moved)).json()["ticket"]
    assert read["assignee_id"] is None


async def test_a_closed_ticket_takes_nothing(zd):
    ticket_id = await make(zd)
    await zd.act(f"/tickets/{ticket_id}/move", by="Priya Naidoo", status="closed")
    answer = await zd.ask("PUT", f"/tickets/{ticket_id}.json", json={"ticket": {"subject": "B"}})
    assert answer.status_code == 422
    assert "closed prevents ticket update" in answer.text


async def test_wrong_credentials_are_nobody_on_me_and_refused_elsewhere(zd):
    async with httpx.AsyncClient(base_url=zd.url, auth=(f"{EMAIL}/token", "wrong")) as stranger:
        me = await stranger.get("/api/v2/users/me.json")
        assert me.status_code == 200
        assert (me.json()["user"]["id"], me.json()["user"]["name"]) == (None, "Anonymous user")
        assert (await stranger.get("/api/v2/tickets.json")).status_code == 401


async def test_the_same_key_and_bytes_answer_the_first_ticket_again(zd):
    key = {"Idempotency-Key": "case/1"}
    first = await post_ticket(zd, key, external_id="case/1")
    again = await post_ticket(zd, key, external_id="case/1")
    lookups = [a.headers["x-idempotency-lookup"] for a in (first, again)]
    assert lookups == ["miss", "hit"]
    assert (again.status_code, again.json()) == (201, first.json())
    other = await post_ticket(zd, key, external_id="case/1", subject="another")
    assert (other.status_code, other.json()["error"]) == (400, "IdempotentRequestError")
    zd.world.clock.advance(timedelta(hours=2).total_seconds())
    later = await post_ticket(zd, key, external_id="case/1")
    assert later.json()["ticket"]["id"] != first.json()["ticket"]["id"]


async def test_a_safe_update_of_something_stale_conflicts(zd):
    ticket_id = await make(zd)
    stamp = (await zd.ask("GET", f"/tickets/{ticket_id}")).json()["ticket"]["updated_at"]
    zd.world.clock.advance(5)
    safe = {"safe_update": True, "updated_stamp": stamp, "subject": "Mine"}
    await zd.act(f"/tickets/{ticket_id}/comment", by="Priya Naidoo", body="Mine first")
    answer = await zd.ask("PUT", f"/tickets/{ticket_id}.json", json={"ticket": safe})
    assert (answer.status_code, answer.json()["error"]) == (409, "UpdateConflict")


async def test_a_database_conflict_comes_as_often_as_told(zd):
    ticket_id = await make(zd)
    await zd.act("/settings", database_conflicts=1)
    body = {"ticket": {"subject": "B"}}
    answers = [await zd.ask("PUT", f"/tickets/{ticket_id}", json=body) for _ in range(2)]
    assert [a.status_code for a in answers] == [409, 200]
    assert answers[0].json()["error"] == "DatabaseConflict"


async def test_a_long_comment_is_cut_without_a_word(zd):
    answer = await post_ticket(zd, comment={"body": "é" * 40_000, "public": False})
    assert len(answer.json()["ticket"]["description"].encode()) == 65_534


async def test_the_search_index_lags_and_the_list_does_not(zd):
    await make(zd, external_id="case/7")
    query = "/search.json?query=type:ticket external_id:case/7"
    assert (await zd.ask("GET", query)).json()["count"] == 0
    zd.world.clock.advance(121)
    found = await zd.zen(lambda z: list(z.search(type="ticket", external_id="case/7")))
    assert [t.external_id for t in found] == ["case/7"]


async def test_a_lost_answer_still_made_the_ticket_and_the_key_finds_it(zd):
    key = {"Idempotency-Key": "case/9"}
    zd.world.new_fault("zendesk", "reset_after", match="POST /api/v2/tickets*", times=1)
    with pytest.raises(httpx.TransportError):
        await post_ticket(zd, key, external_id="case/9")
    again = await post_ticket(zd, key, external_id="case/9")
    assert again.headers["x-idempotency-lookup"] == "hit"
    listed = (await zd.ask("GET", "/tickets.json?external_id=case/9")).json()["tickets"]
    assert [t["id"] for t in listed] == [again.json()["ticket"]["id"]]
