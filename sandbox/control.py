"""The control room of the pretend company: log, clock, faults, where the bot is, and people's acts.

It listens on loopback, asks for no password, and is no part of any vendor's API.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from sandbox import seeds
from sandbox.world import World


def answer(content: Any, status: int = 200) -> Response:
    """JSON at once, without a model: the log may hold anything, so what JSON lacks becomes text."""
    body = json.dumps(content, default=str, ensure_ascii=False)
    return Response(body, status_code=status, media_type="application/json")


def control_app(world: World, routers: list[APIRouter]) -> FastAPI:
    app = FastAPI(title="Sandbox control", openapi_url="/openapi.json")
    app.include_router(world_router(world))
    for router in routers:
        app.include_router(router)
    return app


def world_router(world: World) -> APIRouter:
    router = APIRouter()
    _log_routes(router, world)
    _clock_routes(router, world)
    _fault_routes(router, world)
    _company_routes(router, world)
    return router


def _log_routes(router: APIRouter, world: World) -> None:
    @router.get("/log")
    async def read_log(since: int = 0, system: str | None = None, wait: float = 0) -> Response:
        entries = await world.wait_newer(since, system, min(wait, 60.0))
        newest = entries[-1].n if entries else max(since, 0)
        return answer({"entries": [asdict(entry) for entry in entries], "next": newest})


def _clock_routes(router: APIRouter, world: World) -> None:
    def told() -> dict[str, Any]:
        return {"now": world.clock.now().isoformat(), "offset": world.clock.offset}

    @router.get("/clock")
    async def read_clock() -> Response:
        return answer(told())

    @router.post("/clock")
    async def move_clock(request: Request) -> Response:
        asked = await request.json()
        if "set" in asked:
            world.clock.set(str(asked["set"]))
        world.clock.advance(float(asked.get("advance", 0)))
        return answer(told())


def _fault_routes(router: APIRouter, world: World) -> None:
    @router.get("/faults")
    async def read_faults() -> Response:
        return answer({"faults": [asdict(fault) for fault in world.faults]})

    @router.post("/faults")
    async def add_fault(request: Request) -> Response:
        asked = await request.json()
        try:
            fault = world.new_fault(asked.pop("system"), asked.pop("kind"), **asked)
        except (KeyError, TypeError, ValueError) as wrong:
            return answer({"error": f"this fault cannot be set: {wrong}"}, 422)
        return answer(asdict(fault), 201)

    @router.delete("/faults")
    async def drop_faults(system: str | None = None) -> Response:
        return answer({"removed": world.clear_faults(system)})


def _company_routes(router: APIRouter, world: World) -> None:
    @router.post("/connect")
    async def connect(request: Request) -> Response:
        world.connected.update(await request.json())
        return answer({"connected": world.connected})

    @router.post("/reset")
    async def reset() -> Response:
        world.reset()
        return answer({"ok": True})

    @router.get("/people")
    async def people() -> Response:
        return answer(
            {
                "team": {"id": seeds.TEAM_ID, "name": seeds.TEAM_NAME},
                "people": [asdict(p) | {"email": p.email} for p in seeds.PEOPLE],
                "groups": [asdict(g) for g in seeds.GROUPS],
                "channels": [asdict(c) for c in seeds.CHANNELS],
            }
        )
