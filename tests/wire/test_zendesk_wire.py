"""Tables of what Zendesk writes and what the desk makes of it, and of what the desk writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from desk.case.effects import CreateTicket, Requester, UpdateTicket
from integrations.zendesk.desk_marks import carried, external_id, marker
from integrations.zendesk.names import Dropdown, Ids, Named, Names, Option
from integrations.zendesk.shapes import RawComment, RawField, RawNamed, RawTicket
from integrations.zendesk.wire import (
    find_ids,
    read_names,
    read_ticket,
    read_written,
    write_ticket,
    write_update,
)

RECORDED = Path(__file__).parents[3] / "shared" / "contracts" / "zendesk" / "recorded"
recorded = pytest.mark.skipif(not RECORDED.exists(), reason="the recorded contracts are not beside this checkout")
SEED = "Mr D Food* - Blacklisting>Blacklisted>Suspected Account Takeover"
OPTIONS = (
    Option(name="Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover", tag="ato"),
    Option(name="Mr D Food* - Blacklisting::Blacklisted::Promo Abuse", tag="promo"),
    Option(name="Mr D Food* - Account::Suspected Account Takeover", tag="account"),
)
NAMES = Names(
    forms=(Named(id=1, name="Customer Query"), Named(id=2, name="Default Ticket Form")),
    groups=(Named(id=11, name="CS Data Compliance"), Named(id=12, name="Food Management Group")),
    dropdowns=(Dropdown(id=21, title="Query type", options=OPTIONS),),
)
PLACEHOLDER = Requester(email="desk@mrd.example", name="Account takeover desk")
CREATE = CreateTicket(
    key="01JCASE/suspend/1/0",
    case="01JCASE",
    lane="lane",
    name="escalation",
    form="Customer Query",
    query_type=SEED,
    group="CS Data Compliance",
    status="open",
    subject="Suspected account takeover",
    body="Profile 2048811",
    requester=None,
)
UPDATE = UpdateTicket(
    key="01JCASE/refund/1/0",
    case="01JCASE",
    lane="lane",
    name="escalation",
    ticket=48213,
    note="Please refund.",
    group="Food Management Group",
    status="open",
)
KEPT = RawTicket.model_validate(
    {
        "id": 48213,
        "status": "open",
        "group_id": 11,
        "ticket_form_id": 1,
        "custom_fields": [{"id": 21, "value": "ato"}],
    }
)


def written(effect: CreateTicket = CREATE, **changes: object) -> dict[str, Any]:
    effect = effect.model_copy(update=changes)
    body = write_ticket(effect, find_ids(NAMES, effect, "Query type"), PLACEHOLDER)
    return dict(json.loads(body)["ticket"])


# Writing ------------------------------------------------------------------------------------------


def test_names_become_ids() -> None:
    assert find_ids(NAMES, CREATE, "query TYPE") == Ids(form=1, group=11, field=21, tag="ato")
    assert find_ids(NAMES, UPDATE, "Query type") == Ids(group=12)
    assert find_ids(
        Names(forms=NAMES.forms, groups=NAMES.groups),
        CREATE.model_copy(update={"query_type": None}),
        "x",
    )


def test_a_ticket_is_written_with_tags_and_numbers() -> None:
    assert written() == {
        "subject": "Suspected account takeover",
        "comment": {"body": "Profile 2048811", "public": False},
        "ticket_form_id": 1,
        "group_id": 11,
        "status": "open",
        "custom_fields": [{"id": 21, "value": "ato"}],
        "requester": {"name": "Account takeover desk", "email": "desk@mrd.example"},
        "external_id": external_id(CREATE.key),
    }


def test_the_same_effect_gives_the_same_bytes() -> None:
    ids = find_ids(NAMES, CREATE, "Query type")
    first = write_ticket(CREATE, ids, PLACEHOLDER)
    again = write_ticket(CreateTicket.model_validate_json(CREATE.model_dump_json()), ids, PLACEHOLDER)
    assert first == again


def test_a_safe_contact_becomes_the_requester() -> None:
    contact = Requester(email="naledi@example.com", name="Naledi Mahlangu")
    assert written(requester=contact)["requester"] == {
        "name": "Naledi Mahlangu",
        "email": "naledi@example.com",
    }


@pytest.mark.parametrize("number", ["48001", "#48001"])
def test_the_original_contact_is_named_in_the_first_note(number: str) -> None:
    assert written(linked_ticket=number)["comment"]["body"].endswith("Original contact: ticket #48001")


def test_an_empty_first_note_would_be_refused() -> None:
    assert written(body=" \n")["comment"] == {"body": "Suspected account takeover", "public": False}


def test_without_a_query_type_no_field_is_written() -> None:
    assert "custom_fields" not in written(query_type=None)


def test_an_id_tells_nothing_and_never_changes() -> None:
    assert external_id("01JCASE/suspend/1/0") == "ato-09f9e1514bde5ab3532ab837339a209d28681c83"
    assert external_id("a") != external_id("b")


def update(effect: UpdateTicket = UPDATE) -> dict[str, Any]:
    body = write_update(effect, find_ids(NAMES, effect, "Query type"), "2026-11-22T06:30:00Z")
    return dict(json.loads(body)["ticket"])


def test_an_update_is_an_internal_note_with_its_marker() -> None:
    assert update() == {
        "comment": {"body": f"Please refund.\n\n{marker(UPDATE.key)}", "public": False},
        "group_id": 12,
        "status": "open",
        "safe_update": True,
        "updated_stamp": "2026-11-22T06:30:00Z",
    }
    assert set(update(UPDATE.model_copy(update={"note": None, "group": None}))) == {
        "status",
        "safe_update",
        "updated_stamp",
    }


@pytest.mark.parametrize("letter", ["a", "é", "漢", "😀"])
def test_a_long_note_is_cut_by_us_and_says_so(letter: str) -> None:
    """Zendesk cuts at 64 kB without a word, and the marker would be gone."""
    body = update(UPDATE.model_copy(update={"note": letter * 70_000}))["comment"]["body"]
    assert len(body.encode()) < 64_000
    assert body.endswith(marker(UPDATE.key))
    assert "too long for Zendesk" in body


def test_a_note_is_known_by_its_marker() -> None:
    ours = f"<p>Please refund.</p>\n{marker('one')}"
    assert carried(["", ours], "one", ["ato"])
    assert not carried([ours], "another", ["ato"])


# Reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({}, ()),
        ({"group_id": 12}, ("group",)),
        ({"group_id": None}, ("group",)),
        ({"group_id": 999}, ("group",)),
        ({"status": "new"}, ("status",)),
        ({"ticket_form_id": 2}, ("form",)),
        ({"custom_fields": ()}, ("query type",)),
        ({"custom_fields": None}, ("query type",)),
        ({"ticket_form_id": None, "group_id": 12, "status": "solved"}, ("form", "group", "status")),
    ],
)
def test_what_was_not_kept_is_named(change: dict[str, Any], lost: tuple[str, ...]) -> None:
    seen = read_ticket(KEPT.model_copy(update=change), NAMES, "https://mrd.zendesk.com", CREATE, "Query type")
    assert seen.lost == lost


@pytest.mark.parametrize("tag", ["promo", "unknown", "", None, True, ["ato"], OPTIONS[0].name])
def test_another_choice_is_not_the_one_asked_for(tag: object) -> None:
    raw = RawTicket.model_validate({**KEPT.model_dump(), "custom_fields": [{"id": 21, "value": tag}]})
    assert read_ticket(raw, NAMES, "", CREATE, "Query type").lost == ("query type",)


def test_a_look_asks_for_nothing_and_loses_nothing() -> None:
    seen = read_ticket(KEPT, NAMES, "https://mrd.zendesk.com", None, "Query type")
    assert (seen.group, seen.form, seen.status, seen.lost) == (
        "CS Data Compliance",
        "Customer Query",
        "open",
        (),
    )
    assert seen.url == "https://mrd.zendesk.com/agent/tickets/48213"


def test_an_update_loses_only_what_it_asked_for() -> None:
    moved = KEPT.model_copy(update={"group_id": 12, "ticket_form_id": None})
    assert read_ticket(moved, NAMES, "", UPDATE, "Query type").lost == ()
    assert read_ticket(KEPT, NAMES, "", UPDATE, "Query type").lost == ("group",)


def test_what_is_switched_off_has_no_name() -> None:
    names = read_names(
        [RawNamed(id=1, name="Old form", active=False), RawNamed(id=2, name="Form")],
        [RawNamed(id=3, name="Gone", deleted=True)],
        [
            RawField(id=4, type="tagger", title="Query type", active=False),
            RawField(id=5, type="text", title="Query type"),
            RawField(id=6, type="tagger", title="Query type", custom_field_options=None),
        ],
    )
    assert [form.name for form in names.forms] == ["Form"]
    assert names.groups == ()
    assert [field.id for field in names.dropdowns] == [6]


def recording(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())["response"]["body"]


@recorded
def test_recorded_tickets_are_read() -> None:
    answer = recording("POST_tickets_json_201")
    assert read_written(json.dumps(answer).encode()) == answer["ticket"]["id"]
    for name in ("GET_tickets_id_json_200", "PUT_tickets_id_json_200"):
        raw = RawTicket.model_validate(recording(name)["ticket"])
        assert raw.updated_at.endswith("Z")
        assert read_ticket(raw, Names(), "", None, "Query type").status == raw.status
    assert all(RawTicket.model_validate(one).id for one in recording("GET_tickets_json_200")["tickets"])


@recorded
def test_recorded_groups_fields_and_comments_are_read() -> None:
    groups = [RawNamed.model_validate(one) for one in recording("GET_groups_json_200")["groups"]]
    field = RawField.model_validate(recording("POST_ticket_fields_json_201")["ticket_field"])
    names = read_names([], groups, [field])
    assert names.group("support").id == groups[0].id
    comments = recording("GET_tickets_id_comments_json_200")["comments"]
    assert RawComment.model_validate(comments[0]).body
