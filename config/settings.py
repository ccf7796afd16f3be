"""Settings: the only reader of the environment. Every variable begins with `ATO_`; `__` goes one level down.

A secret may stand in a file instead: `ATO_SLACK__TOKEN_FILE=/run/secrets/slack_token`. Importing this reads nothing.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.environment import BadSettings, Variable, read_environment, variables
from config.readings import (
    Address,
    Names,
    SlackId,
    fernet_keys,
    folder_address,
    listed,
    long_enough,
    template,
)


class Section(BaseModel):
    """One group of settings, frozen and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Slack(Section):
    """How to reach Slack, and which role is where."""

    token: SecretStr = Field(description="The bot token of the Slack app (xoxb-…)")
    signing_secret: SecretStr = Field(
        description="The signing secret of the Slack app; requests without it are refused"
    )
    app_token: SecretStr | None = Field(None, description="The app-level token (xapp-…) for Socket Mode: Slack is heard without a public address, for trying the desk out")  # fmt: skip
    api_url: Annotated[str, AfterValidator(folder_address)] = Field(
        "https://slack.com/api/",
        description="Slack's Web API; another address only for the sandbox",
    )
    inboxes: dict[str, SlackId] = Field(
        {},
        description="The channel id of each role's inbox, such as C0123456789; `ato provision` puts it in the place of #name",
    )
    groups: dict[str, SlackId] = Field(
        {},
        description="The user group id whose members have a role, such as S0123456789; `ato provision` puts it in the place of @handle",
    )
    people: dict[str, Annotated[tuple[str, ...], BeforeValidator(listed)]] = Field(
        {}, description="User ids that have a role without a user group, separated by commas"
    )
    operators: str | None = Field(
        None, description="The channel id where trouble with the desk itself is told"
    )


