"""Demo controller: plays stories, resets the demo, and reports progress and the queue to the sandbox.

It owns the bot process, which the sandbox cannot start or stop. Requests from the page arrive through the sandbox's
control API.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from desk.playbook.model import Playbook
from ops.player import NotAsWritten
from ops.stage import Stage, StageFailed
from ops.stories import STORIES, Act

Json = dict[str, Any]
WAITING = (
    "SELECT key, kind, status, attempts, error FROM effects WHERE status IN ('queued', 'dead') ORDER BY seq LIMIT 30"
)
BREATH = 0.7
"""Seconds between two acts when the rest of a story is played."""


class Director:
    """Plays stories on request of the page."""

    def __init__(self, stage: Stage, book: Playbook) -> None:
        """Register the available stories with the page."""
        self._stage, self._book = stage, book
        self._title, self._acts, self._done, self.trouble = "", list[Act](), 0, ""
        self._told: Json = {}
        stories = [{"id": s.id, "title": s.title, "about": s.about} for s in STORIES]
        self._tell(stories=stories, busy="", story=None, queue=[])

    # Playing -----------------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Start a story at its first act."""
        story = next(one for one in STORIES if one.id == name)
        self._title, self._acts = story.title, story.acts(self._stage, self._book)
        self._done, self.trouble = 0, ""
        self._progress()

    @property
    def coming(self) -> Act | None:
        """Return the next act, or None at the end or after a failure."""
        return self._acts[self._done] if not self.trouble and self._done < len(self._acts) else None

    def next(self) -> bool:
        """Perform the next act; a failure ends the story with a sentence and returns False."""
        act = self.coming
        if act is None:
            return False
        try:
            act.perform()
            self._done += 1
        except NotAsWritten as why:
            self.trouble = (
                f"This story cannot go on: {why}. Somebody else acted in it, or the weather is bad. Start over to play"
                " it again."
            )
        self._progress()
        return not self.trouble

    def over(self) -> None:
        """Reset: an empty database for the bot, seed data for the sandbox."""
        self._title, self._acts, self._done, self.trouble = "", [], 0, ""
        self._tell(busy="Starting over …", story=None)
        self._stage.start_over()
        self._tell(busy="", queue=[])

    def _progress(self) -> None:
        act = self.coming
        story = {
            "title": self._title,
            "done": self._done,
            "of": len(self._acts),
            "trouble": self.trouble,
            "next": f"{act.who} · {act.does}" if act else "",
        }
        self._tell(story=story if self._acts else None)

    # Listening ---------------------------------------------------------------------------------

    def serve(self, stopped: Callable[[], bool]) -> None:
        """Handle requests and report the queue until stopped."""
        revision = -1
        while not stopped():
            try:
                asked = {"since": revision, "wait": 0.5}
                revision = int(self._stage.control.get("/changes", params=asked).json()["revision"])
                self.attend()
            except (httpx.HTTPError, StageFailed) as why:
                self._say_trouble(why)

    def attend(self) -> None:
        """Report the queue and handle at most one request."""
        self._tell(queue=waiting(self._stage.folder / "ato.sqlite3"))
        wish = self.wish()
        if wish:
            self._grant(wish)

    def wished(self) -> bool:
        """Say whether a request is waiting."""
        return bool(self._stage.control.get("/stage").json()["wishes"])

    def wish(self) -> Json | None:
        """Take the oldest request."""
        if not self.wished():
            return None
        taken: Json | None = self._stage.control.post("/stage/take").json()["wish"]
        return taken

    def _grant(self, wish: Json) -> None:
        kind = wish.get("wish")
        if kind in ("over", "story"):
            self.over()
        if kind == "story" and wish.get("story") in {one.id for one in STORIES}:
            self.begin(str(wish["story"]))
        elif kind == "next":
            self.next()
        elif kind == "rest":
            self._rest()

    def _rest(self) -> None:
        """Play to the end, or until another request arrives."""
        while self.next() and self.coming:
            self._tell(queue=waiting(self._stage.folder / "ato.sqlite3"))
            time.sleep(BREATH)
            if self.wished():
                return

    # Telling -----------------------------------------------------------------------------------

    def _tell(self, **what: Any) -> None:
        """Report to the page, unless nothing changed."""
        news = {name: value for name, value in what.items() if self._told.get(name, ...) != value}
        if news:
            self._told |= news
            self._stage.control.post("/stage/tell", json=news).raise_for_status()

    def _say_trouble(self, why: Exception) -> None:
        """Report an error on the page and carry on; a person may reset."""
        try:
            self._tell(busy="", story=None)
            self._tell(busy=f"This did not work: {str(why).splitlines()[0]}. Start over to go on.")
        except httpx.HTTPError:
            time.sleep(0.5)


def tidy(stage: Stage) -> None:
    """Close the modals that simulated people left open, so that a visitor starts with an empty screen."""
    for person, seen in stage.control.get("/slack/state").json()["screens"].items():
        if seen["modals"]:
            top = {"user": person, "view_id": seen["modals"][-1]["id"], "all": True}
            stage.control.post("/slack/close", json=top).raise_for_status()


def waiting(database: Path) -> list[Json]:
    """List pending and dead effects, oldest first, read-only."""
    if not database.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1)) as reading:
            rows = reading.execute(WAITING).fetchall()
    except sqlite3.Error:
        return []
    names = ("key", "kind", "state", "attempts", "error")
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for one in found:
        one["state"] = "retried" if one["state"] == "queued" and one["attempts"] else one["state"]
    return found
