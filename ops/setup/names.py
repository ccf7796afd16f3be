"""Resolver of Slack names in the settings, such as `#mr-d-mod` and `@mr-d-mods`, to ids. Pure."""

from collections.abc import Iterator, Mapping

from desk.values import Value
from integrations.slack.app.setup import Channel, UserGroup

INBOX, GROUP, OPERATORS = "ATO_SLACK__INBOXES__", "ATO_SLACK__GROUPS__", "ATO_SLACK__OPERATORS"


class Resolved(Value):
    """The ids found, by variable, and what a person has to do about the rest."""

    ids: dict[str, str] = {}
    left: tuple[str, ...] = ()


def named(given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that hold a Slack name in place of an id."""
    return {
        name: value
        for name, value in given.items()
        if (name.startswith((INBOX, GROUP)) or name == OPERATORS) and value[:1] in {"#", "@"}
    }


def resolve(given: Mapping[str, str], channels: tuple[Channel, ...], groups: tuple[UserGroup, ...]) -> Resolved:
    """Resolve every name."""
    by_name = {f"#{one.name}": one.id for one in channels}
    by_name |= {f"@{one.handle}": one.id for one in groups}
    names = named(given)
    ids = {name: by_name[value] for name, value in names.items() if value in by_name}
    return Resolved(ids=ids, left=tuple(_left({n: v for n, v in names.items() if n not in ids})))


def _left(names: Mapping[str, str]) -> Iterator[str]:
    for name, value in names.items():
        if value.startswith("#"):
            yield (
                f"{name}: there is no channel {value} that the bot may see. Make it private, invite the bot to it, then"
                " run `ato provision`."
            )
        else:
            yield (
                f"{name}: there is no user group {value}. Make it in Slack and put its people in, then run `ato"
                " provision`."
            )
