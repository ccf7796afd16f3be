"""Required configuration of a Zendesk account, and whether a trigger would notify a customer. Pure.

Triggers: https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desk.values import UNNAMED, Value
from integrations.zendesk.desk_marks import trigger_prefix, webhook_name
from integrations.zendesk.names import levels
from integrations.zendesk.shapes import RawOption, RawRule

BODY = '{"ticket_id": "{{ticket.id}}"}'
"""Body of the trigger's request: ids only, since placeholders are inserted without escaping."""
KEPT = "Tells ATO Desk that a ticket changed. `ato provision` keeps it as it is."

Json = dict[str, Any]


class Kind(Value):
    """A kind of ticket the desk creates, identified by its query type, else its form."""

    form: str
    query_type: str | None = None
    """Levels separated by `::`, as in Zendesk."""

    def title(self, desk: str) -> str:
        """Return the title of a desk's trigger for this kind."""
        what = self.query_type.rsplit("::", 1)[-1] if self.query_type else self.form
        return f"{trigger_prefix(desk)}ticket changed ({what})"


class Wanted(Value):
    """Everything the playbooks need in the account. `endpoint` is the bot's URL for webhooks.

    Without `calls` the account cannot reach the bot, and needs neither the webhook nor triggers. `proved` says that the
    webhook with this desk's name signs with this desk's secret, `answered` that a desk answers where it calls.
    """

    field: str
    kinds: tuple[Kind, ...]
    groups: tuple[str, ...]
    endpoint: str | None = None
    calls: bool = True
    desk: str = UNNAMED
    proved: bool = False
    answered: bool = False

    @property
    def webhook(self) -> str:
        """Return the name of this desk's webhook."""
        return webhook_name(self.desk)

    @property
    def triggers(self) -> tuple[str, ...]:
        """Return the titles of this desk's triggers."""
        return tuple(dict.fromkeys(kind.title(self.desk) for kind in self.kinds))

    @property
    def forms(self) -> tuple[str, ...]:
        """Return the distinct forms."""
        return tuple(dict.fromkeys(kind.form for kind in self.kinds))

    @property
    def query_types(self) -> tuple[str, ...]:
        """Return the distinct query types."""
        return tuple(dict.fromkeys(kind.query_type for kind in self.kinds if kind.query_type))


class Placed(Value):
    """A kind of ticket with the account's ids."""

    kind: Kind
    form: int
    field: int | None = None
    tag: str | None = None


def zendesk_path(query_type: str) -> str:
    """Convert a query type to Zendesk's separator: `A>B` becomes `A::B`."""
    return "::".join(level.strip() for level in re.split(r"[>:]+", query_type) if level.strip())


def new_tag(query_type: str, taken: Sequence[str]) -> str:
    """Generate an unused tag for an option; tags are unique across all fields of an account."""
    bare = re.sub(r"[^a-z0-9]+", "_", query_type.casefold()).strip("_")
    return bare if bare not in taken else f"{bare}_ato"


def same_option(option: RawOption, query_type: str) -> bool:
    """Return whether an option is this query type, ignoring spacing and asterisks."""
    return levels(option.name) == levels(query_type)


# The desk's own triggers --------------------------------------------------------------------------


def trigger_of(placed: Placed, hook: str, desk: str = UNNAMED) -> Json:
    """Build the trigger that calls the webhook for every change to one kind of ticket."""
    watched: Json = {"field": "ticket_form_id", "operator": "is", "value": str(placed.form)}
    if placed.field is not None:
        watched = {"field": f"custom_fields_{placed.field}", "operator": "is", "value": placed.tag}
    moved = [
        {"field": "update_type", "operator": "is", "value": "Create"},
        {"field": "group_id", "operator": "changed", "value": None},
        {"field": "status", "operator": "changed", "value": None},
        {"field": "comment_is_public", "operator": "is", "value": "not_relevant"},
    ]
    return {
        "title": placed.kind.title(desk),
        "description": KEPT,
        "active": True,
        "conditions": {"all": [watched], "any": moved},
        "actions": [{"field": "notification_webhook", "value": [hook, BODY]}],
    }


def changed(found: RawRule, wanted: Json) -> tuple[str, ...]:
    """Return the parts of a trigger that differ from the required ones; an update replaces whole parts."""
    conditions = wanted["conditions"]
    differs = {
        "it is switched off": found.active is False,
        "its ALL conditions": _told(found.conditions.all) != _told(conditions["all"]),
        "its ANY conditions": _told(found.conditions.any) != _told(conditions["any"]),
        "its actions": _told(found.actions) != _told(wanted["actions"]),
    }
    return tuple(name for name, one in differs.items() if one)


def watches(found: RawRule, wanted: Json) -> bool:
    """Return whether a trigger is about the same tickets as the required one."""
    return _told(found.conditions.all) == _told(wanted["conditions"]["all"])


def _told(parts: Sequence[Mapping[str, Any]]) -> set[tuple[str, str, str]]:
    """Normalize conditions or actions for comparison: Zendesk returns a number sometimes as a string."""
    return {(_field(one), str(one.get("operator") or ""), _plain(one.get("value"))) for one in parts}


def _field(one: Mapping[str, Any]) -> str:
    return str(one.get("field") or "").replace("ticket_fields_", "custom_fields_")


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(map(_plain, value))
    return "" if value is None else str(value)


# Rules that write to customers --------------------------------------------------------------------

_REQUESTER = {"requester_id", "requester_and_ccs", "requester"}
_MAILS = {"notification_user", "notification_sms_user"}
_PUBLIC = {"true", "requester_can_see_comment"}
_API = {"5", "api"}


def would_notify(rule: RawRule, kinds: Sequence[Placed]) -> Kind | None:
    """Return a kind of ticket whose requester this trigger could notify while the desk only adds internal notes.

    Conditions are evaluated for a few fields; every other condition is assumed to hold.
    """
    if rule.active is False or not any(_writes(one) for one in rule.actions):
        return None
    return next((one.kind for one in kinds if _fits(rule, one)), None)


def _writes(action: Mapping[str, Any]) -> bool:
    value = action.get("value")
    whom = value[0] if isinstance(value, list) and value else value
    return action.get("field") in _MAILS and str(whom) in _REQUESTER


def _fits(rule: RawRule, placed: Placed) -> bool:
    every = all(_may_hold(one, placed) for one in rule.conditions.all)
    some = rule.conditions.any
    return every and (not some or any(_may_hold(one, placed) for one in some))


def _may_hold(condition: Mapping[str, Any], placed: Placed) -> bool:
    """Return whether a condition can be true of the desk's changes to this kind of ticket."""
    known = _known(condition, placed)
    if known is None:
        return True
    return not known if condition.get("operator") in {"is_not", "not_value", "not_includes"} else known


Test = Callable[[str, Placed], bool]
_TESTS: dict[str, Test] = {
    "comment_is_public": lambda value, _: value not in _PUBLIC,
    "role": lambda value, _: value != "end_user",
    "current_via_id": lambda value, _: value in _API,
    "via_id": lambda value, _: value in _API,
    "ticket_form_id": lambda value, placed: value == str(placed.form),
}


def _known(condition: Mapping[str, Any], placed: Placed) -> bool | None:
    """Evaluate a condition; None where that is not possible."""
    if condition.get("operator") not in {
        "is",
        "is_not",
        "value",
        "not_value",
        "includes",
        "not_includes",
    }:
        return None
    value, name = _plain(condition.get("value")), _field(condition)
    if placed.field is not None and name == f"custom_fields_{placed.field}":
        return value == placed.tag
    test = _TESTS.get(name)
    return test(value, placed) if test else None
