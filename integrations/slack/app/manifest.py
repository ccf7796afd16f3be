"""Slack app manifest for a bot's URL, as closed models with Slack's own limits.

https://docs.slack.dev/reference/app-manifest says what each part means and how long it may be.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from desk.values import Value
from integrations.slack.app.scopes import EVENTS, needed
from integrations.slack.codec.occasions import OPEN_CASE

EVENTS_PATH = "/slack/events"
Url = Annotated[str, Field(pattern=r"^https?://", max_length=3000)]
Short = Annotated[str, Field(min_length=1, max_length=50)]


class _Display(Value):
    name: Annotated[str, Field(min_length=1, max_length=35)]
    description: Annotated[str, Field(min_length=1, max_length=140)]
    background_color: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class _Command(Value):
    command: Annotated[str, Field(pattern=r"^/", min_length=2, max_length=32)]
    url: Url | None = None
    description: Annotated[str, Field(min_length=1, max_length=2000)]
    usage_hint: Annotated[str, Field(min_length=1, max_length=1000)]
    should_escape: bool = False


class _Shortcut(Value):
    name: Annotated[str, Field(min_length=1, max_length=24)]
    type: Literal["message", "global"]
    callback_id: Annotated[str, Field(min_length=1, max_length=255)]
    description: Annotated[str, Field(min_length=1, max_length=150)]


class _Home(Value):
    home_tab_enabled: bool = True
    messages_tab_enabled: bool = True
    messages_tab_read_only_enabled: bool = False


class _BotUser(Value):
    display_name: Annotated[str, Field(min_length=1, max_length=80)]
    always_online: bool = True


class _Features(Value):
    app_home: _Home = _Home()
    bot_user: _BotUser
    shortcuts: Annotated[tuple[_Shortcut, ...], Field(min_length=1, max_length=10)]
    slash_commands: Annotated[tuple[_Command, ...], Field(min_length=1, max_length=50)]


class _Scopes(Value):
    bot: Annotated[tuple[Short, ...], Field(max_length=255)]


class _OAuth(Value):
    scopes: _Scopes


class _Subscriptions(Value):
    request_url: Url | None = None
    bot_events: Annotated[tuple[Short, ...], Field(max_length=100)]


class _Interactivity(Value):
    is_enabled: bool = True
    request_url: Url | None = None


class _Settings(Value):
    event_subscriptions: _Subscriptions
    interactivity: _Interactivity
    org_deploy_enabled: bool = False
    socket_mode_enabled: bool
    token_rotation_enabled: bool = False


class Manifest(Value):
    """The complete manifest."""

    display_information: _Display
    features: _Features
    oauth_config: _OAuth
    settings: _Settings


def manifest(url: str | None, *, command: str = "/ato", name: str = "ATO Desk") -> dict[str, Any]:
    """Build the manifest for a bot at this URL; without one the app uses Socket Mode.

    Raises ValidationError for an invalid URL, or one too long for Slack.
    """
    events = f"{url.rstrip('/')}{EVENTS_PATH}" if url else None
    whole = Manifest(
        display_information=_Display(
            name=name,
            description="Carries an account takeover from the first call to the last note.",
            background_color="#0f5e63",
        ),
        features=_Features(
            bot_user=_BotUser(display_name=name),
            shortcuts=(
                _Shortcut(
                    name="Open a case",
                    type="message",
                    callback_id=OPEN_CASE,
                    description="Opens an account takeover case from this message.",
                ),
            ),
            slash_commands=(
                _Command(
                    command=command,
                    url=events,
                    description="Open a case, or show one",
                    usage_hint="[ATO-12 | ticket | mine | board | find | note | help]",
                ),
            ),
        ),
        oauth_config=_OAuth(scopes=_Scopes(bot=needed())),
        settings=_Settings(
            event_subscriptions=_Subscriptions(request_url=events, bot_events=tuple(sorted(EVENTS))),
            interactivity=_Interactivity(request_url=events),
            socket_mode_enabled=events is None,
        ),
    )
    return whole.model_dump(exclude_none=True, mode="json")
