"""Routes of the Slack app (bolt): which request goes to which handler. bolt checks signatures and ages.

Bodies are not opened here. Errors that no handler expected end here: logged once with the case, and said to the person.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.responses import JSONResponse, Response
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.guards import Pace, said
from desk.values import Line
from handlers.slack import actions, closed_modals, commands, home, people_events
from handlers.slack.door import Json, SlackDoor
from integrations.slack.codec import wire
from integrations.slack.codec.arrivals import Sender
from integrations.slack.codec.occasions import OPEN_CASE

log = logging.getLogger(__name__)

ANY = re.compile(".*", re.DOTALL)
BUG = Line(
    key=(
        "Something went wrong in ATO Desk, and it is logged. Look at the card for what was kept, and try again in a"
        " minute."
    )
)

REACHED = "ato.reached"
"""Key in bolt's context: set once our handler has begun, so that later errors are ours."""
NOT_SLACKS = "This body is not one of Slack's. Nothing was kept."

Handler = Callable[[object, SlackDoor], Awaitable[Json | None]]
Listener = Callable[..., Awaitable[None]]


TOO_FAST = Line(
    key=(
        "That is more than {count} commands, clicks and forms within a minute. This one was not done; wait a minute and"
        " try again."
    )
)


def too_fast(door: SlackDoor, count: int) -> Callable[[Sender], Response]:
    """Answer a rate-limited person: a command in its response, anything else privately."""
    line, told = Line(key=TOO_FAST.key, args={"count": count}), Pace(3)

    def answer(sender: Sender) -> Response:
        person = door.people.person(sender.person)
        if sender.commanded:
            words = door.voice.private(line, person)
            return JSONResponse({"response_type": "ephemeral", "text": words})
        if not told.wait(person.id):
            door.later(door.tell(sender.where, person, line))
        return said(429, door.voice.plain(line, person))

    return answer


def build(
    door: SlackDoor,
    signing_secret: str,
    client: AsyncWebClient,
    *,
    team: str = "",
    bot_user: str = "",
    bot: str = "",
) -> AsyncApp:
    """Build the bolt app with a fixed authorization, so that no request to Slack is made while a person waits."""
    app = AsyncApp(
        name="ato-desk",
        logger=_quiet(),
        signing_secret=signing_secret,
        client=AsyncWebClient(base_url=client.base_url),  # with a token bolt would warn that it is not used
        authorize=_as(team, bot_user, bot, client.token),
        process_before_response=True,
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    _listen(app, door)
    app.error(_on_error(door))
    return app


def _quiet() -> logging.Logger:
    """Return a logger for bolt that drops bodies. bolt logs the requests it refuses at "info" and those nobody handles
    at "warning"; either may hold a customer's data.
    """
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    return logger


def _as(team: str, bot_user: str, bot: str, token: str | None) -> Callable[..., Awaitable[AuthorizeResult]]:
    known = AuthorizeResult(enterprise_id=None, team_id=team, bot_user_id=bot_user, bot_id=bot, bot_token=token)

    async def authorize() -> AuthorizeResult:
        return known

    return authorize


def _listen(app: AsyncApp, door: SlackDoor) -> None:
    """Register every listener. The last of each kind catches what is unknown, so that nothing ends in a silent 404."""
    app.action(ANY)(_answer(actions.on_action, door))
    app.view_submission(ANY)(_answer(home.on_submission, door))
    app.view_closed(ANY)(_answer(closed_modals.on_closed, door))
    app.event("app_home_opened")(_answer(home.on_home_opened, door))
    for event in ("subteam_members_changed", "subteam_updated", "subteam_created"):
        app.event(event)(_answer(people_events.on_members_changed, door))
    app.event("user_change")(_answer(people_events.on_user_changed, door))
    app.command(ANY)(_answer(commands.on_command, door, current=False))
    app.event(ANY)(_pass)
    app.shortcut(OPEN_CASE)(_answer(commands.on_shortcut, door))
    app.shortcut(ANY)(_pass)


def _answer(handler: Handler, door: SlackDoor, *, current: bool = True) -> Listener:
    """Build a listener that acknowledges with the handler's answer: accepted means stored.

    With `current` the handler begins with the roles of now; without, it asks for them where it needs them.
    """

    async def listener(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        context[REACHED] = True
        if current:
            await door.catch_up()
        await ack(await handler(body, door) or "")

    return listener


async def _pass(ack: AsyncAck) -> None:
    """Acknowledge a request that has no handler."""
    await ack()


def _on_error(door: SlackDoor) -> Callable[..., Awaitable[BoltResponse | None]]:
    async def failed(error: Exception, request: AsyncBoltRequest) -> BoltResponse | None:
        if not request.context.get(REACHED):
            # bolt looks into a body without asking whether its parts are there, before any handler of ours.
            log.warning("a signed body was not one of Slack's: %s", type(error).__name__)
            return BoltResponse(status=400, body=NOT_SLACKS)
        about = wire.read_sender(request.body)
        log.error("handler failed", exc_info=error, extra={"case": about.case})
        if not about.person:
            return None
        person = door.person(about.person)
        if about.commanded:
            return BoltResponse(status=200, body=door.voice.private(BUG, person))
        await door.tell(about.where, person, BUG)
        return None

    return failed
