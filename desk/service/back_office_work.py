"""Execution of back-office and Google Chat effects through their ports.

A call that cannot be made raises GiveUp with a sentence, and the work is then done by hand.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from desk.case.commands import LookAtClaims
from desk.case.effects import AskBackOffice, AskWhoWrote, CopyBrief, TellRival
from desk.case.results import Answered, Learnt, Told
from desk.case.state import Case
from desk.fields.normalize import canonical
from desk.identity.answer_check import CUSTOMER, Digests, keyed
from desk.identity.back_office_results import ABOUT
from desk.playbook.model import Playbook
from desk.playbook.parts import FieldSpec, by_desk
from desk.playbook.safeguards import About, Answer
from desk.rules.disputes import number_of
from desk.service.back_office_port import BackOffice, OrderSeen, ProfileSeen
from desk.service.ports import Cases, GiveUp, Tickets

REASON = "account takeover"


class Copies(Protocol):
    """Chat channel for copies of a brief (port). Raises TryAgain and GiveUp only."""

    async def copy(self, lines: Sequence[str], key: str) -> str:
        """Post the lines and return the message's name; idempotent."""
        ...


async def copy(copies: Copies | None, effect: CopyBrief) -> Told:
    if copies is None:
        raise GiveUp("Google Chat", "no webhook is set. Set ATO_GOOGLE_CHAT__WEBHOOK_URL, then press Retry.")
    return Told(channel="google_chat", ts=await copies.copy(effect.said, effect.key))


async def look_into(
    effect: AskWhoWrote | TellRival,
    cases: Cases,
    tickets: Tickets,
    accept: Callable[[LookAtClaims], Awaitable[object]],
) -> Answered:
    """Perform a dispute's effect; raises StoreGone, TryAgain and GiveUp."""
    if isinstance(effect, AskWhoWrote):
        return await _who_wrote(effect, tickets)
    return await _tell_rival(effect, cases, accept)


async def _tell_rival(effect: TellRival, cases: Cases, accept: Callable[[LookAtClaims], Awaitable[object]]) -> Answered:
    """Have another case check its claims; raises StoreGone, and GiveUp where there is no such case."""
    key = await cases.named(number_of(effect.rival))
    if key is None:
        raise GiveUp("ATO Desk", "the other case is gone from the database")
    await accept(LookAtClaims(case=key, delivery="", about=effect.about))
    return Answered()


async def _who_wrote(effect: AskWhoWrote, tickets: Tickets) -> Answered:
    """Return the author of the customer's own ticket; none where the ticket is not found."""
    try:
        found = await tickets.peek(effect.ticket)
    except GiveUp:
        found = None
    return Answered(facts={"email": found.email, "phone": found.phone} if found else {})


async def ask(
    back_office: BackOffice | None,
    effect: AskBackOffice,
    about: Callable[[], Awaitable[tuple[Case, Playbook]]],
    digests: Digests | None,
) -> Answered | Learnt:
    """Perform a back-office request; `about` loads the case for look-ups of reference answers."""
    if effect.ask in ABOUT:
        return await learn(back_office, effect, *await about(), digests)
    if back_office is None:
        raise GiveUp("The back office", "it is not connected. Do this on Admin, then press By hand.")
    return await _ERRANDS[effect.ask](back_office, effect)


async def _suspend(back_office: BackOffice, effect: AskBackOffice) -> Answered:
    await back_office.suspend(effect.customer_id, REASON, effect.key)
    return Answered()


async def _restore(back_office: BackOffice, effect: AskBackOffice) -> Answered:
    await back_office.restore(effect.customer_id, f"{REASON} resolved", effect.key)
    return Answered()


async def _profile(back_office: BackOffice, effect: AskBackOffice) -> Answered:
    """Search by email, then by phone; no match or several are left to a person."""
    found = await back_office.profiles(email=effect.email) if effect.email else ()
    if not found and effect.phone:
        found = await back_office.profiles(phone=effect.phone)
    if len(found) != 1:
        return Answered()
    return Answered(facts={"customer_id": found[0].customer_id, "profile_link": found[0].link})


