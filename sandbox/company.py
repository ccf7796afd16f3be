"""The sandbox company in one process: four servers, one clock, one log.

`async with Company() as company:` starts it on free loopback ports; `company.urls` holds their addresses. It does not
know the bot, whose address arrives by `POST /connect` or `company.connect(...)`.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox.backoffice.app import BackOffice
from sandbox.control import control_app
from sandbox.serving import Serving
from sandbox.slack.app import Slack
from sandbox.world import Clock, World
from sandbox.zendesk.app import Zendesk
from sandbox.zendesk.oauth import Conduct

SYSTEMS = ("slack", "zendesk", "backoffice", "control")


class Company:
    """Slack, Zendesk, the back office and the control API, started and stopped together."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        ports: dict[str, int] | None = None,
        clock_file: Path | None = None,
        limits: str = "off",
        *,
        empty: bool = False,
        sign_in: Conduct | None = None,
    ) -> None:
        self.world = World(Clock(clock_file))
        self.slack = Slack(self.world, limits=limits)
        self.zendesk = Zendesk(self.world, limits=limits, empty=empty, conduct=sign_in)
        self.backoffice = BackOffice(self.world)
        systems: tuple[Any, ...] = (self.slack, self.zendesk, self.backoffice)
        self._systems = systems
        for system in systems:
            self.world.on_reset(system.reset)
        routers = [system.control_router() for system in systems]
        apps = [*(system.app for system in systems), control_app(self.world, routers)]
        wanted = ports or {}
        self._servings = {
            name: Serving(app, self.world, name, host, wanted.get(name, 0))
            for name, app in zip(SYSTEMS, apps, strict=True)
        }
        self.slack.base_url = self._servings["slack"].url

    @property
    def urls(self) -> dict[str, str]:
        """Base URL of each system; Slack's ends in `/api/`, as slack_sdk expects."""
        urls = {name: serving.url for name, serving in self._servings.items()}
        return urls | {"slack": urls["slack"] + "/api/"}

    def connect(self, slack_events_url: str = "", zendesk_webhook_url: str = "") -> None:
        """Set the bot's address."""
        told = {"slack_events_url": slack_events_url, "zendesk_webhook_url": zendesk_webhook_url}
        self.world.connected.update({name: url for name, url in told.items() if url})

    async def __aenter__(self) -> Company:
        for serving in self._servings.values():
            await serving.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for system in self._systems:
            close = getattr(system, "close", None)  # only systems that call the bot hold a session
            if close is not None:
                await close()
        for serving in self._servings.values():
            await serving.stop()
