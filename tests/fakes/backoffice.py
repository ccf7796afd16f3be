"""A back office in a few dictionaries, for tests of everything that only needs the port."""

from dataclasses import dataclass, field, replace

from desk.service.back_office_port import OrderSeen, ProfileSeen, WalletSeen
from desk.service.ports import GiveUp, TryAgain


@dataclass
class FakeBackOffice:
    """Keeps every promise of `desk.service.back_office_port.BackOffice`; `before` and `after` make the next calls go wrong."""

    people: dict[str, ProfileSeen] = field(default_factory=dict)
    placed: dict[str, OrderSeen] = field(default_factory=dict)
    wallets: dict[str, WalletSeen] = field(default_factory=dict)
    before: list[TryAgain | GiveUp] = field(default_factory=list)
    after: list[TryAgain | GiveUp] = field(default_factory=list)
    done: list[tuple[str, str, str, str]] = field(default_factory=list)
    """What was really changed: verb, customer, reason, key."""
    by_hand: bool = False

    def search_link(self, query: str) -> str:
        return f"https://admin.test/search?q={query}"

    async def profiles(self, email: str = "", phone: str = "", customer_id: str = "") -> tuple[ProfileSeen, ...]:
        _fail(self.before)
        return tuple(
            one
            for one in self.people.values()
            if (email or phone or customer_id)
            and email.lower() in {"", one.email.lower()}
            and phone in {"", one.phone}
            and customer_id in {"", one.customer_id}
        )

    async def order(self, order_id: str) -> OrderSeen | None:
        _fail(self.before)
        return self.placed.get(order_id)

    async def orders(self, customer_id: str) -> tuple[OrderSeen, ...]:
        _fail(self.before)
        own = [one for one in self.placed.values() if one.customer_id == customer_id]
        return tuple(sorted(own, key=lambda one: one.placed_at, reverse=True))

    async def wallet(self, customer_id: str) -> WalletSeen | None:
        _fail(self.before)
        return self.wallets.get(customer_id)

    async def suspend(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        return self._move("suspend", customer_id, reason, attempt_key)

    async def restore(self, customer_id: str, reason: str, attempt_key: str) -> ProfileSeen:
        return self._move("restore", customer_id, reason, attempt_key)

    def _move(self, verb: str, customer_id: str, reason: str, key: str) -> ProfileSeen:
        _fail(self.before)
        seen = self.people.get(customer_id)
        if seen is None:
            raise GiveUp("Back office", "There is no such profile.")
        if seen.suspended != (verb == "suspend"):
            self.people[customer_id] = seen = replace(seen, suspended=verb == "suspend")
            self.done.append((verb, customer_id, reason, key))
        _fail(self.after)
        return seen


def _fail(errors: list[TryAgain | GiveUp]) -> None:
    if errors:
        raise errors.pop(0)
