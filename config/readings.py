"""Validators of single settings; errors are sentences. It knows no setting by name."""

import base64
import binascii
import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode


def listed(raw: Any) -> Any:
    """Parse `a, b` as a list."""
    return [word.strip() for word in raw.split(",") if word.strip()] if isinstance(raw, str) else raw


def address(raw: str) -> str:
    """Validate an http or https URL; a trailing slash is removed."""
    if not raw.startswith(("https://", "http://")):
        raise ValueError("it must begin with https://")
    return raw.rstrip("/")


def account(raw: str) -> str:
    """Validate a URL that is a host alone, with TLS unless it is an emulator's: secrets go there."""
    parts = urlsplit(address(raw))
    if parts.path or parts.query or parts.fragment:
        raise ValueError("it must end after the host, as in https://company.zendesk.com")
    if parts.scheme == "http" and not _private(parts.hostname or ""):
        raise ValueError("it must begin with https://; http:// is for an emulator on a host of your own")
    return address(raw)


def _private(host: str) -> bool:
    """Return whether a host is not public: a private address, or a name that no public host has."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".localhost", ".test"))


def folder_address(raw: str) -> str:
    """Validate that a URL ends in a slash, as a base URL."""
    return address(raw) + "/"


def fernet_keys(raw: SecretStr) -> SecretStr:
    """Validate that each key is 32 bytes in URL-safe base64, https://cryptography.io/en/latest/fernet/."""
    for at, key in enumerate(listed(raw.get_secret_value()), 1):
        try:
            size = len(base64.urlsafe_b64decode(key))
        except (ValueError, binascii.Error):
            size = 0
        if size != 32:
            raise ValueError(f"key {at} is not a Fernet key; make one with `ato settings key`")
    return raw


def long_enough(raw: SecretStr) -> SecretStr:
    """Validate the minimum length of a secret."""
    if len(raw.get_secret_value()) < 32:
        raise ValueError("it needs 32 characters at least; make one with `ato settings key`")
    return raw


def template(raw: str) -> str:
    """Validate that a link holds the `{query}` placeholder."""
    if "{query}" not in raw:
        raise ValueError("it must hold {query} where the customer's name, email or number goes")
    return address(raw)


def one_string(raw: str) -> str:
    """Validate OAuth scopes as one space-separated string: https://www.rfc-editor.org/rfc/rfc6749#section-3.3."""
    words = raw.split()
    wrong = next((word for word in words if not re.fullmatch(r"[a-z_]+(:(read|write))?", word)), None)
    if wrong or not words:
        raise ValueError("scopes are words separated by spaces, such as `read tickets:write`")
    return " ".join(words)


def slack_id(raw: str) -> str:
    """Validate the id of a channel or user group: a name fails in uploads, and after it was changed."""
    if raw.startswith(("#", "@")):
        raise ValueError(f"“{raw}” is a name; `ato provision` puts the id in its place")
    return raw


DESK_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_NAME = 20
"""So that `ATO Desk (<name>)` fits into the 35 characters of a Slack app's name."""
COMMAND = re.compile(r"/[a-z0-9][a-z0-9_-]{0,30}")


def desk_name(raw: str) -> str:
    """Validate a desk's name: it becomes part of titles, tags and external ids."""
    if len(raw) > LONGEST_NAME or not DESK_NAME.fullmatch(raw):
        raise ValueError(
            f"a desk's name is small letters a to z and digits, in words joined by hyphens, {LONGEST_NAME} characters"
            " at most, such as fraud-eu"
        )
    return raw


def command(raw: str) -> str:
    """Validate a slash command: https://docs.slack.dev/interactivity/implementing-slash-commands"""
    if not COMMAND.fullmatch(raw):
        raise ValueError(
            "a command is a slash, then small letters a to z, digits, hyphens or underscores, 32 characters at most,"
            " such as /ato-eu"
        )
    return raw


Command = Annotated[str, AfterValidator(command)]
DeskName = Annotated[str, AfterValidator(desk_name)]
SlackId = Annotated[str, AfterValidator(slack_id)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
Account = Annotated[str, AfterValidator(account)]
Address = Annotated[str, AfterValidator(address)]
