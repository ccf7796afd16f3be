"""Assumptions about OAuth in Zendesk and the scopes that open each endpoint. Pure table."""

from ops.live.verdicts import Assumption

_MINT = "`integrations/zendesk/sign_in.py`"
_SCOPES = "`integrations/zendesk/scopes.py`: the least that `ato serve` asks for"


def _a(name: str, says: str, matters: str, unseen: str = "") -> Assumption:
    return Assumption(id=name, says=says, matters=matters, unseen=unseen)


SIGN_IN: tuple[Assumption, ...] = (
    _a("mint-status", "A token is given with status 201, not 200.", f"{_MINT} takes both"),
    _a(
        "mint-life-told",
        "A token that was asked for with `expires_in` comes with `expires_in`.",
        f"{_MINT}: when a token is replaced",
    ),
    _a("mint-life-unsent", "Without `expires_in` in the request the answer may lack it.", f"{_MINT} always sends it"),
    _a(
        "mint-scope-unsent",
        "Without `scope` in the request the client gets scopes of its own, not none.",
        "the desk always sends it",
    ),
    _a(
        "mint-bad-scope",
        "A scope that does not exist is refused with 400 and `invalid_scope`.",
        "`integrations/zendesk/sign_in_refusals.py`: which sentence people read",
    ),
    _a(
        "mint-bad-client",
        "A wrong secret is refused with `invalid_client`.",
        f"{_MINT}: the second client is tried then",
    ),
    _a(
        "client-unlimited",
        "A client without allowed scopes may ask for any.",
        "docs/installing.md: how the client is made",
        "Only Admin Center shows whether a client has allowed scopes. To see it: make a client without any, and "
        "rehearse with it.",
    ),
    _a(
        "owner-gone",
        "When the client's owner loses access, its tokens stop working.",
        "`ato doctor`: the owner is looked at",
        "It would need the owner to be taken away. To see it: downgrade the owner of a client that nobody uses, and "
        "call with its token.",
    ),
    _a(
        "mint-limit",
        "A handful of tokens in a minute is under any limit of minting and of live tokens.",
        f"{_MINT}: each replica has its own",
    ),
    _a(
        "current-any-scope",
        "`GET /oauth/tokens/current` answers a token whatever its scopes.",
        "`ato doctor`: it shows the scopes",
    ),
    _a(
        "current-keys",
        "It says `id`, `user_id`, `client_id`, `scopes` and `expires_at`.",
        "`ato doctor`: it shows the scopes",
    ),
    _a(
        "delete-current",
        "`DELETE /oauth/tokens/current` answers 204, and the token lives on.",
        "a token is revoked by its number",
    ),
    _a(
        "delete-by-id",
        "After `DELETE /oauth/tokens/{id}` the token is refused with 401 and `invalid_token`.",
        f"{_MINT}: it is renewed after a 401",
    ),
    _a(
        "owner-acts",
        "What the desk writes is by the user whom `GET /users/me` names.",
        "`integrations/zendesk/client.py`: our own changes are known by it",
    ),
    _a(
        "scope-refusal",
        "A missing scope is a 403 that names scopes.",
        "`integrations/zendesk/setup.py`: what doctor says of it",
    ),
    _a("scope-any-one", "Any one of the scopes that a 403 names will do.", _SCOPES),
    _a("scope-audits", "`tickets:read` opens the audits of tickets.", _SCOPES),
    _a("scope-incremental", "`tickets:read` opens the incremental export.", "a sweep by cursor"),
    _a("scope-uploads", "`tickets:write` opens uploads.", _SCOPES),
    _a("scope-groups", "`groups:read` opens groups.", _SCOPES),
    _a("scope-brands", "`brands:read` opens brands.", "accounts with several brands"),
    _a("scope-categories", "`triggers:read` opens categories of triggers.", "`ato provision`"),
    _a(
        "scope-search",
        "Search has no scope of its own: only `read` opens it.",
        "nothing: the desk lists by external id",
    ),
    _a("scope-fields", "Ticket fields have no scope of their own: only `read` opens them.", _SCOPES),
    _a("scope-forms", "Ticket forms have no scope of their own: only `read` opens them.", _SCOPES),
    _a(
        "scope-statuses",
        "Custom statuses have no scope of their own: only `read` opens them.",
        "accounts with custom statuses",
    ),
    _a(
        "scope-queues",
        "Queues have no scope of their own: only `read` opens them.",
        "accounts with omnichannel routing",
    ),
    _a(
        "scope-objects",
        "Custom objects have no scope of their own.",
        "nothing: the desk uses none",
        "The desk calls no custom objects. To see it: ask for them with a token that has `tickets:read` alone.",
    ),
    _a(
        "scope-write-fields",
        "Making ticket fields needs `write`.",
        "`integrations/zendesk/scopes.py`: what `ato provision` asks for",
    ),
    _a(
        "scope-write-groups",
        "Making groups needs `groups:write` or `write`.",
        "`integrations/zendesk/scopes.py`: what `ato provision` asks for",
    ),
    _a(
        "scope-write-forms",
        "Making ticket forms needs `write`.",
        "`integrations/zendesk/scopes.py`: what `ato provision` asks for",
        "A request that passes would make a form. To see it: make one by the API with a token that has `tickets:write` "
        "alone.",
    ),
    _a(
        "scope-provision",
        "`triggers:write` and `webhooks:write` open what their names say.",
        "`integrations/zendesk/scopes.py`: `ato provision` could ask for less than `write`",
        "A request that passes would make a trigger. To see it: give ATO_ZENDESK__PROVISION_SCOPES as `read "
        "triggers:write webhooks:write` and run `ato provision` where only a trigger is missing.",
    ),
    _a(
        "scope-serve",
        "The scopes that `ato serve` asks for, `read tickets:write` unless the settings say otherwise, are enough for "
        "it.",
        _SCOPES,
    ),
)
