"""Background jobs of the account: complete at once, `queued` in the response that starts them."""

from __future__ import annotations

import secrets

from sandbox.zendesk.account import Account
from sandbox.zendesk.models import Json
from sandbox.zendesk.render import iso
from sandbox.zendesk.render_setup import job


def start(account: Account, host: str, total: int | None, results: list[Json]) -> Json:
    job_id = f"V3-{secrets.token_hex(16)}"
    queued = job(job_id, host, total)
    account.jobs[job_id] = {
        **queued,
        "progress": len(results),
        "status": "completed",
        "message": f"Completed at {iso(account.instant())}",
        "results": results,
    }
    return queued
