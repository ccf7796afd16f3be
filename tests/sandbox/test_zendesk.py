"""The pretend Zendesk as the real zenpy sees it: tickets, files, people, and what is done by hand."""

from __future__ import annotations

import pytest
from pretend_zendesk import EMAIL, TAKEOVER, house, make, post_ticket
from zenpy.lib.api_objects import Comment, Ticket, User
from zenpy.lib.exception import APIException, RecordNotFoundException

from sandbox import seeds


@pytest.fixture
async def zd(monkeypatch):
    async with house(monkeypatch) as running:
        yield running


# Tickets through zenpy ---------------------------------------------------------------------------


async def test_a_ticket_made_by_zenpy_reads_back_as_it_was_asked(zd):
    ticket_id = await make(zd, external_id="case/1")
    read = await zd.zen(lambda z: z.tickets(id=ticket_id))
    assert (read.status, read.group_id) == ("open", zd.group("CS Data Compliance"))
    assert read.custom_fields == [{"id": zd.query_type, "value": TAKEOVER}]
    assert read.is_public is False
    assert TAKEOVER in read.tags
    found = await zd.zen(lambda z: list(z.tickets(external_id="case/1")))
    assert [t.id for t in found] == [ticket_id]
    assert await zd.zen(lambda z: list(z.tickets(external_id="case/2"))) == []


async def test_an_internal_note_is_added_and_moves_the_ticket(zd):
    ticket_id = await make(zd)
    zd.world.clock.advance(90)

    def note(z):
        ticket = Ticket(id=ticket_id)
        ticket.comment = Comment(body="Refund the customer", public=False)
        ticket.group_id = zd.group("Food Management Group")
        return z.tickets.update(ticket)

    audit = await zd.zen(note)
    assert audit.ticket.group_id == zd.group("Food Management Group")
    comments = await zd.zen(lambda z: list(z.tickets.comments(ticket_id)))
    assert [(c.body, c.public) for c in comments] == [
        ("Kept inside", False),
        ("Refund the customer", False),
    ]
    events = audit.audit.events
    change = next(e for e in events if e["type"] == "Change" and e["field_name"] == "group_id")
    assert change["previous_value"] == str(zd.group("CS Data Compliance"))
    read = await zd.zen(lambda z: z.tickets(id=ticket_id))
    assert read.updated_at > read.created_at


async def test_comments_come_in_pages_that_zenpy_follows(zd):
    ticket_id = await make(zd)
    for n in range(7):
        body = {"ticket": {"comment": {"body": f"note {n}", "public": False}}}
        await zd.ask("PUT", f"/tickets/{ticket_id}.json", json=body)
    read = await zd.zen(lambda z: [c.body for c in z.tickets.comments(ticket_id)])
    assert read[1:] == [f"note {n}" for n in range(7)]
    people = await zd.zen(lambda z: [u.id for u in z.users(cursor_pagination=5)])
    assert people == list(zd.zendesk.helpdesk.account.users)
    plain = (await zd.ask("GET", f"/tickets/{ticket_id}/comments?per_page=3")).json()
    assert plain["count"] == 8
    assert plain["next_page"].startswith(f"{zd.url}/api/v2/tickets/{ticket_id}/comments?")


async def test_zenpy_lists_groups_fields_forms_users_and_webhooks(zd):
    names = await zd.zen(lambda z: {g.name for g in z.groups()})
    assert set(seeds.ZENDESK_GROUPS) == names
    field = await zd.zen(lambda z: z.ticket_fields(id=zd.query_type))
    assert {"name", "value"} <= set(field.custom_field_options[0].to_dict())
    forms = await zd.zen(lambda z: {f.name for f in z.ticket_forms()})
    assert forms == set(seeds.ZENDESK_FORMS)
    me = await zd.zen(lambda z: z.users.me())
    assert (me.id, me.email) == (seeds.ZENDESK_BOT_ID, EMAIL)
    hooks = await zd.zen(lambda z: list(z.webhooks.list()))
    secret = await zd.zen(lambda z: z.webhooks.show_secret(hooks[0]).secret)
    assert (hooks[0].name, secret) == ("ATO Desk", seeds.ZENDESK_WEBHOOK_SECRET)
    found = await zd.zen(lambda z: list(z.users.search(query="thandi.nkosi@mrd.example")))
    assert [u.name for u in found] == ["Thandi Nkosi"]
    triggers = await zd.zen(lambda z: [t.title for t in z.triggers()])
    assert "ATO Desk: ticket changed (Suspected Account Takeover)" in triggers


