"""The parts of Slack's bodies that are read, as Slack spells them. Only `wire.py` looks in here. Pure.

https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/reference/events
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from desk.values import Fill

Id = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[str, BeforeValidator(lambda raw: "" if raw is None else raw)]
"""Words that may be missing or null."""

_YEAR_9999 = 253402300799


class Shape(BaseModel):
    """A piece of a body: what is not read is ignored, because Slack adds keys without notice."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Named(Shape):
    """A user, channel or team."""

    id: Id


class Option(Shape):
    """A chosen answer."""

    value: str


class File(Shape):
    """An uploaded file."""

    id: Id
    permalink: Words = ""

    @property
    def link(self) -> str:
        """Give the address people can open, or the id where it is missing or too long to keep."""
        return self.permalink if 0 < len(self.permalink) <= 200 else self.id


class Answered(Shape):
    """The state of one input of a view; the key that is set depends on the kind of element."""

    value: str | None = None
    selected_option: Option | None = None
    selected_options: tuple[Option, ...] | None = None
    selected_date_time: Annotated[int, Field(ge=0, le=_YEAR_9999)] | None = None
    files: tuple[File, ...] | None = None
    selected_user: str | None = None

    def fill(self) -> Fill:
        """Give what was typed or chosen; instants as ISO in UTC."""
        if self.selected_option:
            return Fill(raw=self.selected_option.value)
        if self.selected_date_time is not None:
            return Fill(raw=datetime.fromtimestamp(self.selected_date_time, UTC).isoformat())
        if self.selected_options:
            return Fill(raw=tuple(option.value for option in self.selected_options))
        if self.files:
            return Fill(raw=tuple(file.link for file in self.files))
        return Fill(raw=self.value or self.selected_user)


class State(Shape):
    """Every input of a view: block id, then action id."""

    values: dict[str, dict[str, Answered]] = {}


class View(Shape):
    """A modal or a home tab."""

    id: Id
    type: Words = ""
    hash: Words = ""
    private_metadata: Words = ""
    callback_id: Words = ""
    state: State | None = None


class Pressed(Shape):
    """The element that was pressed."""

    action_id: Id
    value: str | None = None
    selected_option: Option | None = None


class Container(Shape):
    """Where the element stands."""

    message_ts: Words = ""
    channel_id: Words = ""


class Actions(Shape):
    """A `block_actions` body."""

    type: Literal["block_actions"]
    user: Named
    trigger_id: Id
    actions: Annotated[tuple[Pressed, ...], Field(min_length=1)]
    container: Container = Container()
    channel: Named | None = None
    view: View | None = None
    response_url: Words = ""


class About(Shape):
    """What an interaction is about, for a log line when a handler failed."""

    actions: tuple[Pressed, ...] = ()
    view: View | None = None


class Submitted(Shape):
    """A `view_submission` body."""

    type: Literal["view_submission"]
    user: Named
    trigger_id: Id
    view: View


class ViewClosed(Shape):
    """A `view_closed` body; it has no trigger id."""

    type: Literal["view_closed"]
    user: Named
    view: View


class Sender(Shape):
    """Who sent something and where, when nothing else of it reads: a slash command spells it differently."""

    user: Named | None = None
    user_id: Words = ""
    channel: Named | None = None
    channel_id: Words = ""
    response_url: Words = ""
    command: Words = ""


class SlashCommand(Shape):
    """The fields of a slash command."""

    user_id: Id
    channel_id: Id
    trigger_id: Id
    command: Id
    text: Words = ""


class HomeOpened(Shape):
    """The event `app_home_opened`."""

    type: Literal["app_home_opened"]
    user: Id
    tab: Words = "home"


class MembersChanged(Shape):
    """The event `subteam_members_changed`."""

    type: Literal["subteam_members_changed"]
    subteam_id: Id
    added_users: tuple[Id, ...] = ()
    removed_users: tuple[Id, ...] = ()


class Subteam(Shape):
    """A user group with its members, where Slack sends them."""

    id: Id
    users: tuple[Id, ...] | None = None
    date_delete: int = 0


class SubteamUpdated(Shape):
    """The events `subteam_updated` and `subteam_created`."""

    type: Literal["subteam_updated", "subteam_created"]
    subteam: Subteam


class Profile(Shape):
    """How somebody is called."""

    real_name: Words = ""
    display_name: Words = ""


class Member(Shape):
    """A user as `users.info` gives it."""

    id: Id
    deleted: bool = False
    locale: Words = ""
    tz: Words = ""
    real_name: Words = ""
    profile: Profile = Profile()


class UserChanged(Shape):
    """The event `user_change`."""

    type: Literal["user_change"]
    user: Member


class Happened(Shape):
    """The envelope of an event; the event itself is read by its own shape."""

    type: Literal["event_callback"]
    event_id: Id


class HomeEnvelope(Happened):
    """An envelope with `app_home_opened`."""

    event: HomeOpened


class GroupEnvelope(Happened):
    """An envelope about a user group."""

    event: Annotated[MembersChanged | SubteamUpdated, Field(discriminator="type")]


class UserEnvelope(Happened):
    """An envelope with `user_change`."""

    event: UserChanged
