"""State of the simulated account: tables, ids, look-ups. Knows no HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.zendesk.models import (
    Attachment,
    Field,
    Form,
    Group,
    Json,
    Mail,
    Membership,
    Settings,
    Ticket,
    Trigger,
    Upload,
    User,
    Webhook,
)

ID = 18525119  # every account has a number, sent with each webhook
FIRST_ID = 26155588900000
ID_STEP = 128
FIRST_TICKET = 48213


class Account:
    """All state of the account; emptied and seeded again by `sandbox.zendesk.seeding`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.clear()

    def clear(self) -> None:
        """Empty every table in place: routes and deliveries keep a reference."""
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.memberships: dict[int, Membership] = {}
        self.fields: dict[int, Field] = {}
        self.forms: dict[int, Form] = {}
        self.categories: list[Json] = []
        self.triggers: dict[int, Trigger] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.tickets: dict[int, Ticket] = {}
        self.attachments: dict[int, Attachment] = {}
        self.uploads: dict[str, Upload] = {}
        self.jobs: dict[str, Json] = {}
        self.mails: list[Mail] = []
        self.settings = Settings()
        self._last_id = FIRST_ID
        self._last_ticket = FIRST_TICKET - 1

    def instant(self) -> datetime:
        """Now in Zendesk's precision: whole seconds of the business clock."""
        return self._now().replace(microsecond=0)

    def exactly(self) -> datetime:
        return self._now()

    def new_id(self) -> int:
        self._last_id += ID_STEP
        return self._last_id

    def new_ticket_id(self) -> int:
        self._last_ticket += 1
        return self._last_ticket

    # Look-ups --------------------------------------------------------------------------------

    def user_by_email(self, email: str | None) -> User | None:
        wanted = (email or "").strip().lower()
        return next((u for u in self.users.values() if (u.email or "").lower() == wanted), None)

    def agent_named(self, name: str) -> User | None:
        """An agent by name or e-mail address."""
        wanted = name.strip().lower()
        agents = (u for u in self.users.values() if u.is_agent)
        return next((u for u in agents if wanted in (u.name.lower(), (u.email or "").lower())), None)

    def group(self, group_id: Any) -> Group | None:
        found = self.groups.get(group_id)
        return None if found is None or found.deleted else found

    def group_named(self, name: str) -> Group | None:
        groups = (g for g in self.groups.values() if not g.deleted)
        return next((g for g in groups if g.name.lower() == name.strip().lower()), None)

    def form_named(self, name: str) -> Form | None:
        return next((f for f in self.forms.values() if f.name.lower() == name.lower()), None)

    def field_titled(self, title: str) -> Field | None:
        return next((f for f in self.fields.values() if f.title.lower() == title.lower()), None)

    def default_form(self) -> Form | None:
        return next((f for f in self.forms.values() if f.default and f.active), None)

    def ticket(self, ticket_id: Any) -> Ticket | None:
        found = self.tickets.get(ticket_id)
        return None if found is None or found.deleted else found

    def in_group(self, user_id: int, group_id: int) -> bool:
        pairs = ((m.user_id, m.group_id) for m in self.memberships.values())
        return (user_id, group_id) in pairs

    def custom_fields(self) -> list[Field]:
        """The fields a ticket lists: the account's own, active ones."""
        return [f for f in self.fields.values() if f.removable and f.active]

    # Small additions -------------------------------------------------------------------------

    def add_user(self, name: str, email: str | None, role: str = "end-user", **more: Any) -> User:
        now = self.instant()
        user_id = more.pop("id", None) or self.new_id()
        user = User(user_id, name, email, role, now, now, **more)
        self.users[user.id] = user
        return user

    def add_group(self, name: str, description: str = "", default: bool = False) -> Group:
        now = self.instant()
        group = Group(self.new_id(), name, now, now, description, default)
        self.groups[group.id] = group
        return group

    def join(self, user: User, group: Group) -> Membership:
        first = user.default_group_id is None
        if first:
            user.default_group_id = group.id
        entry = Membership(self.new_id(), user.id, group.id, first, self.instant())
        self.memberships[entry.id] = entry
        return entry

    def add_attachment(self, name: str, content_type: str, content: bytes) -> Attachment:
        token = secrets.token_urlsafe(18)
        made = Attachment(self.new_id(), name, content_type, content, token)
        self.attachments[made.id] = made
        return made
