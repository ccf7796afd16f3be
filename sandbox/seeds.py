"""Seed data of the sandbox: people, groups, channels, customers. Plain data, read by every simulated system.

Names, numbers and secrets are invented; the secrets open only the sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

TEAM_ID = "TMRD0001"
TEAM_NAME = "Mr D"
TEAM_DOMAIN = "mrd-sandbox"
APP_ID = "AATODESK"
BOT_USER = "UBOT0001"
BOT_ID = "BBOT0001"
BOT_NAME = "atodesk"
BOT_TOKEN = "xoxb-sandbox-token"  # noqa: S105 - the pretend bot's token
APP_TOKEN = "xapp-sandbox-token"  # noqa: S105 - the pretend app's own token, for Socket Mode
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 - the pretend app's secret
VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 - sent by Slack, checked by nobody


@dataclass(frozen=True)
class Person:
    """A Slack account (and, for staff, a Zendesk agent account)."""

    id: str
    name: str
    locale: str = "en-GB"
    tz: str = "Africa/Johannesburg"

    @property
    def handle(self) -> str:
        return self.name.lower().replace(" ", ".")

    @property
    def email(self) -> str:
        return f"{self.handle}@mrd.example"


@dataclass(frozen=True)
class Group:
    """A Slack user group and its members."""

    id: str
    handle: str
    title: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """A Slack channel and its members; the bot is one unless stated otherwise."""

    id: str
    name: str
    people: tuple[str, ...]
    private: bool = True
    bot_member: bool = True


def _italian(id_: str, name: str) -> Person:
    return Person(id_, name, "it-IT", "Europe/Rome")


PEOPLE: tuple[Person, ...] = (
    Person("UAGENT01", "Thandi Nkosi"),
    Person("UAGENT02", "Sipho Dlamini"),
    Person("UMOD0001", "Lerato Mokoena"),
    Person("UMOD0002", "Johan Botha"),
    Person("UDATA001", "Priya Naidoo"),
    Person("UDATA002", "Kagiso Molefe"),
    Person("ULEAD001", "Nomsa Khumalo"),
    Person("USECU001", "Daniel Fourie"),
    Person("USECU002", "Aisha Patel"),
    Person("UOUTS001", "Pieter Smit"),
    _italian("UQAGEN01", "Giulia Ferri"),
    _italian("UQAGEN02", "Luca Conti"),
    _italian("UQHIGH01", "Marco Rinaldi"),
    _italian("UQSECU01", "Elena Greco"),
    _italian("UQLEAD01", "Paola Villa"),
)

_AGENTS = ("UAGENT01", "UAGENT02")
_MODS = ("UMOD0001", "UMOD0002")
_DATA = ("UDATA001", "UDATA002")
_LEADS = ("ULEAD001",)
_SECURITY = ("USECU001", "USECU002")
_QUALIA = ("UQAGEN01", "UQAGEN02")

GROUPS: tuple[Group, ...] = (
    Group("SCSAGENT", "cs-agents", "CS Agents", _AGENTS),
    Group("SMODS001", "mr-d-mods", "Mr D MODs", _MODS),
    Group("SDATACOM", "cs-data-compliance", "CS Data Compliance", _DATA),
    Group("STEAMLEA", "cs-team-leads", "CS team leads", _LEADS),
    Group("SPLATSEC", "platform-security", "Platform Security", _SECURITY),
    Group("SQAGENTS", "qualia-agents", "Qualia agents", _QUALIA),
    Group("SQHIGHER", "qualia-higher-tier", "Qualia Higher Tier", ("UQHIGH01",)),
    Group("SQSECURI", "qualia-security", "Qualia Security", ("UQSECU01",)),
    Group("SQLEADS1", "qualia-leads", "Qualia leads", ("UQLEAD01",)),
)

_EVERYBODY = tuple(person.id for person in PEOPLE)

CHANNELS: tuple[Channel, ...] = (
    Channel("CMOD0001", "mr-d-mod", (*_MODS, *_LEADS)),
    Channel("CDATA001", "cs-data-compliance", (*_DATA, *_LEADS)),
    Channel("CINVEST1", "investigation_account_takeover", (*_SECURITY, *_DATA)),
    Channel("CLEAD001", "cs-team-leads", _LEADS),
    Channel("COPERAT1", "ato-operators", _LEADS),
    Channel("CQHIGH01", "qualia-higher-tier", ("UQHIGH01",)),
    Channel("CQSECU01", "qualia-security", ("UQSECU01",)),
    Channel("CQLEAD01", "qualia-leads", ("UQLEAD01",)),
    Channel("CCUSTCAR", "customer-care", (*_AGENTS, *_LEADS), private=False, bot_member=False),
    Channel("CGENERAL", "general", _EVERYBODY, private=False, bot_member=False),
)

# Zendesk ---------------------------------------------------------------------------------------

ZENDESK_SUBDOMAIN = "mrd-sandbox"
ZENDESK_BOT_ID = 900000001
ZENDESK_BOT_NAME = "ATO Desk"
ZENDESK_BOT_EMAIL = "ato-desk@mrd.example"
ZENDESK_CLIENT_ID = "ato_desk"
ZENDESK_CLIENT_SECRET = "sandbox-zendesk-client-secret"  # noqa: S105 - the pretend account's client
ZENDESK_API_TOKEN = "sandbox-zendesk-token"  # noqa: S105 - the pretend account's token
ZENDESK_WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - signs pretend webhooks
ZENDESK_PLACEHOLDER_NAME = "Account takeover desk"
ZENDESK_PLACEHOLDER_EMAIL = "ato-placeholder@mrd.example"
ZENDESK_GROUPS: tuple[str, ...] = (
    "CS Agents",
    "CS Data Compliance",
    "Food Management Group",
    "Engineering",
    "Platform Security",
    "Qualia Support",
    "Qualia Higher Tier",
    "Qualia Security",
)
ZENDESK_FORMS: tuple[str, ...] = (
    "Default Ticket Form",
    "Customer Query",
    "Engineering Request",
    "Qualia Account Security",
)
QUERY_TYPE_TITLE = "Query type"
QUERY_TYPES: tuple[tuple[str, str], ...] = (  # (name with ::, tag)
    ("Mr D Food - Orders::Late Order", "mrdf_orders_late_order"),
    ("Mr D Food - Orders::Missing Items", "mrdf_orders_missing_items"),
    ("Mr D Food - Refunds::Refund Query", "mrdf_refunds_refund_query"),
    ("Mr D Food* - Blacklisting::Blacklisted::Promo Abuse", "mrdf_blacklisting_blacklisted_promo"),
    (
        "Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover",
        "mrdf_blacklisting_blacklisted_suspected_ato",
    ),
    ("Mr D Food* - Blacklisting::Blacklisted::Chargeback", "mrdf_blacklisting_blacklisted_chargeb"),
    ("Mr D Food* - Blacklisting::Un-blacklist Request", "mrdf_blacklisting_unblacklist_request"),
    ("Mr D Food* - Account::Suspected Account Takeover", "mrdf_account_suspected_ato"),
    ("Qualia - Account::Compromised", "qualia_account_compromised"),
    ("Qualia - Account::Access", "qualia_account_access"),
)

# Back office -----------------------------------------------------------------------------------

BACKOFFICE_BASE_PATH = "/v1"
BACKOFFICE_TOKEN = "sandbox-backoffice-token"  # noqa: S105 - the pretend back office's token


@dataclass(frozen=True)
class Order:
    """A customer's order; `good` is ground truth the back office does not know."""

    id: str
    restaurant: str
    total: Decimal
    placed_at: str
    app_version: str
    device: str
    address: str
    good: bool = True
    currency: str = "ZAR"


