"""A desk that compares answers with an Admin that knows Werner and two of his orders."""

import hashlib
from datetime import timedelta
from decimal import Decimal

from desk.cards.forms import form
from desk.case import commands as cmd
from desk.case.state import Case
from desk.service.answer import Answer
from desk.service.back_office_port import OrderSeen, ProfileSeen
from desk.values import Fill
from tests.engine.whole import PEOPLE, Whole

CASE, OTHER = "01JD0000000000000000000001", "01JD0000000000000000000002"


class Digests:
    """Keyed digests, the key being a word."""

    def digest(self, field: str, value: str) -> str:
        return hashlib.sha256(f"key {field} {value}".encode()).hexdigest()


class Verifying(Whole):
    """A desk that compares answers with an Admin that knows Werner and two of his orders."""

    async def begin(self, **values: str) -> "Verifying":
        await self.start()
        self.engine.digests = Digests()
        self.office.people["2048899"] = ProfileSeen(
            "2048899",
            "https://admin.example/profiles/2048899",
            "Werner van Wyk",
            "wernervw",
            "werner.vanwyk@example.com",
            "+27835550177",
            False,
        )
        self.order("DFD-88010", "Simply Asia Durbanville", "215.00", days=40)
        self.order("DFD-88014", "Col'Cacchio Tyger Valley", "329.80", days=20)
        return self

    def order(self, number: str, restaurant: str, total: str, days: float, customer: str = "2048899") -> None:
        self.office.placed[number] = OrderSeen(
            number,
            restaurant,
            {"amount": str(Decimal(total)), "currency": "ZAR"},
            self.clock.now() - timedelta(days=days),
            None,
            "werner.vanwyk@example.com",
            customer,
        )

    async def receive(self, case: str = CASE) -> Answer:
        return await self.play(self.playbook.rehearsals["not_found"].deeds[0], case)

    async def do(
        self,
        step: str,
        fill: dict[str, str],
        outcome: str = "done",
        *,
        who: str = "agent",
        case: str = CASE,
        work: bool = True,
    ) -> Answer:
        found = await self.engine.look(case)
        occurrence = max(1, found[0].step(step).occurrence) if found else 1
        command = cmd.CompleteStep(
            occurrence=occurrence,
            case=case,
            delivery=self.delivery(),
            by=PEOPLE[who],
            step=step,
            outcome=outcome,
            fills={name: Fill(raw=raw) for name, raw in fill.items() if raw},
        )
        answer = await self.engine.accept(command)
        if work:
            await self.work()
        return answer

    async def case(self, name: str = CASE) -> Case:
        found = await self.engine.look(name)
        assert found is not None
        return found[0]

    async def asked(self, step: str = "verify_order") -> dict[str, str]:
        """The questions of a step as its form asks them now, with the type of each."""
        drawn = form(await self.case(), self.playbook, step, None, None)
        return {one.name: one.field.type for one in drawn.inputs}
