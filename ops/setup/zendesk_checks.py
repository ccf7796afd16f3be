"""What `ato doctor` looks at in Zendesk: the credentials, and everything that `ato provision` made."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from config.settings import Settings
from desk.playbook.model import Playbook
from desk.service.ports import GiveUp, TryAgain
from integrations.zendesk.comparing import compare
from integrations.zendesk.comparing_rules import hook
from integrations.zendesk.difference import Difference
from integrations.zendesk.rules import HOOK, Wanted
from integrations.zendesk.setup import Found, SetUp
from ops.setup.slack_checks import refused
from ops.setup.verdicts import Verdict, broken, good
from ops.setup.wanted import wanted

TOKEN = "zendesk token"  # noqa: S105 - the name of a check
WRONG = "Make a new API token in Zendesk's Admin Center and put it into ATO_ZENDESK__TOKEN; see that ATO_ZENDESK__EMAIL is its agent's address."


def verdicts(
    settings: Settings, playbooks: Mapping[str, Playbook]
) -> tuple[list[Verdict], datetime | None]:
    """Look at everything in Zendesk; gives also what time it is there."""
    zendesk = settings.zendesk
    account = SetUp(zendesk.url, zendesk.email, zendesk.token.get_secret_value())
    try:
        user, date = account.me()
        if user.id is None:  # wrong credentials can be answered with 200 and an anonymous user
            return [broken(TOKEN, "Zendesk takes the bot for an anonymous user.", WRONG)], date
        known = good(TOKEN, f"Zendesk knows the bot as {user.name}, {user.role}.")
        return [known, *_set_up(account, settings, wanted(playbooks, settings))], date
    except (GiveUp, TryAgain) as wrong:
        return [
            refused(TOKEN, wrong, "ATO_ZENDESK__URL, ATO_ZENDESK__EMAIL or ATO_ZENDESK__TOKEN")
        ], None
    finally:
        account.close()


def _set_up(account: SetUp, settings: Settings, wish: Wanted) -> Iterator[Verdict]:
    try:
        found = account.found()
    except (GiveUp, TryAgain) as wrong:
        yield broken(
            "zendesk set-up",
            f"{wrong}",
            "Let the bot's agent be an administrator while `ato doctor` runs.",
        )
        return
    left = compare(wish, found)
    yield from (_broken(one) for one in left)
    yield from _whole(wish, left)
    if wish.calls:
        yield from _secret(account, settings, found)
    else:
        every = settings.zendesk.reconcile_seconds
        yield good("zendesk webhook", f"Without a public address Zendesk cannot call the bot; it reads open cases' tickets every {every} s instead.")  # fmt: skip


def _broken(one: Difference) -> Verdict:
    return broken(f"zendesk {one.check}", one.what, one.cure)


def _whole(wish: Wanted, left: tuple[Difference, ...]) -> Iterator[Verdict]:
    """Say of each sort of thing that nothing is wrong with it."""
    wrong = Counter(one.check for one in left)
    sorts = {
        "group": f"{len(wish.groups)} groups are there.",
        "field": f"The field “{wish.field}” is there.",
        "option": f"{len(wish.query_types)} query types are there.",
        "form": f"{len(wish.forms)} forms are there.",
        "webhook": f"The webhook “{HOOK}” is active.",
        "trigger": f"{len({kind.title for kind in wish.kinds})} triggers are as they were made.",
        "requester": "No trigger writes to a customer because of the desk's internal notes.",
    }
    called = {"webhook", "trigger"}
    for name, words in sorts.items():
        if not wrong[name] and (wish.calls or name not in called):
            yield good(f"zendesk {name}", words)


def _secret(account: SetUp, settings: Settings, found: Found) -> Iterator[Verdict]:
    there = hook(found)
    if there is None:
        return
    try:
        same = account.secret(there.id) == settings.zendesk.webhook_secret.get_secret_value()
    except (GiveUp, TryAgain) as wrong:
        yield broken(
            "zendesk webhook secret",
            f"{wrong}",
            "Let the bot's agent be an administrator while `ato doctor` runs.",
        )
        return
    if same:
        yield good("zendesk webhook secret", "The bot has the secret that Zendesk signs with.")
    else:
        yield broken("zendesk webhook secret", "Zendesk signs with another secret than the bot has: every delivery is refused.", "Run `ato provision`, and start the bot again.")  # fmt: skip
