"""People checks of `ato doctor`: who is listed for a role and has none, and user groups that were not read."""

from collections.abc import Iterator, Mapping

from config.settings import Settings
from desk.playbook.model import Playbook
from desk.service.ports import StoreGone
from desk.service.roster import Group, Roster, Standing
from integrations.store.current import is_current
from integrations.store.engine import database_file, open_database
from integrations.store.roster import StoredRoster
from ops.setup.verdicts import Verdict, broken, good
from ops.setup.wanted import RoleWanted, roles

PEOPLE = "people"
WHY: Mapping[Standing, str] = {
    "deactivated": "is deactivated in Slack",
    "guest": "is a guest in Slack",
    "foreign": "is of another workspace",
    "bot": "is a bot",
    "unknown": "is not known in Slack",
}


async def verdicts(settings: Settings, playbooks: Mapping[str, Playbook]) -> list[Verdict]:
    """Check what the bot keeps of people; nothing is said before its first start."""
    url = settings.database_url.get_secret_value()
    file = database_file(url)
    if (file is not None and not file.exists()) or not is_current(url):
        return []
    database = open_database(url)
    try:
        roster = await StoredRoster(database).load()
    except StoreGone:
        return []  # the line about the database says it
    finally:
        await database.close()
    found = [one for role in roles(playbooks) for one in _of_role(role, settings, roster)] if roster.groups else []
    return found or [good(PEOPLE, f"The desk knows {len(roster.people)} people.")]


def _of_role(role: RoleWanted, settings: Settings, roster: Roster) -> Iterator[Verdict]:
    name, group = settings.slack.groups.get(role.role), Group()
    if name is not None:
        group = roster.groups.get(name, group)
    if group.problem:
        yield broken(
            PEOPLE,
            f"{role.title}: the user group was not read the last time: {group.problem}. The {len(group.people)} people"
            " known of it keep the role until it is read.",
            f"Correct ATO_SLACK__GROUPS__{role.role.upper()}, or see whether Slack answers; it is tried again by"
            " itself.",
        )
    for person in sorted({*group.people, *settings.slack.people.get(role.role, ())}):
        yield from _of_person(person, role, roster)


def _of_person(person: str, role: RoleWanted, roster: Roster) -> Iterator[Verdict]:
    known = roster.people.get(person)
    if known is None:
        yield broken(
            PEOPLE,
            f"{role.title}: the account {person} was not read from Slack yet, so it has no role.",
            "See whether Slack answers, and whether the app has the scope users:read; it is tried again by itself.",
        )
    elif known.standing != "member":
        yield broken(
            PEOPLE,
            f"{role.title}: {person} {WHY[known.standing]}, so this account has no role.",
            "Take it out of the user group or of ATO_SLACK__PEOPLE__"
            f"{role.role.upper()}, or make it a full member of the workspace.",
        )
