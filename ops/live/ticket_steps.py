"""Rehearsal steps of tickets: idempotent create, notes, group change, requester change, read back."""

import json
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from integrations.zendesk.names import plain
from ops.live.scene import TAG, Scene, since
from ops.live.verdicts import LeftOut, StepFailed

Json = dict[str, Any]

SUBJECT = "Test of ATO Desk: this ticket may be deleted"
NOTE = "A test of ATO Desk by whoever installs it. No customer is concerned; the ticket is deleted in a moment."
_COLLISION = "DatabaseConflict"
"""A 409 that says nothing about stamps: two of Zendesk's own writes met."""
_FRESH_S = 45.0
"""Seconds within which a ticket is surely of the newest minute."""


def note_body(words: str, **more: Any) -> dict[str, Any]:
    """Build an update with an internal note."""
    return {"ticket": {"comment": {"body": words, "public": False}, **more}}


def find_groups(scene: Scene) -> str:
    """Find two groups for the move: the default one and another."""
    rows = scene.account.expect("GET", "groups.json", query={"page[size]": "100"}).rows("groups")
    there = [row for row in rows if not row.get("deleted") and isinstance(row.get("id"), int)]
    there.sort(key=lambda row: not row.get("default"))
    scene.groups = tuple(row["id"] for row in there[:2])
    return f"{len(there)} groups are there."


def make_once(scene: Scene) -> str:
    """Create a ticket under an idempotency key, repeat it, then send another body under the key."""
    first = _new(scene, SUBJECT)
    headers = {"Content-Type": "application/json", "Idempotency-Key": scene.key}
    scene.may_have_tickets = True
    made = scene.account.ask("POST", "tickets.json", first, headers=headers)
    if not made.good or not isinstance(made.at("ticket", "id"), int):
        raise StepFailed(f"Zendesk answered the test ticket with {made.told()}.")
    scene.ticket, scene.made_at = made.at("ticket"), time.monotonic()
    scene.tickets[scene.number] = False
    _looked_up(scene, "once-miss", made.headers, "miss", same=True)
    _internal(scene, made.rows("audit", "events"))
    again = scene.account.ask("POST", "tickets.json", first, headers=headers)
    same = again.at("ticket", "id") == scene.number
    _looked_up(scene, "once-hit", again.headers, "hit", same=same)
    other = scene.account.ask("POST", "tickets.json", _new(scene, f"{SUBJECT}."), headers=headers)
    scene.findings.saw("once-other-body", other.status == 400, other.told())
    rows = scene.account.expect("GET", "tickets.json", query={"external_id": scene.key}).rows("tickets")
    scene.findings.saw("listed-at-once", any(row.get("id") == scene.number for row in rows), f"{len(rows)} in the list")
    return "A test ticket was made, with an internal comment and the settings' placeholder as its requester."


def _new(scene: Scene, subject: str) -> bytes:
    wanted: dict[str, Any] = {
        "subject": subject,
        "comment": {"body": NOTE, "public": False},
        "external_id": scene.key,
        "requester": {
            "name": scene.zendesk.placeholder_name,
            "email": scene.zendesk.placeholder_email,
        },
        "tags": [TAG],
    }
    if scene.groups:
        wanted["group_id"] = scene.groups[0]
    return json.dumps({"ticket": wanted}).encode()


def _looked_up(scene: Scene, name: str, headers: dict[str, str], wanted: str, *, same: bool) -> None:
    told = headers.get("x-idempotency-lookup", "")
    which = "the same ticket" if same else "another ticket"
    what = told if told in {"hit", "miss"} else "no such word"
    scene.findings.saw(name, told == wanted and same, f"`x-idempotency-lookup`: {what}; {which}")


def _internal(scene: Scene, events: Iterable[dict[str, Any]]) -> None:
    """Record whether the comment of an update is internal; no evidence, no record."""
    told = [one.get("public") for one in events if one.get("type") == "Comment"]
    if told:
        scene.findings.saw("note-internal", not any(told), f"`public`: {str(bool(any(told))).lower()}")


def look_at_export(scene: Scene) -> str:
    """Read the incremental export of the last minutes while the ticket is new. Only ids are read."""
    number, query = scene.number, {"start_time": str(scene.export_from)}
    answer = scene.account.ask("GET", "incremental/tickets/cursor.json", query=query)
    if not answer.good:
        scene.unclear("export-newest", answer)
        return f"The export answered with {answer.told()}."
    there = any(row.get("id") == number for row in answer.rows("tickets"))
    if since(scene.made_at) > _FRESH_S or not (there or answer.at("end_of_stream") is True):
        why = "The export had more pages, or the ticket was not new any more."
        scene.findings.missed("export-newest", why)
    else:
        told = f"a ticket of less than a minute {'was' if there else 'was not'} in it"
        scene.findings.saw("export-newest", not there, told)
    return "The export was asked once."


