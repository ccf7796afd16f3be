"""Parser of home tab actions and the message shortcut. Pure.

The home tab keeps in its own metadata whether it shows everything, so that no server-side state is needed.
"""

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import ValidationError

from desk.values import Value
from integrations.slack.codec import shapes
from integrations.slack.codec.arrivals import Where

PICK_ACTION = re.compile(r"pick:\w+")
"""Action ids of choices that change a form's questions."""
SWITCH, SHOW_ALL = "home:duty", "home:all"
HOME_ACTION = re.compile(r"home:\w+")
"""Action ids of the home tab's own buttons."""
OPEN_CASE = "open_case"
"""Callback id of the message shortcut."""
_FULL = "all"


class _HomeView(shapes.View):
    """A view and its type: buttons of the home tab come with type `home`."""

    type: Literal["home"]


class _HomeActions(shapes.Actions):
    """A `block_actions` payload from the home tab."""

    view: _HomeView


class _Shortcut(shapes.Shape):
    """A `message_action`: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload."""

    type: Literal["message_action", "shortcut"]
    user: shapes.Named
    trigger_id: shapes.Id
    callback_id: shapes.Id
    channel: shapes.Named | None = None
    response_url: shapes.Words = ""


class InHome(Value):
    """A pressed element of somebody's home tab; `full` says that the tab showed everything."""

    person: str
    action: str
    value: str
    full: bool


class Shortcut(Value):
    """A message shortcut."""

    person: str
    trigger: str
    where: Where


def read_place(body: object) -> Literal["form", "home", "card"]:
    """Return where an element was pressed; the default is a card."""
    actions = body.get("actions") if isinstance(body, Mapping) else None
    first = actions[0] if isinstance(actions, list) and actions else None
    action = first.get("action_id") if isinstance(first, Mapping) else None
    if not isinstance(action, str):
        return "card"
    if PICK_ACTION.search(action):
        return "form"
    return "home" if HOME_ACTION.search(action) else "card"


def write_shown(*, full: bool) -> str:
    """Encode the home tab's metadata: whether it shows everything."""
    return _FULL if full else ""


def read_in_home(body: object) -> InHome | None:
    """Parse a home tab action; None for one that was pressed elsewhere."""
    if not isinstance(body, Mapping) or not body.get("view"):
        return None  # most buttons stand on cards; an error that nobody reads takes longer than this question
    try:
        got = _HomeActions.model_validate(body)
    except ValidationError:
        return None
    pressed = got.actions[0]
    return InHome(
        person=got.user.id,
        action=pressed.action_id,
        value=pressed.value or "",
        full=got.view.private_metadata == _FULL,
    )


def read_shortcut(body: object) -> Shortcut | None:
    """Parse a shortcut; None for anything else."""
    try:
        got = _Shortcut.model_validate(body)
    except ValidationError:
        return None
    where = Where(channel=got.channel.id if got.channel else "", response_url=got.response_url)
    return Shortcut(person=got.user.id, trigger=got.trigger_id, where=where)
