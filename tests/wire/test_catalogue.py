"""The catalogues: every sentence of the desk is found in the source, and each has its words with the same values."""

from pathlib import Path

import pytest

from config.locales import FOLDER, read_catalogue
from ops.catalogue import check, problems, sentences, update, written

SOURCE = '''
"""A module that says things."""

NOT_KEPT = Line(key="Nothing was kept.")
STATES = {"open": ("*", "{promise}: open"), "kept": ("+", "{promise}: kept")}
STOPPED = {"card": "The card was not shown."}
OTHER = "Something was not done."


class Wrong(ValueError):
    def __init__(self, key, **args):
        self.line = Line(key=key, args=args)


def say(ink, line, what, late):
    ink.line("due {due_at}" if not late else "was due {due_at}")
    ink.plain("Open")
    sign, key = STATES.get(what, STATES["open"])
    ink.line(key)
    ink.line(STOPPED.get(what, OTHER))
    ink.line("{what}")
    raise Wrong("Row {row} is " "empty.")


def passes_on(key, number):
    return Line(key=key, args={"number": number})


passes_on("Line {number} is wrong.", 1)
raise GiveUp(SYSTEM, "It is gone.")
print("not a sentence for people")
'''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for room in ("desk", "handlers", "integrations", "bot"):
        (tmp_path / room).mkdir()
    (tmp_path / "desk" / "says.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "desk" / "ports.py").write_text(
        "class GiveUp(Exception):\n    def __init__(self, system, reason):\n        pass\n", "utf-8"
    )
    return tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file = tmp_path / "locales" / "it" / "LC_MESSAGES" / "ato.po"
    file.parent.mkdir(parents=True)
    file.write_text(written("it", {"Open": "Apri", "Gone by now": "Via"}, {"Open": {"a"}}), "utf-8")
    return tmp_path / "locales"


def test_every_way_of_saying_something_is_found(source: Path) -> None:
    assert set(sentences(source)) == {
        "Nothing was kept.",
        "{promise}: open",
        "{promise}: kept",
        "The card was not shown.",
        "Something was not done.",
        "due {due_at}",
        "was due {due_at}",
        "Open",
        "Row {row} is empty.",
        "Line {number} is wrong.",
        "It is gone.",
    }


def test_what_holds_values_only_needs_no_words(source: Path) -> None:
    assert "{what}" not in sentences(source)


def test_an_update_keeps_words_adds_sentences_and_drops_what_nobody_says(source: Path, folder: Path) -> None:
    assert update(folder, source) == {"it": 10}
    file = folder / "it" / "LC_MESSAGES" / "ato.po"
    assert read_catalogue(file) == {"Open": "Apri"}
    assert 'msgid "due {due_at}"\nmsgstr ""' in file.read_text("utf-8")
    before = file.read_text("utf-8")
    update(folder, source)
    assert file.read_text("utf-8") == before


def test_a_catalogue_written_by_hand_is_read_as_it_was_written(source: Path, folder: Path) -> None:
    found = sentences(source)
    odd = {words: f'“{words}” \\ \n\t"è" → {words}' for words in found}
    file = folder / "it" / "LC_MESSAGES" / "ato.po"
    file.write_text(written("it", odd, found), "utf-8")
    assert read_catalogue(file) == odd


@pytest.mark.parametrize(
    ("known", "there", "what"),
    [
        ({}, ["due {due_at}"], "has no words yet"),
        ({"due {due_at}": "entro {quando}"}, ["due {due_at}"], "does not name the same values"),
        ({"due {due_at}": "entro {due_at"}, ["due {due_at}"], "does not name the same values"),
        (
            {"due {due_at}": "entro {due_at}"},
            ["due {due_at}", "due at {due_at}"],
            "is not said any more",
        ),
    ],
)
def test_what_is_wrong_is_named(known: dict[str, str], there: list[str], what: str) -> None:
    found = list(problems(known, {"due {due_at}": {"desk/says.py"}}, there))
    assert len(found) == 1
    assert what in found[0]


def test_nothing_is_wrong_when_every_sentence_has_its_words() -> None:
    said = {"due {due_at}": {"desk/says.py"}}
    assert not list(problems({"due {due_at}": "entro {due_at}"}, said, ["due {due_at}"]))


def test_the_desks_own_catalogues_are_complete() -> None:
    assert check() == []


def test_italian_speaks_to_people_in_one_register() -> None:
    """Staff are spoken to as the procedure does, in the polite form: never "tu"."""
    familiar = {
        "tuo",
        "tua",
        "tuoi",
        "tue",
        "puoi",
        "devi",
        "hai",
        "sei",
        "riprova",
        "scegli",
        "scrivi",
    }
    buttons = {"Retry"}
    for english, italian in read_catalogue(FOLDER / "it" / "LC_MESSAGES" / "ato.po").items():
        words = {word.strip(".,;:!?“”*`").lower() for word in italian.split()}
        quoted = {"riprova"} if "“Riprova”" in italian or english in buttons else set()
        assert not (words & familiar) - quoted, italian