async def test_show_many_leaves_out_what_is_not_there(zd):
    ids = [await make(zd) for _ in range(3)]
    await zd.zen(lambda z: z.tickets.delete(Ticket(id=ids[1])))
    read = await zd.zen(lambda z: [t.id for t in z.tickets(ids=[*ids, 99])])
    assert read == [ids[0], ids[2]]
    with pytest.raises(RecordNotFoundException):
        await zd.zen(lambda z: z.tickets(id=ids[1]))


async def test_a_file_goes_into_a_comment_once(zd):
    ticket_id = await make(zd)
    upload = await zd.zen(lambda z: z.attachments.upload(b"a,b\n", target_name="log.csv", content_type="text/csv"))
    for body in ("first", "second"):
        comment = {"body": body, "public": False, "uploads": [upload.token]}
        wanted = {"ticket": {"comment": comment}}
        await zd.ask("PUT", f"/tickets/{ticket_id}.json", json=wanted)
    comments = await zd.zen(lambda z: list(z.tickets.comments(ticket_id)))
    assert [len(c.attachments) for c in comments] == [0, 1, 0]
    read = await zd.http.get(comments[1].attachments[0].content_url)
    assert read.content == b"a,b\n"


# People ------------------------------------------------------------------------------------------


async def test_the_requester_hears_of_a_public_comment_and_not_of_an_internal_one(zd):
    ticket_id = await make(zd)
    mails = (await zd.control.get("/zendesk/mails")).json()["mails"]
    assert mails == []
    await zd.act(f"/tickets/{ticket_id}/comment", by="Priya Naidoo", body="Dear Naledi")
    mails = (await zd.control.get("/zendesk/mails")).json()["mails"]
    assert [m["recipient"] for m in mails] == ["naledi.mahlangu@example.com"]
    assert "Dear Naledi" in mails[0]["body"]
    await post_ticket(zd, comment={"body": "Hello"}, requester={"email": "a@example.com"})
    mails = (await zd.control.get("/zendesk/mails")).json()["mails"]
    assert [m["trigger"] for m in mails][1:] == ["Notify requester of received request"]


async def test_a_requester_is_found_by_address_before_one_is_made(zd):
    first, second = await make(zd), await make(zd)
    read = await zd.zen(lambda z: [t.requester_id for t in z.tickets(ids=[first, second])])
    assert read[0] == read[1]
    twice = User(name="N", email="naledi.mahlangu@example.com")
    with pytest.raises(APIException, match="already being used"):
        await zd.zen(lambda z: z.users.create(twice))
    updated = await zd.zen(lambda z: z.users.create_or_update(twice))
    assert updated.id == read[0]


async def test_people_make_and_move_tickets_by_name(zd):
    made = await zd.act(
        "/tickets",
        by="Thandi Nkosi",
        comment="Customer on the line",
        form="Customer Query",
        query_type="Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover",
        group="CS Data Compliance",
        requester={"name": "Zanele Dube", "email": "zanele.dube@example.com"},
    )
    ticket_id = made["id"]
    await zd.act(f"/tickets/{ticket_id}/move", by="Lerato Mokoena", group="CS Agents")
    read = (await zd.control.get(f"/zendesk/tickets/{ticket_id}")).json()
    assert (read["form"], read["group"]) == ("Customer Query", "CS Agents")
    assert [a["by"] for a in read["audits"]] == ["Thandi Nkosi", "Lerato Mokoena"]
    assert (read["channel"], read["comments"][0]["author"]) == ("web", "Thandi Nkosi")
    answer = await zd.control.post(f"/zendesk/tickets/{ticket_id}/move", json={"by": "Nobody"})
    assert answer.status_code == 404
