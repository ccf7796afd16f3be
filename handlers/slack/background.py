"""Background tasks after a person was answered. Run once, with a short timeout: nothing that must not be lost."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Later:
    """Starts background tasks and keeps a reference to each: the event loop alone would let them be collected."""

    running: set[asyncio.Task[None]] = field(default_factory=set)

    def __call__(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a task."""
        task = asyncio.get_running_loop().create_task(work)
        self.running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("work after an answer failed", exc_info=error)

    async def settle(self) -> None:
        """Wait for the running tasks."""
        while self.running:
            await asyncio.gather(*self.running, return_exceptions=True)
