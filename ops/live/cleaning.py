"""Cleanup of a live rehearsal: deletes everything it created and lists what is left, with the remedy.

It runs however the rehearsal ended. One failed deletion does not stop the others.
"""

from collections.abc import Callable, Iterator

from desk.service.ports import GiveUp, TryAgain
from ops.live.channel import Channel
from ops.live.scene import Scene, Token
from ops.live.slack_steps import found_in
from ops.live.verdicts import Left, LeftOut, StepFailed

UNFORESEEN = (LookupError, TypeError, ValueError, AttributeError)
"""What an answer of a shape that nobody foresaw leads to. A real account may give such."""
_KEPT_DAYS = 30


def clean(scene: Scene) -> tuple[Left, ...]:
    """Delete everything and return what is left; a second Ctrl-C aborts."""
    scene.calls.cleaning = True
    try:
        for part in (_posts, _uploads, _strays, _tickets, _tokens, _own_token):
            _tried(part, scene)
    except KeyboardInterrupt:
        pass
    return tuple(_left(scene))


def _tried(work: Callable[..., None], *given: object) -> None:
    """Run one deletion; a failure shows in what is left."""
    try:
        work(*given)
    except (GiveUp, TryAgain, StepFailed, LeftOut, *UNFORESEEN):
        return


# Slack --------------------------------------------------------------------------------------------


def _posts(scene: Scene) -> None:
    place = scene.channel
    if not isinstance(place, Channel):
        return
    if place.may_have_posts:
        _tried(_look_for_posts, place)
    for ts in reversed(tuple(place.posts)):
        _tried(place.delete, ts)


def _look_for_posts(place: Channel) -> None:
    """Find messages whose answer was lost, in the channel and the card's thread."""
    found = list(found_in(place))
    for card in tuple(found):
        found += place.tried(lambda trial, ts=card.ts: trial.thread(ts))  # type: ignore[misc]  # mypy cannot infer `ts`
    place.posts = sorted({*place.posts, *(one.ts for one in found)})
    place.may_have_posts = False


# Zendesk ------------------------------------------------------------------------------------------


def _uploads(scene: Scene) -> None:
    for upload in tuple(scene.uploads):
        answer = scene.account.ask("DELETE", f"uploads/{upload}.json")
        if answer.good or answer.status == 404:
            scene.uploads.remove(upload)


def _strays(scene: Scene) -> None:
    for path in tuple(scene.strays):
        answer = scene.account.ask("DELETE", path)
        if answer.good or answer.status == 404:
            scene.strays.remove(path)


def _tickets(scene: Scene) -> None:
    if scene.may_have_tickets:
        _tried(_look_for_tickets, scene)
    for number in sorted(scene.tickets, reverse=True):
        _tried(_delete, scene, number)


def _look_for_tickets(scene: Scene) -> None:
    """Find every ticket with the rehearsal's external id, including those whose answer was lost."""
    answer = scene.account.expect("GET", "tickets.json", query={"external_id": scene.key})
    for row in answer.rows("tickets"):
        if row.get("external_id") == scene.key and isinstance(row.get("id"), int):
            scene.tickets.setdefault(row["id"], False)
    scene.may_have_tickets = False


def _delete(scene: Scene, number: int) -> None:
    if not scene.tickets[number]:
        answer = scene.account.ask("DELETE", f"tickets/{number}.json")
        scene.tickets[number] = answer.good or answer.status == 404
    if scene.tickets[number]:
        answer = scene.account.ask("DELETE", f"deleted_tickets/{number}.json")
        if answer.good or answer.status == 404:
            del scene.tickets[number]


def _tokens(scene: Scene) -> None:
    for token in tuple(scene.tokens):
        _tried(_revoke, scene, token)


def _revoke(scene: Scene, token: Token) -> None:
    if token.number is None:
        with scene.using(token):
            pass
    scene.revoke(token)


def _own_token(scene: Scene) -> None:
    """Revoke the token the desk signed in with; runs last."""
    if scene.mint is None or not scene.account.answered:
        return
    number = scene.account.expect("GET", "oauth/tokens/current.json").at("token", "id")
    answer = scene.account.ask("DELETE", f"oauth/tokens/{number}.json")
    scene.signed_out = answer.status == 204


# What is left -------------------------------------------------------------------------------------


def _left(scene: Scene) -> Iterator[Left]:
    for number, deleted in scene.tickets.items():
        if deleted:
            yield Left(
                what=f"Ticket {number} is deleted, but not for good.",
                cure=f"Zendesk does it after {_KEPT_DAYS} days; or delete it in the view Deleted tickets.",
            )
        else:
            yield Left(what=f"Ticket {number}, a test of ATO Desk.", cure="Delete it in Zendesk.")
    if scene.may_have_tickets:
        yield Left(
            what="A test ticket may be there whose number is not known.",
            cure=f"Search Zendesk for external_id:{scene.key} in a few minutes, and delete what is found.",
        )
    for path in scene.strays:
        yield Left(what=f"Something without a name that Zendesk made at {path}.", cure="Delete it in Admin Center.")
    yield from _left_in_slack(scene.channel)
    for _ in scene.uploads:
        yield Left(what="An upload of five bytes.", cure="Nothing: Zendesk drops it within the hour.")
    yield from _left_tokens(scene)


def _left_in_slack(place: Channel | str) -> Iterator[Left]:
    if isinstance(place, Channel):
        for _ in place.posts:
            yield Left(
                what="A test message in the Slack channel.",
                cure="It says that ATO Desk is or was tried out: delete it there.",
            )
        if place.may_have_posts:
            yield Left(
                what="A test message may be in the Slack channel.",
                cure="Look whether one says that ATO Desk is being tried out, and delete it.",
            )


def _left_tokens(scene: Scene) -> Iterator[Left]:
    lives = [token.brief for token in scene.tokens] + [True] * scene.lost
    if scene.mint and scene.account.answered and not scene.signed_out:
        lives.append(False)
    for brief in lives:
        when = "within five minutes" if brief else "when its life is over, mostly within 30 minutes"
        yield Left(
            what="An access token that could not be revoked.",
            cure=f"It ends by itself {when}; or revoke it in Admin Center.",
        )
