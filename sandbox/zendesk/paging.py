"""Offset and cursor pagination, with absolute links on the caller's host.

`page[size]` requests a cursor page. Its links are present even on the last page: only `meta.has_more` tells. Without
`page[size]` a list is an offset page with `count` and `next_page`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from starlette.requests import Request

from sandbox.zendesk import refusals
from sandbox.zendesk.models import Json

MOST = 100
DEEPEST = 10_000
Row = TypeVar("Row")


def page(request: Request, key: str, rows: Sequence[Row], show: Callable[[Row], Json]) -> dict[str, Any]:
    if any(name.startswith("page[") for name in request.query_params):
        return cursor_page(request, key, rows, show)
    return offset_page(request, key, rows, show)


def offset_page(request: Request, key: str, rows: Sequence[Row], show: Callable[[Row], Json]) -> dict[str, Any]:
    number, size = _number(request, "page", 1), min(_number(request, "per_page", MOST), MOST)
    if number * size > DEEPEST:
        text = (
            "Pagination requests using Offset Pagination are limited to page 100 or up to 10000 records (page *"
            " per_page)"
        )
        raise refusals.Refused(400, {"errors": [{"code": "InvalidPaginationDepth", "title": text}]})
    start = (number - 1) * size
    more, less = start + size < len(rows), number > 1
    return {
        key: [show(row) for row in rows[start : start + size]],
        "next_page": _address(request, page=number + 1) if more else None,
        "previous_page": _address(request, page=number - 1) if less else None,
        "count": len(rows),
    }


def cursor_page(request: Request, key: str, rows: Sequence[Row], show: Callable[[Row], Json]) -> dict[str, Any]:
    size = min(_number(request, "page[size]", MOST), MOST)
    start = _start(request, size)
    shown = rows[start : start + size]
    end = start + len(shown)
    meta: Json = {"has_more": end < len(rows), "after_cursor": None, "before_cursor": None}
    links: Json = {"prev": None, "next": None}
    if shown:
        meta |= {"after_cursor": _cursor(end), "before_cursor": _cursor(start)}
        after = {"page[after]": _cursor(end), "page[size]": size}
        before = {"page[before]": _cursor(start), "page[size]": size}
        links = {"prev": _address(request, **before), "next": _address(request, **after)}
    return {key: [show(row) for row in shown], "meta": meta, "links": links}


def _start(request: Request, size: int) -> int:
    after, before = (request.query_params.get(f"page[{way}]") for way in ("after", "before"))
    if after:
        return _position(after)
    return max(0, _position(before) - size) if before else 0


def _cursor(position: int) -> str:
    return base64.b64encode(json.dumps({"o": "id", "v": position}).encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(json.loads(base64.b64decode(cursor))["v"])
    except (ValueError, KeyError, TypeError):
        raise refusals.invalid_attribute("page", "api/v2", "must be a cursor that was given out") from None


def _number(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, "")
    return max(1, int(given)) if given.isdigit() else default


def _address(request: Request, **query: Any) -> str:
    url = request.url.replace(path=request.scope.get("sandbox.path", request.url.path))
    if "page[size]" in query:
        url = url.remove_query_params(["page[after]", "page[before]"])
    return str(url.include_query_params(**query))
