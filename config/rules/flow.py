"""Flow rules: cycles, unreachable steps, and references to what is not settled yet."""

import re
from collections.abc import Iterator, Mapping

from config.marks import Where
from config.rules.finding import Finding, acts, asks, tickets, upstream, walk
from desk.playbook.model import Playbook, Step
from desk.playbook.parts import Condition
from desk.workflow.conditions import fields_asked
from desk.workflow.flow import COMPLETED


def circles(playbook: Playbook) -> Iterator[Finding]:
    """Report cycles of steps, and of parts within one step."""
    steps = {name: step.after for name, step in playbook.steps.items()}
    for circle in _circles(steps):
        yield Finding(("steps", circle[0], "after"), f"these steps wait for each other: {_ring(circle)}")
    for name, step in playbook.steps.items():
        parts = {part_name: part.after for part_name, part in step.parts.items()}
        for circle in _circles(parts):
            where: Where = ("steps", name, "parts", circle[0], "after")
            yield Finding(where, f"these parts wait for each other: {_ring(circle)}")


def _ring(circle: tuple[str, ...]) -> str:
    return " → ".join((*circle, circle[0]))


def _circles(after: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Find each cycle once."""
    settled: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in after:
        _search(start, after, [], settled, found)
    return found


def _search(
    name: str,
    after: Mapping[str, tuple[str, ...]],
    way: list[str],
    settled: set[str],
    found: list[tuple[str, ...]],
) -> None:
    if name in way:
        found.append(tuple(way[way.index(name) :]))
    if name in way or name in settled or name not in after:
        return
    for before in after[name]:
        _search(before, after, [*way, name], settled, found)
    settled.add(name)


def unreachable(playbook: Playbook) -> Iterator[Finding]:
    """Report steps that no case can reach: behind an ending, or on an outcome that is one."""
    for name, step in playbook.steps.items():
        for before in step.after:
            if _always_ends(playbook.steps.get(before)):
                yield Finding(
                    ("steps", name, "after"),
                    f"nobody reaches “{name}”: every outcome of “{before}” ends the case",
                )
        for before, outcomes in step.when.outcome.items() if step.when else ():
            found = playbook.steps.get(before)
            if found and all(o in found.outcomes and found.outcomes[o].ends for o in outcomes):
                where: Where = ("steps", name, "when", "outcome", before)
                yield Finding(where, f"nobody reaches “{name}”: the case has ended by then")


def _always_ends(step: Step | None) -> bool:
    return step is not None and bool(step.outcomes) and all(o.ends for o in step.outcomes.values())


def roots(playbook: Playbook) -> Iterator[Finding]:
    """Report a first step that waits for something, and a step that depends on nothing."""
    first = playbook.steps.get(playbook.opens_with)
    if first is not None and (first.after or first.when):
        where: Where = ("steps", playbook.opens_with, "after")
        yield Finding(where, f"“{playbook.opens_with}” opens the case, so it cannot wait for anything")
    if first is not None and first.parts:
        yield Finding(("steps", playbook.opens_with, "parts"), "the step that opens a case cannot have parts")
    for name, step in playbook.steps.items():
        if not step.after and name != playbook.opens_with and not step.recurs:
            yield Finding(
                ("steps", name),
                f"“{name}” hangs on nothing, so it opens with the case",
                warning=True,
                key=True,
            )


def looks_ahead(playbook: Playbook) -> Iterator[Finding]:
    """Report conditions on a step or field that is not settled before they are evaluated."""
    above = upstream(playbook)
    for name, step in playbook.steps.items():
        for where, condition in _outer_conditions(step):
            before = above[name] if where[0] == "when" else above[name] | {name}
            yield from _looks(playbook, name, ("steps", name, *where), condition, before)
        for other in step.not_by:
            if other in playbook.steps and other not in above[name]:
                yield Finding(("steps", name, "not_by"), f"“{other}” is not settled before “{name}”")


_INNER = {"any", "all", "not"}


def _outer_conditions(step: Step) -> Iterator[tuple[Where, Condition]]:
    """Yield the top-level conditions of a step."""
    for where, condition in walk(step, Condition):
        if not _INNER & {str(part) for part in where}:
            yield where, condition


def _asked(playbook: Playbook, steps: frozenset[str]) -> set[str]:
    """Return the fields that these steps ask for, and those with a default."""
    defaults = {name for name, field in playbook.fields.items() if field.default is not None}
    return defaults | {field for step in steps for field in fields_asked(playbook.steps[step])}


def _looks(
    playbook: Playbook, name: str, where: Where, condition: Condition, before: frozenset[str]
) -> Iterator[Finding]:
    said = "does" in where
    for other in sorted(condition.steps()):
        if other in playbook.steps and other not in before:
            what = f"“{name}” looks at “{other}”, which is not settled before it"
            yield Finding(where, what, warning=said)
    asked = _asked(playbook, before)
    for field in sorted(condition.fields()):
        if field in playbook.fields and field not in asked:
            what = f"“{name}” looks at “{field}”, which nobody asks before it"
            yield Finding(where, what, warning=said)


def tickets_ahead(playbook: Playbook) -> Iterator[Finding]:
    """Report tickets that are used before a step has created them."""
    made, above = tickets(playbook), upstream(playbook)
    used: list[tuple[Where, str, str, frozenset[str]]] = []
    for name, step in playbook.steps.items():
        if step.waits_for:
            used.append((("steps", name, "waits_for", "ticket"), name, step.waits_for.ticket, above[name]))
    for where, name, act in acts(playbook):
        if act.update_ticket:
            here = (*where, "update_ticket", "ticket")
            used.append((here, name, act.update_ticket.ticket, above[name] | {name}))
    for where, name, ticket, before in used:
        if ticket in made and not made[ticket] & before:
            yield Finding(where, f"no step before “{name}” creates the ticket “{ticket}”")


def tickets_twice(playbook: Playbook) -> Iterator[Finding]:
    """Report tickets that two steps on one path create under one name."""
    made, above = tickets(playbook), upstream(playbook)
    for where, name, act in acts(playbook):
        plan = act.create_ticket
        earlier = made[plan.name] & above[name] if plan else frozenset()
        if plan and earlier:
            here = (*where, "create_ticket", "as")
            yield Finding(here, f"“{min(earlier)}” creates a ticket “{plan.name}” before this")


def shapes(playbook: Playbook) -> Iterator[Finding]:
    """Report steps with contradictory settings."""
    for name, step in playbook.steps.items():
        for holds, what in _shape(step):
            if holds:
                yield Finding(("steps", name), f"“{name}” {what}", key=True)
        for other_name, other in playbook.steps.items():
            if step.recurs and name in other.after:
                where: Where = ("steps", other_name, "after")
                yield Finding(where, f"“{other_name}” waits for “{name}”, which comes back and never settles")


def _shape(step: Step) -> tuple[tuple[bool, str], ...]:
    auto = step.automatic
    return (
        (auto and any(asks(step)), "is automatic and asks something; nobody would answer"),
        (auto and bool(step.parts), "is automatic and has parts; nobody would do them"),
        (auto and step.outcome("done") is None, "is automatic and needs an outcome called “done”"),
        (bool(step.cool_off and step.parts), "rests and has parts; a step that rests is one act"),
        (bool(step.recurs and step.parts), "comes back and has parts; a recurring step is one act"),
        (bool(step.parts and step.outcomes), "has parts and outcomes; a step with parts ends with its last part"),
        (
            bool(step.chase) and step.due is None and not any(p.due for p in step.parts.values()),
            "is chased and has no “due” to be late for",
        ),
    )


def compared(playbook: Playbook) -> Iterator[Finding]:
    """Report answers that cannot be compared: only a check is, with an order or a customer id."""
    for name, spec in playbook.fields.items():
        if spec.answer is None:
            continue
        where: Where = ("fields", name, "answer")
        if spec.type != "check":
            yield Finding(where, f"“{name}” is no check, and only whether a check passes is kept", key=True)
        of = playbook.fields.get(spec.answer.of)
        if spec.answer.about == "order" and of and of.type != "order":
            yield Finding((*where, "of"), f"“{spec.answer.of}” is no order number")


def endings(playbook: Playbook) -> Iterator[Finding]:
    """Report a playbook without an ending text for a case whose every step is settled."""
    if COMPLETED not in playbook.endings:
        yield Finding(("endings",), f"“endings” has no words for “{COMPLETED}”, the end after the last step")


def promises(playbook: Playbook) -> Iterator[Finding]:
    """Report promises that are kept before they are made."""
    above = upstream(playbook)
    for name, promise in playbook.promises.items():
        made, *keeping = (re.split("[.:]", word)[0] for word in (promise.made, *promise.kept))
        for kept in keeping:
            if made in playbook.steps and kept in above.get(made, ()):
                what = f"“{kept}” is settled before “{made}” makes the promise"
                yield Finding(("promises", name, "kept"), what)
