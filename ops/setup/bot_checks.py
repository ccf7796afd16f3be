"""`ato doctor`'s checks of the running bot: reachability, and signatures with the configured secrets."""

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx

from config.settings import Settings
from integrations.slack.web.signature import sign as slack_sign
from integrations.zendesk.deliveries import sign as zendesk_sign
from ops.setup.verdicts import Verdict, broken, good, unknown

BOT, SLACK, ZENDESK = "bot", "slack signature", "zendesk signature"
_WORDS = {"database": "its database", "queue": "its queue"}


def address(settings: Settings) -> str:
    """Return the address to check: the public one, else this machine."""
    web = settings.web
    host = "127.0.0.1" if web.host in {"0.0.0.0", "::"} else web.host  # noqa: S104 - compared, not listened on
    return web.public_url or f"http://{host}:{web.port}"


async def verdicts(settings: Settings) -> list[Verdict]:
    """Check the bot; signatures are skipped when it does not answer."""
    at = address(settings)
    async with httpx.AsyncClient(base_url=at, timeout=5) as client:
        try:
            ready = await client.get("/readyz")
            return [
                _ready(ready, at),
                await _slack(client, settings),
                await _zendesk(client, settings),
            ]
        except httpx.HTTPError:
            missing = f"The bot does not answer at {at}; its signatures were not looked at."
            return [
                unknown(
                    BOT,
                    missing,
                    "Start it with `ato serve`. If it runs, correct ATO_WEB__PUBLIC_URL, or the proxy before it.",
                )
            ]


def _ready(ready: httpx.Response, at: str) -> Verdict:
    if ready.status_code == 200:
        return good(BOT, f"The bot answers at {at} and is ready.")
    try:
        parts: Mapping[str, str] = ready.json()
        wrong = [f"{_WORDS.get(name, name)} {word}" for name, word in parts.items() if word != "ok"]
    except (ValueError, AttributeError):
        return broken(
            BOT,
            f"Something else than the bot answers at {at}.",
            "Correct ATO_WEB__PUBLIC_URL, or the proxy before the bot.",
        )
    return broken(BOT, f"The bot is not ready: {', '.join(wrong)}.", "See the other lines, and the bot's log.")


async def _slack(client: httpx.AsyncClient, settings: Settings) -> Verdict:
    """Send Slack's URL verification: https://docs.slack.dev/reference/events/url_verification"""
    challenge, at = secrets.token_hex(8), str(int(time.time()))
    raw = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
    secret = settings.slack.signing_secret.get_secret_value()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": slack_sign(secret, at, raw),
    }
    answer = await client.post("/slack/events", content=raw, headers=headers)
    if answer.status_code == 200 and challenge in answer.text:
        return good(SLACK, "The bot believes what is signed with ATO_SLACK__SIGNING_SECRET.")
    return broken(
        SLACK,
        f"The running bot refuses what is signed with ATO_SLACK__SIGNING_SECRET ({answer.status_code}).",
        "Copy the signing secret from Basic Information of the Slack app into ATO_SLACK__SIGNING_SECRET, and start the"
        " bot again.",
    )


async def _zendesk(client: httpx.AsyncClient, settings: Settings) -> Verdict:
    """Send a signed delivery without a ticket; 400 means the signature was accepted."""
    raw, at = b"{}", datetime.now(UTC).isoformat(timespec="seconds")
    secret = settings.zendesk.webhook_secret.get_secret_value()
    headers = {
        "Content-Type": "application/json",
        "X-Zendesk-Webhook-Signature-Timestamp": at,
        "X-Zendesk-Webhook-Signature": zendesk_sign(secret, at, raw),
    }
    answer = await client.post("/zendesk/webhook", content=raw, headers=headers)
    if answer.status_code == 400:
        return good(ZENDESK, "The bot believes what is signed with ATO_ZENDESK__WEBHOOK_SECRET.")
    return broken(
        ZENDESK,
        f"The running bot refuses what is signed with ATO_ZENDESK__WEBHOOK_SECRET ({answer.status_code}).",
        "Start the bot again with the settings that `ato provision` wrote.",
    )
