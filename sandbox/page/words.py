"""Slack's mrkdwn as safe HTML, and instants as people read them. Pure; whatever comes in is escaped first.

Source of the rules: https://docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

Names = Mapping[str, str]
_CODE_BLOCK = re.compile(r"```\n?(.*?)\n?```", re.S)
_CODE = re.compile(r"`([^`\n]+)`")
_ANGLE = re.compile(r"<([^<>\s][^<>]*)>")
_BESIDE = r"(?<![\w{0}]){0}(?!\s)([^{1}\n]+?)(?<!\s){0}(?![\w{0}])"
_STYLES = tuple(
    (re.compile(_BESIDE.format(re.escape(mark), mark)), tag) for mark, tag in (("*", "strong"), ("_", "em"), ("~", "s"))
)
_EMOJI = {
    "white_check_mark": "✅",
    "warning": "⚠️",
    "x": "❌",
    "eyes": "👀",
    "lock": "🔒",
    "tada": "🎉",
    "rotating_light": "🚨",
    "hourglass": "⌛",
    "memo": "📝",
    "phone": "📞",
    "wave": "👋",
    "+1": "👍",
}
DOTS = {"🟢": "green", "🟡": "amber", "🔴": "red", "⚪": "white", "🔒": "lock"}
_EMOJI_CODE = re.compile(r":([a-z0-9_+-]+):")
SAFE = ("http://", "https://", "mailto:", "tel:")


def mrkdwn(text: str, names: Names, zone: str = "Etc/UTC") -> Markup:
    """A text as Slack shows it: `names` gives a name for the id of a person, channel or group."""
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\x00{len(kept) - 1}\x00"

    text = text.replace("\x00", "")
    text = _CODE_BLOCK.sub(lambda m: keep(f"<pre>{_plain(m[1])}</pre>"), text)
    text = _CODE.sub(lambda m: keep(f"<code>{_plain(m[1])}</code>"), text)
    text = _ANGLE.sub(lambda m: keep(_angle(m[1], names, zone)), text)
    text = str(escape(entities(text)))
    for pattern, tag in _STYLES:
        text = pattern.sub(rf"<{tag}>\1</{tag}>", text)
    text = _dots(_lines(emoji(text)))
    while "\x00" in text:  # a link may stand inside a style, and code inside nothing
        text = re.sub(r"\x00(\d+)\x00", lambda m: kept[int(m[1])], text)
    return Markup(text)  # noqa: S704 - every piece was escaped above


def _plain(text: str) -> str:
    """Slack's three entities are undone first, so that nothing is escaped twice."""
    return str(escape(entities(text)))


def entities(text: str) -> str:
    """Slack's three entities as the characters they stand for."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def emoji(text: str) -> str:
    """The few codes that desks use; an unknown one stays as it is typed."""
    return _EMOJI_CODE.sub(lambda m: _EMOJI.get(m[1], m[0]), text)


def plain(text: str) -> str:
    """A plain text as Slack shows it; not HTML, so it still has to be escaped."""
    return emoji(entities(text))


def dotted(text: str) -> Markup:
    """A plain text as HTML, escaped, with its dots drawn."""
    return Markup(_dots(str(escape(plain(text)))))  # noqa: S704 - escaped just here


def _dots(escaped: str) -> str:
    """Coloured dots are drawn, since not every machine has a font with them; the character stays to be read."""
    for sign, name in DOTS.items():
        escaped = escaped.replace(sign, f'<span class="dot {name}"><span class="vh">{sign}</span></span>')
    return escaped


def _lines(text: str) -> str:
    """Quotes by line; the rest keeps its line breaks by style."""
    shown: list[str] = []
    for line in text.split("\n"):
        if line.startswith("&gt;"):
            shown.append(f'<span class="quote">{line[4:].strip()}</span>')
        else:
            shown.append(line)
    return "\n".join(shown).replace("</span>\n", "</span>")


def _angle(inner: str, names: Names, zone: str) -> str:
    """What stands in angle brackets: somebody, a place, a date, or a link."""
    target, _, label = inner.partition("|")
    if target[0] in "@#":
        name = names.get(target[1:], label or target[1:])
        return f'<span class="mention">{escape(target[0] + name)}</span>'
    if target.startswith("!date^"):
        return _plain(_date(target, label, zone))
    if target.startswith("!subteam^"):
        name = names.get(target.removeprefix("!subteam^"), label or "group")
        return f'<span class="mention">{escape("@" + name.lstrip("@"))}</span>'
    if target[0] == "!":
        return f'<span class="mention">{escape("@" + (label or target[1:]))}</span>'
    return link(entities(target), entities(label) or entities(target))


def link(address: str, label: str) -> str:
    """A link, or only its words when it leads somewhere a browser should not follow."""
    if not address.lower().startswith(SAFE):
        return str(escape(f"<{address}>" if address == label else label))
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'


def _date(target: str, label: str, zone: str) -> str:
    parts = target.split("^")
    try:
        at = datetime.fromtimestamp(int(parts[1]), ZoneInfo(zone))
    except (ValueError, IndexError, OverflowError, OSError):
        return label
    words = parts[2] if len(parts) > 2 else "{date} {time}"
    shown = {
        "{time}": f"{at:%H:%M}",
        "{time_secs}": f"{at:%H:%M:%S}",
        "{date_num}": f"{at:%Y-%m-%d}",
        "{date_short}": f"{at:%d %b %Y}",
        "{date}": f"{at:%d %B %Y}",
        "{date_long}": f"{at:%A, %d %B %Y}",
        "{date_short_pretty}": f"{at:%d %b %Y}",
        "{date_pretty}": f"{at:%d %B %Y}",
        "{date_long_pretty}": f"{at:%A, %d %B %Y}",
    }
    for code, value in shown.items():
        words = words.replace(code, value)
    return words


def clock_time(iso: str, zone: str) -> str:
    """`14:05`, where the reader is."""
    return f"{_read(iso).astimezone(ZoneInfo(zone)):%H:%M}"


def moment(iso: str | None, zone: str) -> str:
    """`Mon 23 Nov 14:05`, where the reader is; nothing for nothing."""
    return f"{_read(iso).astimezone(ZoneInfo(zone)):%a %d %b %H:%M}" if iso else ""


def day(iso: str, zone: str) -> str:
    """`Monday, 23 November`."""
    at = _read(iso).astimezone(ZoneInfo(zone))
    return f"{at:%A}, {at.day} {at:%B}"


def _read(iso: str) -> datetime:
    return datetime.fromisoformat(iso.replace("Z", "+00:00"))