class Zendesk(Section):
    """How to reach Zendesk, and what tickets look like there."""

    url: Address = Field(description="The account's address, such as https://company.zendesk.com")
    email: str = Field(description="The agent that the desk works as")
    token: SecretStr = Field(description="The API token of that agent")
    webhook_secret: SecretStr = Field(
        description="The signing secret of the webhook; calls without it are refused"
    )
    placeholder_email: str = Field(
        description="The requester of a ticket when no contact from before the compromise is known; an address of yours",
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
    """How to reach the company's own Admin; without an address everything there is done by hand."""

    url: Address | None = Field(
        None, description="The back office's API; left out, people do and confirm its steps"
    )
    token: SecretStr | None = Field(None, description="The bearer token for it")
    admin_url_template: Annotated[str, AfterValidator(template)] | None = Field(
        None, description="The link that searches a customer's profile, with {query} in it"
    )


class GoogleChatSettings(Section):
    """An optional copy of the MOD's message."""

    webhook_url: SecretStr | None = Field(
        None, description="The incoming webhook of the space that gets a copy of the MOD's message"
    )
    test_host: str = Field(
        "", description="host:port of a stand-in for Google Chat; for trying it out only"
    )


class Vault(Section):
    """The keys of the vault that keeps personal values."""

    keys: Annotated[SecretStr, AfterValidator(fernet_keys)] = Field(
        description="Fernet keys separated by commas: the first encrypts, all decrypt, so a key can be replaced"
    )
    digest_key: Annotated[SecretStr, AfterValidator(long_enough)] = Field(
        description="The key of the digests by which personal values are looked up; changing it hides old values from search"
    )

    @property
    def fernet_keys(self) -> tuple[bytes, ...]:
        """Give the keys, the current one first."""
        return tuple(key.encode() for key in listed(self.keys.get_secret_value()))


class Web(Section):
    """Where the bot listens."""

    host: str = Field("127.0.0.1", description="The address to listen on; 0.0.0.0 in a container")
    port: int = Field(8080, ge=0, le=65535, description="The port to listen on; 0 takes a free one")
    public_url: Address | None = Field(
        None,
        description="The address under which Slack and Zendesk reach the bot, such as https://ato.example.com; `ato provision`, `ato manifest` and `ato doctor` use it",
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="The bearer token for /metrics; left out, /metrics is there only while the bot listens to its own machine",
    )
    person_per_minute: int = Field(
        300, ge=0, description="How many commands, clicks and forms of one person are taken within a minute; 0 is any number"
    )  # fmt: skip
    door_per_minute: int = Field(
        6000, ge=0, description="How many signed requests each of Slack and Zendesk may send within a minute; 0 is any number"
    )  # fmt: skip
    look_ups_per_minute: int = Field(
        10, ge=0, description="How many customers and cases one person may look up within a minute, intakes among them; 0 is any number"
    )  # fmt: skip


class ClockSettings(Section):
    """Business time, which may be moved in a demonstration."""

    offset_file: Path | None = Field(
        None, description="A file with seconds to add to the clock; for demonstrations only"
    )


class Chaser(Section):
    """The reminder's heartbeat."""

    tick_seconds: int = Field(15, ge=1, le=3600, description="How often due duties are looked for, in seconds")  # fmt: skip


class Watchdog(Section):
    """What may not be later than it is allowed to be, and who hears of it."""

    urgent_seconds: int = Field(
        120, ge=1, description="How long urgent work outside may wait before the operators are told"
    )
    routine_seconds: int = Field(
        900, ge=1, description="How long other work outside may wait before the operators are told"
    )
    heartbeat_url: SecretStr | None = Field(
        None,
        description="An address that is called while nothing is late, such as a dead man's switch; when the calls stop, something is wrong",
    )


class Playbooks(Section):
    """Which procedures are carried out."""

    folder: Path | None = Field(
        None, description="The folder of playbooks; left out, those that come with the desk"
    )
    names: Names = Field(
        (), description="The playbooks to use, separated by commas; left out, all of the folder"
    )
    values: dict[str, dict[str, str]] = Field(
        {},
        description="What stands in the place of a playbook's own values, such as a ticket form or a group",
        json_schema_extra={
            "row": "<PLAYBOOK>__<NAME>",
            "example": "QUALIA_CONNECT__TICKET_FORM",
        },
    )


class Locales(Section):
    """Where the sentences of other languages are."""

    folder: Path | None = Field(
        None,
        description="The folder of catalogues (it/LC_MESSAGES/ato.po and so on); left out, those that come with the desk",
    )


class Log(Section):
    """What is written while the desk runs; never personal data."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important line written"
    )
    format: Literal["json", "console"] = Field(
        "json", description="One JSON object a line, or lines for people"
    )


class Settings(BaseSettings):
    """Everything that differs between two installations."""

    model_config = SettingsConfigDict(
        env_prefix="ATO_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    slack: Slack
    zendesk: Zendesk
    backoffice: BackOffice = BackOffice()
    database_url: SecretStr = Field(
        SecretStr("sqlite:///./var/ato.sqlite3"),
        description="Where cases are kept: an SQLite file, whose folder is made at the first start, or PostgreSQL for many replicas (`postgresql://user:password@host:5432/name`)",
    )
    google_chat: GoogleChatSettings = GoogleChatSettings()
    vault: Vault
    web: Web = Web()
    clock: ClockSettings = ClockSettings()
    chaser: Chaser = Chaser()
    watchdog: Watchdog = Watchdog()
    playbooks: Playbooks = Playbooks()
    locales: Locales = Locales()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(
        cls, *_: Any, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `settings()` read and nothing else, so that a test never sees its machine's environment."""
        return (sources["init_settings"],)


def settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and `./.env`; raises BadSettings with every problem at once."""
    given = surroundings() if environ is None else environ
    known = {one.name: one for one in variables(Settings)}
    values, problems = read_environment(Settings, given, known)
    try:
        found = Settings(**values)
    except ValidationError as wrong:
        problems.extend(_sentences(wrong, known, {line.split(" ", 1)[0] for line in problems}))
    if problems:
        raise BadSettings(problems)
    return found


def surroundings(file: Path = Path(".env")) -> Mapping[str, str]:
    """Give the environment, and beneath it what `./.env` says."""
    written = {name: value for name, value in dotenv_values(file).items() if value is not None}
    return {**written, **os.environ}


def _sentences(
    wrong: ValidationError, known: Mapping[str, Variable], told: set[str]
) -> Iterator[str]:
    """Say what is wrong with each variable; the value itself is never repeated, it may be a secret."""
    for error in wrong.errors(include_url=False, include_input=False):
        way = [str(part) for part in error["loc"]]
        name = next(
            (n for end in range(len(way), 0, -1) if (n := _name(way[:end])) in known), _name(way)
        )
        inside = [
            one for one in known.values() if one.name.startswith(f"{name}__") and one.required
        ]
        if error["type"] == "missing":
            for one in [known[name]] if name in known else inside:
                if one.name not in told and f"{one.name}_FILE" not in told:
                    yield f"{one.name} is missing. {one.purpose}."
        else:
            reason = str(error.get("ctx", {}).get("error") or error["msg"])
            yield (
                f"{name} cannot be used: {reason}. {known[name].purpose if name in known else ''}".rstrip()
                + "."
            )


def _name(way: list[str]) -> str:
    return "ATO_" + "__".join(way).upper()
