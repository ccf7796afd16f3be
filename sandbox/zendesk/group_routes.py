"""Group and membership endpoints."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals, render
from sandbox.zendesk.helpdesk import Helpdesk, created, gone, host, ok, path_id, sent
from sandbox.zendesk.models import Group, Membership
from sandbox.zendesk.paging import page
from sandbox.zendesk.values import as_id


class GroupRoutes:
    """Groups and memberships, whole or of one group or one user."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        groups, memberships = "/api/v2/groups", "/api/v2/group_memberships"
        return [
            Route(groups, self.list_all, methods=["GET"]),
            Route(groups, self.create, methods=["POST"]),
            Route(groups + "/assignable", self.list_all, methods=["GET"]),
            Route(groups + "/{id}", self.show, methods=["GET"]),
            Route(groups + "/{id}", self.update, methods=["PUT"]),
            Route(groups + "/{id}", self.delete, methods=["DELETE"]),
            Route(groups + "/{id}/memberships", self.of_group, methods=["GET"]),
            Route("/api/v2/users/{id}/groups", self.groups_of_user, methods=["GET"]),
            Route("/api/v2/users/{id}/group_memberships", self.of_user, methods=["GET"]),
            Route(memberships, self.memberships, methods=["GET"]),
            Route(memberships, self.join, methods=["POST"]),
            Route(memberships + "/{id}", self.show_membership, methods=["GET"]),
            Route(memberships + "/{id}", self.leave, methods=["DELETE"]),
        ]

    def found(self, request: Request) -> Group:
        group = self.account.group(path_id(request))
        if group is None:
            raise refusals.not_found()
        return group

    async def list_all(self, request: Request) -> Response:
        rows = sorted((g for g in self.account.groups.values() if not g.deleted), key=_name)
        return ok(page(request, "groups", rows, lambda g: render.group(g, host(request))))

    async def show(self, request: Request) -> Response:
        return ok({"group": render.group(self.found(request), host(request))})

    async def create(self, request: Request) -> Response:
        wanted = await sent(request, "group")
        if not wanted.get("name"):
            raise refusals.invalid_one("name", "Name: cannot be blank", "BlankValue")
        group = self.account.add_group(str(wanted["name"]), str(wanted.get("description") or ""))
        shown = render.group(group, host(request))
        return created({"group": shown}, shown["url"])

    async def update(self, request: Request) -> Response:
        group, wanted = self.found(request), await sent(request, "group")
        group.name = str(wanted.get("name", group.name))
        group.description = str(wanted.get("description", group.description))
        group.updated_at = self.account.instant()
        shown = render.group(group, host(request))
        return ok({"group": shown}, 200, {"location": shown["url"]})

    async def delete(self, request: Request) -> Response:
        self.found(request).deleted = True
        return gone()

    # Memberships -----------------------------------------------------------------------------

    def _page(self, request: Request, rows: list[Membership]) -> Response:
        at = host(request)
        return ok(page(request, "group_memberships", rows, lambda m: render.membership(m, at)))

    async def memberships(self, request: Request) -> Response:
        return self._page(request, list(self.account.memberships.values()))

    async def of_group(self, request: Request) -> Response:
        group, all_of_them = self.found(request), self.account.memberships.values()
        return self._page(request, [m for m in all_of_them if m.group_id == group.id])

    async def of_user(self, request: Request) -> Response:
        user_id, all_of_them = path_id(request), self.account.memberships.values()
        return self._page(request, [m for m in all_of_them if m.user_id == user_id])

    async def groups_of_user(self, request: Request) -> Response:
        user_id = path_id(request)
        rows = [g for g in self.account.groups.values() if self.account.in_group(user_id, g.id)]
        return ok(page(request, "groups", rows, lambda g: render.group(g, host(request))))

    async def join(self, request: Request) -> Response:
        wanted = await sent(request, "group_membership")
        user = self.account.users.get(as_id(wanted.get("user_id")))
        group = self.account.group(as_id(wanted.get("group_id")))
        if user is None or group is None or not user.is_agent:
            raise refusals.invalid_one("user", "User: must be an agent of a known group")
        if self.account.in_group(user.id, group.id):
            text = "User: has already been taken"
            raise refusals.invalid_one("user_id", text, "DuplicateValue")
        shown = render.membership(self.account.join(user, group), host(request))
        return created({"group_membership": shown}, shown["url"])

    def _membership(self, request: Request) -> Membership:
        found = self.account.memberships.get(path_id(request))
        if found is None:
            raise refusals.not_found()
        return found

    async def show_membership(self, request: Request) -> Response:
        shown = render.membership(self._membership(request), host(request))
        return ok({"group_membership": shown})

    async def leave(self, request: Request) -> Response:
        del self.account.memberships[self._membership(request).id]
        return gone()


def _name(group: Group) -> str:
    return group.name
