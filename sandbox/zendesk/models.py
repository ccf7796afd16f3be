"""Data model of the simulated account. Knows neither JSON representation nor network."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]
AGENT_ROLES = ("agent", "admin")
CHOICE_TYPES = ("tagger", "multiselect")


@dataclass
class User:
    """Somebody known to the account: an end user, or an agent when the role says so."""

    id: int
    name: str
    email: str | None
    role: str
    created_at: datetime
    updated_at: datetime
    phone: str | None = None
    locale: str = "en-GB"
    time_zone: str = "Africa/Johannesburg"
    external_id: str | None = None
    default_group_id: int | None = None
    active: bool = True
    tags: list[str] = field(default_factory=list)

    @property
    def is_agent(self) -> bool:
        return self.role in AGENT_ROLES


@dataclass
class Group:
    """A group of agents; a deleted one stays, marked, as in Zendesk."""

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    default: bool = False
    deleted: bool = False


@dataclass
class Membership:
    """One agent in one group."""

    id: int
    user_id: int
    group_id: int
    default: bool
    created_at: datetime


@dataclass
class Option:
    """One choice of a dropdown: people see the name, tickets hold the tag (`value`)."""

    id: int
    name: str
    value: str


@dataclass
class Field:
    """A ticket field. System fields (subject, status, …) cannot be removed."""

    id: int
    type: str
    title: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    active: bool = True
    removable: bool = True
    position: int = 9999
    options: list[Option] = field(default_factory=list)

    @property
    def tags(self) -> list[str]:
        return [option.value for option in self.options]


@dataclass
class Form:
    """A ticket form and the fields on it."""

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    field_ids: list[int] = field(default_factory=list)
    active: bool = True
    default: bool = False
    position: int = 0


@dataclass
class Attachment:
    """A stored file; the token in its address authorises reading."""

    id: int
    file_name: str
    content_type: str
    content: bytes
    token: str


@dataclass
class Upload:
    """Files waiting for a comment, until the token expires."""

    token: str
    expires_at: datetime
    attachments: list[Attachment] = field(default_factory=list)


@dataclass
class Comment:
    """One comment of a ticket, public or internal."""

    id: int
    author_id: int
    body: str
    html_body: str
    public: bool
    created_at: datetime
    channel: str
    attachments: list[Attachment] = field(default_factory=list)
    audit_id: int = 0


@dataclass
class Audit:
    """One update of a ticket: actor, time, channel, events."""

    id: int
    ticket_id: int
    author_id: int
    created_at: datetime
    channel: str
    events: list[Json] = field(default_factory=list)


@dataclass
class Ticket:
    """A ticket: system fields by Zendesk's names in `state`, custom field values by field id in `values`."""

    id: int
    state: Json
    values: dict[int, Any]
    created_at: datetime
    updated_at: datetime
    channel: str = "api"
    description: str = ""
    deleted: bool = False
    follows: int | None = None
    """The closed ticket that this one follows up."""
    comments: list[Comment] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)

    @property
    def is_public(self) -> bool:
        return any(comment.public for comment in self.comments)


@dataclass
class Trigger:
    """A business rule: when all and any conditions hold after an update, its actions happen."""

    id: int
    title: str
    created_at: datetime
    updated_at: datetime
    conditions: Json
    actions: list[Json]
    active: bool = True
    description: str | None = None
    position: int = 1
    default: bool = False
    category_id: str = ""


@dataclass
class Webhook:
    """The target of a trigger. `endpoint=None` is the bot's address."""

    id: str
    name: str
    endpoint: str | None
    secret: str
    created_at: datetime
    created_by: str
    description: str | None = None
    status: str = "active"
    http_method: str = "POST"
    request_format: str = "json"
    subscriptions: list[str] = field(default_factory=lambda: ["conditional_ticket_events"])
    authentication: Json | None = None


@dataclass
class Mail:
    """A notification e-mail, recorded and not sent."""

    ticket_id: int
    recipient: str | None
    subject: str
    body: str
    trigger: str
    sent_at: datetime


@dataclass
class Settings:
    """Account settings the control API may change."""

    search_lag_s: float = 120.0
    database_conflicts: int = 0
