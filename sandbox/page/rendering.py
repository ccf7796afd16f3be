"""HTML rendering of the page: a Jinja environment with autoescape, and the reader's formatting.

Knows templates and names; makes no calls and changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, Undefined
from markupsafe import Markup

from sandbox.page import words

HERE = Path(__file__).parent
Json = dict[str, Any]


@dataclass(frozen=True, repr=False)
class Company:
    """People and places by id, from the control API."""

    team: str
    people: dict[str, Json]
    names: dict[str, str]
    roles: dict[str, str]

    @classmethod
    def read(cls, told: Json) -> Company:
        """From `GET /people`."""
        people = {one["id"]: one for one in told["people"]}
        names = {one["id"]: one["name"] for one in (*told["people"], *told["channels"])}
        names |= {group["id"]: group["handle"] for group in told["groups"]}
        names["UBOT0001"] = "ATO Desk"
        roles: dict[str, str] = {}
        for group in told["groups"]:
            for person in group["people"]:
                roles.setdefault(person, group["title"].removesuffix("s"))
        return cls(told["team"]["name"], people, names, roles)

    def choices(self) -> list[tuple[str, list[Json]]]:
        """People one may be, by company and language."""
        shown = [{**one, "role": self.roles.get(one["id"], "no role")} for one in self.people.values()]
        italian = [one for one in shown if one["locale"].startswith("it")]
        return [
            ("Mr D", [one for one in shown if one not in italian]),
            ("Qualia Connect, in italiano", italian),
        ]


@dataclass(frozen=True)
class Reader:
    """The viewing person: names, time zone, id prefix of their form."""

    company: Company
    me: str
    form: str = ""
    channels: tuple[tuple[str, str], ...] = field(default=())

    @property
    def zone(self) -> str:
        """The reader's time zone."""
        return str(self.company.people[self.me]["tz"])

    @property
    def me_name(self) -> str:
        """The reader's name."""
        return self.name(self.me)

    def name(self, ident: str) -> str:
        """The name of an id; an unknown id stands for itself."""
        return self.company.names.get(ident, ident)

    def initials(self, ident: str) -> str:
        """Initials, such as `TN` for Thandi Nkosi."""
        return "".join(word[0] for word in self.name(ident).split()[:2]).upper()

    def hue(self, ident: str) -> int:
        """A stable colour for a name, in degrees."""
        return sum(ord(letter) * 37 for letter in ident) % 360

    def id(self, block: Json, element: Json) -> str:
        """The id of a form's input, stable across renderings."""
        return f"{self.form}/{block.get('block_id')}/{element.get('action_id')}"

    def options(self, element: Json) -> list[Json]:
        """A menu's options, Slack's people and channels included."""
        kind = str(element["type"])
        if "users" in kind:
            people = self.company.people.values()
            return [_option(one["id"], one["name"]) for one in people]
        if "channels" in kind or "conversations" in kind:
            return [_option(ident, name) for ident, name in self.channels]
        found = list(element.get("options") or [])
        for group in element.get("option_groups") or []:
            found += group.get("options") or []
        return found

    def chosen(self, state: Json) -> str:
        """The single selected value."""
        option = state.get("selected_option")
        names = ("selected_user", "selected_conversation", "selected_channel")
        others = next((state[name] for name in names if state.get(name)), "")
        return str(option["value"]) if option else str(others)

    def ticked(self, state: Json) -> list[str]:
        """All selected values."""
        one = state.get("selected_option")
        many = [option["value"] for option in state.get("selected_options") or []]
        names = ("selected_users", "selected_channels", "selected_conversations")
        others = [value for name in names for value in state.get(name) or []]
        return [*([one["value"]] if one else []), *many, *others]

    def moment(self, state: Json) -> str:
        """A date, a time, or both, in the format of an HTML input, in the reader's zone."""
        at = state.get("selected_date_time")
        if at:
            return datetime.fromtimestamp(int(at), ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M")
        return str(state.get("selected_date") or state.get("selected_time") or "")


def _option(value: str, name: str) -> Json:
    return {"value": value, "text": {"type": "plain_text", "text": name}}


class Forgiving(Undefined):
    """Undefined value that stays empty at any depth: vendors' JSON may lack keys."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def environment() -> Environment:
    """The templates, with autoescape on for every one of them."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=Forgiving,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "mrkdwn": lambda text, r: words.mrkdwn(str(text or ""), r.company.names, r.zone),
        "dotted": lambda text: words.dotted(str(text or "")),
        "plain": lambda text: words.plain(str(text or "")),
        "a_link": _a_link,
        "clock": words.clock_time,
        "moment": words.moment,
        "pretty": pretty,
        "audited": audited,
        "last": lambda text: str(text).rpartition("::")[2],
    }
    return made


def _a_link(element: Json) -> Markup:
    address = str(element.get("url") or "")
    return Markup(words.link(address, str(element.get("text") or address)))  # noqa: S704 - escaped by link()


def pretty(body: Any) -> str:
    """A body formatted for reading; a string stays as it is."""
    if body is None:
        return "nothing"
    if isinstance(body, str):
        return body
    return json.dumps(body, indent=2, ensure_ascii=False)[:20_000]


def audited(event: Json) -> str:
    """One event of an audit in a few words."""
    kind, what = event.get("type"), event.get("field_name")
    if kind == "Comment":
        return f"{'public comment' if event.get('public') else 'internal note'}"
    if kind in ("Change", "Create") and what:
        before = f"{event.get('previous_value')} → " if kind == "Change" else ""
        return f"{what}: {before}{event.get('value')}"
    return f"{kind} {event.get('subject') or event.get('value') or ''}".strip()


class Drawer:
    """Template renderer."""

    def __init__(self) -> None:
        self._templates = environment()

    def draw(self, name: str, **values: Any) -> str:
        """Render one fragment."""
        return self._templates.get_template(f"{name}.html").render(**values)
