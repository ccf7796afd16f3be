"""Verifies an evidence bundle of ATO Desk: python3 verify_bundle.py [BUNDLE.zip or its unpacked folder]

It needs Python 3.8 or newer and nothing else, and it comes along in every bundle. It shows that events, timeline and
lists are those that were exported, and that no event is changed, missing or exchanged. That the desk itself wrote
them is shown by the desk: `ato audit verify CASE --against BUNDLE.zip` compares the bundle with what is kept there.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any, Iterator  # noqa: UP035 - older Pythons verify it too

FORMAT = "ato-evidence-1"


def read(place: str | Path) -> dict[str, bytes]:
    """Give the bundle's files by name, from a zip or a folder."""
    path = Path(place)
    if path.is_dir():
        return {one.name: one.read_bytes() for one in path.iterdir() if one.is_file()}
    with zipfile.ZipFile(path) as packed:
        return {name.rpartition("/")[2]: packed.read(name) for name in packed.namelist()}


def problems(files: dict[str, bytes]) -> Iterator[str]:
    """Say everything that is wrong with a bundle; nothing means that it is whole."""
    try:
        said = json.loads(files["case.json"])
        if said["format"] != FORMAT:
            yield "case.json is of another format: " + str(said["format"])
            return
        yield from changed_files(files, said)
        yield from broken_chain(files, said)
    except (KeyError, ValueError, TypeError) as error:
        yield "the bundle cannot be read: " + type(error).__name__ + " " + str(error)


def changed_files(files: dict[str, bytes], said: dict[str, Any]) -> Iterator[str]:
    """Compare every file with its hash in case.json."""
    for name, wanted in sorted(said["files"].items()):
        if name not in files:
            yield name + " is missing"
        elif hashlib.sha256(files[name]).hexdigest() != wanted:
            yield name + " is not the file that was exported"


def broken_chain(files: dict[str, bytes], said: dict[str, Any]) -> Iterator[str]:
    """Follow the chain: each line is an event in canonical JSON (RFC 8785), and names the hash of the one before."""
    lines = files["events.jsonl"].splitlines()
    hashes = [one["hash"] for one in json.loads(files["hashes.json"])]
    before = ""
    for number, line in enumerate(lines, 1):
        event = json.loads(line)
        if event["case"] != said["case"] or event["seq"] != number:
            yield f"event {number} is missing or not in its place"
            return
        if event["prev"] != before:
            yield f"event {number} does not follow the event before it"
            return
        before = hashlib.sha256(line).hexdigest()
        if hashes[number - 1 : number] != [before]:
            yield f"event {number} is not what its hash says"
            return
    if len(lines) != said["version"] or len(hashes) != said["version"]:
        yield f"event {len(lines) + 1} is missing: the case has {said['version']}"
    elif before != said["head"]:
        yield "the last event is not the one that case.json names"


def main(argv: list[str]) -> int:
    """Print the verdict; 0 means whole."""
    place = argv[1] if len(argv) > 1 else str(Path(__file__).resolve().parent)
    files = read(place)
    found = list(problems(files))
    for problem in found:
        print(problem)
    if found:
        print("NOT WHOLE")
        return 1
    said = json.loads(files["case.json"])
    print(f"{said['display']}: {said['version']} events, whole. Last hash {said['head']}")
    if said["broken"]:
        print("When it was exported, the desk said of it: " + said["broken"])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
