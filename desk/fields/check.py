"""Form validation: every answer against the playbook and the case. Pure; input that fails is not lost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.parse import default, read
from desk.playbook.model import Playbook
from desk.playbook.parts import Ask, FieldSpec
from desk.values import Fact, FieldError, Fill, Fills, Line

GIVE = Line(key="Please answer this.")
GIVE_OR_NONE = Line(key="Give this, or say below why none is known.")

Facts = dict[str, Fact]


def read_fills(asks: tuple[Ask, ...], fills: Fills, situation: Situation) -> tuple[Facts, tuple[FieldError, ...]]:
    """Validate every answer; return the new or changed facts, and the errors by field."""
    case = situation.case
    facts: Facts = {}
    wrong: list[FieldError] = []
    for ask in once(asks):
        found = _read_one(ask, fills.get(ask.field, Fill()), situation)
        if isinstance(found, Line):
            wrong.append(FieldError(field=ask.field, line=found))
        elif found is not None and (found != case.facts.get(ask.field) or not case.known(ask.field)):
            facts[ask.field] = found
    wrong.extend(_together(asks, facts, situation))
    return facts, tuple(wrong)


def _read_one(ask: Ask, fill: Fill, situation: Situation) -> Fact | Line | None:
    playbook = situation.playbook
    spec = playbook.fields[ask.field]
    if fill.raw:
        value = read(spec, fill, situation.now)
        if isinstance(value, Line):
            return value
        return None if value in ("", []) else fact(playbook, ask.field, value)
    reason = (fill.none_because or "").strip()[:300]
    if reason and spec.none_known:
        return fact(playbook, ask.field, None, reason)
    return _unanswered(ask, spec, situation)


def _unanswered(ask: Ask, spec: FieldSpec, situation: Situation) -> Fact | Line | None:
    """Handle an empty answer: the known value stands, a default applies, or it is an error."""
    playbook = situation.playbook
    known = situation.case.known(ask.field) and not (spec.anew or spec.answer)
    if known or (ask.optional and spec.default is None):
        return None
    if spec.default is not None:
        return fact(playbook, ask.field, default(spec, situation.now))
    if spec.type == "ticks":
        return fact(playbook, ask.field, [])
    return GIVE_OR_NONE if spec.none_known else GIVE


def fact(playbook: Playbook, name: str, value: Any, reason: str | None = None) -> Fact:
    """Return a fact as its field stores it."""
    spec = playbook.fields[name]
    return Fact(value=value, none_because=reason, personal=spec.personal, keep=spec.keep)


def _together(asks: tuple[Ask, ...], facts: Facts, situation: Situation) -> list[FieldError]:
    """Cross-field validation: each order is covered by a line, no amount exceeds its limit."""
    playbook = situation.playbook
    now: Mapping[str, Fact] = {**situation.case.facts, **facts}
    found: list[FieldError] = []
    for ask in asks:
        spec, given = playbook.fields[ask.field], facts.get(ask.field)
        if given is None or given.value is None:
            continue
        other = now.get(spec.at_most or "")
        if other and _amount(given) > _amount(other):
            key = "That is more than {what}."
            title = playbook.fields[spec.at_most or ask.field].title
            found.append(FieldError(field=ask.field, line=Line(key=key, args={"what": title})))
        missing = _uncovered(spec, given, now)
        if missing:
            key = "There is no line for {orders} yet. Each of these orders needs one."
            found.append(FieldError(field=ask.field, line=Line(key=key, args={"orders": missing})))
    return found


def _amount(given: Fact) -> Decimal:
    return Decimal(str(given.value["amount"])) if isinstance(given.value, dict) else Decimal(0)


def _uncovered(spec: FieldSpec, given: Fact, now: Mapping[str, Fact]) -> str:
    wanted = now.get(spec.covers or "")
    if wanted is None or not isinstance(wanted.value, list) or not isinstance(given.value, list):
        return ""
    first = next(iter(spec.columns), "")
    there = {str(row.get(first)) for row in given.value if isinstance(row, dict)}
    return ", ".join(str(order) for order in wanted.value if str(order) not in there)


def unticked(asks: tuple[Ask, ...], situation: Situation) -> int:
    """Count the rows that still have to be ticked off in a part."""
    playbook = situation.playbook
    return sum(
        len(left(situation.case, playbook.fields[ask.field], ask.field))
        for ask in asks
        if playbook.fields[ask.field].type == "ticks"
    )


def left(case: Case, spec: FieldSpec, name: str) -> list[int]:
    """List the numbers of the rows not ticked off yet."""
    rows = case.value(spec.of or "")
    ticked = set(case.value(name) or [])
    return [number for number in range(len(rows or [])) if str(number) not in ticked]


def over_cap(facts: Facts, playbook: Playbook) -> FieldError | None:
    """Return an error for an amount above its field's cap."""
    for name, given in facts.items():
        most = playbook.fields[name].most
        if most is None or not isinstance(given.value, dict):
            continue
        if Decimal(str(given.value["amount"])) > most:
            role = playbook.roles.get(playbook.override_by or "")
            key = "More than {most} needs {role}'s approval first. On duty now: {people}."
            args = {
                "most": str(most),
                "role": role.title if role else {"en": "a team lead", "it": "un responsabile"},
                "people": f"role:{playbook.override_by}",
            }
            return FieldError(field=name, line=Line(key=key, args=args))
    return None


def once(asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """Remove duplicate asks; a field is required where any mention requires it."""
    found: dict[str, Ask] = {}
    for ask in asks:
        before = found.get(ask.field)
        found[ask.field] = ask if before is None or before.optional else before
    return tuple(found.values())
