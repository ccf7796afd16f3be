"""Check of PromQL queries in dashboard and alerts against the desk's metrics: `python -m tools.queries`.

A query of an unknown metric or label returns nothing, so a broken alert stays silent.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import promql_parser
import yaml

from tools.reference import metrics

DEPLOY = Path(__file__).parents[1] / "deploy"
_GRAFANA = re.compile(r"label_values\((\w+), *(\w+)\)")
_PARTS = ("_bucket", "_sum", "_count")
_FROM_OUTSIDE = {"job", "instance"}
"""Labels that Prometheus adds itself."""


@dataclass(frozen=True)
class Query:
    """One query and its place."""

    where: str
    text: str


def queries(folder: Path = DEPLOY) -> Iterator[Query]:
    """Collect every query of dashboards and alerts."""
    for file in sorted((folder / "grafana").glob("*.json")):
        board = json.loads(file.read_text("utf-8"))
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                yield Query(f"{file.name}: {panel['title']}", target["expr"].replace("$playbook", "x"))
        for variable in board["templating"]["list"]:
            if found := _GRAFANA.fullmatch(str(variable.get("query"))):
                yield Query(f"{file.name}: ${variable['name']}", f"sum by ({found[2]}) ({found[1]})")
    alerts = yaml.safe_load((folder / "alerts.yaml").read_text("utf-8"))
    for group in alerts["groups"]:
        for rule in group["rules"]:
            yield Query(f"alerts.yaml: {rule['alert']}", rule["expr"])


def known() -> Mapping[str, frozenset[str]]:
    """Map each series of the desk to its labels."""
    found: dict[str, frozenset[str]] = {}
    for name, kind, labels, _ in metrics():
        if kind == "histogram":
            found |= {f"{name}{part}": frozenset(labels) for part in _PARTS}
            found[f"{name}_bucket"] |= {"le"}
        else:
            found[name] = frozenset(labels)
    return found


def problems(query: Query, there: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """List what of a query cannot be parsed or names an unknown series or label."""
    try:
        parsed = promql_parser.parse(query.text)
    except ValueError as wrong:
        yield f"{query.where}: {wrong}"
        return
    for name, labels in _named(parsed, frozenset()):
        if name not in there:
            yield f"{query.where}: there is no metric {name}"
        else:
            yield from (
                f"{query.where}: {name} has no label {label}" for label in sorted(labels - there[name] - _FROM_OUTSIDE)
            )


def _named(node: Any, grouped: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Return each metric of an expression with the labels it selects and groups by."""
    if isinstance(node, promql_parser.VectorSelector):
        chosen = {one.name for one in node.matchers.matchers}
        yield str(node.name), frozenset(chosen) | grouped
        return
    if isinstance(node, promql_parser.MatrixSelector):
        yield from _named(node.vector_selector, grouped)
        return
    if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
        grouped = grouped | frozenset(node.modifier.labels)
    for one in _inside(node):
        yield from _named(one, grouped)


def _inside(node: Any) -> Iterator[Any]:
    """Yield the expressions within an expression."""
    for name in ("expr", "lhs", "rhs", "args"):
        inner = getattr(node, name, None)
        several = inner if isinstance(inner, list | tuple) else [inner]
        yield from (one for one in several if one is not None)


def main() -> int:
    """Print every problem; exit code 1 when there is one."""
    there, asked = known(), list(queries())
    found = [line for query in asked for line in problems(query, there)]
    for line in found:
        print(line)
    print(f"{len(asked)} queries read: {len(found)} wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
