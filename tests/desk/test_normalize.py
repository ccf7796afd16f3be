"""When an answer is the same as what Admin says: a table of what is forgiven, and of what is not."""

import pytest

from desk.fields.normalize import BOTH, canonical
from desk.playbook.parts import FieldSpec
from desk.playbook.safeguards import Answer
from desk.values import Line


def spec(fact: str) -> FieldSpec:
    return FieldSpec.model_validate(
        {
            "type": "check",
            "title": "T",
            "answer": {"fact": fact, "of": "dfd_number", "mode": "http"},
        }
    )


SAME = [
    ("restaurant", "Col'Cacchio Tyger Valley", "colcacchio tygervalley"),
    ("restaurant", "Nando's Kenilworth", "NANDOS   kenilworth"),
    ("restaurant", "Fish & Chips Co.", "fish and chips co"),
    ("restaurant", "Café Séché", "cafe seche"),
    ("restaurant", "Straße 7", "STRASSE 7"),
    ("name", "Naledi Mahlangu", " naledi mahlangu "),
    ("name", "Werner van Wyk", "Werner Van-Wyk"),
    ("total", "249.90", "R 249,90"),
    ("total", "249.90", "ZAR249.9"),
    ("total", "1249.00", "R1,249"),
    ("total", "1249.00", "1 249.00"),
    ("recent_order", "DFD-77111", "77111"),
    ("recent_order", "DFD-77111", "dfd 77111"),
    ("contact", "naledi@example.com +27825550142", "082 555 0142, Naledi@Example.com"),
    ("contact", "naledi@example.com +27825550142", "naledi@example.com / +27 82 555 0142"),
]
OTHER = [
    ("restaurant", "Nando's Kenilworth", "Nando's"),
    ("restaurant", "Nando's Kenilworth", "Nando's Claremont"),
    ("total", "249.90", "249.91"),
    ("total", "249.90", "250"),
    ("total", "249.90", "2499.0"),
    ("recent_order", "DFD-77111", "DFD-7711"),
    ("contact", "naledi@example.com +27825550142", "082 555 0143 naledi@example.com"),
]


@pytest.mark.parametrize(("fact", "right", "said"), SAME)
def test_these_are_the_same(fact: str, right: str, said: str) -> None:
    assert canonical(spec(fact), said) == canonical(spec(fact), right)


@pytest.mark.parametrize(("fact", "right", "said"), OTHER)
def test_these_are_not(fact: str, right: str, said: str) -> None:
    assert canonical(spec(fact), said) != canonical(spec(fact), right)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("total", "about two hundred"),
        ("total", "-1"),
        ("recent_order", "the last one"),
        ("contact", "082 555 0142"),
        ("contact", "naledi@example.com"),
        ("contact", "naledi@example.com 12"),
    ],
)
def test_what_cannot_be_read_is_said_without_repeating_it(fact: str, said: str) -> None:
    found = canonical(spec(fact), said)
    assert isinstance(found, Line)
    assert said not in found.model_dump_json()
    assert fact != "contact" or found == BOTH


def test_what_an_answer_is_compared_with_follows_from_its_fact() -> None:
    abouts = {fact: Answer.model_validate({"fact": fact, "of": "x"}).about for fact, *_ in SAME}
    assert abouts == {
        "restaurant": "order",
        "total": "order",
        "name": "profile",
        "contact": "profile",
        "recent_order": "profile",
    }
