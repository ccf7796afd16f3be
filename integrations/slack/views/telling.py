"""Messages to people: sentences, mentions, and long text (logs) in pieces that are never cut. Pure."""

import re
from dataclasses import dataclass

from desk.case.effects import TellPeople
from integrations.slack.codec.actions import Action, write_action
from integrations.slack.text.escape import mrkdwn, verbatim
from integrations.slack.text.lines import SECTION, Block, Ink, button, is_link, paragraph, rows
from integrations.slack.views.card import Drawn
from integrations.slack.views.menus import offered_button

_MENTION = re.compile(r"<@([UW][A-Z0-9]{4,20})>", re.ASCII)
PIECE = 2900
"""Characters in one block of verbatim text; with four blocks a message is well within Slack's limits."""
PIECES = 4
MOST_MESSAGES = 3
MOST_IN_TEXT = 8


@dataclass(frozen=True)
class Telling:
    """The messages to post in order, and the file to share after them when the text is too long for messages."""

    messages: tuple[Drawn, ...]
    file: str | None = None
    file_name: str = ""
    file_title: str = ""


def telling(effect: TellPeople, mention: str, ink: Ink, card_url: str = "") -> Telling:
    """Render a message; `mention` is markup already, and `card_url` is the target of a reminder."""
    title = ink.words(effect.title)
    lines = [_unless_hidden(ink.of(line), ink) for line in effect.lines]
    first = " ".join(filter(None, [mention, f"*{mrkdwn(title)}*" if title else ""]))
    text = _text(effect, mention, title, ink)
    opening = [*_opening(first, lines, ink), *_buttons(effect, ink, card_url)]
    if not effect.pre:
        return Telling((Drawn(text, tuple(opening) or _just(text, ink)),))
    if ink.masked:
        hidden = ink.line("Personal details are hidden, because this channel is public.")
        return Telling((Drawn(text, (*opening, *paragraph(ink, [hidden]))),))
    return _with_text(text, opening, verbatim(_named(effect.pre, ink)), title, ink)


def _named(pre: str, ink: Ink) -> str:
    """Replace people's ids by names in verbatim text, where Slack renders no mentions."""
    return _MENTION.sub(lambda found: f"@{ink.who(found[1]).plain}", pre)


def _buttons(effect: TellPeople, ink: Ink, card_url: str) -> list[Block]:
    """Render the link to the card on a message outside its thread, and the message's offer."""
    away = not effect.thread and is_link(card_url)
    leads = [button(ink, ink.plain("Open"), write_action(Action("link", number=0)), url=card_url)] if away else []
    return rows([*leads, *(offered_button(ink, one, effect.case) for one in effect.offers)])


def _text(effect: TellPeople, mention: str, title: str, ink: Ink) -> str:
    """Render the notification text; for a long digest its beginning."""
    lines = [_unless_hidden(mrkdwn(ink.plain_of(line), 300), ink) for line in effect.lines[:MOST_IN_TEXT]]
    words = " ".join(filter(None, [mention, mrkdwn(title, 200), *lines]))
    return words or ink.plain("There is news of a case.")


def _unless_hidden(words: str, ink: Ink) -> str:
    return ink.line("hidden, because this channel is public") if ink.hidden(words) else words


def _just(text: str, ink: Ink) -> tuple[Block, ...]:
    return tuple(paragraph(ink, [text]))


def _opening(first: str, lines: list[str], ink: Ink) -> list[Block]:
    """Render the mentions and the sentences; a digest may take several paragraphs."""
    found: list[Block] = []
    block: list[str] = [first]
    for line in lines:
        if sum(map(len, block)) + len(line) > SECTION - 100:
            found.extend(paragraph(ink, block))
            block = []
        block.append(line)
    return [*found, *paragraph(ink, block)][:20]


def _with_text(text: str, opening: list[Block], pre: str, title: str, ink: Ink) -> Telling:
    groups = _groups(pieces(pre))
    if len(groups) > MOST_MESSAGES:
        note = paragraph(ink, [ink.line("The whole text is in the file below.")])
        name = "".join(c if c.isalnum() and c.isascii() else "-" for c in title.lower())[:60].strip("-")
        return Telling((Drawn(text, (*opening, *note)),), pre, f"{name or 'text'}.txt", title or "Text")
    drawn = [Drawn(text, (*opening, *map(code, groups[0])))]
    for number, group in enumerate(groups[1:], 2):
        part = ink.plain("{what}, part {number} of {count}", what=title, number=number, count=len(groups))
        drawn.append(Drawn(mrkdwn(part), tuple(map(code, group))))
    return Telling(tuple(drawn))


def pieces(pre: str) -> list[str]:
    """Split text into blocks, at line ends where possible. Joined, they are the text again."""
    found: list[str] = []
    while len(pre) > PIECE:
        end = pre.rfind("\n", 0, PIECE) + 1 or PIECE
        found.append(pre[:end])
        pre = pre[end:]
    return [*found, pre] if pre else found


def _groups(cut: list[str]) -> list[list[str]]:
    return [cut[n : n + PIECES] for n in range(0, len(cut), PIECES)]


def code(piece: str) -> Block:
    """Build a preformatted block; rich text has no markup, so nothing is escaped."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": piece}]}
    return {"type": "rich_text", "elements": [element]}
