"""Playbook as a Mermaid flowchart, https://mermaid.js.org/syntax/flowchart.html. Pure."""

from collections.abc import Iterator

from desk.playbook.model import Playbook, Step
from desk.playbook.parts import Condition
from desk.playbook.shorthand import write_duration
from desk.values import Text, in_language
from desk.workflow.flow import COMPLETED

_LANGUAGE = "en"


def draw(playbook: Playbook) -> str:
    """Draw every step with its owner, every way between steps with its outcome, and every ending."""
    lines = [
        "flowchart TD",
        *_steps(playbook),
        *_ways(playbook),
        *_endings(playbook),
        *_classes(playbook),
    ]
    return "\n".join(lines) + "\n"


def _steps(playbook: Playbook) -> Iterator[str]:
    for name, step in playbook.steps.items():
        number = f"{step.sop} · " if step.sop is not None else ""
        lines = [number + _words(step.title), f"<i>{_role(playbook, step.owner)}</i>"]
        lines += [f"▪ {_words(p.title)}" + (f" ({_role(playbook, p.by)})" if p.by else "") for p in step.parts.values()]
        if step.due:
            lines.append(f"due in {write_duration(step.due.within)}")
        yield f'  {_id(name)}["{"<br/>".join(lines)}"]'


def _ways(playbook: Playbook) -> Iterator[str]:
    for name, step in playbook.steps.items():
        looked = _outcomes(playbook, step.when)
        for before in step.after:
            label = ", ".join(filter(None, [*looked.get(before, ()), *_else(playbook, step)]))
            yield _way(before, name, label, "-->")
        for before, labels in looked.items():
            if before not in step.after:
                yield _way(before, name, ", ".join(labels), "-.->")
        if step.recurs:
            yield _way(name, name, f"every {write_duration(step.recurs.every)}", "-->")


def _way(before: str, after: str, label: str, arrow: str) -> str:
    return f"  {_id(before)} {arrow}" + (f'|"{label}"| ' if label else " ") + _id(after)


def _else(playbook: Playbook, step: Step) -> Iterator[str]:
    """Label conditions other than outcomes: answers, and a ticket's group."""
    yield from _answers(playbook, step.when)
    if step.waits_for:
        yield f"ticket in {_escaped(step.waits_for.group)}"


def _answers(playbook: Playbook, condition: Condition | None, no: str = "") -> Iterator[str]:
    """Label the answers of a condition."""
    if condition is None:
        return
    for name, values in condition.field.items():
        title = _escaped(name.replace("_", " "))
        yield f"{no}{title}: {_escaped(' or '.join(values))}"
    yield from (f"{no}known: {_escaped(name.replace('_', ' '))}" for name in condition.known)
    for inner in (*condition.any, *condition.all):
        yield from _answers(playbook, inner, no)
    yield from _answers(playbook, condition.no, "not " if not no else "")


def _outcomes(playbook: Playbook, condition: Condition | None) -> dict[str, tuple[str, ...]]:
    """Collect the (step, outcome) pairs of a condition, nested ones included."""
    if condition is None:
        return {}
    found = {step: tuple(_outcome(playbook, step, name) for name in names) for step, names in condition.outcome.items()}
    for inner in (*condition.any, *condition.all):
        for step, labels in _outcomes(playbook, inner).items():
            found[step] = tuple(dict.fromkeys((*found.get(step, ()), *labels)))
    for step, labels in _outcomes(playbook, condition.no).items():
        found[step] = (*found.get(step, ()), *(f"not {label}" for label in labels))
    return found


def _outcome(playbook: Playbook, step: str, name: str) -> str:
    found = playbook.steps[step].outcome(name) if step in playbook.steps else None
    return _words(found.title) if found and found.title else "" if name == "done" else name


def _endings(playbook: Playbook) -> Iterator[str]:
    used: dict[str, None] = {}
    for name, ending, label in (*_ended(playbook), *_last(playbook)):
        used[ending] = None
        yield _way(name, f"end_{ending}", label, "-->")
    for ending in used:
        yield f'  {_id(f"end_{ending}")}(["{_words(playbook.endings.get(ending, {})) or ending}"])'


def _ended(playbook: Playbook) -> Iterator[tuple[str, str, str]]:
    """Return the outcomes that end a case."""
    for name, step in playbook.steps.items():
        for outcome_name, outcome in step.outcomes.items():
            if outcome.ends:
                yield name, outcome.ends, _words(outcome.title) or outcome_name


def _last(playbook: Playbook) -> Iterator[tuple[str, str, str]]:
    """Return the steps without a successor; the case is complete after them."""
    followed = {before for step in playbook.steps.values() for before in step.after}
    for name, step in playbook.steps.items():
        if name not in followed and not step.recurs:
            going_on = _going_on(step)
            if going_on or not step.outcomes:
                yield name, COMPLETED, " / ".join(going_on)


def _going_on(step: Step) -> list[str]:
    """Return the outcomes that do not end the case."""
    return [_words(o.title) or n for n, o in step.outcomes.items() if not o.ends]


def _classes(playbook: Playbook) -> Iterator[str]:
    urgent = [_id(name) for name, step in playbook.steps.items() if step.urgent]
    if urgent:
        yield "  classDef urgent stroke:#c0392b,stroke-width:3px"
        yield f"  class {','.join(urgent)} urgent"


def _id(name: str) -> str:
    """Return a node's id; `end` is reserved in Mermaid."""
    return f"s_{name}"


def _role(playbook: Playbook, role: str) -> str:
    found = playbook.roles.get(role)
    return _words(found.title) if found else role


def _words(text: Text) -> str:
    return _escaped(in_language(text, _LANGUAGE))


def _escaped(words: str) -> str:
    for letter, entity in (
        ("#", "#35;"),
        ('"', "#quot;"),
        ("<", "#lt;"),
        (">", "#gt;"),
        ("|", "#124;"),
    ):
        words = words.replace(letter, entity)
    return " ".join(words.split())
