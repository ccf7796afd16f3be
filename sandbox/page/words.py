"""Slack mrkdwn to safe HTML, and instants in the reader's format. Pure; input is escaped first.

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
    """Render mrkdwn; `names` resolves ids of people, channels and groups."""
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
    """Escape text after undoing Slack's three entities, so that nothing is escaped twice."""
    return str(escape(entities(text)))


def entities(text: str) -> str:
    """Decode Slack's three entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def emoji(text: str) -> str:
    """Replace known emoji codes; an unknown one stays."""
    return _EMOJI_CODE.sub(lambda m: _EMOJI.get(m[1], m[0]), text)


def plain(text: str) -> str:
    """Plain text as Slack shows it; not HTML, so still to be escaped."""
    return emoji(entities(text))


def dotted(text: str) -> Markup:
    """Plain text as HTML with coloured dots drawn."""
    return Markup(_dots(str(escape(plain(text)))))  # noqa: S704 - escaped just here


def _dots(escaped: str) -> str:
    """Draw coloured dots, for machines without such a font; the character stays for screen readers."""
    for sign, name in DOTS.items():
        escaped = escaped.replace(sign, f'<span class="dot {name}"><span class="vh">{sign}</span></span>')
    return escaped


def _lines(text: str) -> str:
    """Render block quotes line by line; CSS keeps the other line breaks."""
    shown: list[str] = []
    for line in text.split("\n"):
        if line.startswith("&gt;"):
            shown.append(f'<span class="quote">{line[4:].strip()}</span>')
        else:
            shown.append(line)
    return "\n".join(shown).replace("</span>\n", "</span>")


def _angle(inner: str, names: Names, zone: str) -> str:
    """Render a `<…>` token: mention, channel, date, link."""
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
    """Render a link, or only its text when the scheme is unsafe."""
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
    """Time such as `14:05`, in the reader's zone."""
    return f"{_read(iso).astimezone(ZoneInfo(zone)):%H:%M}"


def moment(iso: str | None, zone: str) -> str:
    """Instant such as `Mon 23 Nov 14:05`, in the reader's zone; empty for None."""
    return f"{_read(iso).astimezone(ZoneInfo(zone)):%a %d %b %H:%M}" if iso else ""


def day(iso: str, zone: str) -> str:
    """Date such as `Monday, 23 November`."""
    at = _read(iso).astimezone(ZoneInfo(zone))
    return f"{at:%A}, {at.day} {at:%B}"


def _read(iso: str) -> datetime:
    return datetime.fromisoformat(iso.replace("Z", "+00:00"))
