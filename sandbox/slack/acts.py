"""Simulated Slack client: commands, clicks, form input, submit, close, App Home, messages.

Each act sends Slack's payload, applies Slack's timeout, and returns what the person sees. It interprets the bot's
answers only as Slack does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sandbox.slack import answers, payloads, sight
from sandbox.slack.apps import become
from sandbox.slack.blocks import elements_of
from sandbox.slack.door import Door, Manner, Reply, Request
from sandbox.slack.forms import (
    STATELESS,
    STATES,
    CannotEnter,
    enter,
    objection,
    values_of,
)
from sandbox.slack.screens import View
from sandbox.slack.sight import NotSeen, see_view
from sandbox.slack.workspace import Message, Refused, ResponseUrl, User, Workspace
from sandbox.slack.writing import write_file

Asked = dict[str, Any]
Told = dict[str, Any]
Block = dict[str, Any]


class Acts:
    """Acts of people in the simulated Slack."""

    def __init__(self, space: Workspace, door: Door) -> None:
        self.space = space
        self.door = door

    async def command(self, asked: Asked) -> Told:
        user = sight.person(self.space, asked.get("user"))
        become(self.space.app_for(str(asked.get("command") or self.space.apps[0].command)))
        place = sight.place(self.space, user, asked.get("channel"))

        def build() -> Request:
            return Request.of_form(payloads.slash_command(self.space, user, place, asked))

        told = await self._interact(build, asked)
        if told["status"] == 200 and told["answer"]:
            here = ResponseUrl(user.id, place.id, 0.0)
            told["refused"] = self._command_answer(here, told["answer"])
        told["ephemeral"] = self._private_since(user, told.pop("since"))
        return told

    def _command_answer(self, url: ResponseUrl, body: Any) -> Any:
        try:
            answers.respond(self.space, url, body)
        except Refused as refused:
            return refused.answer
        return None

    async def click(self, asked: Asked) -> Told:
        """A click on a message, or inside a modal or App Home when a view is named."""
        user = sight.person(self.space, asked.get("user"))
        if asked.get("view_id"):
            return await self._click_view(user, asked)
        message = sight.message(self.space, user, asked.get("channel"), asked.get("ts"))
        become(self.space.app_of(message.user))
        block, element = find(message.blocks or [], asked)
        action = self._action(block, element, asked)

        def build() -> Request:
            body = payloads.message_action(self.space, user, message, stamped(self.space, action))
            return Request.of_payload(body)

        told = await self._interact(build, asked)
        told["message"] = self._still(message)
        told["ephemeral"] = self._private_since(user, told.pop("since"))
        return told

    def _still(self, message: Message) -> Told | None:
        place = self.space.channels[message.channel]
        there = message.ts in place.messages or message in place.ephemeral
        return sight.see_message(self.space, message) if there else None

    async def _click_view(self, user: User, asked: Asked) -> Told:
        view = sight.view(self.space, user, asked["view_id"])
        become(view.app)
        self._keep(view, asked.get("values") or {})
        block, element = find(view.blocks, asked)
        action = self._action(block, element, asked)
        if element["type"] not in STATELESS:
            state = {k: v for k, v in action.items() if k in ("type", STATES[element["type"]][0])}
            view.entered.setdefault(block["block_id"], {})[element["action_id"]] = state
        if block["type"] == "input" and not block.get("dispatch_action"):
            return {"status": None, "local": True, "view": see_view(view, self.space)}

        def build() -> Request:
            body = payloads.view_action(self.space, user, view, stamped(self.space, action))
            return Request.of_payload(body)

        told = await self._interact(build, asked)
        top = self.space.screens.top(user.id) if view.kind == "modal" else view
        told["view"] = see_view(top, self.space)
        told["ephemeral"] = self._private_since(user, told.pop("since"))
        return told

    def _action(self, block: Block, element: Block, asked: Asked) -> Told:
        """One entry of `actions`, in the shape this kind of element has."""
        kind = element["type"]
        action: Told = {
            "type": kind,
            "action_id": element["action_id"],
            "block_id": block["block_id"],
        }
        if kind == "button":
            shown = ("text", "value", "style", "url")
            return action | {key: element[key] for key in shown if key in element}
        given = asked.get("selected", asked.get("value"))
        action |= enter(element, given, self._file)
        kept = ("placeholder", STATES[kind][1])
        return action | {key: element[key] for key in kept if key in element}

    def _file(self, name: Any) -> Told:
        file = self.space.files.get(str(name))
        if file is None:
            raise CannotEnter(f"There is no file {name}.")
        return write_file(self.space, file)

    async def submit(self, asked: Asked) -> Told:
        """Fill in and submit a modal; what Slack's client would refuse never reaches the bot."""
        user = sight.person(self.space, asked.get("user"))
        view = sight.view(self.space, user, asked.get("view_id"))
        become(view.app)
        wrong = self._fill(view, asked.get("values") or {})
        if wrong:
            return {"status": None, "client_errors": wrong, "view": see_view(view, self.space)}
        view.errors = {}

        def build() -> Request:
            return Request.of_payload(payloads.view_submission(self.space, user, view))

        told = await self._interact(build, asked)
        if told["status"] == 200 and self.space.screens.is_open(view):
            told["trouble"] = answers.submitted(self.space, view, told["answer"])
        told |= {"errors": view.errors, "closed": not self.space.screens.is_open(view)}
        told["view"] = see_view(self.space.screens.top(user.id), self.space)
        told["ephemeral"] = self._private_since(user, told.pop("since"))
        return told

    def _keep(self, view: View, values: Asked) -> dict[str, str]:
        """Enter values by action_id or block_id; return those that cannot be entered."""
        wrong: dict[str, str] = {}
        for name, given in values.items():
            at = {"action_id": name}
            try:
                block, element = find(view.blocks, at)
                state = enter(element, given, self._file)
                view.entered.setdefault(block["block_id"], {})[element["action_id"]] = state
            except (NotSeen, CannotEnter) as why:
                wrong[name] = str(why)
        return wrong

    def _fill(self, view: View, values: Asked) -> dict[str, str]:
        """Enter the values; return the client's validation errors."""
        wrong = self._keep(view, values)
        states = values_of(view.blocks, view.entered)
        for block, element in elements_of(view.blocks):
            if element["type"] in STATELESS:
                continue
            state = states[block["block_id"]][element["action_id"]]
            no = objection(block, element, state)
            if no is not None:
                wrong.setdefault(element["action_id"], no)
        return wrong

    async def close(self, asked: Asked) -> Told:
        user = sight.person(self.space, asked.get("user"))
        view = sight.view(self.space, user, asked.get("view_id"))
        become(view.app)
        cleared = bool(view.body.get("clear_on_close") or asked.get("all"))
        body = payloads.view_closed(user, view, cleared)
        if cleared:
            self.space.screens.clear(user.id)
        else:
            self.space.screens.pop(user.id)
        told: Told = {"status": None}
        if view.body.get("notify_on_close"):
            replies = await self.door.deliver(Request.of_payload(body), Manner.read(asked))
            told = outcome(replies)
        return told | {"view": see_view(self.space.screens.top(user.id), self.space)}

    async def shortcut(self, asked: Asked) -> Told:
        """A global shortcut, or one on a message when a message is named."""
        user = sight.person(self.space, asked.get("user"))
        name = str(asked.get("callback_id"))
        on = sight.message(self.space, user, asked.get("channel"), asked["ts"]) if asked.get("ts") else None

        def build() -> Request:
            if on is None:
                return Request.of_payload(payloads.global_shortcut(self.space, user, name))
            return Request.of_payload(payloads.message_shortcut(self.space, user, on, name))

        told = await self._interact(build, asked)
        told["ephemeral"] = self._private_since(user, told.pop("since"))
        return told

    async def suggest(self, asked: Asked) -> Told:
        """Type into an external select of a modal and return its options."""
        user = sight.person(self.space, asked.get("user"))
        view = sight.view(self.space, user, asked.get("view_id"))
        become(view.app)
        block, element = find(view.blocks, asked)
        at = (block["block_id"], element["action_id"])
        body = payloads.suggestion(user, view, at, str(asked.get("value") or ""))
        return outcome(await self.door.deliver(Request.of_payload(body), Manner.read(asked)))

    # Delivery --------------------------------------------------------------------------------

    async def _interact(self, build: Callable[[], Request], asked: Asked) -> Told:
        """Deliver once, or twice concurrently for a double click, and return what opened."""
        manner, since = Manner.read(asked), self.space.new_ts()
        requests = [build() for _ in range(2 if manner.double else 1)]
        both = await asyncio.gather(*(self.door.deliver(request, manner) for request in requests))
        told = outcome(both[0])
        if manner.double:
            told["second"] = outcome(both[1])
        told["view"] = await self._opened(requests, float(asked.get("wait") or 0))
        return told | {"since": since, "key": requests[0].key}

    async def _opened(self, requests: list[Request], seconds: float) -> Told | None:
        """The modal that one of these triggers opened; a bot may open it just after its answer."""
        triggers = [self.space.triggers[str(request.key)] for request in requests]
        until = asyncio.get_running_loop().time() + seconds
        world = self.door.world
        while not any(t.opened for t in triggers):
            left = until - asyncio.get_running_loop().time()
            if left <= 0 or not await world.wait_newer(world.last, "slack", left):
                break
        names = [t.opened for t in triggers if t.opened]
        return see_view(self.space.screens.views.get(names[0]), self.space) if names else None

    def _private_since(self, user: User, since: str) -> list[Told]:
        return [m for m in sight.see_all(self.space, user.id, since) if m.get("is_ephemeral")]


