"""Socket Mode: requests from Slack's WebSocket go to the same bolt app as HTTP requests.

For trying the desk in one's own workspace without a public address. There is no signature to check: the connection is
ours, opened with the app's token.
"""

import json

from slack_bolt.request.async_request import AsyncBoltRequest

from bot import web_app
from bot.gauges import LINK
from integrations.slack.web.client import SlackClient
from integrations.slack.web.link import Envelope, Json, Link, NotTaken


def link(side: web_app.SlackSide, slack: SlackClient, app_token: str) -> Link:
    """Build the connection; it opens at `start`. Call it inside the event loop."""

    async def answer(envelope: Envelope) -> Json | None:
        if side.door.wait("slack"):
            raise NotTaken
        asked = AsyncBoltRequest(mode="socket_mode", body=envelope.body, headers=dict(envelope.headers))
        told = await web_app.dispatch(asked, side)
        if told.status_code != 200:
            raise NotTaken
        return _payload(bytes(told.body), told.headers.get("content-type", ""))

    made = Link(slack.web, app_token, answer)
    LINK.labels("slack").set_function(lambda: float(made.up))
    return made


def _payload(raw: bytes, kind: str) -> Json | None:
    """Convert a response body into an envelope's payload, as bolt's own adapter does."""
    if not raw:
        return None
    if kind.startswith("application/json"):
        read = json.loads(raw)
        return read if isinstance(read, dict) else None
    return {"text": raw.decode()}
