"""Requirements of the playbooks: Zendesk objects by name, Slack groups and channels by role. Pure."""

from collections.abc import Iterator, Mapping

from config.settings import Settings
from desk.playbook.model import Playbook
from desk.playbook.parts import Act
from desk.values import Value, in_language
from integrations.zendesk.rules import Kind, Wanted, zendesk_path

WEBHOOK_PATH = "/zendesk/webhook"


class RoleWanted(Value):
    """A role that needs members, and whether it needs a channel."""

    role: str
    title: str
    channel: bool


def wanted(playbooks: Mapping[str, Playbook], settings: Settings) -> Wanted:
    """Collect what the Zendesk account must have."""
    url = settings.web.public_url
    return Wanted(
        field=settings.zendesk.query_type_field,
        kinds=tuple(dict.fromkeys(_kinds(playbooks))),
        groups=tuple(dict.fromkeys(_groups(playbooks))),
        endpoint=f"{url}{WEBHOOK_PATH}" if url else None,
        calls=bool(url) or settings.slack.app_token is None,
        desk=settings.name,
    )


def roles(playbooks: Mapping[str, Playbook]) -> tuple[RoleWanted, ...]:
    """List every role, each once."""
    found = {
        name: RoleWanted(role=name, title=in_language(role.title, "en"), channel=role.inbox == "channel")
        for playbook in playbooks.values()
        for name, role in playbook.roles.items()
    }
    return tuple(found.values())


def _kinds(playbooks: Mapping[str, Playbook]) -> Iterator[Kind]:
    for playbook in playbooks.values():
        for plan in playbook.ticket_plans:
            path = zendesk_path(plan.query_type) if plan.query_type else None
            yield Kind(form=plan.form, query_type=path)


def _groups(playbooks: Mapping[str, Playbook]) -> Iterator[str]:
    for playbook in playbooks.values():
        yield from (role.group for role in playbook.roles.values() if role.group)
        yield from (plan.group for plan in playbook.ticket_plans)
        for act in _acts(playbook):
            if act.update_ticket and act.update_ticket.group:
                yield act.update_ticket.group


def _acts(playbook: Playbook) -> Iterator[Act]:
    for step in playbook.steps.values():
        yield from step.does
        for outcome in step.outcomes.values():
            yield from outcome.does
