"""Zendesk checks of `ato doctor`: credentials, scopes, and everything `ato provision` makes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from bot.zendesk_sign_in import clients, signed_in
from config.sections import Zendesk
from config.settings import Settings
from desk.playbook.model import Playbook
from desk.service.ports import GiveUp, TryAgain
from desk.values import UNNAMED
from integrations.zendesk.comparing import compare, placed
from integrations.zendesk.comparing_rules import hook, is_ours
from integrations.zendesk.desk_marks import tag_of
from integrations.zendesk.difference import Difference
from integrations.zendesk.other_desks import OtherDesk, others
from integrations.zendesk.refusals import MissingScope, NotAllowed
from integrations.zendesk.rules import Wanted
from integrations.zendesk.scopes import SERVE
from integrations.zendesk.setup import Found, SetUp
from integrations.zendesk.shapes import RawUser
from integrations.zendesk.sign_in_refusals import WrongClient, WrongScope
from ops.setup.ownership import looked_at
from ops.setup.verdicts import Verdict, broken, good, unknown
from ops.setup.wanted import wanted

SIGN_IN, SCOPES, OTHER = "zendesk sign-in", "zendesk scopes", "other desk"
LAST_DAY = date(2027, 4, 30)
"""The last day on which Zendesk accepts an API token.

https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/
"""
SOON_DAYS = 30
_TO_OAUTH = (
    "Make an OAuth client as docs/installing.md says, and give ATO_ZENDESK__CLIENT_ID and ATO_ZENDESK__CLIENT_SECRET."
)
_REACH = "See whether this machine reaches Zendesk at ATO_ZENDESK__URL, and try again."
_CURES: dict[type[Exception], str] = {
    WrongClient: "Correct ATO_ZENDESK__CLIENT_ID and ATO_ZENDESK__CLIENT_SECRET, and start the bot again.",
    WrongScope: (
        "Allow the OAuth client these scopes in Zendesk's Admin Center, or ask for others with ATO_ZENDESK__SCOPES."
    ),
    MissingScope: "Add it to ATO_ZENDESK__SCOPES, and start the bot again.",
    NotAllowed: "Let the owner of the OAuth client be an administrator.",
    TryAgain: _REACH,
}
"""What to do about each way in which signing in, or reading the set-up, fails."""


def wrong_line(check: str, wrong: GiveUp | TryAgain, *, old: bool = False) -> Verdict:
    """Turn a refusal into a line; a terminal has no Retry button."""
    cure = _TO_OAUTH if old and isinstance(wrong, GiveUp) else _CURES.get(type(wrong), "Correct ATO_ZENDESK__URL.")
    words = wrong.reason if isinstance(wrong, GiveUp) else f"{wrong}."
    return broken(check, words.replace(", then press Retry.", "."), cure)


def verdicts(settings: Settings, playbooks: Mapping[str, Playbook]) -> tuple[list[Verdict], datetime | None]:
    """Check everything in Zendesk; also return Zendesk's clock."""
    zendesk = settings.zendesk
    chosen = clients(zendesk)
    if not chosen and datetime.now(UTC).date() > LAST_DAY:
        return [broken(SIGN_IN, "Zendesk has taken no API token since 30 April 2027.", _TO_OAUTH)], None
    first = chosen[0] if chosen else None
    account = SetUp(zendesk.url, signed_in(zendesk, zendesk.scopes or SERVE, first))
    try:
        user, now = account.me()
        known = [_known(user)] if chosen else [_with_token(user, now)]
        if user.id is None:  # wrong credentials can be answered with 200 and an anonymous user
            return known, now
        known += [*_scopes(account, zendesk), *_second(zendesk, user)] if chosen else []
        return [*known, *_set_up(account, settings, wanted(playbooks, settings))], now
    except (GiveUp, TryAgain) as wrong:
        told = [wrong_line(SIGN_IN, wrong, old=not chosen)]
        return [*told, *_second(zendesk, None)], None
    finally:
        account.close()


def _known(user: RawUser) -> Verdict:
    """Check the OAuth client's owner and their permissions."""
    if user.role == "admin":
        return good(SIGN_IN, f"Zendesk knows the desk's OAuth client; it works as {user.name}, admin.")
    return broken(
        SIGN_IN,
        f"The desk's OAuth client works as {user.name}, who is no administrator any more ({user.role}).",
        "Make them one again, or let an administrator make another client.",
    )


def _with_token(user: RawUser, now: datetime | None) -> Verdict:
    """Report the bot's user and the days its API token is still accepted."""
    if user.id is None:
        return broken(
            SIGN_IN,
            "Zendesk takes the bot for an anonymous user.",
            f"Its address or API token is wrong. {_TO_OAUTH}",
        )
    left = (LAST_DAY - (now or datetime.now(UTC)).date()).days
    words = (
        f"Zendesk knows the bot as {user.name}, {user.role}, by an API token. Zendesk takes it for {left} more days,"
        " until 30 April 2027."
    )
    if left <= SOON_DAYS:
        return broken(SIGN_IN, words, _TO_OAUTH)
    return good(SIGN_IN, f"{words} {_TO_OAUTH}")


