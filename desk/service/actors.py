"""Actors: whoever acts, with the roles they have when the command is decided. Pure."""

from desk.case import commands as cmd
from desk.service.ports import People
from desk.values import BOT


def with_roles_of_now(command: cmd.Command, people: People | None) -> tuple[cmd.Command, int | None]:
    """Return a person's command with their roles of now, and the revision of the roster it may be committed under.

    A command is often older than the decision: roles may have ended while a form was open, or at another replica.
    """
    if people is None or command.by.id == BOT.id:
        return command, None
    changed = {"by": people.person(command.by.id)}
    if isinstance(command, cmd.HandOver):
        changed["to"] = people.person(command.to.id)
    return command.model_copy(update=changed), people.revision
