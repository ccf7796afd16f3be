"""Editor of .env files: sets variables and keeps every other line."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

MARK = "# Found by `ato provision`"


def put_in(file: Path, values: Mapping[str, str]) -> tuple[str, ...]:
    """Set these variables and return the names that changed.

    The file is replaced atomically with mode 0600: it holds secrets.
    """
    before = file.read_text("utf-8") if file.exists() else ""
    after = "\n".join(_with(before.splitlines(), values)) + "\n"
    if after == before:
        return ()
    _exchange(file, after)
    return tuple(name for name, value in values.items() if f"{name}={written(value)}" not in before.splitlines())


def written(value: str) -> str:
    """Quote a value so that a shell and dotenv read it unchanged."""
    plain = value.isascii() and all(one.isalnum() or one in "-_.:/@+=," for one in value)
    return value if plain else json.dumps(value, ensure_ascii=False) if "'" in value else f"'{value}'"


def _exchange(file: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f"{file.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    Path(name).chmod(0o600)
    Path(name).replace(file)


def _with(lines: list[str], values: Mapping[str, str]) -> list[str]:
    """Return the lines with these variables set: in place where they stand, else at the end under MARK."""
    left = dict(values)
    for at, line in enumerate(lines):
        name = line.partition("=")[0].strip()
        if name in left and "=" in line:
            lines[at] = f"{name}={written(left.pop(name))}"
    heading = ["", MARK] if lines else [MARK]
    added = [f"{name}={written(value)}" for name, value in left.items()]
    return [*lines, *heading, *added] if added else lines
