"""The clock, the log and the control room of the pretend company."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sandbox.company import Company
from sandbox.world import Clock, World


def test_the_clock_is_moved_and_its_offset_is_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "offset"
    clock = Clock(path)
    assert float(path.read_text()) == 0
    clock.advance(3600)
    assert float(path.read_text()) == 3600
    clock.set("2026-12-16T07:30:00+00:00")
    assert abs((clock.now() - datetime(2026, 12, 16, 7, 30, tzinfo=UTC)).total_seconds()) < 1
    assert [p.name for p in tmp_path.iterdir()] == ["offset"]


def test_a_fault_is_used_up_and_only_where_it_fits() -> None:
    world = World()
    world.new_fault("slack", "reset_after", match="chat.*", times=2)
    assert world.take_fault("slack", "views.open") is None
    assert world.take_fault("zendesk", "chat.postMessage") is None
    assert world.take_fault("slack", "chat.postMessage") is not None
    assert world.take_fault("slack", "chat.update") is not None
    assert world.take_fault("slack", "chat.update") is None


def test_an_unknown_fault_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="unknown fault 'explode'; there are slow, timeout"):
        World().new_fault("slack", "explode")


async def test_the_log_can_be_waited_for() -> None:
    world = World()
    waiting = asyncio.create_task(world.wait_newer(0, "slack", 5))
    await asyncio.sleep(0)
    world.note(system="zendesk", call="GET /x")
    world.note(system="slack", call="auth.test")
    assert [entry.call for entry in await waiting] == ["auth.test"]
    assert await world.wait_newer(2, None, 0) == []


async def test_the_control_room_tells_and_sets(company: Company, control: httpx.AsyncClient) -> None:
    moved = await control.post("/clock", json={"advance": 900})
    assert moved.json()["offset"] == 900
    fault = await control.post("/faults", json={"system": "slack", "kind": "slow", "seconds": 1})
    assert fault.status_code == 201
    assert (await control.get("/faults")).json()["faults"][0]["kind"] == "slow"
    assert (await control.delete("/faults?system=slack")).json() == {"removed": 1}
    wrong = await control.post("/faults", json={"system": "slack", "kind": "explode"})
    assert wrong.status_code == 422
    people = (await control.get("/people")).json()
    assert len(people["people"]) == 15
    company.world.note(system="slack", call="auth.test")
    log = (await control.get("/log?since=0&wait=1")).json()
    assert (log["next"], log["entries"][0]["call"]) == (1, "auth.test")
    await control.post("/reset")
    assert (await control.get("/log")).json() == {"entries": [], "next": 0}
    assert company.world.clock.offset == 0


async def test_it_runs_as_a_process_and_stops_when_told(tmp_path: Path) -> None:
    clock_file = tmp_path / "clock"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "--clock-file",
        str(clock_file),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    urls = json.loads(await process.stdout.readline())
    assert set(urls) == {"slack", "zendesk", "backoffice", "control"}
    async with httpx.AsyncClient() as client:
        await client.post(urls["control"] + "/clock", json={"advance": 60})
    assert float(clock_file.read_text()) == 60
    os.kill(process.pid, signal.SIGTERM)
    rest = await process.stdout.read()
    assert (await process.wait(), rest) == (0, b"")
