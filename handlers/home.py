"""The app's home tab: my open cases, and how to open one."""

from desk.ports import StoreGone
from handlers.commands import my_cases
from handlers.door import SlackDoor
from integrations.slack import wire
from integrations.slack.arrivals import HomeOpened
from integrations.slack.views.home import home_view


async def on_home_opened(body: object, door: SlackDoor) -> None:
    """Draw the home tab when somebody opens it; the messages tab needs nothing."""
    opened = wire.read_home_opened(body)
    if isinstance(opened, HomeOpened) and opened.tab == "home":
        await _draw(opened, door)


async def _draw(opened: HomeOpened, door: SlackDoor) -> None:
    person = door.person(opened.person)
    try:
        found = await my_cases(person, door)
    except StoreGone:
        return
    view = home_view(found, person, door.voice.ink(person))
    await door.reply.publish_home(person.id, view)
