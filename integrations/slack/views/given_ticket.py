"""Modal in which a person confirms the ticket they gave: what Zendesk has of it, and what does not fit. Pure."""

from collections.abc import Callable, Sequence

from desk.case.results import TicketInspected
from desk.fields.templates import Say
from desk.rules.given_ticket import NOTHING
from desk.values import Line
from integrations.slack.codec.meta import FormMeta
from integrations.slack.views.form import BY_HAND, HAND, modal, paragraph
from integrations.slack.views.inputs import Block, cut, plain

ASKED = Line(key="Is ticket #{ticket} the one of {case}? The desk writes to it from now on. Zendesk has it like this:")
SUBJECT = Line(key="Subject: {subject}")
REQUESTER = Line(key="Requester: {name}")
FORM = Line(key="Form: {form}")
QUERY_TYPE = Line(key="Query type: {query_type}")
GROUP = Line(key="Group: {group}")
MADE = Line(key="Created: {created_at}")
DIFFERS = Line(key="This does not fit:")
TAKE = Line(key="Take this ticket")


def confirm_view(
    meta: FormMeta,
    found: TicketInspected,
    case: str,
    differences: Sequence[Line],
    words: Callable[[Line], str],
    say: Say,
    language: str,
) -> Block:
    """Build the modal; its metadata holds the number and the mark of what is shown."""
    shown = meta.model_copy(update={"field": str(found.seen.id), "shown": found.mark})
    asked = words(Line(key=ASKED.key, args={"ticket": found.seen.id, "case": case}))
    facts = "\n".join(words(line) for line in _facts(found))
    blocks = [paragraph(asked), paragraph(cut(facts, 2900))]
    if differences:
        blocks.append(paragraph("\n".join([words(DIFFERS), *(f"• {words(one)}" for one in differences)])))
    view = modal(HAND, BY_HAND, shown, blocks, say, language)
    return {**view, "submit": plain(say(TAKE, language, "UTC"), 24)}


def _facts(found: TicketInspected) -> list[Line]:
    seen, who = found.seen, found.requester
    lines = [
        Line(key=SUBJECT.key, args={"subject": found.subject[:300] or NOTHING}),
        Line(key=REQUESTER.key, args={"name": (who.name[:200] if who else "") or NOTHING}),
        Line(key=FORM.key, args={"form": seen.form or NOTHING}),
        Line(key=QUERY_TYPE.key, args={"query_type": found.query_type or NOTHING}),
        Line(key=GROUP.key, args={"group": seen.group or NOTHING}),
    ]
    return [*lines, Line(key=MADE.key, args={"created_at": found.created_at})] if found.created_at else lines
