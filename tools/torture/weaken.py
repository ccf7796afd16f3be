"""Switches that disable one safeguard of a replica, to prove that fault injection detects it. Never in a product."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.running import Bot
from desk.case.effects import CreateTicket, ShowCard, TellPeople, UpdateTicket
from desk.case.results import CardSeen, TicketSeen, Told
from desk.service.ports import Commit


@dataclass
class Forgetful:
    """An attempt that does not know the previous one."""

    attempt: Any
    before: bool = False
    prepared: bytes | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.attempt, name)


@dataclass
class Port:
    """Proxy of a port: calls with an attempt go through `through`."""

    port: Any
    through: Callable[[Any, Any, tuple[Any, ...]], Awaitable[Any]]

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.port, name)
        if name not in {"create", "update", "show", "tell"}:
            return call

        async def do(effect: Any, *rest: Any) -> Any:
            return await self.through(call, effect, rest)

        return do


async def _without_looking(call: Any, effect: Any, rest: tuple[Any, ...]) -> Any:
    """Repeat the call without looking for an earlier result."""
    *others, attempt = rest
    return await call(effect, *others, Forgetful(attempt))


async def _without_repeating(call: Any, effect: Any, rest: tuple[Any, ...]) -> Any:
    """Treat begun work as done, as a queue that acknowledges before the work."""
    if not rest[-1].before:
        return await call(effect, *rest)
    match effect:
        case CreateTicket() | UpdateTicket():
            return TicketSeen(
                id=getattr(effect, "ticket", None) or 1, url="", group=effect.group, status=effect.status, form=None
            )
        case ShowCard():
            return CardSeen(channel="", ts="", version=1)
        case TellPeople():
            return Told(channel="", ts="")
    return await call(effect, *rest)


def _no_look(bot: Bot) -> None:
    bot.engine.tickets = Port(bot.engine.tickets, _without_looking)
    bot.engine.chat = Port(bot.engine.chat, _without_looking)


def _no_repeat(bot: Bot) -> None:
    bot.engine.tickets = Port(bot.engine.tickets, _without_repeating)
    bot.engine.chat = Port(bot.engine.chat, _without_repeating)


def _no_effects(bot: Bot) -> None:
    """Commit events, and lose their effects one time in ten: two transactions in place of one."""
    keep, count = bot.cases.commit, iter(range(1, 1_000_000))

    async def commit(decision: Commit) -> None:
        lose = decision.effects and next(count) % 10 == 0
        await keep(Commit(**{**vars(decision), "effects": ()}) if lose else decision)

    bot.cases.commit = commit  # type: ignore[method-assign,assignment]


WITHOUT: dict[str, Callable[[Bot], None]] = {
    "look": _no_look,
    "repeat": _no_repeat,
    "transaction": _no_effects,
}
"""Safeguards by name.

`look`: look for the result of an earlier attempt. `repeat`: retry an effect that was begun. `transaction`: commit
effects with the events they follow from.
"""
