"""Upload and attachment endpoints. An upload token is valid for sixty minutes and one comment."""

from __future__ import annotations

import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals, render
from sandbox.zendesk.helpdesk import Helpdesk, created, gone, host, ok, path_id
from sandbox.zendesk.models import Upload

KEPT = timedelta(minutes=60)


class FileRoutes:
    """Uploads for comments, and downloads of attachments."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        return [
            Route("/api/v2/uploads", self.upload, methods=["POST"]),
            Route("/api/v2/uploads/{token}", self.delete, methods=["DELETE"]),
            Route("/api/v2/attachments/{id}", self.show, methods=["GET"]),
            Route("/attachments/token/{token}/", self.download, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        query, now = request.query_params, self.account.instant()
        name = query.get("filename")
        if not name:
            raise refusals.invalid_attribute("filename", "api/v2/uploads", "is missing")
        fresh = Upload(secrets.token_urlsafe(18), now + KEPT)
        upload = self.account.uploads.setdefault(query.get("token") or fresh.token, fresh)
        kind = request.headers.get("content-type", "application/octet-stream")
        attachment = self.account.add_attachment(name, kind, await request.body())
        upload.attachments.append(attachment)
        shown = render.attachment(attachment, host(request))
        return created({"upload": render.upload(upload, host(request))}, shown["url"])

    async def delete(self, request: Request) -> Response:
        if self.account.uploads.pop(request.path_params["token"], None) is None:
            raise refusals.not_found()
        return gone()

    async def show(self, request: Request) -> Response:
        found = self.account.attachments.get(path_id(request))
        if found is None:
            raise refusals.not_found()
        return ok({"attachment": render.attachment(found, host(request))})

    async def download(self, request: Request) -> Response:
        """Authorised by the token in the address alone."""
        token = request.path_params["token"]
        files = self.account.attachments.values()
        found = next((a for a in files if a.token == token), None)
        if found is None:
            raise refusals.not_found()
        return Response(found.content, media_type=found.content_type)
