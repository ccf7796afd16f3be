"""Dispute rules: other cases and deciders are notified, and a permitted role decides. Pure."""

from collections.abc import Iterator

from desk.cards.staleness import show_card
from desk.case.commands import DecideDispute, LookAtClaims
from desk.case.dispute_events import DisputeDecided, ProfileDisputed
from desk.case.effects import AskWhoWrote, Effect, TellRival
from desk.case.events import CaseEnded, CaseReopened, FactsRecorded
from desk.case.lanes import planned
from desk.case.privacy_events import CaseErased
from desk.case.situation import Draft, Situation
from desk.fields.template_values import display
from desk.identity import ownership_disputes
from desk.rules.case_actions import WHY
from desk.values import Line
from desk.workflow.inboxes import inbox_of
from desk.workflow.messages import message, said
from desk.workflow.permissions import UNKNOWN, deciders, only, works_here
from desk.workflow.refusals import Verdict, refuse


def look_at_claims(command: LookAtClaims, draft: Draft) -> Verdict:
    """Record which cases claim the profile now."""
    if draft.case.opened_at is None:
        return refuse(UNKNOWN)
    ownership_disputes.flag(draft)
    if not draft.case.open or command.about not in draft.case.rivals:
        return ()
    return tuple(_again(draft))


def _again(draft: Draft) -> Iterator[Effect]:
    """Redraw the deciders' cards, which show facts of the other case."""
    case = draft.case
    for inbox in (inbox_of(draft.situation, role) for role in deciders(draft.playbook)):
        card = case.cards.get(inbox)
        if card:  # also where a drawing is under way: it may have begun before
            effect = show_card(draft.situation, inbox)
            draft.add(planned(effect, draft.now))
            yield effect


def decide_dispute(command: DecideDispute, draft: Draft) -> Verdict:
    """Decide a dispute for this case; needs a deciding role, a reason, and not to have opened any of the cases."""
    if refusal := works_here(command, draft):
        return refusal
    case, roles = draft.case, deciders(draft.playbook)
    if draft.playbook.disputes is None or command.by.roles.isdisjoint(roles):
        return only(draft.playbook, roles if draft.playbook.disputes else ())
    if not case.rivals:
        return refuse(Line(key="Nobody else claims this profile. Nothing to do."))
    if any(command.by.is_named(one) for one in (case.opener, *draft.related.openers)):
        return refuse(
            Line(
                key="You opened one of these cases yourself, so somebody else has to decide. On duty now: {people}.",
                args={"people": f"role:{','.join(roles)}"},
            )
        )
    if new := [one for one in case.rivals if command.shown and one not in command.shown]:
        return refuse(
            Line(
                key=(
                    "{cases} claims this profile since you opened this form. Look at it first, then decide. I have not"
                    " changed anything."
                ),
                args={"cases": ", ".join(new)},
            )
        )
    if not command.reason.strip():
        return refuse(WHY)
    decided = DisputeDecided(at=draft.now, by=command.by.id, cases=case.rivals, reason=said(command.reason))
    draft.add(decided)
    return ()


def spread(draft: Draft) -> tuple[Effect, ...]:
    """Plan the effects of dispute events: other cases check again, and people are notified."""
    found: list[Effect] = []
    for event in tuple(draft.events):
        for effect in _of_event(draft, event):
            draft.add(planned(effect, draft.now))
            found.append(effect)
    return tuple(found)


def _of_event(draft: Draft, event: object) -> Iterator[Effect]:
    case = draft.case
    if isinstance(event, FactsRecorded):
        yield from _asked(draft.situation, event)
    elif isinstance(event, ProfileDisputed):
        yield from _heard(draft, event.new)
        yield from _told(draft, event) if event.new else ()
    elif isinstance(event, CaseEnded | CaseReopened | CaseErased):
        yield from _heard(draft, case.rivals)


def _asked(situation: Situation, event: FactsRecorded) -> Iterator[AskWhoWrote]:
    """Plan the look-up of the author of the customer's own ticket, once its number is known."""
    case, playbook = situation.case, situation.playbook
    wrote = playbook.disputes.wrote if playbook.disputes else None
    given = event.facts.get(wrote.ticket) if wrote else None
    digits = str(given.value or "").removeprefix("#") if given else ""
    if digits.isascii() and digits.isdecimal():
        number = sum(one.what == "ask_who_wrote" for one in case.planned.values()) + 1
        yield AskWhoWrote(
            key=f"{case.id}/wrote/{number}/0",
            case=case.id,
            lane=f"{case.id}:wrote",
            ticket=int(digits),
        )


def _heard(draft: Draft, names: tuple[str, ...]) -> Iterator[TellRival]:
    for name in names:
        case = draft.case
        number = sum(one.what == "tell_rival" for one in case.planned.values()) + 1
        yield TellRival(
            key=f"{case.id}/rival:{name}/{number}/0",
            case=case.id,
            lane=f"{case.id}:rivals",
            rival=name,
            about=display(case, draft.playbook),
        )


def _told(draft: Draft, event: ProfileDisputed) -> Iterator[Effect]:
    """Post the dispute where the case has cards; the later of two cases also mentions the deciders."""
    case, role = draft.case, next(iter(deciders(draft.playbook)), None)
    if role is None or not case.open:
        return
    calls = any(case.number > number_of(name) for name in event.new)
    judge = inbox_of(draft.situation, role)
    standing = [inbox for inbox, card in case.cards.items() if card.ts]
    line = ownership_disputes.said(ownership_disputes.DISPUTED, event.cases, draft.playbook)
    for inbox in dict.fromkeys((*standing, *((judge,) if calls else ()))):
        mention = (f"role:{role}",) if calls and inbox == judge else ()
        yield message(draft, inbox, line, mention=mention)


def number_of(name: str) -> int:
    """Return the number in a display name such as ATO-12; 0 where there is none."""
    digits = name.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0
