"""Desks in a Zendesk account: the parts that one of them made, and the other desks that work there. Pure."""

from collections.abc import Iterator, Sequence

from desk.values import Value
from integrations.zendesk.comparing_rules import hook
from integrations.zendesk.desk_marks import desk_of, trigger_prefix
from integrations.zendesk.rules import Placed, Wanted, trigger_of, watches
from integrations.zendesk.setup import Call, Found
from integrations.zendesk.shapes import RawRule


class OtherDesk(Value):
    """Another desk's webhook and triggers, and the titles of those that watch the same tickets as this desk."""

    name: str
    endpoint: str | None
    triggers: int
    shared: tuple[str, ...] = ()


class Part(Value):
    """A part that a desk made for itself, with the call that takes it away."""

    check: str
    name: str
    call: Call


def others(wanted: Wanted, found: Found, kinds: Sequence[Placed]) -> tuple[OtherDesk, ...]:
    """Return the other desks of the account, by their webhooks."""
    return tuple(
        _other(name, one.endpoint, _rules_of(name, found), kinds)
        for one in found.hooks
        if (name := desk_of(one.name)) and name != wanted.desk
    )


def _other(name: str, endpoint: str | None, rules: Sequence[RawRule], kinds: Sequence[Placed]) -> OtherDesk:
    mine = [trigger_of(one, "") for one in kinds]
    shared = tuple(rule.title for rule in rules if any(watches(rule, one) for one in mine))
    return OtherDesk(name=name, endpoint=endpoint, triggers=len(rules), shared=shared)


def _rules_of(desk: str, found: Found) -> list[RawRule]:
    return [one for one in found.rules if one.title.startswith(trigger_prefix(desk))]


def parts(wanted: Wanted, found: Found) -> Iterator[Part]:
    """Yield what this desk made for itself alone: its triggers, and last the webhook that they call."""
    there = hook(found, wanted)
    for rule in _rules_of(wanted.desk, found):
        if there is None or _calls(rule) in {None, there.id}:
            yield Part(check="trigger", name=rule.title, call=_delete(f"/api/v2/triggers/{rule.id}"))
    if there is not None:
        yield Part(check="webhook", name=there.name, call=_delete(f"/api/v2/webhooks/{there.id}"))


def also_calling(wanted: Wanted, found: Found) -> tuple[str, ...]:
    """Return the titles of triggers that call this desk's webhook and are not the desk's: somebody made them."""
    there, prefix = hook(found, wanted), trigger_prefix(wanted.desk)
    return tuple(
        one.title for one in found.rules if there and _calls(one) == there.id and not one.title.startswith(prefix)
    )


def _calls(rule: RawRule) -> str | None:
    """Return the id of the webhook that a trigger calls."""
    for action in rule.actions:
        value = action.get("value")
        if action.get("field") == "notification_webhook" and isinstance(value, list | tuple) and value:
            return str(value[0])
    return None


def _delete(path: str) -> Call:
    return Call(method="DELETE", path=path)
