"""Sentences in a reader's language: instants, texts, lists and people are shown, and nothing typed is interpreted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.locales import FOLDER, Catalogue, read_catalogue
from desk.fields.templates import Say, names_in
from desk.values import Line

AT = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)


@pytest.fixture
def say(tmp_path: Path) -> Say:
    folder = tmp_path / "it" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "ato.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Only {role} may do this. On duty now: {people}."\n'
        'msgstr "Solo {role} può farlo. In servizio: {people}."\n\n'
        'msgid "Due {due_at}."\nmsgstr "Entro {due_at}."\n\n'
        'msgid "Missing: {what}."\nmsgstr "Manca: {what}."\n\n'
        '#, fuzzy\nmsgid "Doubtful."\nmsgstr "Dubbio."\n',
        encoding="utf-8",
    )
    return Catalogue(tmp_path, people=lambda role, language: f"[{role}/{language}]")


def test_a_sentence_is_said_in_the_readers_language(say):
    line = Line(
        key="Only {role} may do this. On duty now: {people}.",
        args={"role": {"en": "Agent", "it": "Operatore"}, "people": "role:mod"},
    )
    assert say(line, "it", "UTC") == "Solo Operatore può farlo. In servizio: [mod/it]."
    assert say(line, "it-IT", "UTC") == "Solo Operatore può farlo. In servizio: [mod/it-IT]."
    assert say(line, "en", "UTC") == "Only Agent may do this. On duty now: [mod/en]."


def test_a_sentence_without_a_translation_is_said_in_english(say):
    assert say(Line(key="Nothing was changed."), "it", "UTC") == "Nothing was changed."
    assert say(Line(key="Doubtful."), "it", "UTC") == "Doubtful."


@pytest.mark.parametrize("at", [AT, AT.isoformat(), "2026-11-22T12:05:00Z"])
def test_an_instant_is_shown_in_the_readers_zone(say, at):
    line = Line(key="Due {due_at}.", args={"due_at": at})
    assert say(line, "en", "Africa/Johannesburg") == "Due 22 Nov 2026 14:05."
    assert say(line, "it", "Europe/Rome") == "Entro 22 nov 2026 13:05."
    assert say(line, "en", "Nowhere/At All") == "Due 22 Nov 2026 12:05."


def test_words_in_the_place_of_an_instant_stay_words(say):
    assert say(Line(key="Due {due_at}.", args={"due_at": "\x020\x03"}), "it", "UTC") == "Entro \x020\x03."


def test_a_list_is_joined_as_the_language_joins_lists(say):
    line = Line(key="Missing: {what}.", args={"what": ["A", "B", "C"]})
    assert say(line, "en", "UTC") == "Missing: A, B and C."
    assert say(line, "it", "UTC") == "Manca: A, B e C."


@pytest.mark.parametrize("typed", ["{role}", "{0.__class__}", "%(x)s", "{", "role:mod", "\\{due_at\\}"])
def test_what_somebody_typed_is_never_interpreted(say, typed):
    line = Line(key="Missing: {what}.", args={"what": typed, "role": "secret"})
    assert say(line, "en", "UTC") == f"Missing: {typed}."


def test_a_missing_value_shows_its_name_and_does_not_fail(say):
    assert say(Line(key="Missing: {what}."), "en", "UTC") == "Missing: {what}."


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/LC_MESSAGES/ato.po")), ids=lambda f: f.parts[-3])
def test_a_translation_names_the_same_values_as_its_sentence(file):
    for english, words in read_catalogue(file).items():
        assert set(names_in(words)) == set(names_in(english)), english


def test_the_catalogues_that_come_with_the_desk_are_read():
    assert Catalogue().languages == ("en", "it")
