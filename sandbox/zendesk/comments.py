"""Comments of ticket writes, with their attachments."""

from __future__ import annotations

import html
import re
from typing import Any

from sandbox.zendesk.account import Account
from sandbox.zendesk.models import Attachment, Comment, Json, User
from sandbox.zendesk.values import as_id

LONGEST_BYTES = 65_535  # what is longer is cut without a word
_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"</p>|<br\s*/?>|</div>", re.IGNORECASE)


def read_comment(account: Account, wanted: Json, actor: User, channel: str) -> Comment | None:
    """The comment of a write, or None. Only agents write internal notes; an end user's is public."""
    given = wanted.get("comment")
    given = given if isinstance(given, dict) else {"body": given}
    attachments = _take_uploads(account, given.get("uploads"))
    text, page = _texts(given)
    if not text and not attachments:
        return None
    author = account.users.get(as_id(given.get("author_id")), actor)
    public = given.get("public") not in (False, "false") or not author.is_agent
    now = account.instant()
    return Comment(account.new_id(), author.id, text, page, public, now, channel, attachments)


def _texts(given: Json) -> tuple[str, str]:
    page = given.get("html_body")
    if page:
        text = html.unescape(_TAG.sub("", _BREAK.sub("\n", str(page)))).strip()
        return cut(text), f'<div class="zd-comment" dir="auto">{cut(str(page))}</div>'
    text = cut(str(given.get("body") or given.get("value") or ""))
    return text, as_page(text)


def as_page(text: str) -> str:
    """Plain text as HTML: a paragraph per blank line, a break per line."""
    parts = [html.escape(part).replace("\n", "<br>\n") for part in re.split(r"\n{2,}", text)]
    inner = "\n\n".join(f'<p dir="auto">{part}</p>' for part in parts)
    return f'<div class="zd-comment" dir="auto">{inner}</div>'


def cut(text: str) -> str:
    return text.encode()[:LONGEST_BYTES].decode(errors="ignore")


def _take_uploads(account: Account, tokens: Any) -> list[Attachment]:
    """Files of upload tokens, single use; an unknown or expired token brings nothing."""
    names = [tokens] if isinstance(tokens, str) else tokens or []
    taken: list[Attachment] = []
    for name in names:
        upload = account.uploads.get(str(name))
        if upload is not None and upload.expires_at > account.exactly():
            taken += account.uploads.pop(upload.token).attachments
    return taken
