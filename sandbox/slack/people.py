"""`auth.*`, `users.*` and `usergroups.*` methods."""

from __future__ import annotations

from typing import Any

from sandbox import seeds
from sandbox.slack.apps import acting
from sandbox.slack.asking import Args, page
from sandbox.slack.workspace import Refused, User, Workspace
from sandbox.slack.writing import write_group, write_user

Answer = dict[str, Any]


def auth_test(_: Workspace, __: Args) -> Answer:
    return {
        "ok": True,
        "url": f"https://{seeds.TEAM_DOMAIN}.slack.com/",
        "team": seeds.TEAM_NAME,
        "user": acting().name,
        "team_id": seeds.TEAM_ID,
        "user_id": acting().bot_user,
        "bot_id": acting().bot_id,
        "is_enterprise_install": False,
    }


def users_info(space: Workspace, args: Args) -> Answer:
    return {"ok": True, "user": _seen(space, args.user(), locale=args.flag("include_locale"))}


def _seen(space: Workspace, user: User, *, locale: bool) -> Answer:
    """Write a user; the email address is there with its scope only."""
    written = write_user(user, locale=locale)
    if "users:read.email" not in space.scopes:
        written["profile"].pop("email", None)
    return written


def users_list(space: Workspace, args: Args) -> Answer:
    part, cursor = page(list(space.users.values()), args, 200)
    locale = args.flag("include_locale")
    return {
        "ok": True,
        "members": [_seen(space, u, locale=locale) for u in part],
        "cache_ts": int(space.new_ts().partition(".")[0]),
        "response_metadata": {"next_cursor": cursor},
    }


def lookup_by_email(space: Workspace, args: Args) -> Answer:
    email = args.need("email").lower()
    found = next((u for u in space.users.values() if u.email == email and not u.deleted), None)
    if found is None:
        raise Refused("users_not_found")
    return {"ok": True, "user": write_user(found)}


def groups_list(space: Workspace, args: Args) -> Answer:
    users, count = args.flag("include_users"), args.flag("include_count")
    groups = [write_group(g, users=users, count=count) for g in space.groups.values() if not g.disabled]
    return {"ok": True, "usergroups": groups}


def groups_users_list(space: Workspace, args: Args) -> Answer:
    group = space.groups.get(args.need("usergroup"))
    if group is None or group.disabled:
        raise Refused("no_such_subteam")
    return {"ok": True, "users": [*group.people]}


METHODS = {
    "auth.test": auth_test,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": lookup_by_email,
    "usergroups.list": groups_list,
    "usergroups.users.list": groups_users_list,
}
