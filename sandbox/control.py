"""Control API of the sandbox: log, clock, faults, the bot's address, and acts of people.

Listens on loopback without authentication, and belongs to no vendor's API.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from sandbox import seeds
from sandbox.staging import Staging, staging_router
from sandbox.telling import Touching, answer, brief
from sandbox.world import World


def control_app(world: World, routers: list[APIRouter]) -> FastAPI:
    app = FastAPI(title="Sandbox control", openapi_url="/openapi.json")
    staging = Staging()
    app.include_router(world_router(world))
    app.include_router(staging_router(staging))
    app.include_router(changes_router(world, staging))
    app.add_middleware(Touching, world=world)
    for router in routers:
        app.include_router(router)
    return app


def changes_router(world: World, staging: Staging) -> APIRouter:
    router = APIRouter()

    @router.get("/changes")
    async def read_changes(since: int = -1, wait: float = 0) -> Response:
        """Long poll: answers once anything differs from revision `since`, with what every screen shows."""
        revision = await world.wait_changed(since, min(wait, 60.0))
        told = {"revision": revision, "newest": world.last, "resets": world.resets}
        faults = [asdict(fault) for fault in world.faults]
        return answer({**told, "clock": now(world), "faults": faults, "stage": asdict(staging)})

    return router


def now(world: World) -> dict[str, Any]:
    """The business clock and its offset."""
    return {"now": world.clock.now().isoformat(), "offset": world.clock.offset}


def world_router(world: World) -> APIRouter:
    router = APIRouter()
    _log_routes(router, world)
    _clock_routes(router, world)
    _fault_routes(router, world)
    _company_routes(router, world)
    return router


def _log_routes(router: APIRouter, world: World) -> None:
    @router.get("/log")
    async def read_log(since: int = 0, system: str | None = None, wait: float = 0, short: bool = False) -> Response:
        """`short` omits the bodies."""
        entries = await world.wait_newer(since, system, min(wait, 60.0))
        newest = entries[-1].n if entries else max(since, 0)
        told = [brief(entry) if short else asdict(entry) for entry in entries]
        return answer({"entries": told, "next": newest})

    @router.get("/log/{number}")
    async def read_entry(number: int) -> Response:
        found = [entry for entry in world.since(number - 1)[:1] if entry.n == number]
        if not found:
            return answer({"error": f"there is no entry {number}"}, 404)
        return answer(asdict(found[0]))


def _clock_routes(router: APIRouter, world: World) -> None:
    @router.get("/clock")
    async def read_clock() -> Response:
        return answer(now(world))

    @router.post("/clock")
    async def move_clock(request: Request) -> Response:
        asked = await request.json()
        if "set" in asked:
            world.clock.set(str(asked["set"]))
        world.clock.advance(float(asked.get("advance", 0)))
        return answer(now(world))


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
