"""Slack's user objects as profiles: what an account is, and its name, language and zone. Pure.

https://docs.slack.dev/reference/objects/user-object
"""

from collections.abc import Callable, Mapping
from typing import Any

from desk.service.roster import Profile, Standing
from integrations.slack.web.instants import stamp_of


def profile_of(user: Mapping[str, Any], team: str, seen: int, agent: Callable[[str], str] = str) -> Profile:
    """Return a profile as seen at this stamp; `team` is the bot's own workspace, empty while it is unknown.

    `agent` names the ticket system's agent with an email address.
    """
    names = user.get("profile") or {}
    name = names.get("display_name") or names.get("real_name") or user.get("real_name") or user.get("name")
    return Profile(
        standing=_standing(user, team),
        name=str(name or ""),
        language=str(user.get("locale") or "").partition("-")[0],
        zone=str(user.get("tz") or ""),
        updated=stamp_of(user.get("updated")),
        seen=seen,
        agent=agent(str(names["email"])) if names.get("email") else "",
    )


def _standing(user: Mapping[str, Any], team: str) -> Standing:
    if user.get("deleted"):
        return "deactivated"
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return "bot"
    if user.get("is_stranger") or not _of(user, team):
        return "foreign"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "guest"
    return "member"


def _of(user: Mapping[str, Any], team: str) -> bool:
    """Return whether an account belongs to the workspace: in an Enterprise organization it may belong to several."""
    home = str(user.get("team_id") or "")
    teams = (user.get("enterprise_user") or {}).get("teams") or ()
    return not (team and home) or home == team or team in teams
