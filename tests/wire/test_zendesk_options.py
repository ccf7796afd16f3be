"""Finding a dropdown's option by the path a procedure writes (reading A15)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.service.ports import GiveUp
from integrations.zendesk.names import Option, match_option

SEED = "Mr D Food* - Blacklisting>Blacklisted>Suspected Account Takeover"
OPTIONS = (
    Option(name="Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover", tag="ato"),
    Option(name="Mr D Food* - Blacklisting::Blacklisted::Promo Abuse", tag="promo"),
    Option(name="Mr D Food* - Account::Suspected Account Takeover", tag="account"),
)


@pytest.mark.parametrize(
    "path",
    [
        SEED,
        "Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover",
        "Mr D Food - Blacklisting > Blacklisted > Suspected Account Takeover",
        "mr d food*-blacklisting : blacklisted : suspected account takeover",
        "  Mr D  Food *  - Blacklisting>Blacklisted>Suspected Account Takeover>",
        "Mr D Food* - Blacklisting＞Blacklisted＞Suspected Account Takeover",
        "Mr D\u00a0Food* - Blacklisting>Blacklisted>Suspected Account Takeover",
    ],
)
def test_an_option_is_found_however_its_path_is_written(path: str) -> None:
    assert match_option(OPTIONS, path).tag == "ato"


@pytest.mark.parametrize(
    "path",
    [
        "Suspected Account Takeover",
        "Mr D Food* - Blacklisting>Blacklisted",
        "Blacklisted>Promo Abuse",
        "",
        "*",
        ">",
    ],
)
def test_a_part_of_a_path_is_not_the_path(path: str) -> None:
    with pytest.raises(GiveUp, match="Nothing was sent"):
        match_option(OPTIONS, path)


def test_a_missing_option_names_the_nearest() -> None:
    with pytest.raises(GiveUp) as gave_up:
        match_option(OPTIONS, "Mr D Food* - Blacklisting>Blacklisted>Suspected Takeover")
    assert f"the nearest is “{OPTIONS[0].name}”" in gave_up.value.reason
    assert gave_up.value.reason.endswith("then press Retry.")


def test_two_options_that_differ_only_in_writing_are_not_guessed() -> None:
    twin = Option(name="Mr D Food - Blacklisting > Blacklisted > Suspected Account Takeover", tag="ato_2")
    with pytest.raises(GiveUp, match="2 of the query type"):
        match_option((*OPTIONS, twin), SEED)


def test_a_dropdown_without_options_says_so() -> None:
    with pytest.raises(GiveUp, match="there is none at all"):
        match_option((), SEED)


@given(st.text())
def test_any_path_is_matched_or_refused(path: str) -> None:
    try:
        assert match_option(OPTIONS, path) in OPTIONS
    except GiveUp as gave_up:
        assert gave_up.system == "Zendesk"
