"""Small forms for tests, one field at a time."""

from datetime import UTC, datetime
from typing import Any

from config.locales import Catalogue
from desk.cards.forms import Form, Input
from desk.playbook.parts import FieldSpec
from desk.values import Fact
from integrations.slack.codec.meta import FormMeta
from integrations.slack.views.inputs import question

SAY = Catalogue()
META = FormMeta(case="01J8ZK3V9QW5T2N7R4M6X8YBCD", step="receive")
NOW = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
FEW = {"a": {"en": "Alpha", "it": "Primo"}, "b": {"en": "Beta"}}
MANY = {f"o{n}": {"en": f"Option {n}"} for n in range(11)}


def spec(kind: str, **more: Any) -> FieldSpec:
    options = FEW if kind in {"choice", "choices", "ticks"} else {}
    return FieldSpec(**{"type": kind, "title": {"en": f"A {kind}"}, "options": options, **more})


def made(*inputs: Input, **more: Any) -> Form:
    about: dict[str, Any] = {
        "playbook": "p",
        "case": "01J8ZK3V9QW5T2N7R4M6X8YBCD",
        "display": "ATO-12",
        "step": "receive",
        "part": None,
        "occurrence": 1,
        "title": {"en": "Who is calling?"},
        "says": (),
        "shows": (),
        "choices": (),
        "chosen": None,
        "inputs": inputs,
    }
    return Form(**{**about, **more})


def asked(kind: str, known: Fact | None = None, *, optional: bool = False, name: str = "f", **more: Any) -> Input:
    return Input(name, spec(kind, **more), optional, known)


def block(kind: str, **more: Any) -> dict[str, Any]:
    return question(asked(kind, **more), "receive", SAY, "en")[0]
