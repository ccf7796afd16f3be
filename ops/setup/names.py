"""Names of Slack in the settings, such as `#mr-d-mod` and `@mr-d-mods`, become the ids that the desk works with. Pure."""

from collections.abc import Iterator, Mapping

from desk.values import Value
from integrations.slack.app.setup import Channel, UserGroup

INBOX, GROUP, OPERATORS = "ATO_SLACK__INBOXES__", "ATO_SLACK__GROUPS__", "ATO_SLACK__OPERATORS"


class Resolved(Value):
    """The ids that were found, by variable, and what a person has to do about the others."""

    ids: dict[str, str] = {}
    left: tuple[str, ...] = ()


def named(given: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that hold a name of Slack where an id belongs."""
    return {
        name: value
        for name, value in given.items()
        if (name.startswith((INBOX, GROUP)) or name == OPERATORS) and value[:1] in {"#", "@"}
    }


def resolve(given: Mapping[str, str], channels: tuple[Channel, ...], groups: tuple[UserGroup, ...]) -> Resolved:
    """Find the id of every name."""
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
