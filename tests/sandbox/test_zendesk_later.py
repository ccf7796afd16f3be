"""What comes after a ticket's first day: follow-ups, deletion for good, the incremental export, and what rules may say."""

import pytest
from pretend_zendesk import TAKEOVER, House, house, signed_in

NOTE = {"body": "B", "public": False}


@pytest.fixture
async def zd(monkeypatch):
    async with house(monkeypatch) as running:
        yield running


async def made(zd: House, **more) -> dict:
    wanted = {"subject": "A", "comment": NOTE, **more}
    answer = await zd.ask("POST", "/tickets.json", json={"ticket": wanted})
    assert answer.status_code == 201, answer.text
    return answer.json()["ticket"]


async def closed(zd: House, **more) -> dict:
    ticket = await made(zd, **more)
    path = f"/tickets/{ticket['id']}.json"
    return (await zd.ask("PUT", path, json={"ticket": {"status": "closed"}})).json()["ticket"]


# Follow-ups -----------------------------------------------------------------------------------------


async def test_a_follow_up_takes_over_what_a_closed_ticket_says(zd):
    field = {"custom_fields": [{"id": zd.query_type, "value": TAKEOVER}]}
    before = await closed(zd, tags=["guard"], priority="high", group_id=zd.group("CS Agents"), **field)
    after = await made(zd, via_followup_source_id=before["id"])
    assert set(after["tags"]) == {"guard", TAKEOVER}
    assert (after["priority"], after["group_id"], after["status"]) == (None, None, "new")
    assert after["via"]["channel"] == "closed_ticket"
    assert after["via"]["source"]["from"]["ticket_id"] == before["id"]
    assert {one["value"] for one in after["custom_fields"]} >= {TAKEOVER}
    again = (await zd.ask("GET", f"/tickets/{before['id']}.json")).json()["ticket"]
    assert again["followup_ids"] == [after["id"]]


async def test_tags_that_are_sent_take_the_place_of_those_that_come_along(zd):
    before = await closed(zd, tags=["guard"])
    assert (await made(zd, via_followup_source_id=before["id"], tags=["mine"]))["tags"] == ["mine"]


async def test_a_follow_up_of_an_open_ticket_is_a_plain_ticket(zd):
    before = await made(zd, tags=["guard"])
    after = await made(zd, via_followup_source_id=before["id"])
    assert (after["tags"], after["via"]["channel"]) == ([], "api")


# Deletion --------------------------------------------------------------------------------------------


async def test_only_what_was_deleted_is_deleted_for_good(zd):
    number = (await made(zd))["id"]
    for_good = f"/deleted_tickets/{number}.json"
    assert (await zd.ask("DELETE", for_good)).status_code == 404
    assert (await zd.ask("DELETE", f"/tickets/{number}.json")).status_code == 204
    job = (await zd.ask("DELETE", for_good)).json()["job_status"]
    assert job["status"] == "queued"
    assert (await zd.ask("GET", f"/job_statuses/{job['id']}.json")).status_code == 200
    assert (await zd.ask("PUT", f"/deleted_tickets/{number}/restore.json")).status_code == 404


# The incremental export ---------------------------------------------------------------------------------


async def exported(zd: House, **query) -> dict:
    answer = await zd.ask("GET", "/incremental/tickets/cursor.json", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(page: dict) -> list[int]:
    return [one["id"] for one in page["tickets"]]


async def test_the_newest_minute_is_left_out_and_the_cursor_goes_on(zd):
    first = (await made(zd))["id"]
    early = await exported(zd, start_time=0)
    assert (numbers(early), early["end_of_stream"]) == ([], True)
    zd.world.clock.advance(61)
    page = await exported(zd, cursor=early["after_cursor"])
    assert numbers(page) == [first]
    assert numbers(await exported(zd, cursor=page["after_cursor"])) == []
    await zd.ask("DELETE", f"/tickets/{first}.json")
    zd.world.clock.advance(61)
    (gone,) = (await exported(zd, cursor=page["after_cursor"]))["tickets"]
    assert (gone["id"], gone["status"]) == (first, "deleted")


@pytest.mark.parametrize(("ago", "status"), [(30, 422), (90, 200)], ids=["half a minute", "longer ago"])
async def test_a_start_is_at_least_a_minute_ago(zd, ago, status):
    start = int(zd.world.clock.now().timestamp()) - ago
    path = f"/incremental/tickets/cursor.json?start_time={start}"
    assert (await zd.ask("GET", path)).status_code == status


async def test_without_a_start_and_with_a_foreign_cursor_nothing_is_exported(zd):
    for query in ("", "?start_time=soon", "?cursor=soon"):
        path = f"/incremental/tickets/cursor.json{query}"
        assert (await zd.ask("GET", path)).status_code == 400


async def test_ten_exports_a_minute_are_let_through(monkeypatch):
    async with house(monkeypatch, "real") as zd:
        path = "/incremental/tickets/cursor.json?start_time=0"
        answers = [(await zd.ask("GET", path)).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


async def test_only_an_administrator_exports_and_lists_queues(zd):
    await zd.act("/settings", sign_in={"owner_role": "agent"})
    for path in ("/incremental/tickets/cursor.json?start_time=0", "/queues.json"):
        assert (await zd.ask("GET", path)).status_code == 403


# What rules may say --------------------------------------------------------------------------------------


async def test_the_conditions_of_every_rule_are_ones_that_may_be_used(zd):
    told = (await zd.ask("GET", "/triggers/definitions.json")).json()["definitions"]
    may = {one["subject"]: {op["value"] for op in one["operators"]} for one in told["conditions_all"]}
    rules = (await zd.ask("GET", "/triggers.json")).json()["triggers"]
    for rule in rules:
        for condition in (*rule["conditions"]["all"], *rule["conditions"]["any"]):
            assert condition["operator"] in may[condition["field"]], condition
    assert {"ticket_form_id", "brand_id", "current_tags"} <= may.keys()


async def test_a_dropdowns_values_are_its_tags(zd):
    told = (await zd.ask("GET", "/triggers/definitions.json")).json()["definitions"]
    field = next(one for one in told["conditions_all"] if one["subject"] == f"custom_fields_{zd.query_type}")
    assert TAKEOVER in {one["value"] for one in field["values"]}


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("brands:read", "/brands.json", 200),
        ("tickets:read", "/brands.json", 403),
        ("tickets:read", "/custom_statuses.json", 403),
        ("read", "/custom_statuses.json", 200),
        ("read", "/queues.json", 200),
    ],
)
async def test_lists_open_to_their_scope(zd, scope, path, status):
    headers = {"Authorization": f"Bearer {signed_in(zd.zendesk, scope)}"}
    answer = await zd.ask("GET", path, headers=headers)
    assert answer.status_code == status
    name = path.strip("/").removesuffix(".json")
    assert status != 200 or isinstance(answer.json()[name], list)
