"""Closed modals: whoever closes one between two pages is told that nothing is lost."""

from desk.fields.template_values import display
from desk.service.ports import StoreGone
from desk.values import Line
from handlers.slack.door import SlackDoor
from integrations.slack.codec import wire
from integrations.slack.codec.arrivals import Closed, Where

KEPT_SO_FAR = Line(key="{case} is kept as far as you got. `{command} mine` goes on with it.")


async def on_closed(body: object, door: SlackDoor) -> None:
    """Tell somebody who closed the modal between pages that nothing is lost."""
    closed = wire.read_closed(body)
    if isinstance(closed, Closed) and closed.meta.flow:
        await _kept(closed, door)


async def _kept(closed: Closed, door: SlackDoor) -> None:
    person = door.person(closed.person)
    try:
        found = await door.engine.look(closed.meta.case)
    except StoreGone:
        return
    if found:
        line = Line(key=KEPT_SO_FAR.key, args={"case": display(*found)})
        await door.tell(Where(channel=closed.meta.channel), person, line)
