"""Block actions: dispatches a pressed element to its handler.

One listener, because bolt asks every listener in turn whether an action is its own.
"""

from handlers.slack import home, modals
from handlers.slack.door import SlackDoor
from integrations.slack.codec import occasions


async def on_action(body: object, door: SlackDoor) -> None:
    """Dispatch a pressed button or a choice to its handler."""
    place = occasions.read_place(body)
    if place == "form":
        await modals.on_pick(body, door)
    elif place == "home":
        await home.on_home_action(body, door)
    else:
        await home.on_click(body, door)
