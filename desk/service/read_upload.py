"""Uploaded sheets: a file of the chat becomes rows, or a list of errors."""

import hashlib
from datetime import datetime
from typing import Protocol

from desk.case.effects import ReadSheet
from desk.case.results import SheetRows, SheetWrong
from desk.playbook.model import Playbook
from desk.playbook.parts import FieldSpec
from desk.service.ports import Chat, GiveUp

LARGEST = 5_000_000
"""Maximum size of a sheet in bytes; a typical one is a hundredth of that."""


class Sheets(Protocol):
    """Sheet reader (port). It raises nothing: errors are part of the result."""

    async def read(self, content: bytes, field: FieldSpec, zone: str, now: datetime) -> SheetRows | SheetWrong:
        """Read the rows of a file by the columns of a field."""
        ...


async def read_sheet(
    chat: Chat, sheets: Sheets | None, effect: ReadSheet, playbook: Playbook, now: datetime
) -> SheetRows | SheetWrong:
    """Download an uploaded sheet and read it."""
    if sheets is None:
        raise GiveUp("ATO Desk", "sheets cannot be read here. Type the rows into the form.")
    content = await chat.file(effect.file, LARGEST)
    found = await sheets.read(content, playbook.fields[effect.into], playbook.zone, now)
    return found.model_copy(update={"sha256": hashlib.sha256(content).hexdigest()})
