"""Escaping of untrusted text for Slack messages. Pure.

Slack reads `<!channel>`, `<@U…>` and `<http://…|bank>` in mrkdwn as commands, so the three characters are escaped:
https://docs.slack.dev/messaging/formatting-message-text#escaping. Characters that are invisible, move the cursor
or turn the writing direction are taken out, because they make a line say something else than it shows.
"""

import re
import unicodedata

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JOINERS = "\u200c\u200d"  # needed by several scripts, and by some emoji that people put in names
_EMOJI_NAME = re.compile(r":(?=[a-z0-9_+'-]*[a-z])([a-z0-9_+'-]+:)")
_WORD_JOINER = "\u2060"  # invisible and without width: `:red_circle:` is then only letters


def one_line(words: str) -> str:
    """Return the text on one line, without control, format or direction characters."""
    return "".join(map(_seen, words.replace("\r\n", " ")))


def _seen(letter: str) -> str:
    if letter in "\n\r\t\v\f\x85\u2028\u2029":
        return " "
    return letter if letter in _JOINERS or unicodedata.category(letter) not in _HIDDEN else ""


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def mrkdwn(words: str, most: int = 1000) -> str:
    """Escape text as one line of mrkdwn, at most this long once escaped."""
    found: list[str] = []
    length = 0
    for letter in one_line(words):
        escaped = _ENTITIES.get(letter, letter)
        length += len(escaped)
        if length >= most:
            return _calm("".join(found)) + "…"
        found.append(escaped)
    return _calm("".join(found))


def _calm(words: str) -> str:
    """Break `:name:`, which would become an emoji that looks like one of the desk's own marks."""
    return _EMOJI_NAME.sub(rf":{_WORD_JOINER}\1", words)


def plain(words: str, most: int) -> str:
    """Return text as one line for a plain_text element, at most this long."""
    return clip(one_line(words), most)


def clip(words: str, most: int) -> str:
    """Truncate plain text with an ellipsis."""
    return words if len(words) <= most else words[: most - 1] + "…"


def verbatim(words: str) -> str:
    """Return text of several lines (logs) unchanged; invisible characters are shown as a mark."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter if letter in "\n\t" or _seen(letter) else "\ufffd" for letter in lines)