@dataclass(frozen=True)
class Profile:
    """A customer's account in the back office."""

    id: str
    name: str
    email: str
    phone: str
    username: str
    wallet: Decimal
    brand: str = "mr_d"
    currency: str = "ZAR"
    earlier_email: str | None = None
    earlier_phone: str | None = None
    changed_at: str | None = None
    blacklisted: bool = False
    orders: tuple[Order, ...] = field(default=())


_HOME = "14 Protea Road, Claremont, Cape Town"
_AWAY = "Unit 9, Jeppe Street, Johannesburg"


def _order(id_: str, restaurant: str, total: str, placed_at: str) -> Order:
    return Order(id_, restaurant, Decimal(total), placed_at, "7.12.0", "iPhone 13", _HOME)


def _bad(id_: str, restaurant: str, total: str, placed_at: str) -> Order:
    return Order(id_, restaurant, Decimal(total), placed_at, "6.98.2", "Android emulator", _AWAY, good=False)


_NALEDI_ORDERS = (
    _order("DFD-77101", "Ocean Basket Claremont", "249.90", "2026-10-03T17:41:00+00:00"),
    _order("DFD-77106", "Kauai Cavendish", "134.00", "2026-10-19T10:12:00+00:00"),
    _order("DFD-77111", "Nando's Kenilworth", "188.50", "2026-11-08T16:55:00+00:00"),
    _bad("DFD-77117", "Liquor City Jeppe", "1249.00", "2026-11-21T22:04:00+00:00"),
    _bad("DFD-77118", "Steers Commissioner Street", "612.70", "2026-11-21T22:19:00+00:00"),
    _bad("DFD-77120", "Liquor City Jeppe", "1399.00", "2026-11-21T22:47:00+00:00"),
)
_WERNER_ORDERS = (
    _order("DFD-88010", "Simply Asia Durbanville", "215.00", "2026-10-11T18:20:00+00:00"),
    _order("DFD-88014", "Col'Cacchio Tyger Valley", "329.80", "2026-11-01T17:35:00+00:00"),
    _bad("DFD-88019", "KFC Marshalltown", "874.90", "2026-11-20T23:31:00+00:00"),
    _bad("DFD-88021", "Liquor City Jeppe", "980.00", "2026-11-21T00:05:00+00:00"),
)
_ZANELE_ORDERS = (
    _order("DFD-88102", "Spur Musgrave", "176.40", "2026-11-02T15:48:00+00:00"),
    _bad("DFD-88109", "Steers Commissioner Street", "379.50", "2026-11-21T21:15:00+00:00"),
)

