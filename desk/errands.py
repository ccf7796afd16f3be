"""Errands to the back office and to Google Chat: an effect becomes a call of a port, an answer becomes a result.

A call that cannot be made gives up with a sentence, and the work is then done by hand.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from desk.commands import Answered, Told
from desk.effects import AskBackOffice, AskWhoWrote, CopyBrief, TellRival
from desk.judging import LookAtClaims, number_of
from desk.outside import BackOffice
from desk.ports import Cases, GiveUp, Tickets

REASON = "account takeover"


class Copies(Protocol):
    """A place where a brief is copied to. Raises TryAgain and GiveUp only."""

    async def copy(self, lines: Sequence[str], key: str) -> str:
        """Post the lines once, however often this is called, and give the message's name."""
        ...


async def copy(copies: Copies | None, effect: CopyBrief) -> Told:
    """Copy a brief."""
    if copies is None:
        raise GiveUp(
            "Google Chat", "no webhook is set. Set ATO_GOOGLE_CHAT__WEBHOOK_URL, then press Retry."
        )
    return Told(channel="google_chat", ts=await copies.copy(effect.said, effect.key))


async def look_into(
    effect: AskWhoWrote | TellRival,
    cases: Cases,
    tickets: Tickets,
    accept: Callable[[LookAtClaims], Awaitable[object]],
) -> Answered:
    """Do the work about a dispute; raises StoreGone, TryAgain and GiveUp."""
    if isinstance(effect, AskWhoWrote):
        return await _who_wrote(effect, tickets)
    return await _tell_rival(effect, cases, accept)


async def _tell_rival(
    effect: TellRival, cases: Cases, accept: Callable[[LookAtClaims], Awaitable[object]]
) -> Answered:
    """Let another case look at who claims its profile; raises StoreGone, and GiveUp where there is no such case."""
    key = await cases.named(number_of(effect.rival))
    if key is None:
        raise GiveUp("ATO Desk", "the other case is gone from the database")
    await accept(LookAtClaims(case=key, delivery="", about=effect.about))
    return Answered()


async def _who_wrote(effect: AskWhoWrote, tickets: Tickets) -> Answered:
    """Read who wrote the customer's own ticket; one that cannot be found was written by nobody."""
    try:
        found = await tickets.peek(effect.ticket)
    except GiveUp:
        found = None
    return Answered(facts={"email": found.email, "phone": found.phone} if found else {})


async def ask(back_office: BackOffice | None, effect: AskBackOffice) -> Answered:
    """Have the back office do or tell something."""
    if back_office is None:
        raise GiveUp(
            "The back office", "it is not connected. Do this on Admin, then press By hand."
        )
    return await _ERRANDS[effect.ask](back_office, effect)


async def _suspend(back_office: BackOffice, effect: AskBackOffice) -> Answered:
    await back_office.suspend(effect.customer_id, REASON, effect.key)
    return Answered()


async def _restore(back_office: BackOffice, effect: AskBackOffice) -> Answered:
    await back_office.restore(effect.customer_id, f"{REASON} resolved", effect.key)
    return Answered()


async def _profile(back_office: BackOffice, effect: AskBackOffice) -> Answered:
    """Look by email, then by phone; several profiles, or none, leave it to a person."""
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
    "suspend": _suspend, "restore": _restore, "profile": _profile, "wallet": _wallet,
}  # fmt: skip
