"""`ato provision`: reconcile the Zendesk account with the playbooks, and list manual steps for Slack.

Matches by name, is idempotent and never deletes. Runs in passes, because a trigger needs the ids of what was just
created.
"""

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.zendesk_sign_in import signed_in
from config.load import PLAYBOOKS, load
from config.settings import Settings, settings, surroundings
from desk.playbook.model import Playbook
from desk.service.ports import GiveUp
from integrations.slack.app.setup import Workspace
from integrations.zendesk.comparing import compare, placed
from integrations.zendesk.comparing_rules import hook, is_ours
from integrations.zendesk.desk_marks import webhook_name
from integrations.zendesk.difference import Difference
from integrations.zendesk.other_desks import OtherDesk, others
from integrations.zendesk.rules import Wanted
from integrations.zendesk.scopes import PROVISION
from integrations.zendesk.setup import Found, SetUp
from ops.setup import names, slack_checks
from ops.setup.envfile import put_in
from ops.setup.ownership import looked_at
from ops.setup.verdicts import BROKEN
from ops.setup.wanted import wanted

SECRET = "ATO_ZENDESK__WEBHOOK_SECRET"  # noqa: S105 - a variable's name
NOT_YET = "not-known-before-the-webhook-is-made"
_PASSES = 6
_READ = (
    "Without ATO_WEB__PUBLIC_URL Zendesk cannot call the bot, which reads the tickets of open cases by itself instead."
)


@dataclass
class Report:
    """What was or would be changed, the manual steps, and the variables found."""

    done: list[str] = field(default_factory=list)
    by_person: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    written: tuple[str, ...] = ()
    checked: int = 0


def provision(file: Path, *, dry: bool) -> Report:
    """Apply the changes, or list them. Raises BadSettings, BadPlaybook, TryAgain and GiveUp."""
    report = Report()
    given = dict(surroundings(file))
    found = asyncio.run(_names(given, report))
    given.update(found)
    in_a_file = f"{SECRET}_FILE" in given
    if not in_a_file:
        given.setdefault(SECRET, NOT_YET)
    chosen = settings(given)
    books = chosen.playbooks
    playbooks = load(books.folder or PLAYBOOKS, books.names, books.values, chosen.slack.command)
    secret = _zendesk(chosen, playbooks, report, dry=dry)
    if not wanted(playbooks, chosen).calls and given.get(SECRET) == NOT_YET:
        secret = secrets.token_urlsafe(32)  # nobody has it: whatever says it comes from Zendesk is refused
    asyncio.run(_slack(chosen, playbooks, report))
    if in_a_file:
        _in_a_file(chosen, given[f"{SECRET}_FILE"], secret, report)
    elif secret or dry:
        found[SECRET] = secret or NOT_YET
    _write(file, found, surroundings(file), report, dry=dry)
    return report


def _in_a_file(chosen: Settings, path: str, secret: str | None, report: Report) -> None:
    """List secrets that a person must put into their own file."""
    if secret and secret != chosen.zendesk.webhook_secret.get_secret_value():
        report.by_person.append(
            f"Put the signing secret of the webhook “{webhook_name(chosen.name)}” (Zendesk shows it on the webhook's"
            f" page) into {path}."
        )


async def _names(given: Mapping[str, str], report: Report) -> dict[str, str]:
    """Resolve Slack names; without names Slack is not called."""
    token, file = given.get("ATO_SLACK__TOKEN"), given.get("ATO_SLACK__TOKEN_FILE")
    if file and not token:
        token = await asyncio.to_thread(Path(file).read_text, "utf-8")
    if not token or not names.named(given):
        return {}
    async with aiohttp.ClientSession() as session:
        space = Workspace(token.strip(), _slack_address(given), session)
        resolved = names.resolve(given, await space.channels(), await space.groups())
    if resolved.left:
        raise GiveUp("Slack", "\n".join(resolved.left))
    return dict(resolved.ids)


def _slack_address(given: Mapping[str, str]) -> str:
    return given.get("ATO_SLACK__API_URL", "https://slack.com/api/").rstrip("/") + "/"


def _reconciled(
    account: SetUp, wish: Wanted, found: Found, left: tuple[Difference, ...], report: Report
) -> tuple[Found, tuple[Difference, ...]]:
    """Apply what can be applied, pass after pass; return the account and what is left."""
    for _ in range(_PASSES):
        if not any(one.call for one in left):
            break
        report.done += _mend(account, left)
        found = account.found()
        left = compare(wish, found)
    return found, left


