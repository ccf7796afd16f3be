"""`/triggers/definitions`: fields, operators and values of conditions and actions.

https://developer.zendesk.com/api-reference/ticketing/business-rules/triggers/
"""

from __future__ import annotations

from sandbox.zendesk.account import Account
from sandbox.zendesk.models import CHOICE_TYPES, Field, Json
from sandbox.zendesk.render import BRAND_ID

EQUAL = (("is", "Is"), ("is_not", "Is not"))
MOVED = (
    ("changed", "Changed"),
    ("not_changed", "Not changed"),
    ("value", "Changed to"),
    ("value_previous", "Changed from"),
    ("not_value", "Not changed to"),
    ("not_value_previous", "Not changed from"),
)
HAVING = (("includes", "Contains at least one of the following"), ("not_includes", "Contains none of the following"))
THERE = (("present", "Present"), ("not_present", "Not present"))
TERMINAL = frozenset({"changed", "not_changed", "present", "not_present"})
"""Operators that take no value."""
Pairs = tuple[tuple[str, str], ...]
MOVING = ("status", "priority", "group_id", "assignee_id", "requester_id")
WORDS: dict[str, Pairs] = {
    "update_type": (("Create", "Created"), ("Change", "Updated")),
    "comment_is_public": (
        ("true", "Public"),
        ("false", "Private"),
        ("not_relevant", "Present (public or private)"),
        ("requester_can_see_comment", "Present, and requester can see the comment"),
    ),
    "role": (("agent", "(agent)"), ("end_user", "(end user)")),
}


def definitions(account: Account) -> Json:
    every = list(_subjects(account))
    some = [{name: value for name, value in one.items() if name != "values"} for one in every]
    actions = [
        _action(name)
        for name in (
            *MOVING[:4],
            "set_tags",
            "current_tags",
            "remove_tags",
            "notification_user",
            "notification_group",
            "notification_webhook",
        )
    ]
    return {"conditions_all": every, "conditions_any": some, "actions": actions}


def _subjects(account: Account) -> list[Json]:
    forms = tuple((str(form.id), form.name) for form in account.forms.values() if form.active)
    found = [_subject(name, (*EQUAL, *MOVED), ()) for name in MOVING]
    found += [_subject(name, EQUAL, values) for name, values in WORDS.items()]
    found.append(_subject("current_tags", HAVING, ()))
    found.append(_subject("ticket_form_id", (*EQUAL, *MOVED), forms))
    found.append(_subject("brand_id", (*EQUAL, *MOVED), ((str(BRAND_ID), "Mr D"),)))
    return found + [_custom(field) for field in account.custom_fields()]


def _custom(field: Field) -> Json:
    """A dropdown's value is its option's tag; it has no operator `changed`."""
    operators = (*EQUAL, *THERE) if field.type in CHOICE_TYPES else THERE
    values = tuple((option.value, option.name) for option in field.options)
    return {**_subject(f"custom_fields_{field.id}", operators, values), "title": field.title}


def _subject(name: str, operators: Pairs, values: Pairs) -> Json:
    return {
        "title": name,
        "subject": name,
        "type": "list" if values else "text",
        "group": "ticket",
        "nullable": not values,
        "repeatable": False,
        "operators": [{"value": value, "title": title, "terminal": value in TERMINAL} for value, title in operators],
        "values": [{"value": value, "title": title, "enabled": True} for value, title in values],
    }


def _action(name: str) -> Json:
    return {
        "title": name,
        "subject": name,
        "type": "text",
        "group": "ticket",
        "nullable": True,
        "repeatable": False,
    }
