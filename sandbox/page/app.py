"""Web app of the page: layout, static files, and its server on loopback."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from nicegui import Client, background_tasks, events, ui
from nicegui import app as pages

from sandbox.page.acts import Acts
from sandbox.page.looking import View
from sandbox.page.rendering import HERE, Company, Drawer
from sandbox.page.room import Changes, Refused, Room
from sandbox.page.screen import Screen

TITLE = "ATO Desk sandbox"
FIRST = "UAGENT01"
ICON = "data:image/svg+xml;base64," + base64.b64encode((HERE / "static" / "icon.svg").read_bytes()).decode()
COMMANDS = (
    ("/ato", "open a new case"),
    ("/ato mine", "what you have, each with a button to go on"),
    ("/ato board", "what your role owes, late ones first"),
    ("/ato find ", "and an email, number or order: finds cases"),
    ("/ato note ", "and a case: keeps a note on it"),
    ("/ato new ", "and a procedure's name, where there are several"),
    ("/ato help", "everything it can do"),
)
"""What Slack offers when somebody types a slash."""


def build(control_url: str) -> FastAPI:
    """Build the page's app; it calls only the control API at this address."""
    room = Room(control_url)
    changes, drawer = Changes(room), Drawer()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        asking = asyncio.create_task(changes.run(), name="changes")
        yield
        asking.cancel()
        await room.close()

    app = FastAPI(title=TITLE, lifespan=lifespan, docs_url=None, redoc_url=None)
    _files(app, room)

    @ui.page("/", title=TITLE)
    async def page(client: Client, who: str = FIRST, at: str = "dm") -> None:
        company = Company.read(await room.get("/people"))
        view = View(who if who in company.people else FIRST, at)
        screen = Screen(room, changes, drawer, company, view)
        _head()
        _layout(screen)
        acts = Acts(screen)

        async def act(event: events.GenericEventArguments) -> None:
            await acts.do(dict(event.args))

        ui.on("act", act)
        await screen.refresh()
        background_tasks.create(screen.live(client), name=f"live {client.id}")

    pages.add_static_files("/page", HERE / "static", max_cache_age=0)
    ui.run_with(app, title=TITLE, favicon=ICON, tailwind=False, show_welcome_message=False, language="en-GB")
    return app


def _head() -> None:
    ui.add_head_html('<link rel="stylesheet" href="/page/page.css">')
    ui.add_body_html('<script src="/page/page.js" defer></script>')


def _layout(screen: Screen) -> None:
    with ui.element("div").classes("desk"):
        screen.pane("top", "header")
        ui.html(_tabs(), sanitize=False, tag="nav").classes("tabs").props('aria-label="Parts of the page"')
        with ui.element("main").classes("panes"):
            _slack(screen)
            with _pane("zendesk", "Zendesk"):
                screen.pane("tickets")
                screen.pane("ticket")
            with _pane("backoffice", "Back office"):
                screen.pane("profiles")
                screen.pane("profile")
            with _pane("outside", "Outside"):
                screen.pane("stage")
                ui.html('<h2 class="title">Outside calls, newest first</h2>', sanitize=False)
                screen.pane("entry")
                screen.stream("calls", ui.element("div").classes("p-calls"))


def _pane(name: str, label: str) -> Any:
    return ui.element("section").classes("pane").props(f'data-pane={name} aria-label="{label}"')


def _slack(screen: Screen) -> None:
    with _pane("slack", "Slack"):
        screen.pane("places", "nav")
        with ui.element("div").classes("talk"):
            screen.pane("head")
            with ui.element("div").classes("flow").props("data-flow tabindex=0 role=log aria-label=Messages"):
                screen.pane("earlier")
                screen.stream("messages", ui.element("div").classes("messages"))
                screen.pane("later")
                screen.pane("home")
            ui.html(_composer("Message, or / for a command", ""), sanitize=False).classes("composer")
        with ui.element("aside").classes("p-thread").props("aria-label=Thread"):
            screen.pane("threadhead")
            with ui.element("div").classes("flow").props("data-flow tabindex=0"):
                screen.stream("thread", ui.element("div").classes("messages"))
            ui.html(_composer("Reply in the thread", "threaded"), sanitize=False).classes("composer")
        screen.pane("modal")


def _tabs() -> str:
    names = (
        ("slack", "Slack"),
        ("zendesk", "Zendesk"),
        ("backoffice", "Back office"),
        ("outside", "Time & calls"),
    )
    return "".join(f'<button type="button" data-tab="{name}">{title}</button>' for name, title in names)


def _composer(words: str, kind: str) -> str:
    offered = json.dumps(COMMANDS).replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")
    name = kind or "main"
    return (
        f"<form data-form='send' data-kind='{kind}' data-commands='{offered}'>"
        f'<ul class="offers" id="offers-{name}" role="listbox" aria-label="Commands" hidden></ul>'
        f'<input name="text" aria-label="{words}" placeholder="{words}" autocomplete="off" '
        f'role="combobox" aria-expanded="false" aria-autocomplete="list" aria-controls="offers-{name}"'
        f' data-key="say-{name}">'
        '<button class="b primary">Send</button></form>'
    )


def _files(app: FastAPI, room: Room) -> None:
    @app.post("/files")
    async def upload(request: Request, name: str, user: str) -> Response:
        """Upload a form's file to the simulated Slack; its id goes into the form."""
        content = base64.b64encode(await request.body()).decode()
        try:
            told = await room.post("/slack/upload", {"user": user, "filename": name, "content_base64": content})
        except Refused as why:
            return JSONResponse({"error": str(why)}, 422)
        return JSONResponse({"id": told["file"]["id"], "name": name})

    @app.get("/files/{system}/{ident}")
    async def download(system: str, ident: str, name: str = "file") -> Response:
        """Served as an attachment, never inline: the content is untrusted."""
        paths = {"slack": f"/slack/files/{ident}", "zendesk": f"/zendesk/attachments/{ident}"}
        content = await room.content(paths[system]) if system in paths else None
        if content is None:
            return JSONResponse({"error": "There is no such file."}, 404)
        safe = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)[-80:]
        headers = {
            "content-disposition": f'attachment; filename="{safe}"',
            "x-content-type-options": "nosniff",
        }
        return Response(content, media_type="application/octet-stream", headers=headers)