def _scopes(account: SetUp, zendesk: Zendesk) -> Iterator[Verdict]:
    """Report the token's scopes; a missing one is found where a call is refused."""
    try:
        yield good(SCOPES, f"The access token has: {', '.join(account.scopes())}.")
    except (GiveUp, TryAgain) as wrong:
        yield unknown(SCOPES, f"{wrong}.", f"Asked for: {zendesk.scopes or SERVE}.")


def _second(zendesk: Zendesk, first: RawUser | None) -> Iterator[Verdict]:
    """Check the second OAuth client by itself: valid, and of the same owner."""
    name = "zendesk second client"
    for client in clients(zendesk)[1:]:
        account = SetUp(zendesk.url, signed_in(zendesk, zendesk.scopes or SERVE, client))
        try:
            user, _ = account.me()
        except (GiveUp, TryAgain) as wrong:
            line = wrong_line(name, wrong)
            yield line.model_copy(update={"cure": line.cure.replace("__CLIENT_", "__SECOND_CLIENT_")})
            continue
        finally:
            account.close()
        if first is None or user.id == first.id:
            yield good(name, "Zendesk knows the second OAuth client, too.")
        else:
            yield broken(
                name,
                f"The second OAuth client works as {user.name}, the first as {first.name}: what one writes looks to the"
                " other like somebody else's.",
                "Let the same administrator make both.",
            )


def _set_up(account: SetUp, settings: Settings, wish: Wanted) -> Iterator[Verdict]:
    try:
        wish, found = looked_at(account, wish, settings)
    except (GiveUp, TryAgain) as wrong:
        yield wrong_line("zendesk set-up", wrong)
        return
    left = compare(wish, found)
    yield from (_broken(one) for one in left)
    yield from _whole(wish, left)
    for other in others(wish, found, placed(wish, found)):
        yield from _beside(wish, settings, other)
    if wish.calls:
        yield from _secret(wish, found)
    else:
        every = settings.zendesk.reconcile_seconds
        yield good(
            "zendesk webhook",
            f"Without a public address Zendesk cannot call the bot; it reads open cases' tickets every {every} s"
            " instead.",
        )


def _broken(one: Difference) -> Verdict:
    return broken(f"zendesk {one.check}", one.what, one.cure)


def _whole(wish: Wanted, left: tuple[Difference, ...]) -> Iterator[Verdict]:
    """Return a passing verdict for each kind of object without problems."""
    wrong = Counter(one.check for one in left)
    sorts = {
        "group": f"{len(wish.groups)} groups are there.",
        "field": f"The field “{wish.field}” is there.",
        "option": f"{len(wish.query_types)} query types are there.",
        "form": f"{len(wish.forms)} forms are there.",
        "webhook": f"The webhook “{wish.webhook}” is active.",
        "trigger": f"{len(wish.triggers)} triggers are as they were made.",
        "requester": "No trigger writes to a customer because of the desk's internal notes.",
    }
    called = {"webhook", "trigger"}
    for name, words in sorts.items():
        if not wrong[name] and (wish.calls or name not in called):
            yield good(f"zendesk {name}", words)


def _secret(wish: Wanted, found: Found) -> Iterator[Verdict]:
    there = hook(found, wish)
    if there is None or not is_ours(there, wish):
        return
    if wish.proved:
        yield good("zendesk webhook secret", "The bot has the secret that Zendesk signs with.")
    else:
        yield broken(
            "zendesk webhook secret",
            "Zendesk signs with another secret than the bot has: every delivery is refused.",
            "Run `ato provision`, and start the bot again.",
        )


def _beside(wish: Wanted, settings: Settings, other: OtherDesk) -> Iterator[Verdict]:
    """Report another desk of the account; one that calls this desk's address is this one under a former name."""
    if other.endpoint and other.endpoint == wish.endpoint:
        yield broken(
            OTHER,
            f"A webhook of the desk “{other.name}” calls this desk's own address: it is left from an older name, and"
            " every delivery of it is refused.",
            f"`ATO_NAME={other.name} ato unprovision` says what it is made of, and takes it away with --yes.",
        )
        return
    yield good(
        OTHER,
        f"The desk “{other.name}” works on this account, too: its webhook calls {other.endpoint}, and it has"
        f" {other.triggers} triggers. This desk leaves them alone.",
    )
    if other.shared:
        tags = " or ".join(tag for name in (settings.name, other.name) if (tag := tag_of(name)))
        yield unknown(
            OTHER,
            f"Both desks watch the same tickets ({', '.join(other.shared)}): one made by hand becomes a case at the"
            " desk whose trigger comes first.",
            f"If that is not meant, give each desk playbooks of its own, or let such tickets carry the tag {tags}.",
        )
    if settings.name != UNNAMED and settings.slack.command == "/ato":
        yield unknown(
            OTHER,
            "This desk's command is /ato. In one workspace Slack gives a command to the app that was installed last.",
            "If both are in one workspace, put another into ATO_SLACK__COMMAND, such as /ato-eu, and paste `ato"
            " manifest` into the Slack app.",
        )
