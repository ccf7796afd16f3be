"""Sections of the settings: each group of variables as a frozen model, with descriptions.

It does not read the environment.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
)

from config.readings import (
    Account,
    Address,
    Command,
    Names,
    SlackId,
    fernet_keys,
    folder_address,
    listed,
    long_enough,
    one_string,
    template,
)

NEEDED: dict[str, JsonValue] = {"needed": True}
"""Marks a setting that nearly every installation sets, although a legacy one may replace it."""


class Section(BaseModel):
    """One group of settings: frozen, no extra keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Slack(Section):
    """Slack: credentials, and the channels and groups of the roles."""

    token: SecretStr = Field(description="The bot token of the Slack app (xoxb-…)")
    signing_secret: SecretStr = Field(
        description="The signing secret of the Slack app; requests without it are refused"
    )
    app_token: SecretStr | None = Field(
        None,
        description=(
            "The app-level token (xapp-…) for Socket Mode: Slack is heard without a public address, for trying the"
            " desk out"
        ),
    )
    api_url: Annotated[str, AfterValidator(folder_address)] = Field(
        "https://slack.com/api/",
        description="Slack's Web API; another address only for the sandbox",
    )
    command: Command = Field(
        "/ato",
        description=(
            "The slash command of the Slack app, as the texts say it; a second desk in the same workspace needs"
            " another, such as /ato-eu"
        ),
    )
    inboxes: dict[str, SlackId] = Field(
        {},
        description=(
            "The channel id of each role's inbox, such as C0123456789; `ato provision` puts it in the place of #name"
        ),
    )
    groups: dict[str, SlackId] = Field(
        {},
        description=(
            "The user group id whose members have a role, such as S0123456789; `ato provision` puts it in the place of"
            " @handle"
        ),
    )
    people: dict[str, Annotated[tuple[str, ...], BeforeValidator(listed)]] = Field(
        {}, description="User ids of full members that have a role without a user group, separated by commas"
    )
    operators: str | None = Field(None, description="The channel id where trouble with the desk itself is told")


class Zendesk(Section):
    """Zendesk: account, credentials and ticket settings."""

    url: Account = Field(description="The account's address, such as https://company.zendesk.com")
    client_id: str | None = Field(
        None,
        description=(
            "The identifier of the OAuth client that the desk signs in with, a text such as ato_desk; Admin Center"
            " shows it beside the client's name"
        ),
        json_schema_extra=NEEDED,
    )
    client_secret: SecretStr | None = Field(
        None,
        description="The secret of that OAuth client, which Admin Center shows once",
        json_schema_extra=NEEDED,
    )
    second_client_id: str | None = Field(
        None,
        description=(
            "The identifier of a second OAuth client of the same owner, used when the first is refused: so a secret is"
            " changed without a pause"
        ),
    )
    second_client_secret: SecretStr | None = Field(None, description="The secret of the second OAuth client")
    scopes: Annotated[str, AfterValidator(one_string)] | None = Field(
        None,
        description=(
            "The OAuth scopes that `ato serve` and `ato doctor` ask for, separated by spaces; left out, the least they"
            " need"
        ),
    )
    provision_scopes: Annotated[str, AfterValidator(one_string)] | None = Field(
        None,
        description="The OAuth scopes that `ato provision` asks for; left out, the least it needs",
    )
    token_seconds: int = Field(
        1800,
        gt=300,
        lt=172_800,
        description="Seconds an access token lives before the desk asks for another",
    )
    email: str | None = Field(
        None,
        description=(
            "The agent whose API token is used where no OAuth client is given; for accounts that still have one, until"
            " 30 April 2027"
        ),
    )
    token: SecretStr | None = Field(
        None,
        description=(
            "The API token of that agent; Zendesk has made none since 27 October 2026 and takes none after 30 April"
            " 2027"
        ),
    )
    webhook_secret: SecretStr = Field(description="The signing secret of the webhook; calls without it are refused")
    placeholder_email: str = Field(
        description=(
            "The requester of a ticket when no contact from before the compromise is known; an address of yours"
        ),
    )
    placeholder_name: str = Field("Account takeover desk", description="The name of that requester")
    query_type_field: str = Field("Query type", description="The ticket field with the query type")
    changes_per_minute: int = Field(
        100,
        ge=2,
        description="Changes of tickets that the account takes in a minute; a trial or sandbox account takes 20",
    )
    reconcile_seconds: int = Field(600, ge=1, description="Seconds between looks for lost changes")