PROFILES: tuple[Profile, ...] = (
    Profile(
        "2048811",
        "Naledi Mahlangu",
        "naledi.mahlangu@example.com",
        "+27825550142",
        "naledi.m",
        Decimal("350.00"),
        orders=_NALEDI_ORDERS,
    ),
    Profile(
        "2048899",
        "Werner van Wyk",
        "w.vw.new@mail.example",
        "+27615550199",
        "wernervw",
        Decimal("0.00"),
        earlier_email="werner.vanwyk@example.com",
        earlier_phone="+27835550177",
        changed_at="2026-11-20T23:12:00+00:00",
        orders=_WERNER_ORDERS,
    ),
    Profile(
        "2048955",
        "Zanele Dube",
        "zanele.dube@example.com",
        "+27725550118",
        "zanele.d",
        Decimal("120.50"),
        orders=_ZANELE_ORDERS,
    ),
    Profile(
        "Q-30011",
        "Chiara Bianchi",
        "chiara.bianchi@example.com",
        "+393335550121",
        "chiara.b",
        Decimal("0.00"),
        brand="qualia",
        currency="EUR",
    ),
    Profile(
        "Q-30027",
        "Davide Moretti",
        "d.moretti.new@mail.example",
        "+393335550188",
        "davidem",
        Decimal("0.00"),
        brand="qualia",
        currency="EUR",
        earlier_email="davide.moretti@example.com",
        changed_at="2026-11-21T19:40:00+00:00",
    ),
    Profile(
        "Q-30042",
        "Francesca Rizzo",
        "francesca.rizzo@example.com",
        "+393335550134",
        "francy.r",
        Decimal("0.00"),
        brand="qualia",
        currency="EUR",
    ),
)
