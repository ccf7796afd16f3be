"""A secret of the settings is never shown: not in a repr, not in an error, not in a log, however much is logged."""

import dataclasses
import json
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot import main
from bot.main import assemble
from bot.running import Bot
from config.environment import BadSettings, variables
from config.settings import Settings, settings
from handlers.health import Probes
from integrations.store.vault import Vault
from tests.wire.test_settings import GIVEN

CLOSED = "http://127.0.0.1:9"
"""A port where nobody listens."""
VAULT = Fernet.generate_key().decode()
SECRETS = {
    "ATO_SLACK__TOKEN": "xoxb-MARK-slack-token",
    "ATO_SLACK__SIGNING_SECRET": "MARK-slack-signing",
    "ATO_ZENDESK__CLIENT_SECRET": "MARK-zendesk-client-secret",
    "ATO_ZENDESK__SECOND_CLIENT_SECRET": "MARK-zendesk-second-secret",
    "ATO_ZENDESK__TOKEN": "MARK-zendesk-token",
    "ATO_ZENDESK__WEBHOOK_SECRET": "MARK-zendesk-webhook",
    "ATO_BACKOFFICE__TOKEN": "MARK-backoffice-token",
    "ATO_VAULT__KEYS": VAULT,
    "ATO_VAULT__DIGEST_KEY": "MARK-digest-key-that-is-long-enough-indeed",
    "ATO_WEB__METRICS_TOKEN": "MARK-metrics-token",
    "ATO_GOOGLE_CHAT__WEBHOOK_URL": "http://127.0.0.1:9/v1/spaces/x/messages?key=MARK-key&token=MARK-token",
}
SECRETS |= {
    one.name: f"https://example.com/MARK-{one.name.lower()}"
    for one in variables(Settings)
    if one.secret and one.name not in {*SECRETS, "ATO_DATABASE_URL"}
}
PLAIN = {
    "ATO_SLACK__API_URL": f"{CLOSED}/api/",
    "ATO_ZENDESK__URL": CLOSED,
    "ATO_BACKOFFICE__URL": CLOSED,
    "ATO_GOOGLE_CHAT__TEST_HOST": "127.0.0.1:9",
    "ATO_ZENDESK__SECOND_CLIENT_ID": "ato_desk_2",
    "ATO_ZENDESK__EMAIL": "desk@company.example",
}


def leaks(words: str) -> list[str]:
    encoded = [one for one in SECRETS.values() if one in words]
    return [*encoded, *(["MARK"] if "MARK" in words else [])]


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    return {**GIVEN, **SECRETS, **PLAIN, "ATO_DATABASE_URL": f"sqlite:///{tmp_path}/ato.sqlite3"}


@pytest.fixture
async def bot(given: dict[str, str]) -> AsyncIterator[Bot]:
    made = assemble(settings(given))
    yield made
    await made.slack.close()
    made.tickets.close()
    for errand in (made.engine.back_office, made.engine.copies):
        await errand.close()  # type: ignore[union-attr]
    await made.database.close()


def test_settings_show_no_secret(given: dict[str, str]) -> None:
    found = settings(given | {"ATO_DATABASE_URL": "postgresql://desk:MARK-password@db/ato"})
    for shown in (repr(found), str(found), f"{found:}", json.dumps(found.model_dump(mode="json"))):
        assert leaks(shown) == []


@pytest.mark.parametrize("name", [one for one in SECRETS if one != "ATO_VAULT__KEYS"])
def test_a_secret_may_stand_in_a_file_instead(given: dict[str, str], tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{given.pop(name)}\n")
    assert settings(given | {f"{name}_FILE": str(file)}) == settings(given | {name: SECRETS[name]})


def test_settings_that_cannot_be_used_show_no_secret(given: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"MARK\xff")
    wrong = {
        "ATO_VAULT__KEYS": "MARK-no-key",
        "ATO_VAULT__DIGEST_KEY": "MARK",
        "ATO_WEB__PORT": "x",
        "ATO_SLACK__INBOXES": "MARK",
        "ATO_GOOGLE_CHAT__WEBHOOK_URL": "MARK-no-address",
        "ATO_SLACK__TOKENN": "MARK",
        "ATO_SLACK__SIGNING_SECRET_FILE": str(file),
    }
    with pytest.raises(BadSettings) as told:
        settings(given | wrong)
    assert leaks("".join(traceback.format_exception(told.value)) + repr(told.value)) == []
    with pytest.raises(ValueError, match=r"\w") as key:
        Vault([wrong["ATO_VAULT__KEYS"]])
    assert leaks("".join(traceback.format_exception(key.value))) == []


def shown(thing: Any, seen: set[int], depth: int = 0) -> Iterator[str]:
    """Every repr of what the desk is plugged together from, closures' own aside."""
    if id(thing) in seen or depth > 6:
        return
    seen.add(id(thing))
    yield repr(thing)
    ours = type(thing).__module__.split(".")[0] in {"bot", "handlers", "integrations", "desk", "config"}
    if dataclasses.is_dataclass(thing) or (ours and hasattr(thing, "__dict__")):
        for inner in vars(thing).values() if hasattr(thing, "__dict__") else ():
            if not isinstance(inner, str | bytes | int | float | dict | list | tuple | set):
                yield from shown(inner, seen, depth + 1)


async def test_neither_what_is_plugged_together_nor_what_fails_outside_shows_a_secret(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    async def there() -> None:
        """Answer, as a database does."""

    probes = Probes(store=there, queue_runs=bool)
    every = [*shown(bot, set()), repr(main._zendesk_side(bot)), repr(main._watching(bot.settings, probes))]
    assert len(every) > 10
    assert [one[:200] for one in every if leaks(one)] == []
    office, copies = bot.engine.back_office, bot.engine.copies
    assert office is not None
    assert copies is not None
    tries = {
        "slack": lambda: bot.slack.open_direct("U1"),
        "upload": lambda: bot.slack.upload("x", b"x"),
        "download": lambda: bot.slack.download(f"{CLOSED}/files/x", 9),
        "zendesk": lambda: bot.tickets.peek(1),
        "office": lambda: office.wallet("1"),
        "chat": lambda: copies.copy(["x"], "k"),
    }
    with caplog.at_level(logging.DEBUG):
        for name, call in tries.items():
            with pytest.raises(Exception, match=r"\w") as failed:
                await call()  # type: ignore[operator]
            assert leaks("".join(traceback.format_exception(failed.value))) == [], name
            assert leaks(repr(failed.value)) == [], name
    assert caplog.records
    assert leaks("\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records)) == []
