"""Rules about people and time: owners, fallbacks, reminder ladders and calendars."""

from collections.abc import Iterator
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from config.marks import Where
from config.rules.finding import Finding, walk
from desk.playbook.model import Playbook
from desk.playbook.parts import CardPlan, Rung


def _busy(playbook: Playbook) -> set[str | None]:
    """Return the roles that own something, are told something or stand in for another."""
    parts = [part for step in playbook.steps.values() for part in step.parts.values()]
    return {
        *(step.owner for step in playbook.steps.values()),
        *(part.by for part in parts),
        *(rung.tell for _, rung in walk(playbook, Rung)),
        *(plan.inbox for _, plan in walk(playbook, CardPlan)),
        *(post.inbox for post in playbook.posts.values()),
        *(name for role in playbook.roles.values() for name in (role.next, role.fallback)),
    }


def owners(playbook: Playbook) -> Iterator[Finding]:
    """Report roles without duties and messages (a warning)."""
    busy = _busy(playbook)
    for name in playbook.roles:
        if name not in busy:
            yield Finding(
                ("roles", name),
                f"the role “{name}” owns nothing and is never told",
                warning=True,
                key=True,
            )


def titles(playbook: Playbook) -> Iterator[Finding]:
    """Report roles without a title, and two roles with the same title."""
    seen: dict[str, str] = {}
    for name, role in playbook.roles.items():
        if not any(role.title.values()):
            yield Finding(("roles", name, "title"), f"the role “{name}” has no title")
        for word in {*role.title.values(), *role.aliases}:
            other = seen.setdefault(word.casefold(), name)
            if other != name:
                yield Finding(("roles", name), f"“{word}” is a name of “{other}” too", key=True)


def urgent(playbook: Playbook) -> Iterator[Finding]:
    """Report urgent steps that nobody would see at night: gaps in the calendar and no fallback."""
    for name, step in playbook.steps.items():
        role = playbook.roles.get(step.owner)
        calendar = playbook.calendars.get(role.calendar or "") if role else None
        if step.urgent and role and calendar and calendar.has_gaps and role.fallback is None:
            yield Finding(
                ("steps", name, "urgent"),
                f"“{name}” is urgent, but “{step.owner}” does not always work and has no fallback",
            )


def eyes(playbook: Playbook) -> Iterator[Finding]:
    """Report steps that need two people of one role while nobody may lift that (a warning)."""
    for name, step in playbook.steps.items():
        for other in step.not_by:
            theirs = playbook.steps.get(other)
            if theirs and theirs.owner == step.owner and playbook.override_by in {None, step.owner}:
                what = f"“{name}” and “{other}” need two people of “{step.owner}”, and no other role may lift that"
                yield Finding(("steps", name, "not_by"), what, warning=True)


def chains(playbook: Playbook) -> Iterator[Finding]:
    """Report roles whose fallbacks lead back to themselves."""
    for name, role in playbook.roles.items():
        for word, other in (("next", role.next), ("fallback", role.fallback)):
            if other == name:
                yield Finding(("roles", name, word), f"“{name}” cannot be its own {word}")


def ladders(playbook: Playbook) -> Iterator[Finding]:
    """Report reminder ladders whose rungs are not in ascending order."""
    for name, step in playbook.steps.items():
        waits = [rung.after for rung in step.chase]
        if waits != sorted(waits):
            yield Finding(("steps", name, "chase"), f"the rungs of “{name}” do not go up in time")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


@cache
def _countries() -> frozenset[str]:
    # Not `list_supported_countries`: it loads every country to name its parts, a tenth of a second of each start.
    from holidays.registry import EntityLoader  # noqa: PLC0415 - a large package, needed for calendars only

    return frozenset(EntityLoader.get_country_codes(include_aliases=True))


@cache
def _phone_countries() -> frozenset[str]:
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - the same

    return frozenset(SUPPORTED_REGIONS)


def calendars(playbook: Playbook) -> Iterator[Finding]:
    """Report unknown zones and countries, and invalid weekdays and hours."""
    for where, zone in _zones_named(playbook):
        if not _is_zone(zone):
            yield Finding(
                where,
                f"“{zone}” is not a time zone of the IANA list",
                zone,
                tuple(available_timezones()),
            )
    for name, calendar in playbook.calendars.items():
        where = ("calendars", name)
        if calendar.holidays is not None and calendar.holidays not in _countries():
            what = f"no public holidays are known for “{calendar.holidays}”"
            yield Finding((*where, "holidays"), what, calendar.holidays, tuple(_countries()))
        if any(not 0 <= day <= 6 for day in calendar.weekdays) or not calendar.weekdays:
            yield Finding((*where, "weekdays"), "weekdays go from 0 (Monday) to 6 (Sunday)")
        if calendar.start >= calendar.end:
            yield Finding(
                (*where, "to"),
                f"a working day cannot end at {calendar.end} and begin at {calendar.start}",
            )


def _zones_named(playbook: Playbook) -> Iterator[tuple[Where, str]]:
    yield ("zone",), playbook.zone
    for name, calendar in playbook.calendars.items():
        yield ("calendars", name, "zone"), calendar.zone


def phones(playbook: Playbook) -> Iterator[Finding]:
    """Report unknown countries and currencies."""
    from babel.numbers import list_currencies  # noqa: PLC0415 - locale data, needed for money only

    for name, field in playbook.fields.items():
        if field.type == "phone" and field.country not in _phone_countries():
            what = f"“{field.country}” is not a country with telephone numbers"
            yield Finding(("fields", name, "country"), what, field.country, tuple(_phone_countries()))
        if field.type == "money" and field.currency not in list_currencies():
            what = f"“{field.currency}” is not a currency"
            yield Finding(("fields", name, "currency"), what, field.currency, tuple(list_currencies()))
