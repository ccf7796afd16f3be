"""Rehearsal steps of OAuth: minting, refusal and revocation of tokens."""

import time
from datetime import timedelta

from desk.service.ports import TryAgain
from ops.live.account import SHORT_S
from ops.live.scene import NO_CLIENT, Scene
from ops.live.verdicts import LeftOut, StepFailed

_LONGEST = timedelta(seconds=10)
"""How long the rehearsal waits before it tries once more to sign in."""


def know_ourselves(scene: Scene) -> str:
    """Read the desk's own user, with one retry; every other step depends on it."""
    try:
        answer = scene.account.expect("GET", "users/me.json")
    except TryAgain as later:
        wait = later.after or _LONGEST
        time.sleep(min(wait, _LONGEST).total_seconds())
        answer = scene.account.expect("GET", "users/me.json")
    me = answer.at("user", "id")
    if not isinstance(me, int):
        raise StepFailed("Zendesk takes the desk for an anonymous user.")
    scene.me = me
    return "Zendesk knows the desk."


def refused_mints(scene: Scene) -> str:
    """Request tokens that Zendesk must refuse."""
    if scene.mint is None:
        raise LeftOut(NO_CLIENT)
    bad = scene.mint.ask("read ato_desk_no_such_scope", SHORT_S)
    holds = (bad.status, bad.error) == (400, "invalid_scope")
    scene.findings.saw("mint-bad-scope", holds, bad.told())
    _never(scene, bad.at("access_token"))
    wrong = scene.mint.ask("read", SHORT_S, wrong=True)
    scene.findings.saw("mint-bad-client", wrong.error == "invalid_client", wrong.told())
    _never(scene, wrong.at("access_token"))
    return "A scope that does not exist and a wrong secret were tried."


def _never(scene: Scene, value: object) -> None:
    """Register a token that should not exist, so that the report masks it."""
    if isinstance(value, str):
        scene.hidden.add(value)


def own_scopes(scene: Scene) -> str:
    """Request a token without scope and expiry, and have it revoke itself."""
    token, answer = scene.minted(None, brief=False)
    told = answer.at("expires_in")
    scene.findings.saw(
        "mint-life-unsent", told is None, "no `expires_in` came" if told is None else f"`expires_in` {told} came"
    )
    scene.findings.saw("mint-scope-unsent", bool(token.granted), f"scopes given: {' '.join(token.granted) or 'none'}")
    with scene.using(token) as account:
        gone = account.ask("DELETE", "oauth/tokens/current.json")
        after = account.ask("GET", "users/me.json")
    lives = gone.status == 204 and after.good
    what = f"{gone.told()}, then {after.told()} to the same token"
    if gone.good:
        scene.findings.saw("delete-current", lives, what)
    else:
        scene.unclear("delete-current", gone)
    if after.status == 401:
        scene.tokens.remove(token)
    else:
        scene.revoke(token)
    return "A token without scope and life was made, and asked to revoke itself."


def count(scene: Scene) -> str:
    """Count the tokens minted in sequence."""
    if not scene.given:
        raise LeftOut("No token was given.")
    scene.findings.saw(
        "mint-limit", True, f"{scene.given} tokens were given in this rehearsal, beside those of the desk"
    )
    return f"{scene.given} tokens were given."
