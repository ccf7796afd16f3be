"""A database belongs to one desk: its name and its former names are kept, and a desk with open cases keeps its name."""

import pytest
from sqlalchemy import create_engine, text

from integrations.store.current import bring_up, revision_of
from integrations.store.desk_name import Renamed, check_name, open_cases, take_name
from integrations.store.engine import read_url
from integrations.store.starting import newest
from integrations.store.upgrade import upgrade

BOTH = pytest.mark.parametrize("address", ["sqlite", "postgres"], indirect=True)
BOOK = "INSERT INTO playbooks (hash, name, language_version, body, first_seen_at) VALUES ('h', 'mr_d', 1, '{}', '2026')"
CASE = """
    INSERT INTO cases (id, number, playbook, playbook_hash, version, head, opened_at, opened_by, ending)
    VALUES (:id, :number, 'mr_d', 'h', 1, '', '2026-11-27T09:00:00.000000Z', 'UAGENT01', :ending)
"""


def put_in(address: str, *endings: str | None) -> None:
    """Put cases into a database: open ones, and ones that ended so."""
    engine = create_engine(read_url(address))
    with engine.begin() as connection:
        connection.execute(text(BOOK))
        for number, ending in enumerate(endings, 1):
            connection.execute(text(CASE), {"id": f"C{number}", "number": number, "ending": ending})
    engine.dispose()


def close_all(address: str) -> None:
    engine = create_engine(read_url(address))
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET ending = 'resolved'"))
    engine.dispose()


@BOTH
def test_a_new_database_takes_the_name_of_the_settings_and_keeps_it(address: str):
    assert take_name(address, "fraud-eu") == ("fraud-eu",)
    put_in(address, None)
    assert take_name(address, "fraud-eu") == ("fraud-eu",)
    assert open_cases(address, "fraud-eu") == (1,)


@BOTH
def test_a_desk_with_open_cases_is_not_renamed(address: str):
    take_name(address, "ato")
    put_in(address, None, "resolved", None)
    for refused in (take_name, check_name):
        with pytest.raises(Renamed) as told:
            refused(address, "fraud-eu")
        words = str(told.value)
        assert "belongs to the desk “ato”, and 2 cases are open (numbers 1, 3)" in words
        assert "Nothing was changed" in words
        assert "take ATO_NAME out of the settings" in words
    assert take_name(address, "ato") == ("ato",)


@BOTH
def test_without_open_cases_it_is_and_its_former_names_are_known(address: str):
    take_name(address, "ato")
    put_in(address, "resolved")
    assert check_name(address, "fraud-eu") == ("fraud-eu", "ato")
    assert take_name(address, "ato") == ("ato",)  # looking stored nothing
    assert take_name(address, "fraud-eu") == ("fraud-eu", "ato")
    assert take_name(address, "fraud-za") == ("fraud-za", "fraud-eu", "ato")
    assert take_name(address, "ato") == ("ato", "fraud-za", "fraud-eu")  # back again


@BOTH
def test_what_is_open_under_another_name_is_not_this_desks(address: str):
    take_name(address, "fraud-eu")
    put_in(address, None)
    assert open_cases(address, "fraud-eu") == (1,)
    assert open_cases(address, "ato") == ()


def test_a_database_from_before_desks_had_names_keeps_the_one_it_had(tmp_path):
    address = f"sqlite:///{tmp_path / 'old.db'}"
    upgrade(address, "0007")
    put_in(address, None)
    bring_up(address)
    assert revision_of(address) == newest()
    with pytest.raises(Renamed, match="belongs to the desk “ato”, and 1 case is open"):
        take_name(address, "fraud-eu")
    assert take_name(address, "ato") == ("ato",)
    close_all(address)
    assert take_name(address, "fraud-eu") == ("fraud-eu", "ato")


def test_an_empty_database_from_before_takes_any_name(tmp_path):
    address = f"sqlite:///{tmp_path / 'old.db'}"
    upgrade(address, "0007")
    bring_up(address)
    assert take_name(address, "fraud-eu") == ("fraud-eu",)
