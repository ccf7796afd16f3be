"""Finds forms, groups and dropdown options by the names people use, and refuses to guess. It knows no network.

A dropdown's levels are written with `::` in the option's name, and a ticket takes the option's tag, never its name:
https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar

from desk.service.ports import GiveUp
from desk.values import Value

SYSTEM = "Zendesk"
T = TypeVar("T")
Key = Callable[[str], str]
"""Takes the accidents of writing away from a name, so that two can be compared."""
ASK = "Ask your Zendesk admin to put it right, then press Retry."


class Named(Value):
    """A form or a group: what people call it, and its number."""

    id: int
    name: str


class Option(Value):
    """One choice of a dropdown: people see the name, tickets hold the tag."""

    name: str
    tag: str


class Dropdown(Value):
    """A dropdown field of tickets."""

    id: int
    title: str
    options: tuple[Option, ...]

    def option(self, tag: str | None) -> Option | None:
        """Find the choice a ticket holds."""
        return next((option for option in self.options if option.tag == tag), None)


class Ids(Value):
    """What a ticket is asked for, in Zendesk's own numbers and tags."""

    form: int | None = None
    group: int | None = None
    field: int | None = None
    tag: str | None = None


class Names(Value):
    """Everything of an account that has a name: read once, believed for a few minutes."""

    forms: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    dropdowns: tuple[Dropdown, ...] = ()

    def lists(self, group: int | None, form: int | None) -> bool:
        """Say whether these numbers have names here."""
        known = {thing.id for thing in (*self.groups, *self.forms)}
        return {group, form} - {None} <= known

    def group(self, name: str) -> Named:
        """Find a group; raises GiveUp."""
        return match_one("group", self.groups, name, plain, lambda group: group.name)

    def form(self, name: str) -> Named:
        """Find a ticket form; raises GiveUp."""
        return match_one("ticket form", self.forms, name, plain, lambda form: form.name)

    def dropdown(self, title: str) -> Dropdown:
        """Find a dropdown field by its title; raises GiveUp."""
        return match_one("ticket field", self.dropdowns, title, plain, lambda field: field.title)


def plain(name: str) -> str:
    """Take away what people do not see in a name: capitals and doubled spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def levels(path: str) -> str:
    """Take away the asterisk, the spacing and the kind of separator from a dropdown path.

    A procedure writes `Mr D Food* - Blacklisting>Blacklisted`, Zendesk `Mr D Food* - Blacklisting::Blacklisted`.
    """
    bare = re.sub(r"[*\s]", "", unicodedata.normalize("NFKC", path).casefold())
    return "::".join(level for level in re.split(r"[>:]+", bare) if level)


def match_option(options: Iterable[Option], path: str) -> Option:
    """Find the one option a path means; raises GiveUp when there is none or more than one."""
    return match_one("query type", tuple(options), path, levels, lambda option: option.name)


def match_one(kind: str, things: Sequence[T], wanted: str, key: Key, name: Callable[[T], str]) -> T:
    """Find the one thing with this name; raises GiveUp with the nearest name when it is not clear which."""
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
    """Give the existing name that looks most like this one."""
    by_key = {key(name): name for name in names}
    close = get_close_matches(key(wanted), list(by_key), n=1, cutoff=0.0)
    return by_key[close[0]] if close else None
