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
    names = ("rule-option-changed", "rule-option-tag", "rule-option-nested")
    if found is None:
        for name in names:
            scene.findings.missed(
                name, "The query type's field is not there, or no condition names it. Run `ato provision` first."
            )
        return
    scene.findings.saw(
        names[0], "changed" not in _operators(found), f"operators: {', '.join(sorted(_operators(found)))}"
    )
    options = [one for one in scene.option_field.get("custom_field_options") or () if isinstance(one, dict)]
    tags = {str(one.get("value")) for one in options}
    offered = {str(one.get("value")) for one in found.get("values") or () if isinstance(one, dict)}
    known = len(tags & offered)
    scene.findings.saw(names[1], bool(tags) and tags <= offered, f"{known} of {len(tags)} tags are values")
    nested = {str(one.get("value")) for one in options if "::" in str(one.get("name"))}
    if nested:
        scene.findings.saw(
            names[2], nested <= offered, f"{len(nested & offered)} of {len(nested)} nested options are one value"
        )
    else:
        scene.findings.missed(names[2], "The field has no nested option.")


def look_at_rules(scene: Scene) -> str:
    """Read the form of existing triggers."""
    rows = scene.account.expect("GET", "triggers.json", query=_FIRST).rows("triggers")
    conditions = [one for row in rows for one in _conditions(row)]
    changed = [one for one in conditions if one.get("operator") == "changed"]
    if changed:
        empty = sum(one.get("value") in {None, ""} for one in changed if not isinstance(one.get("value"), list))
        scene.findings.saw("rule-changed-value", empty == len(changed), f"{empty} of {len(changed)} are null or empty")
    watched = [one for one in conditions if one.get("field") in _ALLOWED]
    if watched:
        usual = sum(str(one.get("value")) in _ALLOWED[one["field"]] for one in watched)
        scene.findings.saw("rule-stock-values", usual == len(watched), f"{usual} of {len(watched)} say so")
    _calls(scene, [one for row in rows for one in _listed(row.get("actions"))])
    for name in ("rule-changed-value", "rule-stock-values"):
        scene.findings.missed(name, "The account has no trigger with such a condition.")
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
