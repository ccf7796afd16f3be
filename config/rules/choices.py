"""Choice rules: options where there is a choice, and answers and conditions that can hold. Pure."""

from collections.abc import Iterator

from config.marks import Where
from config.rules.finding import Finding, conditions, walk
from desk.fields.format import TWO_WAY
from desk.playbook.model import Deed, Playbook
from desk.playbook.parts import Condition


def choices(playbook: Playbook) -> Iterator[Finding]:
    """Report choice fields without options, and options on other fields."""
    for name, spec in playbook.fields.items():
        chosen = spec.type in {"choice", "choices"}
        if chosen and not spec.options:
            yield Finding(("fields", name), f"“{name}” is a {spec.type} without options", key=True)
        if spec.options and not chosen:
            yield Finding(("fields", name, "options"), f"“{name}” is a {spec.type} and takes no options")


def options(playbook: Playbook) -> Iterator[Finding]:
    """Report values in conditions that their field can never have."""
    for where, condition in conditions(playbook):
        for field, values in condition.field.items():
            known = _answers(playbook, field)
            for at, value in enumerate(values):
                if known and value not in known:
                    here: Where = (*where, "field", field, at)
                    yield Finding(here, f"“{field}” is never “{value}”", value, known)


def filled(playbook: Playbook) -> Iterator[Finding]:
    """Report answers of rehearsals that their field can never have."""
    for where, deed in walk(playbook, Deed):
        for field, given in deed.fill.items():
            known = _answers(playbook, field)
            for word in given if isinstance(given, list | tuple) else [given]:
                if known and word not in known and not deed.refused:
                    here: Where = (*where, "fill", field)
                    yield Finding(here, f"“{field}” is never “{word}”", str(word), known)


def _answers(playbook: Playbook, field: str) -> tuple[str, ...]:
    spec = playbook.fields.get(field)
    if spec is None:
        return ()
    return tuple(spec.options) or TWO_WAY.get(spec.type, ())


def empty_conditions(playbook: Playbook) -> Iterator[Finding]:
    """Report conditions without content."""
    for where, condition in conditions(playbook):
        if condition == Condition():
            yield Finding(where, "an empty condition always holds; leave it out")
