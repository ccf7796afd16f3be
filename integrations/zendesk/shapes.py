"""Zendesk's records as frozen models: only what the desk reads of them, everything else is ignored.

The same models read recorded JSON and zenpy's objects; zenpy gives None for what an answer leaves out.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Wire(BaseModel):
    """A record as Zendesk gives it: what we do not name is ignored, and read once."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


def _digits(raw: Any) -> Any:
    """Let an id be a number or a string of digits, and nothing that merely converts to one."""
    if isinstance(raw, bool) or not isinstance(raw, int | str) or not f"{raw}".isdecimal():
        raise ValueError("an id is a whole number")
    return raw


Id = Annotated[int, BeforeValidator(_digits), Field(gt=0, lt=2**63)]


class FieldValue(Wire):
    """What a ticket holds in one custom field."""

    id: int
    value: Any = None


class RawTicket(Wire):
    """A ticket as Zendesk gives it. `updated_at` stays as written: it is given back to guard an update."""

    id: int
    external_id: str | None = None
    status: str | None = None
    group_id: int | None = None
    ticket_form_id: int | None = None
    custom_fields: tuple[FieldValue, ...] | None = ()
    requester_id: int | None = None
    updated_at: str | None = None

    def value(self, field: int) -> Any:
        """Give what the ticket holds in a custom field."""
        return next((one.value for one in self.custom_fields or () if one.id == field), None)


class RawOption(Wire):
    """A dropdown's choice as Zendesk gives it: `value` is the tag."""

    name: str
    value: str


class RawField(Wire):
    """A ticket field as Zendesk gives it."""

    id: int
    type: str
    title: str
    active: bool | None = None
    custom_field_options: tuple[RawOption, ...] | None = ()


class RawFieldSetUp(RawField):
    """A ticket field as an administrator sees it. What is not removable comes with the account."""

    removable: bool | None = None


class RawForm(Wire):
    """A ticket form as Zendesk gives it."""

    id: int
    name: str
    active: bool | None = None
    ticket_field_ids: tuple[int, ...] | None = ()


class RawConditions(Wire):
    """When a business rule holds: all of the ones, and any of the others."""

    all: tuple[dict[str, Any], ...] = ()
    any: tuple[dict[str, Any], ...] = ()


class RawRule(Wire):
    """A trigger as Zendesk gives it."""

    id: int
    title: str
    active: bool | None = None
    conditions: RawConditions = RawConditions()
    actions: tuple[dict[str, Any], ...] = ()


class RawHook(Wire):
    """A webhook as Zendesk gives it. Whether triggers call it is fixed when it is made."""

    id: str
    name: str
    status: str | None = None
    endpoint: str | None = None
    http_method: str | None = None
    request_format: str | None = None
    subscriptions: tuple[str, ...] | None = ()


class RawToken(Wire):
    """An access token as Zendesk shows it to its holder."""

    scopes: tuple[str, ...]


class RawSecret(Wire):
    """What a webhook's deliveries are signed with."""

    secret: str


class RawNamed(Wire):
    """A form or a group as Zendesk gives it."""

    id: int
    name: str
    active: bool | None = None
    deleted: bool | None = None


class RawComment(Wire):
    """A comment as Zendesk gives it."""

    body: str | None = None


class RawHappening(Wire):
    """One thing that happened in an update: a comment, a changed field, or something the desk does not read."""

    type: str
    field_name: str | None = None
    public: bool | None = None


class RawAudit(Wire):
    """One update of a ticket as Zendesk gives it: who, when, and what happened in it."""

    author_id: int | None = None
    created_at: datetime | None = None
    events: tuple[RawHappening, ...] | None = ()

    @property
    def comment(self) -> RawHappening | None:
        """Give the comment of this update, if there is one."""
        return next((one for one in self.events or () if one.type == "Comment"), None)

    @property
    def moves(self) -> bool:
        """Say whether the ticket went to another group or status."""
        changed = (one.field_name for one in self.events or () if one.type == "Change")
        return not {"status", "group_id"}.isdisjoint(changed)


class RawUpload(Wire):
    """An upload as Zendesk gives it: the token brings the file onto one comment within an hour."""

    token: str


class RawUser(Wire):
    """A user as Zendesk gives it. Wrong credentials can be answered with one that has no id."""

    id: int | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    role: str | None = None


class Answer(Wire):
    """The answer to a write: the ticket it was about."""

    ticket: RawTicket
