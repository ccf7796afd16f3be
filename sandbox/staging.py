"""Queue of requests to whoever runs the demo: reset, play a story, continue.

The sandbox cannot stop or start the bot. A request waits here until it is taken; the runner's reports (story, progress,
the bot's queue) are shown to viewers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.telling import answer


@dataclass
class Staging:
    """Pending requests, oldest first, and the runner's reports. Survives a reset."""

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
        """Take the oldest request; `null` when there is none."""
        return answer({"wish": staging.wishes.pop(0) if staging.wishes else None})

    return router
