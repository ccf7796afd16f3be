"""Benchmark figures: aims, aggregation over rounds, output. Measures nothing itself."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal, TextIO

from rich.console import Console
from rich.table import Table

TOLERANCE = 2 / 3
"""How much of its aim a figure must reach, or the run fails."""


@dataclass(frozen=True)
class Aim:
    """Required bound of a ratio: at least, or at most."""

    way: Literal["≥", "≤"]
    of: float

    def share(self, ratio: float) -> float:
        """Return the fraction of the aim that a ratio reaches; 1 or more meets it."""
        if self.way == "≥":
            return ratio / self.of
        return self.of / ratio if ratio else 1.0

    def __str__(self) -> str:
        """Format as `≥ 0.6`."""
        return f"{self.way} {self.of:g}"


@dataclass(frozen=True)
class Figure:
    """A value beside its limit: medians over the rounds, both in `unit`; `spread` is the ratio's.

    Without an aim it is informational. `against` describes the limit.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    aim: Aim | None = None
    spread: tuple[float, float] | None = None
    rounds: int = 1
    against: str = ""

    @property
    def fails(self) -> bool:
        """Say whether less than TOLERANCE of the aim is reached."""
        return self.aim is not None and self.ratio is not None and self.aim.share(self.ratio) < TOLERANCE

    @property
    def met(self) -> bool:
        """Say whether the whole aim is reached."""
        return self.aim is None or self.ratio is None or self.aim.share(self.ratio) >= 1

    def line(self) -> str:
        """Give one JSON object."""
        about = asdict(self) | {"aim": str(self.aim) if self.aim else None}
        return json.dumps({k: _short(v) for k, v in about.items() if v is not None}, ensure_ascii=False)


def at_best(one: Figure) -> Figure:
    """Return the figure with its best round's ratio: noise only makes a round worse."""
    if one.spread is None or one.aim is None:
        return one
    return replace(one, ratio=one.spread[1] if one.aim.way == "≥" else one.spread[0])


def better(one: Figure, other: Figure) -> Figure:
    """Return the one of two measurements that is nearer to its aim."""
    if one.aim is None or one.ratio is None or other.ratio is None:
        return one
    return other if one.aim.share(other.ratio) > one.aim.share(one.ratio) else one


def _short(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    return [_short(one) for one in value] if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Rounds:
    """Paired measurements of ours and the limit, each pair in immediate succession."""

    ours: Sequence[float]
    limits: Sequence[float]

    def figure(
        self, name: str, unit: str, aim: Aim | None, against: str, *, faster_is: Literal["more", "less"] = "more"
    ) -> Figure:
        """Build a figure; where less is better and the aim is a lower bound, the ratio is limit over ours."""
        turned = faster_is == "less" and aim is not None and aim.way == "≥"
        ratios = [b / a if turned else a / b for a, b in zip(self.ours, self.limits, strict=True)]
        return Figure(
            name,
            statistics.median(self.ours),
            unit,
            statistics.median(self.limits),
            statistics.median(ratios),
            aim,
            (min(ratios), max(ratios)),
            len(ratios),
            against,
        )


def interleave(rounds: int, ours: Callable[[int], float], limit: Callable[[int], float]) -> Rounds:
    """Measure in turns, alternating which side is first."""
    found: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            other = limit(number)
            found.append((ours(number), other))
        else:
            found.append((ours(number), limit(number)))
    return Rounds([a for a, _ in found], [b for _, b in found])


def show(figures: Sequence[Figure], out: TextIO) -> None:
    """Print the table."""
    table = Table(title="Each figure beside its limit, from one run", title_justify="left")
    for title in ("figure", "ours", "limit", "ratio", "spread", "aim", ""):
        table.add_column(title, justify="left" if title in {"figure", ""} else "right")
    for one in figures:
        table.add_row(
            one.name,
            f"{_number(one.value)} {one.unit}",
            _number(one.limit),
            _number(one.ratio),
            "–".join(map(_number, one.spread)) if one.spread else "",
            str(one.aim or ""),
            _verdict(one),
        )
    Console(file=out, width=150, highlight=False).print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _verdict(one: Figure) -> str:
    if one.aim is None:
        return ""
    return "fails" if one.fails else "met" if one.met else "near"
