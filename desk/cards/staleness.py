"""Card staleness: which cards are outdated, and the effect that redraws them. Pure."""

from desk.cards.case_card import face, inboxes, shows_everywhere
from desk.case.effects import Effect, ShowCard
from desk.case.fold import fold
from desk.case.lanes import card_lane, planned
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.workflow.duties import duties


def cards(draft: Draft, skip: str | None = None) -> tuple[Effect, ...]:
    """Plan an update for each inbox whose card is outdated; one at a time per inbox."""
    effects: list[Effect] = []
    drawn: dict[int, Case] = {}
    for inbox in inboxes(draft.situation):
        card = draft.case.cards.get(inbox)
        if inbox == skip or (card and card.pending):
            continue
        if card is None or not card.version or _stale(draft.situation, inbox, drawn):
            effect = show_card(draft.situation, inbox)
            draft.add(planned(effect, draft.now))
            effects.append(effect)
    return tuple(effects)


UNSEEN = frozenset(
    {
        "effect_planned",
        "card_shown",
        "people_told",
        "ticket_read",
        "act_refused",
        "chase_sent",
        "customer_told",
        "back_office_answered",
        "question_put",
        "claim_looked_into",
        "answers_learnt",
    }
)
"""Kinds of events that change no card by themselves."""


def _stale(situation: Situation, inbox: str, drawn: dict[int, Case]) -> bool:
    """Compare the view model with the drawn one; skipped when nothing visible has happened since.

    `drawn` caches the case as it was at the versions compared before.
    """
    case = situation.case
    version = case.cards[inbox].version
    since_then = case.log[version:]
    if all(event.kind in UNSEEN for event in since_then):
        return False
    if any(shows_everywhere(event, situation) for event in since_then):
        return True
    if version not in drawn:
        since = max((one for one in drawn if one < version), default=0)
        seen = [event for event in case.log[since:version] if event.kind not in UNSEEN]
        drawn[version] = fold(drawn.get(since, Case(id=case.id)), seen)
    return face(situation.of(drawn[version]), inbox) != face(situation, inbox)


def show_card(situation: Situation, inbox: str) -> ShowCard:
    """Return the effect that draws a card next."""
    case = situation.case
    card = case.cards.get(inbox)
    count = card.planned if card else 0
    urgent = any(duty.urgent for duty in duties(situation))
    return ShowCard(
        key=f"{case.id}/card:{inbox}/{count + 1}/0",
        case=case.id,
        lane=card_lane(case, inbox),
        urgent=urgent,
        inbox=inbox,
    )
