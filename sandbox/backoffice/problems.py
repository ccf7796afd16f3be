"""Error responses of the back office: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.faults import Plain
from sandbox.world import Fault

PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """An error response. `errors` names the invalid fields."""

    def __init__(self, status: int, detail: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or {}

    @property
    def body(self) -> dict[str, object]:
        title = HTTPStatus(self.status).phrase
        body: dict[str, object] = {
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "detail": self.detail,
        }
        return {**body, "errors": self.errors} if self.errors else body


def refuse(_: Request, problem: Exception) -> Response:
    if not isinstance(problem, Problem):
        raise problem
    headers = {"www-authenticate": "Bearer"} if problem.status == 401 else None
    return JSONResponse(problem.body, problem.status, headers, PROBLEM_JSON)


async def unknown_path(_: Request, __: Exception) -> Response:
    problem = Problem(404, "There is no such address here.")
    return JSONResponse(problem.body, 404, media_type=PROBLEM_JSON)


def shape(fault: Fault) -> Plain:
    """The response of a `status` fault."""
    headers = [("content-type", PROBLEM_JSON)]
    if fault.retry_after is not None:
        headers.append(("retry-after", fault.retry_after))
    body = Problem(fault.status, "The back office cannot answer now.").body
    return Plain(fault.status, json.dumps(body).encode(), tuple(headers))
