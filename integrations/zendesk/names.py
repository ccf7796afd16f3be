"""Name resolution: forms, groups and dropdown options by name, without guessing. It knows no network.

A dropdown's levels are separated by `::` in the option's name, and a ticket takes the option's tag, never its name:
https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar
from urllib.parse import urlsplit

from desk.service.ports import GiveUp
from desk.values import Value

SYSTEM = "Zendesk"
T = TypeVar("T")
Key = Callable[[str], str]
"""Normalizes a name for comparison."""
ASK = "Ask your Zendesk admin to put it right, then press Retry."


def account_of(url: str) -> str:
    """Return the name of the account at this address: the subdomain at Zendesk, else the host without its port."""
    host = (urlsplit(url).hostname or "").lower()
    return host.removesuffix(".zendesk.com")


class Named(Value):
    """A form or a group: name and id."""

    id: int
    name: str


class Option(Value):
    """An option of a dropdown: people see the name, tickets hold the tag."""

    name: str
    tag: str


class Dropdown(Value):
    """A dropdown field of tickets."""

    id: int
    title: str
    options: tuple[Option, ...]

    def option(self, tag: str | None) -> Option | None:
        """Return the option of a tag."""
        return next((option for option in self.options if option.tag == tag), None)


class Ids(Value):
    """The ids and tags of a new or changed ticket."""

    form: int | None = None
    group: int | None = None
    field: int | None = None
    tag: str | None = None


class Names(Value):
    """All names of an account, cached for a few minutes."""

    forms: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    dropdowns: tuple[Dropdown, ...] = ()

    def lists(self, group: int | None, form: int | None) -> bool:
        """Return whether these ids are known."""
        known = {thing.id for thing in (*self.groups, *self.forms)}
        return {group, form} - {None} <= known

    def group(self, name: str) -> Named:
        """Return a group by name; raises GiveUp."""
        return match_one("group", self.groups, name, plain, lambda group: group.name)

    def form(self, name: str) -> Named:
        """Return a ticket form by name; raises GiveUp."""
        return match_one("ticket form", self.forms, name, plain, lambda form: form.name)

    def dropdown(self, title: str) -> Dropdown:
        """Return a dropdown field by title; raises GiveUp."""
        return match_one("ticket field", self.dropdowns, title, plain, lambda field: field.title)


def plain(name: str) -> str:
    """Normalize a name: case and repeated spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def levels(path: str) -> str:
    """Normalize a dropdown path: asterisk, spacing and separator.

    A procedure writes `Mr D Food* - Blacklisting>Blacklisted`, Zendesk `Mr D Food* - Blacklisting::Blacklisted`.
    """
    bare = re.sub(r"[*\s]", "", unicodedata.normalize("NFKC", path).casefold())
    return "::".join(level for level in re.split(r"[>:]+", bare) if level)


def match_option(options: Iterable[Option], path: str) -> Option:
    """Return the one option of a path; raises GiveUp when there is none or more than one."""
    return match_one("query type", tuple(options), path, levels, lambda option: option.name)


def match_one(kind: str, things: Sequence[T], wanted: str, key: Key, name: Callable[[T], str]) -> T:
    """Return the one thing with this name; raises GiveUp with the closest name when it is missing or ambiguous."""
    found = [thing for thing in things if key(name(thing)) == key(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise GiveUp(
            SYSTEM,
            f"There are {len(found)} of the {kind} “{wanted}”, and the desk does not guess. {ASK}",
        )
    nearest = _nearest([name(thing) for thing in things], wanted, key)
    hint = f"the nearest is “{nearest}”" if nearest else "there is none at all"
    raise GiveUp(SYSTEM, f"There is no {kind} “{wanted}”: {hint}. Nothing was sent. {ASK}")


def _nearest(names: Sequence[str], wanted: str, key: Key) -> str | None:
    """Return the closest existing name."""
    by_key = {key(name): name for name in names}
    close = get_close_matches(key(wanted), list(by_key), n=1, cutoff=0.0)
    return by_key[close[0]] if close else None