async def _wallet(back_office: BackOffice, effect: AskBackOffice) -> Answered:
    seen = await back_office.wallet(effect.customer_id)
    return Answered(facts={"wallet_now": seen.balance}) if seen else Answered()


_ERRANDS: dict[str, Callable[[BackOffice, AskBackOffice], Awaitable[Answered]]] = {
    "suspend": _suspend,
    "restore": _restore,
    "profile": _profile,
    "wallet": _wallet,
}


async def learn(
    back_office: BackOffice | None,
    effect: AskBackOffice,
    case: Case,
    playbook: Playbook,
    digests: Digests | None,
) -> Learnt:
    """Look up reference answers and return keyed digests only. Raises TryAgain and GiveUp only."""
    if back_office is None or digests is None:
        raise GiveUp("The back office", "it is not connected. Verify the caller by hand.")
    if ABOUT[effect.ask] == "order":
        return await _learn_order(back_office, effect, case, playbook, digests)
    return await _learn_profile(back_office, effect, case, playbook, digests)


async def _learn_order(
    back_office: BackOffice, effect: AskBackOffice, case: Case, playbook: Playbook, digests: Digests
) -> Learnt:
    seen = await back_office.order(effect.order)
    if seen is None:
        return Learnt(of=effect.order, found=False)
    theirs = await back_office.profiles(customer_id=seen.customer_id) if seen.customer_id else ()
    right = {"restaurant": [seen.restaurant], "total": [str(seen.total["amount"])]}
    return Learnt(
        of=effect.order,
        customer=seen.customer_id,
        answers=_digests(case, playbook, "order", right, digests, (seen,)),
        gives={
            CUSTOMER: seen.customer_id,
            "profile_link": theirs[0].link if theirs else "",
            "trusted_email": seen.email_on_invoice,
        },
    )


async def _learn_profile(
    back_office: BackOffice, effect: AskBackOffice, case: Case, playbook: Playbook, digests: Digests
) -> Learnt:
    found = await back_office.profiles(customer_id=effect.customer_id)
    if len(found) != 1:
        return Learnt(of=effect.customer_id, found=False)
    orders = await back_office.orders(effect.customer_id)
    right = {"name": [found[0].name], "contact": _contacts(found[0]), "recent_order": []}
    answers = _digests(case, playbook, "profile", right, digests, orders)
    return Learnt(of=effect.customer_id, customer=found[0].customer_id, answers=answers)


def _contacts(profile: ProfileSeen) -> list[str]:
    return [f"{profile.email} {profile.phone}"] if profile.email and profile.phone else []


def _digests(
    case: Case,
    playbook: Playbook,
    about: About,
    right: dict[str, list[str]],
    digests: Digests,
    orders: tuple[OrderSeen, ...],
) -> dict[str, tuple[str, ...]]:
    """Return the digests of the right answers per compared field; none for an order that is too recent."""
    found: dict[str, tuple[str, ...]] = {}
    for name, how in _compared(playbook, about).items():
        old = [one for one in orders if _is_old(one, case, how)]
        words = [one.id for one in old] if how.fact == "recent_order" else right[how.fact]
        counts = about == "profile" or bool(old)
        found[name] = tuple(_one(case, name, playbook.fields[name], word, digests) for word in words if counts)
    return found


def _compared(playbook: Playbook, about: About) -> dict[str, Answer]:
    """Return the fields that the desk compares with what it learnt about an order or a profile."""
    found = {name: by_desk(spec) for name, spec in playbook.fields.items()}
    return {name: how for name, how in found.items() if how and how.about == about}


def _is_old(order: OrderSeen, case: Case, how: Answer) -> bool:
    return case.opened_at is None or order.placed_at <= case.opened_at - how.older


def _one(case: Case, name: str, spec: FieldSpec, words: str, digests: Digests) -> str:
    """Return the digest of one right answer; a value that cannot be parsed yields one that nothing matches."""
    value = canonical(spec, words)
    return keyed(digests, case.id, name, value) if isinstance(value, str) and value else ""
