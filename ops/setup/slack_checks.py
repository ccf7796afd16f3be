"""Slack checks of `ato doctor` and `ato provision`: token, scopes, user groups, channels."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from config.settings import Settings
from desk.playbook.model import Playbook
from desk.service.ports import GiveUp, TryAgain
from integrations.slack.app.scopes import needed
from integrations.slack.app.setup import Channel, UserGroup, Who, Workspace
from integrations.slack.web.errors import SlackSaid
from ops.setup import four_eyes_checks
from ops.setup.verdicts import Verdict, broken, good, unknown
from ops.setup.wanted import RoleWanted, roles

TOKEN, SCOPES, GROUPS, CHANNELS, LINK = (
    "slack token",
    "slack scopes",
    "slack user group",
    "slack channel",
    "slack socket mode",
)
REINSTALL = (
    "Add it under OAuth & Permissions of the app (or paste the output of `ato manifest` into it), and install the app"
    " again."
)


async def verdicts(
    space: Workspace, settings: Settings, playbooks: Mapping[str, Playbook]
) -> tuple[list[Verdict], datetime | None]:
    """Check everything in Slack; also return Slack's clock."""
    try:
        who = await space.who()
    except (GiveUp, TryAgain) as wrong:
        return [_refused(TOKEN, wrong, "ATO_SLACK__TOKEN")], None
    return [
        good(TOKEN, f"Slack knows the bot as {who.name} of {who.team}."),
        _scopes(who),
        *await _link(space, settings),
        *await _groups(space, settings, playbooks),
        *await _channels(space, settings, playbooks),
    ], who.date


def _refused(check: str, wrong: GiveUp | TryAgain, setting: str) -> Verdict:
    """Turn a refusal into a verdict; an unreachable service is unknown."""
    if isinstance(wrong, TryAgain):
        return broken(check, f"{wrong}.", "See whether this machine reaches it, and try again.")
    return broken(check, wrong.reason, f"Correct {setting}.")


def _scopes(who: Who) -> Verdict:
    if who.scopes is None:
        return unknown(SCOPES, "Slack did not say which scopes the token has.", "")
    missing = sorted(set(needed()) - who.scopes)
    if missing:
        return broken(SCOPES, f"The app lacks the scope {', '.join(missing)}.", REINSTALL)
    return good(SCOPES, f"The app has the {len(needed())} scopes it needs.")


async def _link(space: Workspace, settings: Settings) -> list[Verdict]:
    """Check the app-level token, if set."""
    if settings.slack.app_token is None:
        return []
    try:
        await space.link(settings.slack.app_token.get_secret_value())
    except TryAgain as wrong:
        return [broken(LINK, f"{wrong}.", "See whether this machine reaches Slack, and try again.")]
    except GiveUp:
        return [
            broken(
                LINK,
                "Slack refuses the app-level token, or Socket Mode is off for this app.",
                "Make an app-level token with the scope connections:write (Basic Information of the app), switch Socket"
                " Mode on, and put the token into ATO_SLACK__APP_TOKEN.",
            )
        ]
    return [good(LINK, "Slack lets the app connect without a public address.")]


# User groups --------------------------------------------------------------------------------------


async def _groups(space: Workspace, settings: Settings, playbooks: Mapping[str, Playbook]) -> list[Verdict]:
    try:
        there = {one.id: one for one in await space.groups()}
    except (GiveUp, TryAgain) as wrong:
        return [_reading(GROUPS, wrong)]
    groups = [_group(role, settings, there) for role in roles(playbooks)]
    return [*groups, *four_eyes_checks.verdicts(playbooks, _members(settings, there))]


def _members(settings: Settings, there: Mapping[str, UserGroup]) -> dict[str, set[str]]:
    """Return the people of each role, from the user groups and from the settings."""
    slack = settings.slack
    found = {role: set(there[group].people) for role, group in slack.groups.items() if group in there}
    for role, people in slack.people.items():
        found[role] = found.get(role, set()) | set(people)
    return found


def _reading(check: str, wrong: GiveUp | TryAgain) -> Verdict:
    if isinstance(wrong, SlackSaid) and wrong.code == "missing_scope":
        return broken(check, wrong.reason, REINSTALL)
    return broken(check, f"{wrong}", "Try again when Slack answers.")


def _group(role: RoleWanted, settings: Settings, there: Mapping[str, UserGroup]) -> Verdict:
    name = role.role.upper()
    people, group = settings.slack.people.get(role.role, ()), settings.slack.groups.get(role.role)
    if group is None and people:
        return good(GROUPS, f"{role.title}: {len(people)} people are named in the settings.")
    if group is None:
        return broken(
            GROUPS,
            f"Nobody is {role.title}.",
            f"Put a user group into ATO_SLACK__GROUPS__{name}, as @handle, and run `ato provision`; or people into"
            f" ATO_SLACK__PEOPLE__{name}.",
        )
    if group not in there:
        return broken(
            GROUPS,
            f"{role.title}: there is no user group {group}, or it is switched off.",
            f"Correct ATO_SLACK__GROUPS__{name}, or switch the group on in Slack.",
        )
    found = there[group]
    if not found.people and not people:
        return broken(
            GROUPS,
            f"{role.title}: the user group @{found.handle} is empty, so nobody may do its steps.",
            f"Put the people into @{found.handle} in Slack.",
        )
    return good(GROUPS, f"{role.title}: {len({*found.people, *people})} people in @{found.handle}.")


# Channels -----------------------------------------------------------------------------------------


async def _channels(space: Workspace, settings: Settings, playbooks: Mapping[str, Playbook]) -> list[Verdict]:
    wanted = [role for role in roles(playbooks) if role.channel]
    inboxes = settings.slack.inboxes
    found = [
        *_without(wanted, settings),
        *[
            await _looked(space, inboxes[role.role], role.title, private=True)
            for role in wanted
            if role.role in inboxes
        ],
    ]
    if settings.slack.operators:
        found.append(await _looked(space, settings.slack.operators, "Trouble of the desk", private=False))
    return found


def _without(wanted: Sequence[RoleWanted], settings: Settings) -> Iterator[Verdict]:
    for role in wanted:
        if role.role not in settings.slack.inboxes:
            name = role.role.upper()
            yield broken(
                CHANNELS,
                f"{role.title} has no channel.",
                f"Make a private channel, invite the bot, put its name into ATO_SLACK__INBOXES__{name}, as #name, and"
                " run `ato provision`.",
            )


async def _looked(space: Workspace, channel: str, title: str, *, private: bool) -> Verdict:
    try:
        found = await space.channel(channel)
    except (GiveUp, TryAgain) as wrong:
        return _reading(CHANNELS, wrong)
    if found is None:
        return broken(
            CHANNELS,
            f"{title}: the channel {channel} does not exist, or it is private and the bot is not in it.",
            "Invite the bot to the channel, or correct its id in the settings.",
        )
    return _channel(found, title, private=private)


def _channel(found: Channel, title: str, *, private: bool) -> Verdict:
    if found.archived:
        return broken(
            CHANNELS,
            f"{title}: #{found.name} is archived.",
            f"Unarchive #{found.name}, or put another channel into the settings.",
        )
    if not found.member:
        return broken(CHANNELS, f"{title}: the bot is not in #{found.name}.", f"Write /invite @bot in #{found.name}.")
    if private and not found.private:
        return broken(
            CHANNELS,
            f"{title}: #{found.name} is public, so everybody in the workspace reads it; customers' values are masked"
            " there.",
            f"Make #{found.name} private in its settings.",
        )
    return good(CHANNELS, f"{title}: the bot is in #{found.name}.")
