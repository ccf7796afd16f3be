"""The deployment's key is exchanged: every case's key is wrapped anew, no value is touched, and the old key can go."""

import asyncio

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from desk.case.state import Case
from integrations.store import tables as t
from integrations.store.cases import StoredCases
from integrations.store.engine import Database
from integrations.store.rewrap import rewrap
from integrations.store.vault import Vault
from ops.cli import app
from ops.exits import UNSET
from ops.stage import SANDBOX
from tests.contract.making import EMAIL, KEY, NAME, Maker, card

NEW = "bmV3IGtleSBvZiAzMiBieXRlcywgZm9yIHRlc3RzLiE="

both = pytest.mark.parametrize("address", ["sqlite", "postgres"], indirect=True)


async def kept(engine: Database) -> dict[tuple[str, str], bytes]:
    rows = await engine.rows(select(t.case_keys))
    return {(row.case_id, row.keep): row.wrapped for row in rows}


async def loaded(cases: StoredCases, name: str) -> Case:
    found = await cases.load(name)
    assert found is not None
    return found[0]


@both
async def test_with_the_new_key_alone_every_case_reads_as_before(engine: Database, keep: Maker) -> None:
    for name in ("01A", "01B", "01C"):
        await keep.open(name, effects=(card(f"{name}/1", case=name),))
    count = await rewrap(engine, Vault([NEW, KEY]), batch=2)
    assert count == len(await kept(engine)) > 6
    cases = StoredCases(engine, Vault([NEW], KEY))
    for name in ("01A", "01B", "01C"):
        case = await loaded(cases, name)
        assert (case.facts["email"].value, case.facts["name"].value) == (EMAIL, NAME)


@both
async def test_again_changes_no_case(engine: Database, keep: Maker) -> None:
    await keep.open("01A")
    vault = Vault([NEW, KEY])
    assert await rewrap(engine, vault) == await rewrap(engine, vault)
    case = await loaded(StoredCases(engine, Vault([NEW], KEY)), "01A")
    assert case.facts["name"].value == NAME


async def test_without_the_old_key_nothing_is_changed(engine: Database, keep: Maker) -> None:
    await keep.open("01A")
    before = await kept(engine)
    with pytest.raises(ValueError, match="None of the encryption keys"):
        await rewrap(engine, Vault([NEW]))
    assert await kept(engine) == before


async def test_the_command_says_what_can_go_and_what_is_missing(
    address: str, keep: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep.open("01A")
    others = {"ATO_ZENDESK__URL": "http://127.0.0.1:9", "ATO_DATABASE_URL": address, "ATO_VAULT__DIGEST_KEY": KEY}
    for name, value in (SANDBOX | others).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ATO_VAULT__KEYS", f"{NEW},{KEY}")
    done = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "rotate"])
    assert (done.exit_code, "The others can go" in done.output) == (0, True), done.output
    monkeypatch.setenv("ATO_VAULT__KEYS", KEY)
    done = await asyncio.to_thread(CliRunner().invoke, app, ["keys", "rotate"])
    assert (done.exit_code, "None of the encryption keys" in done.output) == (UNSET, True)
