"""Registry of assumptions about Zendesk and Slack that a live rehearsal tests. Closed table.

Each has one sentence, where it matters, and, when a rehearsal cannot observe it, why and how to observe it.
"""

from collections.abc import Mapping

from ops.live.about_sign_in import SIGN_IN
from ops.live.about_slack import SLACK
from ops.live.about_tickets import TICKETS
from ops.live.about_triggers import TRIGGERS
from ops.live.verdicts import Assumption

ALL: tuple[Assumption, ...] = (*SIGN_IN, *TICKETS, *TRIGGERS, *SLACK)
BY_ID: Mapping[str, Assumption] = {one.id: one for one in ALL}
