"""Zendesk records as frozen models: only the fields the desk reads, everything else is ignored.

The same models read recorded JSON and zenpy's objects; zenpy gives None for what an answer leaves out.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Wire(BaseModel):
    """A Zendesk record; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


def _digits(raw: Any) -> Any:
    """Accept an id as a number or a string of digits, and nothing else that converts to a number."""
    if isinstance(raw, bool) or not isinstance(raw, int | str) or not f"{raw}".isdecimal():
        raise ValueError("an id is a whole number")
    return raw


Id = Annotated[int, BeforeValidator(_digits), Field(gt=0, lt=2**63)]


class FieldValue(Wire):
    """A custom field's value on a ticket."""

    id: int
    value: Any = None


class RawTicket(Wire):
    """A ticket. `updated_at` stays as written: it is sent back to guard an update."""

    id: int
    external_id: str | None = None
    status: str | None = None
    group_id: int | None = None
    ticket_form_id: int | None = None
    custom_fields: tuple[FieldValue, ...] | None = ()
    requester_id: int | None = None
    subject: str | None = None
    created_at: datetime | None = None
    updated_at: str | None = None
    tags: tuple[str, ...] | None = ()

    def value(self, field: int) -> Any:
        """Return the ticket's value of a custom field."""
        return next((one.value for one in self.custom_fields or () if one.id == field), None)


class RawOption(Wire):
    """An option of a dropdown: `value` is the tag."""

    name: str
    value: str


class RawField(Wire):
    """A ticket field."""

    id: int
    type: str
    title: str
    active: bool | None = None
    custom_field_options: tuple[RawOption, ...] | None = ()


class RawFieldSetUp(RawField):
    """A ticket field as an administrator sees it. Fields that are not removable are system fields."""

    removable: bool | None = None


class RawForm(Wire):
    """A ticket form."""

    id: int
    name: str
    active: bool | None = None
    ticket_field_ids: tuple[int, ...] | None = ()


class RawConditions(Wire):
    """Conditions of a business rule: `all` must hold, and one of `any`."""

    all: tuple[dict[str, Any], ...] = ()
    any: tuple[dict[str, Any], ...] = ()


class RawRule(Wire):
    """A trigger."""

    id: int
    title: str
    active: bool | None = None
    conditions: RawConditions = RawConditions()
    actions: tuple[dict[str, Any], ...] = ()


class RawTitle(Wire):
    """A trigger by its title and place; those of lower position run first."""

    id: int
    title: str
    active: bool | None = None
    position: int | None = None


class RawHook(Wire):
    """A webhook. Whether triggers call it is fixed at creation."""

    id: str
    name: str
    status: str | None = None
    endpoint: str | None = None
    http_method: str | None = None
    request_format: str | None = None
    subscriptions: tuple[str, ...] | None = ()


class RawToken(Wire):
    """An access token as its holder sees it."""

    scopes: tuple[str, ...]


class RawSecret(Wire):
    """Signing secret of a webhook."""

    secret: str


class RawNamed(Wire):
    """A form or a group."""

    id: int
    name: str
    active: bool | None = None
    deleted: bool | None = None


class RawComment(Wire):
    """A comment."""

    body: str | None = None


class RawHappening(Wire):
    """An event of an audit: a comment, a changed field, or something the desk does not read."""

    type: str
    field_name: str | None = None
    public: bool | None = None


class RawAudit(Wire):
    """An audit (one update of a ticket): author, time and events."""

    author_id: int | None = None
    created_at: datetime | None = None
    events: tuple[RawHappening, ...] | None = ()

    @property
    def comment(self) -> RawHappening | None:
        """Return the comment of this audit, if there is one."""
        return next((one for one in self.events or () if one.type == "Comment"), None)

    @property
    def moves(self) -> bool:
        """Return whether the ticket's group or status changed."""
        changed = (one.field_name for one in self.events or () if one.type == "Change")
        return not {"status", "group_id"}.isdisjoint(changed)


class RawUpload(Wire):
    """An upload: its token attaches the file to one comment within an hour."""

    token: str


class RawUser(Wire):
    """A user. For wrong credentials Zendesk can return one without an id."""

    id: int | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    role: str | None = None


class Answer(Wire):
    """Response to a write: the ticket."""

    ticket: RawTicket
