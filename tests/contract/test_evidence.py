"""Evidence: what somebody who may write into the database changes there is found, and named by its event."""

import asyncio
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, select, update
from typer.testing import CliRunner

from integrations.store import tables as t
from integrations.store.audit import Evidence, StoredEvidence
from integrations.store.cases import StoredCases
from integrations.store.chain import Link, event_words, head_words
from integrations.store.engine import Database
from integrations.store.vault import Vault
from ops import verify_bundle
from ops.cli import app
from ops.exits import WRONG
from tests.contract.making import EMAIL, KEY, NAME, Maker, ended

ato = CliRunner()
E, C, V = t.events, t.cases, t.vault
OTHERS = Vault(["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="])


@pytest.fixture
async def evidence(keep: Maker, engine: Database, vault: Vault) -> StoredEvidence:
    await keep.add(await keep.open(), keep.claimed(), keep.claimed("locate"), ended())
    return StoredEvidence(engine, vault)


async def look(evidence: StoredEvidence) -> Evidence:
    return await evidence.of((await evidence.records())[0])


async def broken(evidence: StoredEvidence) -> int | None:
    found = (await look(evidence)).broken
    return found.seq if found else None


async def change(engine: Database, *statements: Executable) -> None:
    await engine.write(lambda c: [c.execute(statement) for statement in statements])


async def forge(engine: Database, at: int) -> None:
    """Change an event and write every hash and seal after it anew, without the deployment's key."""
    rows = await engine.rows(select(E).order_by(E.c.seq))
    prev = ""
    for row in rows:
        body = row.body.replace('"U2"', '"U9"') if row.seq == at else row.body
        hash_ = Link("01CASE", row.seq, row.at, row.kind, json.loads(body), prev).hash
        seal = OTHERS.vouch(*event_words("01CASE", row.seq, hash_)) if row.seq >= at else row.seal
        new = {"body": body, "prev_hash": prev, "hash": hash_, "seal": seal}
        await change(engine, update(E).where(E.c.seq == row.seq).values(new))
        prev = hash_
    seal = OTHERS.vouch(*head_words("01CASE", len(rows), prev))
    await change(engine, update(C).values(head=prev, seal=seal))


