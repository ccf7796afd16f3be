"""Rehearsal steps of OAuth scopes: one token per scope, and the endpoints it opens."""

from ops.live.account import Account, Answer
from ops.live.scene import NO_CLIENT, Scene, Token
from ops.live.ticket_steps import note_body
from ops.live.verdicts import LeftOut

UNNAMED = {
    "scope-fields": "ticket_fields.json",
    "scope-forms": "ticket_forms.json",
    "scope-statuses": "custom_statuses.json",
    "scope-queues": "queues.json",
}
_EACH = {
    "groups:read": ("scope-groups", "groups.json"),
    "brands:read": ("scope-brands", "brands.json"),
    "triggers:read": ("scope-categories", "trigger_categories.json"),
}
_MADE: tuple[tuple[str, str, dict[str, str], set[str]], ...] = (
    ("scope-write-fields", "ticket_field", {"title": ""}, {"write"}),
    ("scope-write-groups", "group", {"name": ""}, {"groups:write", "write"}),
)
"""Things without a name, which are refused even where the scope is enough."""
ONE = {"page[size]": "1"}


def reading_token(scene: Scene) -> str:
    """Test what `tickets:read` opens and refuses, and that a revoked token is refused."""
    token, answer = scene.minted("tickets:read")
    _minted(scene, answer)
    with scene.using(token) as account:
        refused = account.ask("GET", "groups.json", query=ONE)
        scene.named = tuple(refused.lacking.replace(",", " ").split())
        told = f"{refused.told()}, naming {refused.lacking or 'no scope'}"
        scene.findings.saw("scope-refusal", refused.status == 403 and bool(refused.lacking), told)
        _of_tickets(scene, account)
        query = {"query": f"external_id:{scene.key}", "per_page": "1"}
        scene.shut("scope-search", account.ask("GET", "search.json", query=query), "tickets:read", {"read"})
        for name, path in UNNAMED.items():
            scene.shut(name, account.ask("GET", path), "tickets:read", {"read"})
        _revoked(scene, token, account)
    return "`tickets:read` was tried at eight endpoints, then revoked."


def _minted(scene: Scene, answer: Answer) -> None:
    """Record how a token was returned that was requested as the desk requests it."""
    scene.findings.saw("mint-status", answer.status == 201, f"{answer.status}")
    told = "came" if answer.at("expires_in") is not None else "did not come"
    scene.findings.saw("mint-life-told", told == "came", f"`expires_in` {told}")


def _of_tickets(scene: Scene, account: Account) -> None:
    """Call the ticket endpoints. Only the export's status is read."""
    number = scene.ticket.get("id")
    if number is None:
        return
    scene.opened("scope-audits", account.ask("GET", f"tickets/{number}/audits.json"), "tickets:read")
    start = {"start_time": str(scene.export_from), "per_page": "1"}
    export = account.ask("GET", "incremental/tickets/cursor.json", query=start)
    scene.opened("scope-incremental", export, "tickets:read")


def _revoked(scene: Scene, token: Token, account: Account) -> None:
    """Revoke the token and use it once more."""
    if not scene.revoke(token):
        scene.findings.missed("delete-by-id", "The token could not be revoked by its number.")
        return
    after = account.ask("GET", "users/me.json")
    holds = (after.status, after.error) == (401, "invalid_token")
    scene.findings.saw("delete-by-id", holds, f"204, then {after.told()} to the token")


def writing_token(scene: Scene) -> str:
    """Test what `tickets:write` opens."""
    with scene.only("tickets:write") as account:
        query = {"filename": "ato-desk-test.csv"}
        upload = account.ask("POST", "uploads.json", b"test\n", query, {"Content-Type": "text/csv"})
        scene.opened("scope-uploads", upload, "tickets:write")
        if isinstance(kept := upload.at("upload", "token"), str):
            scene.hidden.add(kept)
            scene.uploads.append(kept)
        for name, kind, given, needs in _MADE:
            made = account.ask("POST", f"{kind}s.json", {kind: given})
            if made.status in {400, 422}:
                scene.findings.saw(name, False, f"{made.told()}: the scope was enough")
            else:
                scene.shut(name, made, "tickets:write", needs)
            if made.good:
                scene.strays.append(f"{kind}s/{made.at(kind, 'id')}.json")
    return "`tickets:write` was tried at uploads, ticket fields and groups."


def each_token(scene: Scene) -> str:
    """Test that groups, brands and categories open to their own scope, each with a token of its own if needed."""
    if scene.mint is None:
        raise LeftOut(NO_CLIENT)
    try:
        _try_each(scene, tuple(_EACH))
    except LeftOut:
        refused = [scope for scope in _EACH if not _given(scene, scope)]
        if refused:
            return f"Not given to this client: {', '.join(refused)}."
    return "Three scopes were tried at their endpoints."


def _given(scene: Scene, scope: str) -> bool:
    try:
        _try_each(scene, (scope,))
    except LeftOut as why:
        scene.findings.missed(_EACH[scope][0], str(why))
        return False
    return True


def _try_each(scene: Scene, scopes: tuple[str, ...]) -> None:
    with scene.only(" ".join(scopes)) as account:
        for scope in scopes:
            name, path = _EACH[scope]
            answer = account.ask("GET", path, query=ONE)
            scene.opened(name, answer, scope)
            if scope == "groups:read":
                _any_one(scene, answer)


def _any_one(scene: Scene, answer: Answer) -> None:
    """Compare with the scopes a 403 named, of which this token has one."""
    if "groups:read" in scene.named and len(scene.named) > 1:
        told = f"{answer.told()} with groups:read, where a 403 had named {', '.join(scene.named)}"
        scene.findings.saw("scope-any-one", answer.good, told)
    else:
        scene.findings.missed("scope-any-one", "No 403 had named several scopes for groups.")


def serving_token(scene: Scene) -> str:
    """Do the work of `ato serve` with only the scopes it requests."""
    wanted = scene.serving
    with scene.only(wanted) as account:
        answers = [account.ask("GET", path, query=ONE) for path in ("groups.json", "ticket_fields.json")]
        body = note_body("A note with the scopes that `ato serve` has.")
        answers.append(account.ask("PUT", f"tickets/{scene.number}.json", body))
    told = ", ".join(answer.told() for answer in answers)
    holds = all(answer.good for answer in answers)
    scene.findings.saw("scope-serve", holds, f"with {wanted}: {told}")
    return f"Groups, fields and a note were tried with {wanted}."
