"""Rehearsal steps of Slack: post, find, update, reply, delete."""

import time
from typing import Any

from integrations.slack.posting.trial import Mine
from ops.live.channel import Channel
from ops.live.scene import Scene
from ops.live.verdicts import LeftOut, StepFailed

_FIRST, _SECOND = "ATO Desk is being tried out here", "ATO Desk was tried out here"
_WORDS = "This message is a test and is deleted in a moment. Nobody has to do anything."
BEFORE_S = 120.0
"""How far Slack's clock and ours may be apart."""


def channel(scene: Scene) -> Channel:
    """Return the channel. Raises LeftOut where there is none."""
    if isinstance(scene.channel, str):
        raise LeftOut(scene.channel)
    return scene.channel


def _card(title: str) -> list[dict[str, Any]]:
    words = {"type": "mrkdwn", "text": _WORDS}
    return [
        {"type": "header", "text": {"type": "plain_text", "text": title}},
        {"type": "section", "text": words},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": f"ATO Desk · {title}"}]},
    ]


def post(scene: Scene) -> str:
    """Enter the channel, post a card and search for it at once."""
    place = channel(scene)
    place.enter()
    ts = place.post(lambda trial: trial.post(_FIRST, _card(_FIRST)))
    found = found_in(place)
    keyed = any(one.ts == ts and one.keyed for one in found)
    scene.findings.saw(
        "post-found-at-once",
        keyed,
        "the history has it with its key" if keyed else "the history does not have it with its key",
    )
    return "A card was posted."


def found_in(place: Channel) -> tuple[Mine, ...]:
    """Find the rehearsal's messages in the channel."""
    return place.tried(lambda trial: trial.history(time.time() - BEFORE_S))


def _first(place: Channel) -> str:
    if not place.posts:
        raise LeftOut("There is no card: the step that posts it did not succeed.")
    return place.posts[0]


def draw(scene: Scene) -> str:
    """Update the card and read it."""
    place = channel(scene)
    ts = _first(place)
    now = place.tried(lambda trial: trial.draw(ts, _SECOND, _card(_SECOND)))
    scene.findings.saw("update-keeps-ts", now == ts, "the same `ts`" if now == ts else "another `ts`")
    shown = next((one for one in found_in(place) if one.ts == now), None)
    if shown is None:
        raise StepFailed("The card is not in the history after it was drawn anew.")
    if shown.text != _SECOND:
        raise StepFailed("The history shows the card as it was before it was drawn anew.")
    scene.findings.saw("update-keeps-key", shown.keyed, f"the key is {'there' if shown.keyed else 'gone'}")
    scene.findings.saw(
        "update-not-edited", not shown.edited, f"{'an' if shown.edited else 'no'} `edited` in the history"
    )
    return "The card was drawn anew, and the history shows it."


def reply(scene: Scene) -> str:
    """Reply in the card's thread."""
    place = channel(scene)
    ts = _first(place)
    said = place.post(lambda trial: trial.post(_WORDS, _card("Reply"), ts))
    inside = said in {one.ts for one in place.tried(lambda trial: trial.thread(ts))}
    outside = said in {one.ts for one in found_in(place)}
    told = f"{'in' if inside else 'not in'} the thread, {'in' if outside else 'not in'} the history"
    scene.findings.saw("reply-in-thread", inside and not outside, told)
    return "A reply was posted in the card's thread."


def delete(scene: Scene) -> str:
    """Delete reply and card, and check that they are gone."""
    place = channel(scene)
    card = _first(place)
    for ts in reversed(tuple(place.posts)):
        place.delete(ts)
    there = card in {one.ts for one in found_in(place)}
    scene.findings.saw("delete-is-gone", not there, f"the history {'still has' if there else 'does not have'} it")
    return "The card and its reply were deleted."
