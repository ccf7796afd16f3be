"""Assumptions about tickets, the incremental export, follow-ups, brands and routing. Pure table."""

from ops.live.verdicts import Assumption

_ONCE = "`integrations/zendesk/client.py`: a ticket is made once"


def _a(name: str, says: str, matters: str, unseen: str = "") -> Assumption:
    return Assumption(id=name, says=says, matters=matters, unseen=unseen)


TICKETS: tuple[Assumption, ...] = (
    _a(
        "once-miss",
        "The first request under an `Idempotency-Key` is answered with `x-idempotency-lookup: miss`.",
        _ONCE,
    ),
    _a("once-hit", "The same request again gets the first ticket again, with `x-idempotency-lookup: hit`.", _ONCE),
    _a("once-other-body", "Another body under the key is refused with 400.", _ONCE),
    _a("listed-at-once", "A ticket is in the list by `external_id` directly after it was made.", _ONCE),
    _a(
        "note-internal",
        "A first comment and a note that are sent as internal stay internal.",
        "no customer hears of a case by mail",
    ),
    _a("stale-409", "A `safe_update` with an old stamp is refused with 409.", "two people at one ticket"),
    _a("fresh-stamp", "A `safe_update` with the ticket's own `updated_at` is taken.", "two people at one ticket"),
    _a(
        "group-stays",
        "A ticket is in the group it was made in or moved to when it is read back: no trigger or queue moved it on.",
        "`integrations/zendesk/client.py`: the group is compared",
    ),
    _a(
        "no-queues",
        "The account has no custom queues, which ignore a ticket's group.",
        "routing: a queue may assign what the desk put into a group",
    ),
    _a(
        "audit-requester",
        "Another requester is an audit event `Change` of `requester_id`.",
        "nothing: the desk reads the ticket itself, and audits only say who moved it",
    ),
    _a(
        "options-nested",
        "Levels of a nested dropdown are written with `::` in the option's name.",
        "`integrations/zendesk/names.py`: the query type",
    ),
    _a(
        "tags-unique",
        "No two dropdown options of the account have the same tag.",
        "`integrations/zendesk/names.py`: a ticket holds the tag",
    ),
    _a(
        "export-newest",
        "The incremental export leaves out the newest minute.",
        "a sweep by cursor sees a ticket after that minute",
    ),
    _a(
        "show-many-gone",
        "`show_many` leaves a deleted ticket out, without an error.",
        "`integrations/zendesk/client.py`: which tickets are gone",
    ),
    _a(
        "follow-up-tags",
        "A follow-up of a closed ticket has the closed one's tags.",
        "a trigger's guard tag comes along",
    ),
    _a(
        "follow-up-source",
        "A follow-up says in `via.source.from.ticket_id` which ticket it follows.",
        "a case goes on in the follow-up",
    ),
    _a(
        "suspended-agents",
        "Routing and groups pass suspended agents over.",
        "nothing: the desk sets the group only",
        "It would need a suspended agent. To see it: suspend one of a group's agents and move a ticket there.",
    ),
    _a(
        "brands-triggers",
        "A trigger without a condition on `brand_id` runs for every brand.",
        "accounts with several brands",
        "It would need a ticket of another brand and a trigger of one's own. To see it: make a ticket of each brand by "
        "hand after `ato provision`, and look at the webhook's calls.",
    ),
    _a(
        "sandbox-ids",
        "In a sandbox of the account groups, forms and fields have other numbers.",
        "`ato provision` finds them by name",
        "One account is looked at. To see it: compare the numbers in Admin Center of both.",
    ),
)
