"""Playbook lint: a closed table of rules, each finding with file and line. It runs nothing."""

from config.marks import Problem, Source, nearest
from config.rules import choices, flow, people, references, words
from config.rules.finding import Finding, Rule
from desk.fields.template_values import BUILTINS
from desk.playbook.model import Playbook

RULES: tuple[Rule, ...] = (
    references.mentions,
    references.outcomes,
    references.parts,
    choices.options,
    choices.choices,
    choices.empty_conditions,
    references.expected,
    choices.filled,
    references.retention,
    flow.circles,
    flow.roots,
    flow.unreachable,
    flow.looks_ahead,
    flow.tickets_ahead,
    flow.tickets_twice,
    flow.shapes,
    flow.compared,
    flow.endings,
    flow.promises,
    people.titles,
    people.owners,
    people.urgent,
    people.eyes,
    people.chains,
    people.ladders,
    people.calendars,
    people.phones,
    words.never_kept,
    words.languages,
    words.unused,
    words.buttons,
)
"""Every rule except `words.templates`, which also needs the desk's own names."""


def lint(playbook: Playbook, source: Source, builtins: frozenset[str] = frozenset(BUILTINS)) -> tuple[Problem, ...]:
    """Return every problem of a playbook, in line order."""
    rules = (*RULES, words.templates(builtins))
    found = {_problem(finding, source) for rule in rules for finding in rule(playbook)}
    return tuple(sorted(found, key=lambda p: (p.line, p.column, p.what)))


def _problem(finding: Finding, source: Source) -> Problem:
    line, column = source.place(finding.where, key=finding.key)
    hint = nearest(finding.word, finding.known) if finding.word is not None else None
    return Problem(source.file, line, column, finding.what, hint, finding.warning)
