"""Events about people: user group members, and profiles (name, language, zone, deactivation)."""

from handlers.slack.door import SlackDoor
from integrations.slack.codec import wire
from integrations.slack.codec.arrivals import GroupChanged, UserChanged


async def on_members_changed(body: object, door: SlackDoor) -> None:
    """Update the members of a user group."""
    changed = wire.read_members_changed(body)
    if isinstance(changed, GroupChanged):
        _take(changed, door)


def _take(changed: GroupChanged, door: SlackDoor) -> None:
    if changed.members is not None:
        door.people.on_members_changed(changed.group, changed.members)
    elif changed.added or changed.removed:
        door.people.on_members_moved(changed.group, changed.added, changed.removed)


async def on_user_changed(body: object, door: SlackDoor) -> None:
    """Update a person's profile."""
    changed = wire.read_user_changed(body)
    if isinstance(changed, UserChanged):
        door.people.on_user_changed(changed.user)
