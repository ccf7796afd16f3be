"""Rehearsal steps of triggers: definitions and existing rules, read-only."""

from collections.abc import Iterable
from typing import Any

from ops.live.scene import Scene
from ops.live.verdicts import LeftOut

Json = dict[str, Any]
_ALLOWED = {
    "update_type": {"Create", "Change"},
    "comment_is_public": {"true", "false", "not_relevant", "requester_can_see_comment"},
}
_FIRST = {"page[size]": "100"}


def look_at_definitions(scene: Scene) -> str:
    """Read the conditions a trigger may have."""
    answer = scene.account.expect("GET", "triggers/definitions.json")
    rows = {str(one.get("subject")): one for one in answer.rows("definitions", "conditions_all")}
    for name, subject in (("rule-form", "ticket_form_id"), ("rule-brand", "brand_id")):
        scene.findings.saw(name, subject in rows, f"{'named' if subject in rows else 'not named'} among {len(rows)}")
    tags = set(_operators(rows.get("current_tags", {})))
    both = {"includes", "not_includes"} <= tags
    scene.findings.saw("rule-tags", both, f"operators: {', '.join(sorted(tags)) or 'none'}")
    moved = [_operators(rows.get(name, {})).get("changed") for name in ("group_id", "status")]
    told = " and ".join("no `changed`" if one is None else f"`terminal` {str(one).lower()}" for one in moved)
    scene.findings.saw("rule-group-changed", moved == [True, True], told)
    _dropdown(scene, rows)
    return f"{len(rows)} conditions may be used."


def _operators(row: Json) -> dict[str, bool]:
    """Return the operators, and whether each takes no value."""
    found = row.get("operators")
    rows = found if isinstance(found, list) else []
    return {str(one.get("value")): bool(one.get("terminal")) for one in rows if isinstance(one, dict)}


def _dropdown(scene: Scene, rows: dict[str, Json]) -> None:
    """Check the query type's field in a condition."""
    found = rows.get(f"custom_fields_{scene.option_field.get('id')}")
    if found is None:
        for name in ("rule-option-changed", "rule-option-tag", "rule-option-nested"):
            scene.findings.missed(
                name, "The query type's field is not there, or no condition names it. Run `ato provision` first."
            )
        return
    operators = ", ".join(sorted(_operators(found)))
    scene.findings.saw("rule-option-changed", "changed" not in _operators(found), f"operators: {operators}")
    offered = set(_values(found.get("values")))
    _offered(scene, offered)


def _values(rows: object) -> dict[str, str]:
    """Return options by value, each with its name."""
    several = rows if isinstance(rows, list) else []
    return {str(one.get("value")): str(one.get("name")) for one in several if isinstance(one, dict)}


def _offered(scene: Scene, offered: set[str]) -> None:
    """Check that a condition offers each tag of the field, nested ones included."""
    options = _values(scene.option_field.get("custom_field_options"))
    known = len(options.keys() & offered)
    told = f"{known} of {len(options)} tags are values"
    scene.findings.saw("rule-option-tag", bool(options) and options.keys() <= offered, told)
    nested = {value for value, name in options.items() if "::" in name}
    if not nested:
        scene.findings.missed("rule-option-nested", "The field has no nested option.")
        return
    told = f"{len(nested & offered)} of {len(nested)} nested options are one value"
    scene.findings.saw("rule-option-nested", nested <= offered, told)


def _is_empty(condition: Json) -> bool:
    value = condition.get("value")
    return value is None or value == ""


def _counted(scene: Scene, name: str, held: list[bool], told: str) -> None:
    """Record whether all conditions hold what is assumed of them; without any, that none was there."""
    if held:
        scene.findings.saw(name, all(held), f"{sum(held)} of {len(held)} {told}")
    else:
        scene.findings.missed(name, "The account has no trigger with such a condition.")


def look_at_rules(scene: Scene) -> str:
    """Read the form of existing triggers."""
    rows = scene.account.expect("GET", "triggers.json", query=_FIRST).rows("triggers")
    conditions = [one for row in rows for one in _conditions(row)]
    changed = [_is_empty(one) for one in conditions if one.get("operator") == "changed"]
    _counted(scene, "rule-changed-value", changed, "are null or empty")
    watched = [one for one in conditions if one.get("field") in _ALLOWED]
    _counted(scene, "rule-stock-values", [str(one.get("value")) in _ALLOWED[one["field"]] for one in watched], "say so")
    _calls(scene, [one for row in rows for one in _listed(row.get("actions"))])
    return f"{len(rows)} triggers were read."


def _calls(scene: Scene, actions: Iterable[Json]) -> None:
    values = [one.get("value") for one in actions if one.get("field") == "notification_webhook"]
    pairs = [
        one for one in values if isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one)
    ]
    if values:
        scene.findings.saw(
            "rule-webhook-action",
            len(pairs) == len(values),
            f"{len(pairs)} of {len(values)} actions are an id and a text",
        )
    else:
        scene.findings.missed("rule-webhook-action", "No trigger calls a webhook. Run `ato provision` first.")


def _conditions(row: Json) -> list[Json]:
    found = row.get("conditions")
    both = found if isinstance(found, dict) else {}
    return [*_listed(both.get("all")), *_listed(both.get("any"))]


def _listed(found: Any) -> list[Json]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def look_at_webhooks(scene: Scene) -> str:
    """Read the subscription of webhooks that triggers call."""
    answer = scene.account.ask("GET", "webhooks", query=_FIRST)
    if not answer.good:
        scene.unclear("rule-webhook-kind", answer)
        raise LeftOut(f"Zendesk answered with {answer.told()}.")
    kinds = [one.get("subscriptions") for one in answer.rows("webhooks")]
    called = sum(kind == ["conditional_ticket_events"] for kind in kinds)
    if called:
        scene.findings.saw("rule-webhook-kind", True, f"{called} of {len(kinds)} webhooks")
    else:
        scene.findings.missed("rule-webhook-kind", "No webhook is connected to triggers. Run `ato provision` first.")
    return f"{len(kinds)} webhooks are there."
