"""Models of Slack's payloads: only the parts that are read. Only `wire.py` uses them. Pure.

https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/reference/events
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from desk.values import Fill

Id = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[str, BeforeValidator(lambda raw: "" if raw is None else raw)]
"""A string that may be missing or null."""

Ts = Annotated[str, BeforeValidator(lambda raw: "" if raw is None else str(raw))]
"""A ts, which may be missing: seconds with a fraction, as a string."""

_YEAR_9999 = 253402300799
Second = Annotated[int, Field(ge=0, le=_YEAR_9999), BeforeValidator(lambda raw: raw or 0)]
"""Whole seconds since 1970; 0 where they are missing or null."""


class Shape(BaseModel):
    """Part of a body: unknown keys are ignored, because Slack adds keys without notice."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Named(Shape):
    """A user, channel or team."""

    id: Id


class Option(Shape):
    """A selected option."""

    value: str


class File(Shape):
    """An uploaded file."""

    id: Id
    permalink: Words = ""

    @property
    def link(self) -> str:
        """Return the permalink, or the id where it is missing or too long to store."""
        return self.permalink if 0 < len(self.permalink) <= 200 else self.id


class Answered(Shape):
    """State of one input of a view; which key is set depends on the type of element."""

    value: str | None = None
    selected_option: Option | None = None
    selected_options: tuple[Option, ...] | None = None
    selected_date_time: Annotated[int, Field(ge=0, le=_YEAR_9999)] | None = None
    files: tuple[File, ...] | None = None
    selected_user: str | None = None

    def fill(self) -> Fill:
        """Return what was typed or chosen; instants as ISO in UTC."""
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
    """State of all inputs of a view: block id, then action id."""

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
    """The pressed element."""

    action_id: Id
    value: str | None = None
    selected_option: Option | None = None


class Container(Shape):
    """The container of the element."""

    message_ts: Words = ""
    channel_id: Words = ""


class Actions(Shape):
    """A `block_actions` payload."""

    type: Literal["block_actions"]
    user: Named
    trigger_id: Id
    actions: Annotated[tuple[Pressed, ...], Field(min_length=1)]
    container: Container = Container()
    channel: Named | None = None
    view: View | None = None
    response_url: Words = ""


class About(Shape):
    """The subject of an interaction, for the log line of a failed handler."""

    actions: tuple[Pressed, ...] = ()
    view: View | None = None


class Submitted(Shape):
    """A `view_submission` payload."""

    type: Literal["view_submission"]
    user: Named
    trigger_id: Id
    view: View


class ViewClosed(Shape):
    """A `view_closed` payload; it has no trigger id."""

    type: Literal["view_closed"]
    user: Named
    view: View


class Sender(Shape):
    """Sender and place when nothing else of a body can be read: a slash command spells it differently."""

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
    date_update: Second = 0
    event_ts: Ts = ""
    added_users: tuple[Id, ...] = ()
    removed_users: tuple[Id, ...] = ()


class Subteam(Shape):
    """A user group with its members, where Slack includes them."""

    id: Id
    users: tuple[Id, ...] | None = None
    date_update: Second = 0
    date_delete: Second = 0


class SubteamUpdated(Shape):
    """The events `subteam_updated` and `subteam_created`."""

    type: Literal["subteam_updated", "subteam_created"]
    subteam: Subteam
    event_ts: Ts = ""


class Profile(Shape):
    """A user's display names."""

    real_name: Words = ""
    display_name: Words = ""


class Organization(Shape):
    """What an Enterprise organization says of a user: the workspaces they belong to."""

    teams: tuple[Id, ...] = ()


class Member(Shape):
    """A user object as `users.info` returns it."""

    id: Id
    team_id: Words = ""
    enterprise_user: Organization | None = None
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    updated: Second = 0
    locale: Words = ""
    tz: Words = ""
    real_name: Words = ""
    profile: Profile = Profile()


class UserChanged(Shape):
    """The event `user_change`."""

    type: Literal["user_change"]
    user: Member
    event_ts: Ts = ""


class Happened(Shape):
    """The envelope of an event; each event has its own model."""

    type: Literal["event_callback"]
    event_id: Id
    event_time: Second = 0


class HomeEnvelope(Happened):
    """Envelope of `app_home_opened`."""

    event: HomeOpened


class GroupEnvelope(Happened):
    """Envelope of a user group event."""

    event: Annotated[MembersChanged | SubteamUpdated, Field(discriminator="type")]


class UserEnvelope(Happened):
    """Envelope of `user_change`."""

    event: UserChanged
