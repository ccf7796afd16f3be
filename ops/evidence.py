"""Evidence of cases: hash-chain verification and the exported bundle (zip)."""

import hashlib
import json
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785

from config.load import PLAYBOOKS, check
from config.settings import Settings
from integrations.store.audit import Evidence, Record, StoredEvidence
from integrations.store.current import is_current
from integrations.store.engine import open_database
from integrations.store.starting import CannotStart
from integrations.store.vault import Vault
from ops import verify_bundle
from ops.timeline import timeline

README = """Evidence of {display}, exported {at} by {by}.

case.json         what this is: the case, how many events, the last one's hash, and the SHA-256 of every file here
events.jsonl      every event, one a line, in canonical JSON (RFC 8785): the SHA-256 of a line is the event's hash
hashes.json       each event's hash, and the desk's keyed seal on it
attachments.json  the SHA-256 of every sheet that was uploaded to the case, and where files were shared
timeline.html     the same for people
verify_bundle.py  checks all of this: python3 verify_bundle.py

Personal values are not in the events. An event holds {{"vault": …}}, the SHA-256 of the encrypted value, so a value \
can be
erased and the chain still fits. {personal}
"""


@dataclass(frozen=True)
class Named:
    """A case's evidence with its display name."""

    name: str
    evidence: Evidence


@asynccontextmanager
async def evidence(settings: Settings) -> AsyncIterator[StoredEvidence]:
    """Open the database read-only. Raises CannotStart when its schema is not current."""
    url = settings.database_url.get_secret_value()
    if not is_current(url):
        raise CannotStart(
            "The database is not there, or not this version's. Nothing was read. `ato serve` makes it or brings it up"
            " to date."
        )
    database = open_database(url)
    keys = [key.decode() for key in settings.vault.fernet_keys]
    try:
        yield StoredEvidence(database, Vault(keys, settings.vault.digest_key.get_secret_value()))
    finally:
        await database.close()


def prefixes(settings: Settings) -> Mapping[str, str]:
    """Map playbooks to the letters before a case's number."""
    folder = settings.playbooks.folder or PLAYBOOKS
    books = [check(path).playbook for path in sorted(folder.glob("*.yaml"))]
    return {book.playbook: book.case_prefix for book in books if book}


async def verify(settings: Settings, number: int | None) -> list[Named]:
    """Verify the chain of every case, or of one."""
    names = prefixes(settings)
    async with evidence(settings) as kept:
        return [Named(_name(one, names), await kept.of(one)) for one in await kept.records(number)]


def _name(record: Record, names: Mapping[str, str]) -> str:
    return f"{names.get(record.playbook, 'case')}-{record.number}"


def against(evidence: Evidence, bundle: Path) -> str | None:
    """Compare a bundle with the database; None when the case only grew since."""
    files = verify_bundle.read(bundle)
    found = next(iter(verify_bundle.problems(files)), None)
    if found:
        return f"The bundle is not whole: {found}."
    said = json.loads(files["case.json"])
    if said["case"] != evidence.record.id:
        return "The bundle is of another case."
    version = said["version"]
    if len(evidence.kept) < version:
        return f"Event {len(evidence.kept) + 1} is missing here: when the bundle was made there were {version}."
    if version and evidence.kept[version - 1].hash != said["head"]:
        return f"Event {version} is not the one that the bundle ends with."
    return None


@dataclass(frozen=True)
class Export:
    """Parameters of an export: who, when, and whether personal values are included."""

    by: str
    at: datetime
    zone: str
    values: Mapping[str, Any] | None = None


def bundle(named: Named, export: Export, file: Path) -> None:
    """Write a case's evidence as a zip."""
    files = _files(named, export)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    files["case.json"] = _json({**_about(named, export), "files": hashes})
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(f"{named.name}/{name}", content)


def _about(named: Named, export: Export) -> dict[str, Any]:
    kept, record = named.evidence, named.evidence.record
    broken = f"event {kept.broken.seq}: {kept.broken.what}" if kept.broken else ""
    return {
        "format": verify_bundle.FORMAT,
        "case": record.id,
        "display": named.name,
        "playbook": record.playbook,
        "playbook_hash": record.playbook_hash,
        "version": kept.head.version,
        "head": kept.head.hash,
        "seal": kept.head.seal,
        "exported_at": export.at.isoformat(),
        "exported_by": export.by,
        "broken": broken,
        "erased_values": kept.erased,
    }


def _files(named: Named, export: Export) -> dict[str, bytes]:
    kept = named.evidence.kept
    personal = "They are in values.json." if export.values is not None else "They were left out of this bundle."
    readme = README.format(display=named.name, at=export.at.isoformat(), by=export.by, personal=personal)
    hashes = [{"seq": one.link.seq, "hash": one.hash, "seal": one.seal} for one in kept]
    files = {
        "README.txt": readme.encode(),
        "events.jsonl": b"".join(_canonical(one.link) + b"\n" for one in kept),
        "hashes.json": _json(hashes),
        "attachments.json": _json(_attachments(named.evidence)),
        "timeline.html": timeline(named.name, named.evidence, export.zone, export.values).encode(),
        "verify_bundle.py": Path(verify_bundle.__file__).read_bytes(),
    }
    return files if export.values is None else {**files, "values.json": _json(export.values)}


def _canonical(link: Any) -> bytes:
    """Serialise an event as canonical JSON; a tampered one that cannot be parsed, as plain text."""
    try:
        return bytes(link.canonical)
    except (ValueError, RecursionError):
        return rfc8785.dumps({"case": link.case, "seq": link.seq, "prev": link.prev, "body": "unreadable"})


def _attachments(kept: Evidence) -> list[dict[str, Any]]:
    """List the uploaded sheets with their SHA-256."""
    return [
        {"event": one.link.seq, "field": data.get("field"), "sha256": data["sha256"], "rows": data.get("rows")}
        for one in kept.kept
        if isinstance(one.link.body, dict) and (data := one.link.body.get("data") or {}).get("sha256")
    ]


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
