"""Servers under benchmark, each a process: `python -m benchmarks.serving ours|noop|commit|insert DATABASE`.

`ours` is the bot of `ato serve` without queue and ticks, with an immediate Slack. The rivals do the unavoidable
minimum: bolt and FastAPI with the same settings, and a commit of the same rows with plain SQLAlchemy in a thread.
"""

import asyncio
import json
import re
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import Engine

from benchmarks.databases import address, stock
from benchmarks.filling import last_for_mod
from benchmarks.replaying import Replay, difference, read_rows
from benchmarks.signed import LOOKERS, MOD
from bot.main import assemble
from bot.running import Bot
from config.settings import settings
from desk.case.commands import CompleteStep
from desk.service.roster import Profile
from integrations.store.roster import StoredRoster
from integrations.zendesk.deliveries import check_signature
from ops.serve import write_logs
from ops.stage import ROLES, SANDBOX

ANY = re.compile(".*", re.DOTALL)
SECRET = SANDBOX["ATO_SLACK__SIGNING_SECRET"]


def environment(database: Path | str) -> dict[str, str]:
    """Return the bot's settings as on a stage, with people given in place of read from Slack."""
    inboxes = {f"ATO_SLACK__INBOXES__{role.upper()}": at for role, (_, at) in ROLES.items() if at}
    lookers = ",".join(f"ULOOK{n:03d}" for n in range(LOOKERS))
    return (
        SANDBOX
        | inboxes
        | {
            "ATO_SLACK__API_URL": "http://127.0.0.1:9/api/",
            "ATO_ZENDESK__URL": "http://127.0.0.1:9",
            "ATO_SLACK__PEOPLE__CS_AGENT": "UAGENT01",
            "ATO_SLACK__PEOPLE__MOD": f"UMOD0001,{lookers}",
            "ATO_DATABASE_URL": address(str(database)),
            "ATO_PLAYBOOKS__NAMES": "mr_d",
            "ATO_WEB__PERSON_PER_MINUTE": "0",
            "ATO_WEB__DOOR_PER_MINUTE": "0",
            "ATO_WEB__LOOK_UPS_PER_MINUTE": "0",
        }
    )


async def ours(database: str) -> FastAPI:
    """Build the bot and make it ready; no background work."""
    found = settings(environment(database))
    write_logs(found)
    bot = assemble(found)
    await ready(bot)
    assert bot.app is not None
    bot.app.router.lifespan_context = _nothing_beside
    return bot.app


async def ready(bot: Bot) -> None:
    """Run the start-up steps that precede the queue, with an immediate Slack."""

    async def answered(*_: object, **__: object) -> dict[str, object]:
        return {"ok": True, "channel": {"id": "D1"}, "user": {"id": "U1", "profile": {}}}

    bot.slack.web.api_call = answered  # type: ignore[method-assign,assignment]
    bot.engine.hashes = {n: await bot.cases.remember_playbook(b) for n, b in bot.playbooks.items()}
    await bot.rota.refresh()
    await _put_people(bot)


async def _put_people(bot: Bot) -> None:
    """Store everybody named in the settings as a member of the workspace: Slack's limits would make a start long."""
    store = StoredRoster(bot.database)
    for person in {one for people in bot.settings.slack.people.values() for one in people}:
        await store.change_person(person, lambda _: Profile(standing="member", language="en", seen=1))
    await bot.people.catch_up()


@asynccontextmanager
async def _nothing_beside(_: FastAPI) -> Any:
    yield


def _bare(click: Callable[[dict[str, Any]], Awaitable[None]] | None = None) -> FastAPI:
    """Build bolt with the bot's settings and handlers that only acknowledge."""
    known = AuthorizeResult(enterprise_id=None, team_id="T", bot_token="xoxb-1")  # noqa: S106

    async def authorize() -> AuthorizeResult:
        return known

    app = AsyncApp(
        signing_secret=SECRET,
        authorize=authorize,
        process_before_response=True,
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )

    @app.command("/ato")
    async def command(ack: AsyncAck) -> None:
        await ack()

    @app.action(ANY)
    async def action(ack: AsyncAck, body: dict[str, Any]) -> None:
        if click:
            await click(body)
        await ack()

    web, handler = FastAPI(openapi_url=None), AsyncSlackRequestHandler(app)

    @web.post("/slack/events")
    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return web


async def noop(_: str) -> FastAPI:
    """Verify the signature, route, acknowledge."""
    return _bare()


async def commit(database: str) -> FastAPI:
    """The same, with one commit of the rows of a click."""
    engine, replay = stock(database), await _recorded(database)

    async def click(body: dict[str, Any]) -> None:
        case = body["actions"][0]["value"].partition("|")[0]
        await asyncio.to_thread(replay.commit, engine, case)

    return _bare(click)


async def _recorded(database: str) -> Replay:
    """Have the bot perform one click on the last case for the MOD, and record its writes."""
    found = settings(environment(database))
    write_logs(found)
    bot = assemble(found)
    await ready(bot)
    case = last_for_mod(database)
    before = read_rows(database, case)
    click = CompleteStep(
        case=case,
        delivery="recorded",
        by=bot.people.person(MOD),
        step="suspend",
        occurrence=1,
        outcome="suspended",
    )
    answer = await bot.engine.accept(click)
    assert answer.refusal is None, answer.refusal
    await bot.stop()
    return difference(case, before, read_rows(database, case))


async def insert(database: str) -> FastAPI:
    """Verify a webhook's signature and store the delivery."""
    engine, app = stock(database), FastAPI(openapi_url=None)
    secret = SANDBOX["ATO_ZENDESK__WEBHOOK_SECRET"]

    @app.post("/zendesk/webhook")
    async def webhook(request: Request) -> Response:
        raw, told = await request.body(), request.headers
        at, mac = told["x-zendesk-webhook-signature-timestamp"], told["x-zendesk-webhook-signature"]
        if not check_signature(secret, at, raw, mac, datetime.now(UTC)):
            return JSONResponse({}, 401)
        delivery, ticket = told["x-zendesk-webhook-invocation-id"], json.loads(raw)["ticket_id"]
        await asyncio.to_thread(_store, engine, delivery, ticket)
        return JSONResponse({"ok": "kept"})

    return app


def _store(engine: Engine, delivery: str, ticket: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO deliveries (id, case_id, at) VALUES (?, ?, ?)",
            (delivery, ticket, "2026-11-26T00:00:00Z"),
        )


SERVERS = {"ours": ours, "noop": noop, "commit": commit, "insert": insert}


async def serve(name: str, database: str) -> None:
    """Serve as `ato serve` does; the first line of output is the port."""
    app = await SERVERS[name](database)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(256)
    print(listening.getsockname()[1], flush=True)
    await server.serve(sockets=[listening])


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
