"""Assumptions about triggers and their webhook. Pure table."""

from ops.live.verdicts import Assumption

_RULES = "`integrations/zendesk/rules.py`: the triggers that `ato provision` makes"


def _a(name: str, says: str, matters: str, unseen: str = "") -> Assumption:
    return Assumption(id=name, says=says, matters=matters, unseen=unseen)


TRIGGERS: tuple[Assumption, ...] = (
    _a("rule-form", "A trigger may have a condition on `ticket_form_id`.", _RULES),
    _a("rule-brand", "A trigger may have a condition on `brand_id`.", "accounts with several brands"),
    _a(
        "rule-tags",
        "A trigger's condition on tags is called `current_tags`, with `includes` and `not_includes`.",
        _RULES,
    ),
    _a("rule-group-changed", "`group_id` and `status` have the operator `changed`, which takes no value.", _RULES),
    _a("rule-option-changed", "A dropdown field has no operator `changed` in a trigger.", _RULES),
    _a(
        "rule-option-tag",
        "A trigger's condition on a dropdown takes the option's tag as its value, not a number.",
        _RULES,
    ),
    _a("rule-option-nested", "A nested option is one value in a trigger's condition.", _RULES),
    _a(
        "rule-changed-value",
        "The value of a `changed` condition is null or empty when it is read.",
        "`integrations/zendesk/comparing_rules.py`: both are taken as the same",
    ),
    _a(
        "rule-stock-values",
        "Triggers say `Create` or `Change` of `update_type`; `true`, `false`, `not_relevant` or "
        "`requester_can_see_comment` of `comment_is_public`.",
        "`integrations/zendesk/rules.py`: which triggers would write to a customer",
    ),
    _a("rule-webhook-action", "A trigger's webhook action holds the webhook's id and a body as text.", _RULES),
    _a(
        "rule-webhook-kind",
        "A webhook of triggers has the subscription `conditional_ticket_events`.",
        "`ato provision`: the webhook",
    ),
    _a(
        "rule-most",
        "The desk's few triggers are under any limit of their number.",
        "`ato provision`",
        "The account would have to be filled up. This says only that no page names a number.",
    ),
    _a(
        "rule-after-merge",
        "Triggers run after a merge of tickets.",
        "a merged ticket is read by the reconciler anyway",
        "Tickets of customers would have to be like the merged ones. To see it: merge two test tickets by hand and "
        "look at the webhook's calls.",
    ),
)
