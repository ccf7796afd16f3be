"""Wishes to whoever staged the pretend company: to start over, to play a story, to go on with it.

The company cannot stop and start the bot itself. A wish is kept here until somebody takes it; what they tell
back (which story, how far, what waits in the bot's queue) is shown to whoever looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.telling import answer


@dataclass
class Staging:
    """Wishes not yet taken, oldest first, and what the stage tells of itself. No reset touches it."""

    wishes: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)


def staging_router(staging: Staging) -> APIRouter:
    router = APIRouter(prefix="/stage", tags=["stage"])

    @router.get("")
    async def read() -> Response:
        return answer({"told": staging.told, "wishes": staging.wishes})

    @router.post("/tell")
    async def tell(request: Request) -> Response:
        staging.told.update(await request.json())
        return answer({"told": staging.told})

    @router.post("/wish")
    async def wish(request: Request) -> Response:
        staging.wishes.append(await request.json())
        return answer({"waiting": len(staging.wishes)}, 202)

    @router.post("/take")
    async def take() -> Response:
        """The oldest wish, which is then no longer here; `null` when there is none."""
        return answer({"wish": staging.wishes.pop(0) if staging.wishes else None})

    return router
