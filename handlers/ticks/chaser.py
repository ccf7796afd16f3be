"""The chaser's tick: remind whoever owes something that is due."""

import logging

from desk.service.engine import Engine
from desk.service.ports import StoreGone

log = logging.getLogger(__name__)


async def on_tick(engine: Engine) -> int:
    """Chase every case that has something due; a database that is gone is tried again at the next tick."""
    try:
        return await engine.chase_due()
    except StoreGone:
        log.warning("the chaser could not read the database; it tries again at the next tick")
        return 0