def note(scene: Scene) -> str:
    """Add an internal note with the current stamp, then try a stale stamp."""
    path = f"tickets/{scene.number}.json"
    read = scene.account.expect("GET", path)
    if scene.groups:
        stayed = read.at("ticket", "group_id") == scene.groups[0]
        told = "in the group it was made in" if stayed else "in another group than it was made in"
        scene.findings.saw("group-stays", stayed, told)
    stamp = str(read.at("ticket", "updated_at"))
    safe = note_body("An internal note.", safe_update=True, updated_stamp=stamp)
    fresh = scene.account.ask("PUT", path, safe)
    if fresh.status not in {200, 409} or fresh.error == _COLLISION:
        raise StepFailed(f"Zendesk answered a note with {fresh.told()}.")
    scene.findings.saw("fresh-stamp", fresh.good, fresh.told())
    _internal(scene, fresh.rows("audit", "events"))
    try:
        old = (datetime.fromisoformat(stamp) - timedelta(hours=1)).isoformat()
    except ValueError:
        raise StepFailed("The ticket's `updated_at` is no instant.") from None
    late = scene.account.ask("PUT", path, note_body("An old note.", safe_update=True, updated_stamp=old))
    if late.error == _COLLISION:
        raise StepFailed(f"Zendesk answered a note with {late.told()}.")
    scene.findings.saw("stale-409", late.status == 409, late.told())
    return "An internal note was written, and one with an old stamp was tried."


def move(scene: Scene) -> str:
    """Move the ticket to another group and back, reading it after each."""
    if len(scene.groups) < 2:
        raise LeftOut("The account has one group only.")
    path, stood = f"tickets/{scene.number}.json", []
    for group in (scene.groups[1], scene.groups[0]):
        scene.account.expect("PUT", path, {"ticket": {"group_id": group}})
        stood.append(scene.account.expect("GET", path).at("ticket", "group_id") == group)
    told = "after it was made and both times in the group" if all(stood) else "in another group than it was given"
    scene.findings.saw("group-stays", all(stood), told)
    return "The ticket was moved to another group and back."


def _options(row: Json) -> Iterable[Json]:
    """Return the options of a ticket field; none for another kind."""
    found = row.get("custom_field_options")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def read_history(scene: Scene) -> str:
    """Make the desk's user the requester and read the audits: who moved the ticket, and in which form."""
    path = f"tickets/{scene.number}"
    scene.account.expect("PUT", f"{path}.json", {"ticket": {"requester_id": scene.me}})
    audits = scene.account.expect("GET", f"{path}/audits.json").rows("audits")
    _by_owner(scene, audits)
    changed = [one for one in audits if _changes(one, "requester_id")]
    seen = "event `Change`, field `requester_id`" if changed else "no such event"
    scene.findings.saw("audit-requester", bool(changed), seen)
    return "The ticket got the desk's own user as its requester; its audits were read."


def _changes(audit: dict[str, Any], field: str) -> bool:
    events = audit.get("events")
    return isinstance(events, list) and any(
        isinstance(one, dict) and (one.get("type"), one.get("field_name")) == ("Change", field) for one in events
    )


def look_at_fields(scene: Scene) -> str:
    """Check how nested options are written, and that option tags are unique."""
    rows = scene.account.expect("GET", "ticket_fields.json", query={"page[size]": "100"}).rows("ticket_fields")
    options = [one for row in rows for one in _options(row)]
    tags = [str(one.get("value")) for one in options]
    twice = len(tags) - len(set(tags))
    if options:
        nested = sum("::" in str(one.get("name")) for one in options)
        scene.findings.saw("tags-unique", not twice, f"{len(tags)} options, {twice} tags used twice")
        if nested:
            scene.findings.saw("options-nested", True, f"{nested} of {len(options)} options")
    for name in ("tags-unique", "options-nested"):
        scene.findings.missed(name, "The account has no such option. Run `ato provision` first.")
    title = plain(scene.zendesk.query_type_field)
    scene.option_field = next((row for row in rows if plain(str(row.get("title"))) == title), {})
    return f"{len(rows)} ticket fields are there."


def _by_owner(scene: Scene, audits: Iterable[Json]) -> None:
    """Check that our own changes of group and requester name the owner of the OAuth client."""
    ours = [one for one in audits if _changes(one, "group_id") or _changes(one, "requester_id")]
    told = "the user of /users/me wrote them" if ours else "no such audit"
    strangers = [one for one in ours if one.get("author_id") != scene.me]
    what = f"{len(strangers)} of {len(ours)} by somebody else" if strangers else told
    scene.findings.saw("owner-acts", bool(ours) and not strangers, what)
