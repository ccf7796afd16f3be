"""Keyed list of HTML fragments, updated by difference."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui
from nicegui.element import Element


class Stream:
    """Ordered fragments by key, inside one element of the page."""

    def __init__(self, holder: Element) -> None:
        self._holder = holder
        self._pieces: dict[str, ui.html] = {}

    @property
    def keys(self) -> set[str]:
        """The keys of what is shown."""
        return set(self._pieces)

    def show(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Show exactly these (key, HTML) pairs in this order."""
        keep = {key for key, _ in wanted}
        for key in [key for key in self._pieces if key not in keep]:
            self._holder.remove(self._pieces.pop(key))
        for at, (key, drawn) in enumerate(wanted):
            piece = self._pieces.get(key)
            if piece is None:
                self._add(key, drawn, at)
            elif piece.content != drawn:
                piece.set_content(drawn)

    def _add(self, key: str, drawn: str, at: int) -> None:
        last = at >= len(self._pieces)
        with self._holder:
            piece = self._pieces[key] = ui.html(drawn, sanitize=False).classes("piece")
        if not last:
            piece.move(target_index=at)

    def clear(self) -> None:
        """Show nothing."""
        self._holder.clear()
        self._pieces.clear()