CHANGES = {
    "changed words": (update(E).where(E.c.seq == 3).values(body='{"data":{"by":"U9"},"v":1}'), 3),
    "changed into what is no JSON": (update(E).where(E.c.seq == 3).values(body="{"), 3),
    "changed kind": (update(E).where(E.c.seq == 4).values(kind="step_opened"), 4),
    "removed": (delete(E).where(E.c.seq == 2), 2),
    "removed at the end": (delete(E).where(E.c.seq == 5), 5),
    "seal removed": (update(E).where(E.c.seq == 4).values(seal=None), 4),
    "row pointed elsewhere": (update(C).values(version=4), 5),
    "value exchanged": (update(V).values(sealed=b"another"), 2),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_change_is_named_by_its_event(evidence: StoredEvidence, engine: Database, what: str) -> None:
    assert await broken(evidence) is None
    statement, first = CHANGES[what]
    await change(engine, statement)
    assert await broken(evidence) == first


async def test_two_events_that_changed_places_are_found(evidence: StoredEvidence, engine: Database) -> None:
    def move(one: int, to: int) -> Executable:
        return update(E).where(E.c.seq == one).values(seq=to)

    await change(engine, move(3, 99), move(4, 3), move(99, 4))
    assert await broken(evidence) == 3


async def test_a_last_event_removed_together_with_its_end_is_found(evidence: StoredEvidence, engine: Database) -> None:
    before = (await look(evidence)).kept[3].hash
    await change(engine, delete(E).where(E.c.seq == 5), update(C).values(version=4, head=before))
    assert await broken(evidence) == 5


async def test_a_forged_chain_is_found_and_stays_found(
    evidence: StoredEvidence, engine: Database, keep: Maker, stored: StoredCases
) -> None:
    await forge(engine, 3)
    assert await broken(evidence) == 3
    case, _ = await stored.load("01CASE")
    await keep.add(case, keep.claimed("after"))
    assert await broken(evidence) == 3


async def test_going_on_does_not_make_a_cut_off_chain_whole(
    evidence: StoredEvidence, engine: Database, keep: Maker, stored: StoredCases
) -> None:
    before = (await look(evidence)).kept[3].hash
    await change(engine, delete(E).where(E.c.seq == 5), update(C).values(version=4, head=before))
    case, _ = await stored.load("01CASE")
    await keep.add(case, keep.claimed("after"))
    assert await broken(evidence) == 6


async def test_erasing_leaves_the_chain_whole(evidence: StoredEvidence, stored: StoredCases) -> None:
    assert (await look(evidence)).erased == 0
    await stored.erase("01CASE", "case")
    found = await look(evidence)
    assert (found.broken, found.erased) == (None, 2)


async def test_a_playbook_that_was_changed_behind_a_case_is_not_followed(
    keep: Maker, stored: StoredCases, engine: Database, vault: Vault
) -> None:
    await keep.open()
    await change(engine, update(t.playbooks).values(body='{"playbook": "other"}'))
    with pytest.raises(LookupError, match="changed beside the desk"):
        await StoredCases(engine, vault).load("01CASE")


# The terminal -------------------------------------------------------------------------------------


@pytest.fixture
def desk(database: Path, evidence: StoredEvidence, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk with one case of five events, as the terminal finds it."""
    given = {
        "ATO_DATABASE_URL": f"sqlite:///{database}",
        "ATO_VAULT__KEYS": KEY,
        "ATO_VAULT__DIGEST_KEY": KEY,
        "ATO_SLACK__TOKEN": "xoxb-1",
        "ATO_SLACK__SIGNING_SECRET": "s" * 32,
        "ATO_ZENDESK__URL": "https://x.zendesk.com",
        "ATO_ZENDESK__CLIENT_ID": "ato_desk",
        "ATO_ZENDESK__CLIENT_SECRET": "s",
        "ATO_ZENDESK__WEBHOOK_SECRET": "w",
        "ATO_ZENDESK__PLACEHOLDER_EMAIL": "p@example.com",
    }
    monkeypatch.setattr("os.environ", {**os.environ, **given})
    monkeypatch.chdir(database.parent)
    return database.parent


@pytest.fixture
def vault() -> Vault:
    """The vault as the settings make it."""
    return Vault([KEY], KEY)


async def terminal(*words: str) -> "subprocess.CompletedProcess[str]":
    """Type a command where a loop runs already."""
    given = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "ops.cli", "audit", *words],
        capture_output=True,
        text=True,
        check=False,
        env=given,
    )


def stand_alone(bundle: Path) -> "subprocess.CompletedProcess[str]":
    """Run the script that comes along, with nothing of ours to import."""
    script = bundle.parent / "verify_bundle.py"
    with zipfile.ZipFile(bundle) as packed:
        name = next(one for one in packed.namelist() if one.endswith("/verify_bundle.py"))
        script.write_bytes(packed.read(name))
    return subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-I", "-S", str(script), str(bundle)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


def rewritten(bundle: Path, **files: bytes) -> Path:
    """Put other files into a bundle."""
    new = bundle.with_name("other.zip")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(new, "w") as packed:
        for name in old.namelist():
            short = name.rpartition("/")[2].replace(".", "_")
            packed.writestr(name, files.get(short, old.read(name)))
    return new


def test_a_bundle_is_verified_by_a_script_of_its_own(desk: Path) -> None:
    done = ato.invoke(app, ["audit", "export", "ATO-1"])
    assert done.exit_code == 0, done.output
    bundle = desk / "case-1-evidence.zip"
    told = stand_alone(bundle)
    assert (told.returncode, told.stdout.split(".")[0]) == (0, "case-1: 5 events, whole")
    files = verify_bundle.read(bundle)
    assert NAME.encode() not in b"".join(files.values())
    assert b"step claimed" in files["timeline.html"]
    assert b"<script" not in files["timeline.html"]
    lines = files["events.jsonl"].splitlines(keepends=True)
    for name, content in (
        ("events_jsonl", b"".join(lines[:-1])),
        ("events_jsonl", b"".join([lines[0], lines[2], lines[1], *lines[3:]])),
        ("events_jsonl", files["events.jsonl"].replace(b"U2", b"U9")),
        ("timeline_html", b"nothing happened"),
    ):
        told = stand_alone(rewritten(bundle, **{name: content}))
        assert (told.returncode, told.stdout.splitlines()[-1]) == (1, "NOT WHOLE")


def test_a_bundle_holds_what_was_kept_when_it_was_made(desk: Path) -> None:
    ato.invoke(app, ["audit", "export", "ATO-1", "--to", "b.zip", "--personal"])
    values = json.loads(verify_bundle.read(desk / "b.zip")["values.json"])
    assert {one["value"] for one in values.values()} >= {NAME, EMAIL}
    held = ato.invoke(app, ["audit", "verify", "ATO-1", "--against", "b.zip"])
    assert held.exit_code == 0, held.output
    assert held.output.splitlines()[-1] == "1 cases, 5 events checked: 0 cases not whole"


async def test_a_whole_row_put_back_from_before_is_seen_against_a_bundle(
    desk: Path, evidence: StoredEvidence, engine: Database, keep: Maker, stored: StoredCases
) -> None:
    """Whoever kept a copy of the row from before can put all of it back: only what is kept elsewhere shows it."""
    row = (await engine.rows(select(C)))[0]._asdict()
    case, _ = await stored.load("01CASE")
    await keep.add(case, keep.claimed("after"))
    made = await terminal("export", "ATO-1", "--to", "b.zip")
    assert made.returncode == 0, made.stderr
    await change(engine, delete(E).where(E.c.seq == 6), update(C).values(row))
    assert await broken(evidence) is None
    told = await terminal("verify", "ATO-1", "--against", "b.zip")
    assert told.returncode == WRONG
    assert "Event 6 is missing here: when the bundle was made there were 6." in told.stderr


async def test_the_terminal_names_the_first_broken_event(desk: Path, engine: Database) -> None:
    await forge(engine, 3)
    told = await terminal("verify")
    assert told.returncode == WRONG
    assert told.stdout.splitlines() == [
        "case-1: event 3: the desk did not write it: its seal does not fit",
        "1 cases, 5 events checked: 1 cases not whole",
    ]
    assert "Try: ato audit export case-1" in told.stderr


def test_no_database_is_no_evidence(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "ATO_DATABASE_URL", "sqlite:///nowhere.db")
    done = ato.invoke(app, ["audit", "verify"])
    assert done.exit_code == WRONG
    assert "Nothing was read." in done.output
