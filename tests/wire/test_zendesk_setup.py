"""The rules of other people's triggers, and what an account lacks: tables, without an account."""

from typing import Any

import pytest

from integrations.zendesk.comparing import compare
from integrations.zendesk.rules import (
    Kind,
    Placed,
    Wanted,
    changed,
    new_tag,
    trigger_of,
    would_notify,
    zendesk_path,
)
from integrations.zendesk.setup import Found
from integrations.zendesk.shapes import RawForm, RawRule
from ops.setup.envfile import put_in

QUERY = Placed(kind=Kind(form="Customer Query", query_type="A::B"), form=7, field=9, tag="a_b")
FORM = Placed(kind=Kind(form="Engineering Request"), form=8)


def condition(field: str, value: Any, operator: str = "is") -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def rule(every: list[Any], some: list[Any] | None = None, whom: str = "requester_id", **more: Any) -> RawRule:
    return RawRule.model_validate(
        {
            "id": 1,
            "title": "Theirs",
            "active": True,
            "conditions": {"all": every, "any": some or []},
            "actions": [{"field": "notification_user", "value": [whom, "Subject", "Body"]}],
            **more,
        }
    )


CHANGE = condition("update_type", "Change")


@pytest.mark.parametrize(
    ("found", "tells"),
    [
        (rule([CHANGE]), True),
        (rule([CHANGE], whom="requester_and_ccs"), True),
        (rule([CHANGE], whom="assignee_id"), False),
        (rule([CHANGE], active=False), False),
        (rule([CHANGE, condition("comment_is_public", "true")]), False),
        (rule([CHANGE, condition("comment_is_public", "requester_can_see_comment")]), False),
        (rule([CHANGE, condition("comment_is_public", "not_relevant")]), True),
        (rule([CHANGE, condition("role", "end_user")]), False),
        (rule([CHANGE, condition("role", "end_user", "is_not")]), True),
        (rule([condition("current_via_id", "4")]), False),
        (rule([condition("current_via_id", "5")]), True),
        (rule([condition("ticket_form_id", "7")]), True),
        (rule([condition("ticket_form_id", "999")]), False),
        (rule([condition("ticket_fields_9", "a_b"), condition("ticket_form_id", "7")]), True),
        (rule([condition("custom_fields_9", "another"), condition("ticket_form_id", "7")]), False),
        (rule([CHANGE], [condition("comment_is_public", "true"), condition("role", "end_user")]), False),
        (rule([CHANGE], [condition("comment_is_public", "true"), condition("status", None, "changed")]), True),
        (rule([CHANGE], actions=[{"field": "notification_group", "value": ["group_id", "s", "b"]}]), False),
    ],
)
def test_a_rule_that_could_write_to_the_customer_is_known(found: RawRule, tells: bool):
    assert (would_notify(found, [QUERY, FORM]) is not None) is tells


def test_a_trigger_is_compared_by_what_it_says_and_not_by_how_zendesk_writes_it():
    wanted = trigger_of(QUERY, "01HOOK")
    kept = {
        **wanted,
        "id": 3,
        "conditions": {
            "all": [{**wanted["conditions"]["all"][0], "field": "ticket_fields_9"}],
            "any": [{**one, "value": one["value"] or ""} for one in reversed(wanted["conditions"]["any"])],
        },
    }
    assert changed(RawRule.model_validate(kept), wanted) == ()
    assert changed(RawRule.model_validate(kept | {"active": False}), wanted) == ("it is switched off",)


def test_query_types_are_written_as_zendesk_does_and_get_a_tag_of_their_own():
    path = zendesk_path("Mr D Food* - Blacklisting>Blacklisted > Suspected Account Takeover")
    assert path == "Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover"
    assert new_tag("A* - B::C", []) == "a_b_c"
    assert new_tag("A* - B::C", ["a_b_c"]) == "a_b_c_ato"


def test_of_two_things_with_one_name_none_is_guessed():
    wanted = Wanted(field="Query type", kinds=(FORM.kind,), groups=())
    forms = (RawForm(id=1, name="Engineering Request"), RawForm(id=2, name="engineering  request"))
    found = compare(wanted, Found(forms=forms, groups=(), fields=(), hooks=(), rules=()))
    assert any("several of the form" in one.what and not one.ours for one in found)


def test_without_the_bots_address_no_webhook_is_made():
    wanted = Wanted(field="Query type", kinds=(), groups=())
    found = compare(wanted, Found(forms=(), groups=(), fields=(), hooks=(), rules=()))
    assert [(one.check, one.ours) for one in found] == [("webhook", False)]
    assert "ATO_WEB__PUBLIC_URL" in found[0].cure


def test_an_env_file_keeps_every_line_but_those_that_change(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# mine\nATO_A=1\n\nATO_B=old # note\n", "utf-8")
    assert put_in(file, {"ATO_B": "new", "ATO_C": "two words"}) == ("ATO_B", "ATO_C")
    assert file.read_text("utf-8") == "# mine\nATO_A=1\n\nATO_B=new\n\n# Found by `ato provision`\nATO_C='two words'\n"
    assert put_in(file, {"ATO_B": "new"}) == ()
