"""Rehearsal steps after a ticket's life: follow-up of a closed ticket, deletion, queues."""

import json

from ops.live.scene import TAG, Scene
from ops.live.ticket_steps import NOTE, SUBJECT
from ops.live.verdicts import LeftOut, StepFailed


def follow_up(scene: Scene) -> str:
    """Close the ticket and make a follow-up of it, without tags of its own."""
    closed = scene.account.ask("PUT", f"tickets/{scene.number}.json", {"ticket": {"status": "closed"}})
    if closed.at("ticket", "status") != "closed":
        raise LeftOut(f"The account does not let the ticket be closed at once: {closed.told()}.")
    wanted = {
        "subject": SUBJECT,
        "comment": {"body": NOTE, "public": False},
        "external_id": scene.key,
        "via_followup_source_id": scene.number,
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"{scene.key}_2"}
    made = scene.account.ask("POST", "tickets.json", json.dumps({"ticket": wanted}).encode(), headers=headers)
    number, tags = made.at("ticket", "id"), made.at("ticket", "tags")
    if not made.good or not isinstance(number, int):
        raise StepFailed(f"Zendesk answered a follow-up with {made.told()}.")
    scene.tickets[number] = False
    along = isinstance(tags, list) and TAG in tags
    scene.findings.saw(
        "follow-up-tags", along, "the closed ticket's tag came along" if along else "the tag did not come along"
    )
    source = made.at("ticket", "via", "source", "from", "ticket_id")
    told = "the closed ticket's number" if source == scene.number else "something else"
    scene.findings.saw("follow-up-source", source == scene.number, told)
    return "The ticket was closed, and a follow-up made."


def delete_one(scene: Scene) -> str:
    """Delete one ticket and ask for all of them at once."""
    number, *others = sorted(scene.tickets, reverse=True) or [scene.number]
    scene.account.expect("DELETE", f"tickets/{number}.json")
    scene.tickets[number] = True
    ids = ",".join(str(one) for one in (number, *others))
    answer = scene.account.ask("GET", "tickets/show_many.json", query={"ids": ids})
    given = {row.get("id") for row in answer.rows("tickets")}
    holds = answer.good and number not in given and given == set(others)
    scene.findings.saw("show-many-gone", holds, f"{answer.told()}: {len(given)} of {len(others) + 1} came")
    return "A ticket was deleted."


def look_at_queues(scene: Scene) -> str:
    """Look for custom queues."""
    answer = scene.account.ask("GET", "queues.json")
    if answer.good:
        count = len(answer.rows("queues"))
        scene.findings.saw("no-queues", count == 0, f"{count} queues")
    else:
        scene.unclear("no-queues", answer)
    return f"Zendesk answered with {answer.told()}."
