"""Placeholders: `${name}` in a playbook's strings, from its own `values` or the installation's overrides.

It works on plain data, before there is a playbook, so every string may hold one; it reads no settings.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.marks import Problem, Source, Where, nearest

_NAME = re.compile(r"\$\{([^{}]*)\}")

Values = Mapping[str, str]
NO_VALUES: Values = {}
THE_DESKS: Values = {"command": "/ato"}
"""Values that every playbook has from the desk: its slash command."""


def put_in(
    data: Any, source: Source, given: Values = NO_VALUES, desks: Values = THE_DESKS
) -> tuple[Any, tuple[Problem, ...]]:
    """Replace every `${name}` in the data; also return problems for unknown and unused names.

    `given` overrides the playbook's own values; names that the playbook does not have are a problem. `desks` come
    beneath both.
    """
    own = data.get("values") if isinstance(data, dict) else None
    own = own if isinstance(own, dict) else {}
    values = {name: str(value) for name, value in {**desks, **own, **given}.items()}
    problems = list(_foreign(own, given, source))
    used: set[str] = set()
    found = {
        key: value if key == "values" else _filled(value, (key,), values, used, problems, source)
        for key, value in (data.items() if isinstance(data, dict) else ())
    }
    if own:
        found["values"] = {name: given.get(name, value) for name, value in own.items()}
    problems.extend(_idle(own, used, source))
    return (found if isinstance(data, dict) else data), tuple(problems)


def _filled(
    value: Any,
    where: Where,
    values: Values,
    used: set[str],
    problems: list[Problem],
    source: Source,
) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, (*where, key), values, used, problems, source) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, (*where, at), values, used, problems, source) for at, one in enumerate(value)]
    if not isinstance(value, str):
        return value
    names = _NAME.findall(value)
    used.update(names)
    problems.extend(_unknown(name, where, values, source) for name in names if name not in values)
    return _NAME.sub(lambda found: values.get(found[1], found[0]), value)


def _unknown(name: str, where: Where, values: Values, source: Source) -> Problem:
    what = f"there is no “{name}” among the playbook's “values”"
    return source.problem(where, what, nearest(name, values))


def _foreign(own: Mapping[str, Any], given: Values, source: Source) -> Iterator[Problem]:
    """Report settings that override nothing."""
    for name in given:
        if name not in own:
            what = f"the settings give a value “{name}”, which this playbook does not have"
            yield source.problem(("values",), what, nearest(name, own))


def _idle(own: Mapping[str, Any], used: set[str], source: Source) -> Iterator[Problem]:
    for name in own:
        if name not in used:
            line, column = source.place(("values", name), key=True)
            yield Problem(source.file, line, column, f"nothing uses “{name}”", warning=True)