def _report(left: tuple[Difference, ...], report: Report, *, dry: bool) -> None:
    """Add what is left: what a run without `--dry-run` would do, and what a person has to do."""
    report.done += [_would(one) for one in left if one.ours and dry]
    report.by_person += [_task(one) for one in left if not (one.ours and dry)]


def _zendesk(chosen: Settings, playbooks: Mapping[str, Playbook], report: Report, *, dry: bool) -> str | None:
    """Apply changes pass after pass; return the webhook's secret."""
    zendesk = chosen.zendesk
    account = SetUp(zendesk.url, signed_in(zendesk, zendesk.provision_scopes or PROVISION))
    try:
        admitted(account)
        wish = wanted(playbooks, chosen)
        report.checked = len(wish.groups) + len(wish.query_types) + len(wish.forms) + len(wish.kinds) + 2
        wish, found = looked_at(account, wish, chosen)
        left = compare(wish, found)
        if not dry:
            found, left = _reconciled(account, wish, found, left, report)
        _report(left, report, dry=dry)
        report.notes += [*_to_fill(report.done), *([] if wish.calls else [_READ])]
        report.notes += [_beside(one) for one in others(wish, found, placed(wish, found))]
        there = hook(found, wish)
        return account.secret(there.id) if there and is_ours(there, wish) else None
    finally:
        account.close()


def _beside(other: OtherDesk) -> str:
    where = f"The desk “{other.name}” works on this account, too ({other.endpoint})"
    return f"{where}: its webhook and triggers stay as they are."


def admitted(account: SetUp) -> None:
    """Check that Zendesk knows the bot as an agent; raises GiveUp and TryAgain."""
    user, _ = account.me()
    if user.id is None:
        raise GiveUp(
            "Zendesk",
            "it took the bot for an anonymous user: ATO_ZENDESK__EMAIL or ATO_ZENDESK__TOKEN is wrong. Use an OAuth"
            " client instead, as docs/installing.md says.",
        )
    if user.role not in {"admin", "agent"}:
        raise GiveUp("Zendesk", "the bot's user is no agent. Let an administrator make the OAuth client.")


def _mend(account: SetUp, left: tuple[Difference, ...]) -> Iterator[str]:
    for one in left:
        if one.call:
            account.do(one.call)
            yield _would(one)


def _would(one: Difference) -> str:
    verb = "mend" if one.call and one.call.method in {"PUT", "PATCH"} else "make"
    return f"{verb} {one.check} “{one.name}”"


def _to_fill(done: list[str]) -> Iterator[str]:
    """List new groups, whose members a person has to add."""
    groups = [line.removeprefix("make group ") for line in done if line.startswith("make group ")]
    if groups:
        yield f"Put the people into the new groups in Zendesk: {', '.join(groups)}."


def _task(one: Difference) -> str:
    return f"{one.what} {one.cure}"


async def _slack(chosen: Settings, playbooks: Mapping[str, Playbook], report: Report) -> None:
    async with aiohttp.ClientSession() as session:
        slack = chosen.slack
        space = Workspace(slack.token.get_secret_value(), slack.api_url, session)
        verdicts, _ = await slack_checks.verdicts(space, chosen, playbooks)
    report.checked += len(verdicts)
    report.by_person += [f"{one.what} {one.cure}" for one in verdicts if one.state == BROKEN]


def _write(file: Path, found: Mapping[str, str], given: Mapping[str, str], report: Report, *, dry: bool) -> None:
    """Write the variables; one set in the environment overrides the file and is left to a person."""
    differs = {name: value for name, value in found.items() if given.get(name) != value}
    if dry:
        report.written = _lines(differs, given)
        return
    if differs and put_in(file, differs):
        report.written = _lines(differs, given)
    now = surroundings(file)
    report.by_person += [
        f"{name} is set in the environment, which goes before {file}: change it there to what {file} says."
        for name, value in found.items()
        if now.get(name) != value
    ]


def _lines(differs: Mapping[str, str], given: Mapping[str, str]) -> tuple[str, ...]:
    """List what is written, without secrets."""
    return tuple(name if name == SECRET else f"{name}={value} for {given[name]}" for name, value in differs.items())
