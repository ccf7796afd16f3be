"""What arrived from Slack, as frozen values: who did what to which case. They know no body and no playbook."""

from typing import Any

from desk.values import Fills, Value
from integrations.slack.codec.actions import Kind
from integrations.slack.codec.meta import FormMeta


class Where(Value):
    """Where somebody acted, and the address Slack gave for answering there; both may be missing."""

    channel: str = ""
    response_url: str = ""


class Unreadable(Value):
    """A body that is not what it should be: `why` is for the log and holds nothing of the body.

    Who sent it, and where, are kept when they read: a person is told, whatever was wrong.
    """

    why: str
    person: str = ""
    where: Where = Where()


class Sender(Value):
    """Who sent something, where and about which case, as far as it can be read."""

    person: str = ""
    where: Where = Where()
    case: str = ""
    commanded: bool = False
    """True for a slash command, whose answer may go back in the response."""


class Slash(Value):
    """A slash command: the first word is the verb, the rest its argument."""

    person: str
    channel: str
    trigger: str
    delivery: str
    text: str
    verb: str
    argument: str


class Click(Value):
    """A button that was pressed, on a card, in a private message, in the home tab or in a modal (`view_id`)."""

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
    """A modal that was sent. `blocks` names the block of each input, for errors that stand there."""

    person: str
    delivery: str
    view_id: str
    meta: FormMeta
    fills: Fills
    outcome: str | None
    blocks: dict[str, str]


class Closed(Value):
    """A modal that was closed without being sent."""

    person: str
    view_id: str
    meta: FormMeta


class HomeOpened(Value):
    """Somebody looks at the app's home tab."""

    person: str
    delivery: str
    tab: str


class GroupChanged(Value):
    """A user group has other members: all of them (`members`), or who came and who went."""

    group: str
    delivery: str
    members: tuple[str, ...] | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class UserChanged(Value):
    """Somebody's name, language, zone or account changed; `user` describes them in Slack's words, checked."""

    person: str
    delivery: str
    user: dict[str, Any]


class Show(Value):
    """A click that opens a form instead of doing something."""

    meta: FormMeta
