"""User endpoints: list, show, search, create, `me`."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals, render
from sandbox.zendesk.helpdesk import Helpdesk, caller, created, host, ok, path_id, query_ids, sent
from sandbox.zendesk.models import Json, User
from sandbox.zendesk.paging import page

WRITABLE = ("name", "email", "phone", "locale", "time_zone", "external_id", "tags", "role")


class UserRoutes:
    """Users. An address belongs to one user; user search has no lag."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        users = "/api/v2/users"
        return [
            Route(users, self.list_all, methods=["GET"]),
            Route(users, self.create, methods=["POST"]),
            Route(users + "/me", self.me, methods=["GET"]),
            Route(users + "/search", self.search, methods=["GET"]),
            Route(users + "/show_many", self.show_many, methods=["GET"]),
            Route(users + "/create_or_update", self.create_or_update, methods=["POST"]),
            Route(users + "/{id}", self.show, methods=["GET"]),
            Route(users + "/{id}", self.update, methods=["PUT"]),
            Route(users + "/{id}", self.delete, methods=["DELETE"]),
        ]

    def found(self, request: Request) -> User:
        user = self.account.users.get(path_id(request))
        if user is None:
            raise refusals.not_found()
        return user

    async def list_all(self, request: Request) -> Response:
        roles = request.query_params.getlist("role[]") or request.query_params.getlist("role")
        rows = [u for u in self.account.users.values() if u.active and (not roles or u.role in roles)]
        return ok(page(request, "users", rows, lambda u: render.user(u, host(request))))

    async def me(self, request: Request) -> Response:
        """Invalid credentials do not fail here: the response is an anonymous user."""
        if request.scope.get("sandbox.user") is None:
            return ok({"user": render.anonymous(host(request))})
        shown = render.user(caller(request), host(request))
        return ok({"user": {**shown, "authenticity_token": secrets.token_urlsafe(32)}})

    async def search(self, request: Request) -> Response:
        query = request.query_params.get("query", "").strip().lower()
        external_id = request.query_params.get("external_id")
        rows = [u for u in self.account.users.values() if u.active and _fits(u, query, external_id)]
        return ok(page(request, "users", rows, lambda u: render.user(u, host(request))))

    async def show_many(self, request: Request) -> Response:
        ids, users = query_ids(request), self.account.users
        rows = [render.user(users[i], host(request)) for i in ids if i in users]
        return ok({"users": rows, "next_page": None, "previous_page": None, "count": len(rows)})

    async def show(self, request: Request) -> Response:
        return ok({"user": render.user(self.found(request), host(request))})

    async def create(self, request: Request) -> Response:
        wanted = await sent(request, "user")
        self._check(wanted, None)
        return self._created(request, wanted)

    async def create_or_update(self, request: Request) -> Response:
        wanted = await sent(request, "user")
        found = self.account.user_by_email(wanted.get("email")) if wanted.get("email") else None
        if found is None:
            self._check(wanted, None)
            return self._created(request, wanted)
        self._change(found, wanted)
        return ok({"user": render.user(found, host(request))})

    async def update(self, request: Request) -> Response:
        user, wanted = self.found(request), await sent(request, "user")
        self._check({"name": user.name, **wanted}, user)
        self._change(user, wanted)
        return ok({"user": render.user(user, host(request))})

    async def delete(self, request: Request) -> Response:
        user = self.found(request)
        user.active, user.email = False, None
        user.updated_at = self.account.instant()
        return ok({"user": render.user(user, host(request))})

    def _created(self, request: Request, wanted: Json) -> Response:
        user = self.account.add_user(str(wanted["name"]), None)
        self._change(user, wanted)
        shown = render.user(user, host(request))
        return created({"user": shown}, shown["url"])

    def _change(self, user: User, wanted: Json) -> None:
        for name in WRITABLE:
            if wanted.get(name) is not None:
                setattr(user, name, wanted[name])
        user.updated_at = self.account.instant()

    def _check(self, wanted: Json, user: User | None) -> None:
        if not wanted.get("name"):
            raise refusals.invalid_one("name", "Name: is too short (minimum one character)")
        email = wanted.get("email")
        other = self.account.user_by_email(email) if email else None
        if other is not None and other is not user:
            text = f"Email: {email} is already being used by another user"
            raise refusals.invalid_one("email", text, "DuplicateValue")


def _fits(user: User, query: str, external_id: str | None) -> bool:
    """`query` is an address, a name or a word, optionally after `email:`."""
    if external_id is not None:
        return user.external_id == external_id
    word = query.partition("email:")[2] or query
    words = (user.email or "").lower(), user.name.lower(), (user.phone or "")
    return bool(word) and any(word.strip('"') in text for text in words)
