"""Arguments of a Web API call, from JSON, a form or the query.

Coerces booleans and numbers as Slack does, and refuses missing arguments.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.slack.apps import acting
from sandbox.slack.rules import say
from sandbox.slack.workspace import Conversation, Refused, User, Workspace, refused_arguments

TRUE = (True, 1, "1", "true", "True")


class Args:
    """One call's arguments, with the workspace they refer to."""

    def __init__(self, space: Workspace, given: dict[str, Any]) -> None:
        self.space = space
        self.given = given

    def need(self, name: str) -> str:
        value = self.given.get(name)
        if value in (None, ""):
            found: list[str] = []
            say(f"missing required field: {name}", "", found)
            raise refused_arguments("invalid_arguments", found)
        return str(value)

    def maybe(self, name: str) -> str | None:
        value = self.given.get(name)
        return None if value in (None, "") else str(value)

    def flag(self, name: str) -> bool:
        return self.given.get(name) in TRUE

    def number(self, name: str, default: int, most: int) -> int:
        try:
            asked = int(self.given.get(name) or default)
        except ValueError:
            raise Refused("invalid_limit") from None
        return min(max(asked, 1), most)

    def data(self, name: str, error: str = "invalid_arguments") -> Any:
        """A JSON value, a string in a form."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise Refused(error) from None

    # Things of the workspace -----------------------------------------------------------------

    def visible(self) -> Conversation:
        """The channel, if the bot can see it."""
        name = self.need("channel")
        found = self.space.channels.get(name)
        if found is None or (found.kind != "channel" and acting().bot_user not in found.members):
            raise Refused("channel_not_found")
        return found

    def joined(self) -> Conversation:
        """The channel, if the bot is in it."""
        found = self.visible()
        if acting().bot_user not in found.members:
            raise Refused("not_in_channel")
        return found

    def postable(self) -> Conversation:
        """The target of a post: a channel's id or name, or a user id for direct messages."""
        name = self.need("channel")
        person = self.space.users.get(name)
        if person is not None:
            return self._direct(person)
        by_name = [c for c in self.space.channels.values() if c.name == name.lstrip("#")]
        if by_name:
            self.given = {**self.given, "channel": by_name[0].id}
        found = self.joined()
        if found.archived:
            raise Refused("is_archived")
        return found

    def _direct(self, person: User) -> Conversation:
        if person.is_bot or person.deleted:
            raise Refused("channel_not_found")
        return self.space.direct(person.id)

    def user(self, name: str = "user") -> User:
        found = self.space.users.get(self.need(name))
        if found is None:
            raise Refused("user_not_found")
        return found


def page(items: list[Any], args: Args, default: int = 100, most: int = 1000) -> tuple[list[Any], str]:
    """One page of a list, with the next cursor."""
    limit = args.number("limit", default, most)
    cursor = args.maybe("cursor")
    try:
        start = int(cursor.removeprefix("next:")) if cursor else 0
    except ValueError:
        raise Refused("invalid_cursor") from None
    rest = f"next:{start + limit}" if start + limit < len(items) else ""
    return items[start : start + limit], rest
