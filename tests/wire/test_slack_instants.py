"""Instants in sentences: work that was kept as JSON comes back with them written out, and people still read a time."""

import json
from datetime import UTC, datetime

import pytest

from config.locales import Catalogue
from desk.values import Line
from integrations.slack.text.lines import Ink

AT = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
INK = Ink(say=Catalogue(), language="it", zone="Europe/Rome", now=AT)


def kept(line: Line) -> Line:
    """A line as the queue gives it back."""
    return Line.model_validate(json.loads(line.model_dump_json()))


def test_an_instant_is_a_time_for_its_reader_before_and_after_it_was_kept():
    line = Line(key="due {due_at}", args={"due_at": AT})
    drawn = INK.of(line)
    assert "<!date^" in drawn
    assert INK.of(kept(line)) == drawn


@pytest.mark.parametrize("words", ["2026-11-22T12:05:00", "domani", "12", ""])
def test_words_that_are_no_instant_stay_words(words):
    assert INK.line("due {due_at}", due_at=words) == f"entro {words}"


def test_a_value_that_looks_like_an_instant_is_one_only_where_an_instant_belongs():
    assert AT.isoformat() in INK.line("Open: {what}", what=AT.isoformat())
