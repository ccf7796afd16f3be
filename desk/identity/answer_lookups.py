"""Look-ups of reference answers: planned when an order number or customer id is recorded. Pure."""

from desk.case import events as ev
from desk.case.effects import AskBackOffice
from desk.case.lanes import planned
from desk.case.situation import Draft
from desk.case.state import Case
from desk.identity.answer_check import CUSTOMER, look_key, looked
from desk.identity.back_office_results import ABOUT
from desk.playbook.model import Playbook
from desk.playbook.parts import by_desk
from desk.playbook.safeguards import About


def look_ups(draft: Draft) -> tuple[AskBackOffice, ...]:
    """Plan a look-up for each new order number or customer id; none twice in a row for the same one."""
    told = {name for event in draft.events if isinstance(event, ev.FactsRecorded) for name in event.facts}
    if not told or not draft.case.open:
        return ()
    found: list[AskBackOffice] = []
    for about, of in _wanted(draft.playbook).items():
        effect = _look_up(draft.case, about, of) if of in told else None
        if effect:
            draft.add(planned(effect, draft.now))
            found.append(effect)
    return tuple(found)


def _wanted(playbook: Playbook) -> dict[About, str]:
    """Return the field that a look-up is made by, for each subject this playbook compares."""
    return {how.about: how.of for spec in playbook.fields.values() if (how := by_desk(spec))}


def _look_up(case: Case, about: About, of: str) -> AskBackOffice | None:
    value = case.value(of)
    if not value or f"{about} {value}" in case.learnt:
        return None
    names: dict[About, str] = {"order": "order", "profile": CUSTOMER}
    ask = next(ask for ask, one in ABOUT.items() if one == about)
    key = look_key(case, about, max(looked(case, about), default=0) + 1)
    return AskBackOffice.model_validate(
        {
            "key": key,
            "case": case.id,
            "lane": f"{case.id}:learn:{about}",
            "urgent": True,
            "ask": ask,
            names[about]: str(value),
        }
    )
