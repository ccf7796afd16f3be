"""Files that one click passes on its way to the database, counted by a profile function in this process."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import httpx

from benchmarks.figures import Aim, Figure
from benchmarks.filling import Fill, fill
from benchmarks.serving import ours
from benchmarks.signed import request

ROOT = Path(__file__).parents[1]
FILES = 30
"""Most files, of decision 0019."""


class Tap:
    """The files of the project that run between a click's arrival and the end of its commit."""

    def __init__(self) -> None:
        """Record nothing yet."""
        self.on = False
        self.files: dict[str, None] = {}
        self.deepest: set[str] = set()

    def see(self, frame: FrameType, event: str, arg: object) -> None:
        """Profile function: record the file of each call until the commit has returned."""
        del arg
        name = frame.f_code.co_qualname
        if not self.on or not (file := _ours(frame)):
            return
        self.files[file] = None
        if event == "call" and name == "StoredCases.commit":
            self.deepest = set(filter(None, map(_ours, _stack(frame))))
        if event == "return" and name == "StoredCases.commit":
            self.on = False


def _ours(frame: FrameType) -> str:
    """Return the file of a frame from the project's root; empty for a library and for the benchmark itself."""
    file = frame.f_code.co_filename
    ours = file.startswith(str(ROOT)) and ".venv" not in file
    name = file.removeprefix(f"{ROOT}/") if ours else ""
    return "" if name.startswith("benchmarks/") else name


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


async def tapped(database: Path) -> Tap:
    """Click a button twice, each time on another case; the second click is recorded."""
    tap = Tap()
    threading.setprofile(tap.see)
    app = await ours(str(database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        for number in (1, 2):
            head, _, body = request("click", number).partition(b"\r\n\r\n")
            rows = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            sys.setprofile(tap.see if number > 1 else None)
            tap.on = number > 1
            answer = await client.post("/slack/events", content=body, headers=dict(rows))
            sys.setprofile(None)
            answer.raise_for_status()
    return tap


def measure(played: Path, file: Path) -> list[Figure]:
    """Count the files on the call stack at the commit, and all files that run before it ends."""
    tap = asyncio.run(tapped(fill(played, file, Fill(for_mod=3))))
    stacked = len(tap.deepest)
    return [
        Figure("files on a tap's call stack at its commit", stacked, "files", FILES, stacked / FILES, Aim("≤", 1)),
        Figure("files that run in a tap, each rule's among them", len(tap.files), "files"),
    ]
