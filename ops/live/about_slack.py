"""Assumptions about Slack. Pure table."""

from ops.live.verdicts import Assumption

_CARDS = "`integrations/slack/posting/chat.py`: one card a case, drawn anew"
_PEOPLE = "It takes a person to see it"


def _a(name: str, says: str, matters: str, unseen: str = "") -> Assumption:
    return Assumption(id=name, says=says, matters=matters, unseen=unseen)


SLACK: tuple[Assumption, ...] = (
    _a(
        "post-found-at-once",
        "A post is found by its metadata in the channel's history directly after it was sent.",
        "`integrations/slack/posting/posts.py`: no post is sent twice",
    ),
    _a("update-keeps-ts", "A card that is drawn anew keeps its `ts`.", _CARDS),
    _a(
        "update-keeps-key",
        "A card that is drawn anew without metadata keeps its metadata.",
        "`integrations/slack/posting/posts.py`: it is found again",
    ),
    _a("update-not-edited", "A card that is drawn anew with blocks is not marked as edited.", _CARDS),
    _a(
        "reply-in-thread",
        "A reply is in its thread and not in the channel's history.",
        "`integrations/slack/posting/posts.py`: where a lost reply is looked for",
    ),
    _a(
        "delete-is-gone",
        "After `chat.delete` a post is no longer in the history.",
        "`ato doctor --live` leaves nothing behind",
    ),
    _a(
        "limit-by-method",
        "A 429 of one method leaves the other methods free.",
        "while one call waits, others are made",
        "A rehearsal must not provoke a 429. To see it: read the log of a busy day, where one call waits and others go "
        "on.",
    ),
    _a(
        "mention-outside",
        "A mention in a private channel does not reach somebody who is not in it.",
        "who waits gets a direct message",
        f"{_PEOPLE}: mention somebody who is not in a private channel, and ask them.",
    ),
    _a(
        "mention-muted",
        "In a muted channel a mention leaves a badge and no push.",
        "reminders",
        f"{_PEOPLE}: mute the channel and be mentioned there.",
    ),
    _a(
        "mention-disturbed",
        "Do Not Disturb holds pushes back, and an app cannot override it.",
        "reminders at night",
        f"{_PEOPLE}: switch it on and be mentioned.",
    ),
    _a(
        "mention-in-text",
        "A mention in `text` alone, beside blocks, may reach nobody.",
        "`integrations/slack/posting/announcer.py` puts it into both",
        f"{_PEOPLE}: post such a message and ask whom it mentions.",
    ),
    _a(
        "buttons-visible-to",
        "All of Slack's programs respect `visible_to_user_ids` of a button.",
        "nothing: rights are checked when it is pressed",
        f"{_PEOPLE}: look at such a button on a telephone and on a desktop.",
    ),
)
