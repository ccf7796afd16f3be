"""Merging what is told of people: the newest wins, in whatever order it comes, against a model of one line."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.service.roster import Group, Membership, Profile, listed, moved, newer

PEOPLE = ("U1", "U2", "U3")
some = st.frozensets(st.sampled_from(PEOPLE))
at = st.integers(1, 6)
Told = tuple[str, frozenset[str], frozenset[str], int]
told = st.one_of(
    st.tuples(st.just("listed"), some, st.just(frozenset()), at),
    st.tuples(st.just("moved"), some, some, at),
)


def apply(group: Group, one: Told) -> Group:
    kind, first, second, when = one
    return listed(group, first, when) if kind == "listed" else moved(group, first, second, when)


def says(one: Told, person: str) -> bool | None:
    """What a message says of somebody: in, out, or nothing."""
    kind, first, second, _ = one
    if kind == "listed":
        return person in first
    if person in second:
        return False
    return True if person in first else None


def model(messages: list[Told], person: str) -> bool:
    """The newest message about somebody counts; of several at one stamp, that they are out."""
    said = [(one[3], not said) for one in messages if (said := says(one, person)) is not None]
    return bool(said) and not max(said)[1]


@given(st.lists(told, max_size=8), st.randoms())
def test_any_order_and_any_repetition_leads_to_what_is_newest(messages: list[Told], chance: object) -> None:
    expected = tuple(person for person in PEOPLE if model(messages, person))
    sent = [*messages, *messages[:3]]
    chance.shuffle(sent)
    group = Group()
    for one in sent:
        group = apply(group, one)
    assert group.people == expected


def test_a_list_forgets_who_was_out_before_it() -> None:
    group = moved(listed(Group(), ["U1", "U2"], 1), [], ["U1"], 2)
    assert group.members["U1"] == Membership(False, 2)
    assert listed(group, ["U2"], 3).members == {"U2": Membership(True, 1)}
    assert group.newest == 2


def test_a_reading_ends_a_problem_and_an_old_one_changes_nobody() -> None:
    group = replace(listed(Group(), ["U1"], 5), problem="down")
    assert listed(group, ["U2"], 4) == replace(group, problem="")


SIGHTINGS = [
    Profile("member", "Thandi", "en", "UTC", updated=100, seen=1),
    Profile("deactivated", "", "", "", updated=100, seen=2),
    Profile("member", "Thandi N", "it", "", updated=101, seen=3),
    Profile("guest", "Thandi N", "it", "", updated=102, seen=4),
]


@given(st.permutations(SIGHTINGS), st.integers(1, 4))
def test_of_sightings_the_newest_stands(sightings: list[Profile], count: int) -> None:
    seen = sightings[:count]
    known = None
    for one in [*seen, *seen]:
        known = newer(known, one)
    assert known is not None
    assert known.standing == max(seen, key=lambda one: one.stamp).standing


@pytest.mark.parametrize("first", [0, 1])
def test_at_one_stamp_the_one_that_permits_less_stands(first: int) -> None:
    two = [Profile("member", updated=1, seen=1), Profile("deactivated", updated=1, seen=1)]
    assert newer(newer(None, two[first]), two[1 - first]).standing == "deactivated"


def test_a_sighting_without_its_own_stamp_is_ordered_by_when_it_was_seen() -> None:
    known = Profile("member", "Thandi", "en", "UTC", updated=100, seen=5)
    assert newer(known, Profile("unknown", seen=6)) == replace(known, standing="unknown", seen=6)
    assert newer(known, Profile("unknown", seen=4)) == known
