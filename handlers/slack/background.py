"""Work that goes on after a person was answered. It is done once and soon given up: nothing that must not be lost."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Later:
    """Starts such work and holds on to it, because the loop alone would let it be collected."""

    running: set[asyncio.Task[None]] = field(default_factory=set)

    def __call__(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin."""
        task = asyncio.get_running_loop().create_task(work)
        self.running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("work after an answer failed", exc_info=error)

    async def settle(self) -> None:
        """Wait for what is running."""
        while self.running:
            await asyncio.gather(*self.running, return_exceptions=True)
