"""Events about people: user group members, and profiles (name, language, zone, deactivation).

They come late, twice and out of order; their stamps say which is newer. They are accepted when they are stored.
"""

from handlers.slack.door import SlackDoor
from integrations.slack.codec import wire
from integrations.slack.codec.arrivals import GroupChanged, UserChanged


async def on_members_changed(body: object, door: SlackDoor) -> None:
    """Update the members of a user group; raises StoreGone, and Slack tells it again."""
    changed = wire.read_members_changed(body)
    if isinstance(changed, GroupChanged):
        await _take(changed, door)


async def _take(changed: GroupChanged, door: SlackDoor) -> None:
    if not changed.at or (changed.members is None and not (changed.added or changed.removed)):
        await door.people.on_unlisted(changed.group)
    elif changed.members is not None:
        await door.people.on_listed(changed.group, changed.members, changed.at)
    else:
        await door.people.on_moved(changed.group, changed.added, changed.removed, changed.at)


async def on_user_changed(body: object, door: SlackDoor) -> None:
    """Update a person's profile; raises StoreGone, and Slack tells it again."""
    changed = wire.read_user_changed(body)
    if isinstance(changed, UserChanged):
        await door.people.on_user(changed.user, changed.at)
