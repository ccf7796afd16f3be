"""Incoming Slack requests as frozen values. They know no body and no playbook."""

from typing import Any

from desk.values import Fills, Value
from integrations.slack.codec.actions import Kind
from integrations.slack.codec.meta import FormMeta


class Where(Value):
    """The conversation where somebody acted, and its response URL; both may be missing."""

    channel: str = ""
    response_url: str = ""


class Unreadable(Value):
    """An invalid body: `why` is for the log and quotes nothing of the body.

    Sender and place are kept when they can be read: the person is told, whatever was wrong.
    """

    why: str
    person: str = ""
    where: Where = Where()


class Sender(Value):
    """Who sent a request, where and about which case, as far as it can be read."""

    person: str = ""
    where: Where = Where()
    case: str = ""
    commanded: bool = False
    """True for a slash command, which may be answered in the response."""


class Slash(Value):
    """A slash command: the first word is the subcommand, the rest its argument."""

    person: str
    channel: str
    trigger: str
    delivery: str
    text: str
    verb: str
    argument: str


class Click(Value):
    """A pressed button on a card, in a private message, in the home tab or in a modal (`view_id`)."""

    person: str
    trigger: str
    delivery: str
    case: str
    act: Kind
    step: str = ""
    part: str | None = None
    occurrence: int = 1
    outcome: str = ""
    effect: str = ""
    what: str = ""
    attempt: str = ""
    ts: str = ""
    view_id: str = ""
    view_hash: str = ""
    where: Where = Where()


class Pick(Value):
    """A choice in a modal that changes its questions, with everything typed so far."""

    person: str
    trigger: str
    delivery: str
    view_id: str
    view_hash: str
    meta: FormMeta
    what: str
    picked: str
    fills: Fills


class Submission(Value):
    """A submitted modal. `blocks` holds the block id of each input, for field errors."""

    person: str
    delivery: str
    view_id: str
    meta: FormMeta
    fills: Fills
    outcome: str | None
    blocks: dict[str, str]


class Closed(Value):
    """A modal that was closed without being submitted."""

    person: str
    view_id: str
    meta: FormMeta


class HomeOpened(Value):
    """Somebody opened the app's home tab."""

    person: str
    delivery: str
    tab: str


class GroupChanged(Value):
    """The members of a user group changed: all of them (`members`), or additions and removals.

    `at` is Slack's stamp of the change, in microseconds. Without any of them the group has to be read.
    """

    group: str
    delivery: str
    at: int
    members: tuple[str, ...] | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class UserChanged(Value):
    """A profile changed; `user` is Slack's description, validated, and `at` the event's stamp in microseconds."""

    person: str
    delivery: str
    at: int
    user: dict[str, Any]


class Show(Value):
    """A click that opens a form instead of executing a command."""

    meta: FormMeta
