"""The assumptions a rehearsal looks at: what the desk believes of Zendesk and Slack without having seen it. A closed table.

Each has one plain sentence, where it matters, and, where no rehearsal can see it, why and how it could be seen.
"""

from collections.abc import Mapping

from ops.live.about_sign_in import SIGN_IN
from ops.live.about_slack import SLACK
from ops.live.about_tickets import TICKETS
from ops.live.about_triggers import TRIGGERS
from ops.live.verdicts import Assumption

ALL: tuple[Assumption, ...] = (*SIGN_IN, *TICKETS, *TRIGGERS, *SLACK)
BY_ID: Mapping[str, Assumption] = {one.id: one for one in ALL}
