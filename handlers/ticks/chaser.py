"""Chaser tick: reminds the owners of due duties."""

import logging

from desk.service.engine import Engine
from desk.service.ports import StoreGone

log = logging.getLogger(__name__)


async def on_tick(engine: Engine) -> int:
    """Process every case with a due deadline; a database that does not answer is retried at the next tick."""
    try:
        return await engine.chase_due()
    except StoreGone:
        log.warning("the chaser could not read the database; it tries again at the next tick")
        return 0
