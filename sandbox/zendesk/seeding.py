"""Seed data of the account from `sandbox.seeds`: people, groups, fields, forms, triggers, webhook."""

from __future__ import annotations

from sandbox import seeds
from sandbox.zendesk.account import Account
from sandbox.zendesk.models import Field, Form, Json, Option, Trigger, User, Webhook

WEBHOOK_ID = "01JCATODESK000000000000001"
WEBHOOK_BODY = '{"ticket_id": "{{ticket.id}}"}'
TAKEOVER_TAG = "mrdf_blacklisting_blacklisted_suspected_ato"
SYSTEM_FIELDS = (
    ("subject", "Subject"),
    ("description", "Description"),
    ("status", "Status"),
    ("tickettype", "Type"),
    ("priority", "Priority"),
    ("group", "Group"),
    ("assignee", "Assignee"),
)
WHO_IS_WHERE: dict[str, tuple[str, ...]] = {  # Zendesk group: Slack user groups
    "CS Agents": ("cs-agents", "cs-team-leads"),
    "CS Data Compliance": ("cs-data-compliance", "cs-team-leads"),
    "Food Management Group": ("mr-d-mods",),
    "Engineering": ("platform-security",),
    "Platform Security": ("platform-security",),
    "Qualia Support": ("qualia-agents", "qualia-leads"),
    "Qualia Higher Tier": ("qualia-higher-tier",),
    "Qualia Security": ("qualia-security",),
}
RECEIVED = "Notify requester of received request"
COMMENTED = "Notify requester of comment update"


def seed(account: Account) -> None:
    bot = _seed_people(account)
    _seed_groups(account, bot)
    _seed_fields(account)
    _seed_forms(account)
    _seed_webhook(account, bot)
    _seed_rules(account)


def seed_empty(account: Account) -> None:
    """A new account as bought: people, one group, one form, system fields, the vendor's default triggers."""
    bot = _seed_people(account)
    account.join(bot, account.add_group("Support", default=True))
    _seed_system_fields(account)
    _seed_forms(account, seeds.ZENDESK_FORMS[:1])
    _seed_vendors_rules(account)


def _seed_people(account: Account) -> User:
    bot = account.add_user(seeds.ZENDESK_BOT_NAME, seeds.ZENDESK_BOT_EMAIL, "admin", id=seeds.ZENDESK_BOT_ID)
    for person in seeds.PEOPLE:
        account.add_user(person.name, person.email, "agent", locale=person.locale, time_zone=person.tz)
    account.add_user(seeds.ZENDESK_PLACEHOLDER_NAME, seeds.ZENDESK_PLACEHOLDER_EMAIL)
    return bot


def _seed_groups(account: Account, bot: User) -> None:
    inside = {group.handle: set(group.people) for group in seeds.GROUPS}
    for name in seeds.ZENDESK_GROUPS:
        group = account.add_group(name, default=name == seeds.ZENDESK_GROUPS[0])
        people = set().union(*(inside[handle] for handle in WHO_IS_WHERE.get(name, ())))
        for person in (p for p in seeds.PEOPLE if p.id in people):
            agent = account.agent_named(person.email)
            if agent is not None:
                account.join(agent, group)
    first = account.group_named(seeds.ZENDESK_GROUPS[0])
    if first is not None:
        account.join(bot, first)


def _seed_fields(account: Account) -> None:
    now = account.instant()
    _seed_system_fields(account)
    options = [Option(account.new_id(), name, tag) for name, tag in seeds.QUERY_TYPES]
    query_type = Field(account.new_id(), "tagger", seeds.QUERY_TYPE_TITLE, now, now)
    query_type.options = options
    account.fields[query_type.id] = query_type


def _seed_system_fields(account: Account) -> None:
    now = account.instant()
    for position, (kind, title) in enumerate(SYSTEM_FIELDS):
        found = Field(account.new_id(), kind, title, now, now, title, removable=False)
        found.position = position
        account.fields[found.id] = found


def _seed_forms(account: Account, names: tuple[str, ...] = seeds.ZENDESK_FORMS) -> None:
    now = account.instant()
    ids = list(account.fields)
    for position, name in enumerate(names):
        form = Form(account.new_id(), name, now, now, list(ids), position=position)
        form.default = position == 0
        account.forms[form.id] = form


def _seed_webhook(account: Account, bot: User) -> None:
    account.webhooks[WEBHOOK_ID] = Webhook(
        id=WEBHOOK_ID,
        name="ATO Desk",
        endpoint=None,
        secret=seeds.ZENDESK_WEBHOOK_SECRET,
        created_at=account.instant(),
        created_by=str(bot.id),
        description="Tells ATO Desk that a ticket changed",
    )


def _seed_rules(account: Account) -> None:
    _seed_vendors_rules(account)
    for suffix, condition in _watched(account):
        title = f"ATO Desk: ticket changed ({suffix})"
        call = {"field": "notification_webhook", "value": [WEBHOOK_ID, WEBHOOK_BODY]}
        add_trigger(account, title, [condition], _movements(), [call])


def _seed_vendors_rules(account: Account) -> None:
    category = {"id": str(account.new_id()), "name": "Notifications", "position": 0}
    account.categories.append(category)
    new = {"field": "update_type", "operator": "is", "value": "Create"}
    changed = {"field": "update_type", "operator": "is", "value": "Change"}
    public = {"field": "comment_is_public", "operator": "is", "value": "true"}
    add_trigger(account, RECEIVED, [new, public], [], [_mail("received")])
    add_trigger(account, COMMENTED, [changed, public], [], [_mail("updated")])


def _mail(what: str) -> Json:
    subject = "[Request {{what}}] {{ticket.title}}".replace("{{what}}", what)
    body = "Your request ({{ticket.id}}) has been " + what + ".\n\n{{ticket.comments_formatted}}"
    return {"field": "notification_user", "value": ["requester_id", subject, body]}


def _watched(account: Account) -> list[tuple[str, Json]]:
    """Triggers have ALL and ANY but no third level, so each kind of ticket needs its own."""
    query_type = account.field_titled(seeds.QUERY_TYPE_TITLE)
    field = f"custom_fields_{query_type.id if query_type else 0}"
    found: list[tuple[str, Json]] = [
        ("Suspected Account Takeover", {"field": field, "operator": "is", "value": TAKEOVER_TAG})
    ]
    for name in ("Engineering Request", "Qualia Account Security"):
        form = account.form_named(name)
        if form is not None:
            condition = {"field": "ticket_form_id", "operator": "is", "value": str(form.id)}
            found.append((name, condition))
    return found


def _movements() -> list[Json]:
    return [
        {"field": "update_type", "operator": "is", "value": "Create"},
        {"field": "group_id", "operator": "changed", "value": None},
        {"field": "status", "operator": "changed", "value": None},
        {"field": "comment_is_public", "operator": "is", "value": "not_relevant"},
    ]


def add_trigger(account: Account, title: str, every: list[Json], some: list[Json], actions: list[Json]) -> Trigger:
    now = account.instant()
    trigger = Trigger(
        id=account.new_id(),
        title=title,
        created_at=now,
        updated_at=now,
        conditions={"all": every, "any": some},
        actions=actions,
        position=len(account.triggers) + 1,
        category_id=account.categories[0]["id"],
    )
    account.triggers[trigger.id] = trigger
    return trigger
