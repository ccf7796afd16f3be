"""Verdict on a command: the effects that follow, or a refusal. Pure."""

from desk.case.effects import Effect
from desk.values import FieldError, Line, Refusal

Verdict = Refusal | tuple[Effect, ...]


def refuse(line: Line, *fields: FieldError) -> Refusal:
    return Refusal(line=line, fields=fields)
