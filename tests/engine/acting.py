"""Somebody's Slack, as far as a handler can tell: it sends bodies and remembers what it was shown."""

from typing import Any

from config.locales import Catalogue
from desk.playbook.model import Playbook
from desk.service.engine import Engine
from desk.service.on_duty import Rota
from handlers.slack import buttons, closed_modals, commands, modals
from handlers.slack.door import SlackDoor
from integrations.slack.people.voice import Voice
from integrations.slack.views.form import Forms
from tests.fakes.across import FakeSearches, FakeShifts
from tests.fakes.cases import FakeCases
from tests.fakes.clock import FakeClock
from tests.fakes.reply import FakeReply
from tests.fakes.roster import FakeRoster

CASE = "01J8ZK3V9QW5T2N7R4M6X8YBCD"
SAY = Catalogue()

RECEIVE = {
    "channel": "call",
    "reasons": ("orders", "hacked"),
    "name": "Naledi",
    "surname": "Mahlangu",
    "email": "naledi.mahlangu@example.com",
    "phone": "082 555 0142",
}
LOCATE = {
    "profile_link": "https://admin.mrd.example/profiles/2048811",
    "customer_id": "2048811",
    "username_now": "same",
    "email_now": "same",
    "phone_now": "same",
}
VERIFY = {"popi_full_name": "pass", "popi_contact": "pass", "popi_last_order": "pass"}


class Slack:
    """Somebody's Slack: it sends bodies and remembers what it was shown."""

    def __init__(self, playbooks: dict[str, Playbook]) -> None:
        self.cases, self.clock, self.reply, self.people = (
            FakeCases(),
            FakeClock(),
            FakeReply(),
            FakeRoster(),
        )
        self.people.add("UAGENT01", "Thandi", "cs_agent")
        self.people.add("UMOD0001", "Lerato", "mod")
        self.people.add("UMOD0002", "Johan", "mod")
        hashes = {name: f"hash-{name}" for name in playbooks}
        self.cases.playbooks = {hashes[name]: playbook for name, playbook in playbooks.items()}
        self.engine = Engine(
            cases=self.cases, tickets=None, chat=None, clock=self.clock, playbooks=playbooks, hashes=hashes
        )
        self.shifts, self.searches = FakeShifts(), FakeSearches()
        covers = {"mod": "team_lead", "cs_agent": "mod"}
        self.rota = Rota(self.shifts, self.people.members, covers)
        voice = Voice(SAY, self.clock, lambda one: self.people.person(one).name, self.rota.on_duty)
        self.forms = Forms(SAY)
        self.door = SlackDoor(
            engine=self.engine,
            cases=self.cases,
            people=self.people,
            reply=self.reply,
            forms=self.forms,
            voice=voice,
            new_id=lambda: CASE,
            rota=self.rota,
            searches=self.searches,
        )
        self.count = 0

    def _trigger(self) -> str:
        self.count += 1
        return f"{self.count}.7.t"

    async def command(self, who: str, text: str = "") -> Any:
        body = {
            "user_id": who,
            "channel_id": "CGENERAL",
            "trigger_id": self._trigger(),
            "command": "/ato",
            "text": text,
        }
        return await commands.on_command(body, self.door)

    async def click(self, who: str, action: str, value: str = f"{CASE}|1", trigger: str = "") -> None:
        body = {
            "type": "block_actions",
            "user": {"id": who},
            "trigger_id": trigger or self._trigger(),
            "container": {"message_ts": "1.2", "channel_id": "CMOD0001"},
            "channel": {"id": "CMOD0001"},
            "actions": [{"action_id": action, "value": value}],
            "response_url": "https://hooks.slack.com/x",
        }
        await buttons.on_click(body, self.door)

    async def pick(self, who: str, view: dict[str, Any], picked: str, typed: dict[str, Any] | None = None) -> None:
        action = next(one["element"]["action_id"] for one in view["blocks"] if one.get("dispatch_action"))
        body = {
            "type": "block_actions",
            "user": {"id": who},
            "trigger_id": self._trigger(),
            "container": {"type": "view", "view_id": "V1"},
            "view": self._sent(view, typed or {}),
            "actions": [{"action_id": action, "selected_option": {"value": picked}}],
        }
        await modals.on_pick(body, self.door)

    async def submit(self, who: str, view: dict[str, Any], typed: dict[str, Any], trigger: str = "") -> Any:
        body = {
            "type": "view_submission",
            "user": {"id": who},
            "trigger_id": trigger or self._trigger(),
            "view": self._sent(view, typed),
        }
        return await modals.on_submission(body, self.door)

    async def close(self, who: str, view: dict[str, Any]) -> None:
        await closed_modals.on_closed(
            {"type": "view_closed", "user": {"id": who}, "view": self._sent(view, {})}, self.door
        )

    def _sent(self, view: dict[str, Any], typed: dict[str, Any]) -> dict[str, Any]:
        """Give the view as Slack sends it back: initial answers stay unless something was typed."""
        values = {
            one["block_id"]: {
                one["element"]["action_id"]: _state(one["element"], typed.get(one["element"]["action_id"]))
            }
            for one in view["blocks"]
            if one["type"] == "input"
        }
        return {**view, "id": "V1", "hash": "1.h", "state": {"values": values}}

    async def opened(self) -> dict[str, Any]:
        """Open the intake and give its view."""
        assert await self.command("UAGENT01") is None
        return self.reply.opened[-1][1]

    async def received(self) -> dict[str, Any]:
        """Send the first page and give the second."""
        answer = await self.submit("UAGENT01", await self.opened(), RECEIVE)
        assert answer["response_action"] == "update"
        return answer["view"]

    async def located(self) -> dict[str, Any]:
        """Send the second page and give the third."""
        second = await self.received()
        await self.pick("UAGENT01", second, "found")
        answer = await self.submit("UAGENT01", self.reply.updated[-1][1], LOCATE)
        return answer["view"]

    async def with_mod(self) -> Any:
        """Send all three pages and give the last answer."""
        third = await self.located()
        await self.pick("UAGENT01", third, "verified")
        return await self.submit("UAGENT01", self.reply.updated[-1][1], VERIFY)

    async def case(self) -> Any:
        found = await self.cases.load(CASE)
        return found[0] if found else None


def _state(element: dict[str, Any], typed: Any) -> dict[str, Any]:
    kind = element["type"]
    if typed is None:
        first = element.get("initial_option")
        return (
            {"type": kind, "selected_option": first} if first else {"type": kind, "value": element.get("initial_value")}
        )
    if kind == "users_select":
        return {"type": kind, "selected_user": typed}
    if kind in {"radio_buttons", "static_select"}:
        return {"type": kind, "selected_option": {"value": typed}}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": [{"value": one} for one in typed]}
    return {"type": kind, "value": typed}


def fields_of(view: dict[str, Any]) -> list[str]:
    return [one["element"]["action_id"] for one in view["blocks"] if one["type"] == "input"]


def shown(view: dict[str, Any]) -> str:
    return "\n".join(one["text"]["text"] for one in view["blocks"] if one["type"] in {"section", "header"})


def home_opened(who: str, tab: str = "home") -> dict[str, Any]:
    inner = {"type": "app_home_opened", "user": who, "tab": tab}
    return {"type": "event_callback", "event_id": "Ev1", "event": inner}