class BackOffice(Section):
    """The company's Admin API; without a URL its work is done by hand."""

    url: Address | None = Field(None, description="The back office's API; left out, people do and confirm its steps")
    token: SecretStr | None = Field(None, description="The bearer token for it")
    admin_url_template: Annotated[str, AfterValidator(template)] | None = Field(
        None, description="The link that searches a customer's profile, with {query} in it"
    )


class GoogleChatSettings(Section):
    """Google Chat: an optional copy of the MOD's message."""

    webhook_url: SecretStr | None = Field(
        None, description="The incoming webhook of the space that gets a copy of the MOD's message"
    )
    test_host: str = Field("", description="host:port of a stand-in for Google Chat; for trying it out only")


class Vault(Section):
    """Encryption keys of the vault."""

    keys: Annotated[SecretStr, AfterValidator(fernet_keys)] = Field(
        description="Fernet keys separated by commas: the first encrypts, all decrypt, so a key can be replaced"
    )
    digest_key: Annotated[SecretStr, AfterValidator(long_enough)] = Field(
        description=(
            "The key of the digests by which personal values are looked up; changing it hides old values from search"
        )
    )

    @property
    def fernet_keys(self) -> tuple[bytes, ...]:
        """Return the keys, the current one first."""
        return tuple(key.encode() for key in listed(self.keys.get_secret_value()))


class Web(Section):
    """Web server."""

    host: str = Field("127.0.0.1", description="The address to listen on; 0.0.0.0 in a container")
    port: int = Field(8080, ge=0, le=65535, description="The port to listen on; 0 takes a free one")
    public_url: Address | None = Field(
        None,
        description=(
            "The address under which Slack and Zendesk reach the bot, such as https://ato.example.com; `ato provision`,"
            " `ato manifest` and `ato doctor` use it"
        ),
    )
    metrics_token: SecretStr | None = Field(
        None,
        description=(
            "The bearer token for /metrics; left out, /metrics is there only while the bot listens to its own machine"
        ),
    )
    person_per_minute: int = Field(
        300,
        ge=0,
        description="How many commands, clicks and forms of one person are taken within a minute; 0 is any number",
    )
    door_per_minute: int = Field(
        6000,
        ge=0,
        description="How many signed requests each of Slack and Zendesk may send within a minute; 0 is any number",
    )
    look_ups_per_minute: int = Field(
        10,
        ge=0,
        description=(
            "How many customers and cases one person may look up within a minute, intakes among them; 0 is any number"
        ),
    )


class ClockSettings(Section):
    """Business time, which may be shifted in a demonstration."""

    offset_file: Path | None = Field(
        None, description="A file with seconds to add to the clock; for demonstrations only"
    )


class Chaser(Section):
    """Interval of the reminders."""

    tick_seconds: int = Field(15, ge=1, le=3600, description="How often due duties are looked for, in seconds")


class Watchdog(Section):
    """Limits of the watchdog, and where its alarms go."""

    urgent_seconds: int = Field(
        120, ge=1, description="How long urgent work outside may wait before the operators are told"
    )
    routine_seconds: int = Field(
        900, ge=1, description="How long other work outside may wait before the operators are told"
    )
    heartbeat_url: SecretStr | None = Field(
        None,
        description=(
            "An address that is called while nothing is late, such as a dead man's switch; when the calls stop,"
            " something is wrong"
        ),
    )


class Playbooks(Section):
    """Which playbooks are loaded."""

    folder: Path | None = Field(None, description="The folder of playbooks; left out, those that come with the desk")
    names: Names = Field((), description="The playbooks to use, separated by commas; left out, all of the folder")
    values: dict[str, dict[str, str]] = Field(
        {},
        description="What stands in the place of a playbook's own values, such as a ticket form or a group",
        json_schema_extra={
            "row": "<PLAYBOOK>__<NAME>",
            "example": "QUALIA_CONNECT__TICKET_FORM",
        },
    )


class Locales(Section):
    """Folder of the message catalogues."""

    folder: Path | None = Field(
        None,
        description=(
            "The folder of catalogues (it/LC_MESSAGES/ato.po and so on); left out, those that come with the desk"
        ),
    )


class Log(Section):
    """Logging; never personal data."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least important line written")
    format: Literal["json", "console"] = Field("json", description="One JSON object a line, or lines for people")