def outcome(replies: list[Reply]) -> Told:
    """The result of the first delivery, and the statuses of all."""
    first = replies[0]
    told: Told = {"status": first.status, "answer": first.body, "trouble": first.trouble}
    return told | {"statuses": [reply.status for reply in replies]}


def stamped(space: Workspace, action: Told) -> Told:
    return action | {"action_ts": space.new_ts()}


def _same_button(blocks: list[Block], asked: Asked) -> list[tuple[Block, Block]]:
    """The button with this value: blocks of a message that just changed have new ids."""
    if not asked.get("pressed"):
        return []
    wanted = (asked.get("action_id"), asked["pressed"])
    return [(b, e) for b, e in elements_of(blocks) if (e["action_id"], e.get("value")) == wanted]


def find(blocks: list[Block], asked: Asked) -> tuple[Block, Block]:
    """The element with this action_id, in the named block if given; a block_id alone suffices."""
    for found in (*_named(blocks, asked), *_same_button(blocks, asked)):
        return found
    shown = ", ".join(e["action_id"] for _, e in elements_of(blocks)) or "nothing"
    raise NotSeen(f"There is nothing called {asked.get('action_id')} here; there is {shown}.")


def _named(blocks: list[Block], asked: Asked) -> list[tuple[Block, Block]]:
    """The elements with this action_id, then those of the block with that name."""
    name, within = asked.get("action_id"), asked.get("block_id")
    pairs = [(b, e) for b, e in elements_of(blocks) if within in (None, b["block_id"])]
    by_action = [(b, e) for b, e in pairs if e["action_id"] == name]
    return by_action + [(b, e) for b, e in pairs if b["block_id"] == (name or within)]
