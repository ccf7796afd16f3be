"""`ato unprovision`: take away from Zendesk what this desk made for itself alone, and say what is left and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.zendesk_sign_in import signed_in
from config.load import PLAYBOOKS, load
from config.settings import Settings, settings, surroundings
from desk.playbook.model import Playbook
from desk.values import desk_title
from integrations.store.current import is_current
from integrations.store.desk_name import counted, open_cases
from integrations.store.engine import database_file
from integrations.zendesk.comparing import placed
from integrations.zendesk.comparing_rules import hook, is_ours
from integrations.zendesk.names import plain
from integrations.zendesk.other_desks import Part, also_calling, others, parts
from integrations.zendesk.rules import Wanted
from integrations.zendesk.scopes import PROVISION
from integrations.zendesk.setup import Found, SetUp
from ops.setup.ownership import looked_at
from ops.setup.provision import admitted
from ops.setup.wanted import wanted


@dataclass(frozen=True)
class Plan:
    """What is or would be taken away, what stays and why, and the reason why nothing may be taken away now."""

    parts: tuple[Part, ...]
    left: tuple[str, ...]
    refused: str | None


def unprovision(file: Path, *, sure: bool) -> Plan:
    """Plan what to take away, and do it when `sure`. Raises BadSettings, BadPlaybook, CannotStart, TryAgain, GiveUp."""
    chosen = settings(surroundings(file))
    books = chosen.playbooks
    playbooks = load(books.folder or PLAYBOOKS, books.names, books.values, chosen.slack.command)
    cases = _open_cases(chosen)
    account = SetUp(chosen.zendesk.url, signed_in(chosen.zendesk, chosen.zendesk.provision_scopes or PROVISION))
    try:
        admitted(account)
        plan = _plan(account, chosen, playbooks, cases)
        for one in plan.parts if sure and not plan.refused else ():
            account.do(one.call)
        return plan
    finally:
        account.close()


def _open_cases(chosen: Settings) -> tuple[int, ...]:
    """Return the numbers of this desk's open cases; none where its database was not made yet."""
    url = chosen.database_url.get_secret_value()
    file = database_file(url)
    if file is not None and not (file.exists() and is_current(url)):
        return ()
    return open_cases(url, chosen.name)


def _plan(account: SetUp, chosen: Settings, playbooks: Mapping[str, Playbook], cases: tuple[int, ...]) -> Plan:
    wish, found = looked_at(account, wanted(playbooks, chosen), chosen)
    there = hook(found, wish)
    if there is not None and not is_ours(there, wish):
        refused = (
            f"The webhook “{there.name}” calls {there.endpoint} and is another desk's with the same name, or this"
            " desk's at an older address. Nothing was changed. If it is this desk's, run this with the settings it was"
            " made with, or put that address into ATO_WEB__PUBLIC_URL."
        )
        return Plan((), tuple(_left(wish, found, chosen)), refused)
    return Plan(tuple(parts(wish, found)), tuple(_left(wish, found, chosen)), _refused(wish, found, cases))


def _refused(wish: Wanted, found: Found, cases: tuple[int, ...]) -> str | None:
    if cases:
        return (
            f"{counted(cases)}, and Zendesk would tell the desk nothing about their tickets any more. Nothing was"
            " changed. Close them first, or let another desk go on with them."
        )
    if strangers := also_calling(wish, found):
        return (
            f"Other triggers call the webhook “{wish.webhook}”, and this desk did not make them:"
            f" {', '.join(f'“{one}”' for one in strangers)}. Nothing was changed. Take the call out of them in Zendesk"
            " first."
        )
    return None


def _kept(wish: Wanted, found: Found) -> dict[str, list[str]]:
    """Return what the desk needs and is there, by kind; kinds of which nothing is there are missing."""
    kinds = {
        "group": (wish.groups, {plain(one.name) for one in found.groups if not one.deleted}),
        "form": (wish.forms, {plain(one.name) for one in found.forms}),
        "field": ((wish.field,), {plain(one.title) for one in found.fields}),
    }
    kept = {kind: [name for name in names if plain(name) in there] for kind, (names, there) in kinds.items()}
    return {kind: names for kind, names in kept.items() if names}


def _left(wish: Wanted, found: Found, chosen: Settings) -> Iterator[str]:
    """Say what stays: what tickets hold and others use, other desks' own, and what is not in Zendesk."""
    for kind, kept in _kept(wish, found).items():
        names = ", ".join(f"“{name}”" for name in kept)
        yield f"{kind} {names}: tickets hold it, and people, rules and other desks may use it"
    yield "tickets, with their tags and external ids: by them a desk of this name knows its own again"
    for other in others(wish, found, placed(wish, found)):
        yield f"the desk “{other.name}” with its webhook and {other.triggers} triggers: they are its own"
    yield f"the Slack app “{desk_title(chosen.name)}”: delete it at https://api.slack.com/apps"
    yield "the database and the settings file; the webhook's secret in them opens nothing any more"
