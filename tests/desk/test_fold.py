"""A folded case has the fields of a case and no others, and is never changed where it stands."""

from dataclasses import fields

import pytest

from desk.case.fold import fold
from desk.case.state import Case, replace
from tests.desk.bench import Bench, mr_d, qualia


@pytest.mark.parametrize("book", [mr_d(), qualia()], ids=lambda book: book.playbook)
def test_folding_names_nothing_that_is_not_a_field(book):
    for rehearsal in book.rehearsals.values():
        case = Bench(book).play_all(rehearsal.deeds)
        for one in (case, *case.steps.values(), *case.tickets.values(), *case.cards.values()):
            assert vars(one).keys() == {f.name for f in fields(one)}


def test_a_copy_with_changes_leaves_the_first_as_it_was():
    first = Case(id="1", number=1)
    second = replace(first, number=2)
    assert (first.number, second.number, second.id) == (1, 2, "1")
    assert second == Case(id="1", number=2)


def test_folding_in_pieces_gives_the_same_case():
    book = mr_d()
    log = Bench(book).play_all(book.rehearsals["unchanged"].deeds).log
    whole = fold(Case(id="1"), log)
    assert fold(fold(Case(id="1"), log[:40]), log[40:]) == whole
