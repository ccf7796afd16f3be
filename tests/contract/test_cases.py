"""What every store of cases promises: the database and the readable stand-in alike."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from functools import partial

import pytest

from desk.case import events as ev
from desk.case.effects import LookAtTicket
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.rules.settle_effects import look_again
from desk.service.ports import Cases, Conflict, Repeated
from desk.values import Fact, Line, TicketRef
from tests.contract.making import EMAIL, PHONE, Maker, ended, ticket
from tests.fakes.clock import START


class TestContract:
    async def test_a_case_comes_back_as_it_was_kept(self, make: Maker, cases: Cases, playbook: Playbook) -> None:
        kept = await make.add(await make.open(), make.claimed())
        assert await cases.load("01CASE") == (kept, playbook)

    async def test_an_unknown_case_is_none(self, cases: Cases) -> None:
        assert await cases.load("01NOBODY") is None

    async def test_numbers_are_never_given_twice(self, cases: Cases) -> None:
        given = await asyncio.gather(*(cases.number() for _ in range(10)))
        assert sorted(given) == list(range(1, 11))

    async def test_who_decided_on_an_old_case_is_refused(self, make: Maker, cases: Cases) -> None:
        case = await make.open()
        after = await make.add(case, make.claimed())
        with pytest.raises(Conflict):
            await make.add(case, make.claimed("locate"), delivery="late", deadlines=[make.late(1)])
        assert await cases.load("01CASE") == (after, (await cases.load("01CASE"))[1])
        assert not await cases.seen("late")
        assert await cases.due(make.at(9), 9) == []

    async def test_of_many_who_decide_at_once_exactly_one_is_kept(self, make: Maker, cases: Cases) -> None:
        case = await make.open()
        racing = [make.add(case, make.claimed(f"step_{n}")) for n in range(8)]
        outcomes = await asyncio.gather(*racing, return_exceptions=True)
        assert sorted(type(o).__name__ for o in outcomes) == ["Case"] + ["Conflict"] * 7
        found, _ = await cases.load("01CASE")
        assert found.version == case.version + 1

    async def test_a_case_is_opened_once(self, make: Maker) -> None:
        await make.open()
        with pytest.raises(Conflict):
            await make.open()

    async def test_a_repeated_delivery_leaves_nothing(self, make: Maker, cases: Cases) -> None:
        case = await make.open(delivery="d1")
        with pytest.raises(Repeated):
            await make.add(case, make.claimed(), delivery="d1", deadlines=[make.late(1)])
        found, _ = await cases.load("01CASE")
        assert (found.version, await cases.due(make.at(9), 9)) == (case.version, [])
        assert await cases.seen("d1")

    async def test_of_one_delivery_that_comes_many_times_at_once_one_is_kept(self, make: Maker, cases: Cases) -> None:
        case = await make.open()
        racing = [make.add(case, make.claimed(), delivery="same") for _ in range(5)]
        outcomes = await asyncio.gather(*racing, return_exceptions=True)
        assert sorted(type(o).__name__ for o in outcomes) == ["Case"] + ["Repeated"] * 4

    async def test_what_has_no_delivery_is_not_remembered(self, make: Maker, cases: Cases) -> None:
        await make.add(await make.open(delivery=""), make.claimed(), delivery="")
        assert not await cases.seen("")

    async def test_a_refusal_is_kept_like_any_event(self, make: Maker, cases: Cases) -> None:
        refused = ev.ActRefused(at=START, by="U9", what="suspend", why=Line(key="Only a MOD may."))
        kept = await make.add(await make.open(), refused)
        assert (await cases.load("01CASE"))[0] == kept

    async def test_a_case_never_opened_keeps_only_the_delivery(self, make: Maker, cases: Cases) -> None:
        refused = ev.ActRefused(at=START, by="U9", what="open", why=Line(key="No."))
        await make.add(Case(id="01CASE"), refused, delivery="d9")
        assert await cases.load("01CASE") is None
        assert await cases.seen("d9")
        await make.open()

    async def test_deadlines_are_replaced_not_added(self, make: Maker, cases: Cases) -> None:
        case = await make.open(deadlines=[make.late(5), make.late(7, "told")])
        case = await make.add(case, make.claimed(), deadlines=[make.late(9), make.late(7, "told")])
        assert await cases.due(make.at(6), 9) == []
        assert await cases.due(make.at(7), 9) == ["01CASE"]
        await make.add(case, ended(), deadlines=[])
        assert await cases.due(make.at(99), 9) == []

    async def test_a_commit_may_change_nothing_but_deadlines(self, make: Maker, cases: Cases) -> None:
        case = await make.open(deadlines=[make.late(5)])
        await make.add(case, deadlines=[make.late(8)])
        assert await cases.due(make.at(7), 9) == []
        assert await cases.due(make.at(8), 9) == ["01CASE"]

    async def test_what_is_due_comes_earliest_first(self, make: Maker, cases: Cases) -> None:
        for name, minutes in (("01A", 30), ("01B", 10), ("01C", 20), ("01D", 50)):
            await make.open(name, deadlines=[make.late(minutes), make.late(minutes + 5, "later")])
        assert await cases.due(make.at(36), 9) == ["01B", "01C", "01A"]
        assert await cases.due(make.at(36), 2) == ["01B", "01C"]
        assert await cases.due(make.at(10) - timedelta(microseconds=1), 9) == []

    async def test_a_ticket_and_a_number_lead_to_their_case(self, make: Maker, cases: Cases) -> None:
        case = await make.add(await make.open(), ticket(48231))
        assert await cases.of_ticket(TicketRef(id=48231)) == await cases.named(case.number) == "01CASE"
        assert await cases.of_ticket(TicketRef(id=1)) is await cases.named(999) is None

    async def test_a_ticket_that_may_have_changed_is_looked_at_once_for_each_delivery(
        self, make: Maker, cases: Cases
    ) -> None:
        await make.add(await make.open(), ticket(48231))

        async def told(delivery: str) -> str | None:
            plan = partial(look_again, ticket=TicketRef(id=48231), delivery=delivery)
            return await cases.note(TicketRef(id=48231), delivery, make.at(1), plan)

        assert await told("w1") == "01CASE"
        with pytest.raises(Repeated):
            await told("w1")
        assert (
            await cases.note(
                TicketRef(id=1), "w2", make.at(1), partial(look_again, ticket=TicketRef(id=1), delivery="w2")
            )
            is None
        )
        assert not await cases.seen("w2")

    async def test_no_more_than_two_looks_at_a_ticket_wait_but_every_delivery_is_kept(
        self, make: Maker, cases: Cases
    ) -> None:
        await make.add(await make.open(), ticket(48231))
        waited: list[int] = []

        def plan(case: str, name: str, waiting: Collection[str]) -> LookAtTicket | None:
            waited.append(len(waiting))
            return look_again(case, name, waiting, ticket=TicketRef(id=48231), delivery=f"w{len(waited)}")

        for number in range(1, 5):
            assert await cases.note(TicketRef(id=48231), f"w{number}", make.at(1), plan) == "01CASE"
            assert await cases.seen(f"w{number}")
        assert waited == [0, 1, 2, 2]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("email", EMAIL), ("email", f" {EMAIL.upper()} "), ("phone", PHONE), ("orders", "DFD-2")],
    )
    async def test_cases_are_found_by_what_is_known_of_the_customer(
        self, make: Maker, cases: Cases, field: str, value: str
    ) -> None:
        await make.open("01A")
        await make.open("01B")
        assert await cases.find(field, value) == ["01B", "01A"]
        assert await cases.find(field, "somebody else") == await cases.find("other", value) == []

    async def test_cases_of_a_day_that_share_a_value_are_named(self, make: Maker, cases: Cases) -> None:
        version = ev.FactsRecorded(at=START, by="U1", facts={"app_version": Fact(value="7.42.1")})
        for name in ("01A", "01B"):
            await make.add(await make.open(name), version)
        day = (START, START + timedelta(days=1))
        both = frozenset({"01A", "01B"})
        assert await cases.sharing("app_version", ["7.42.1", "7.0"], *day) == both
        assert await cases.sharing("orders", ["DFD-9", "DFD-2"], *day) == both
        assert await cases.sharing("app_version", ["7.0"], *day) == frozenset()
        before = (START - timedelta(days=1), START)
        assert await cases.sharing("app_version", ["7.42.1"], *before) == frozenset()

    async def test_a_corrected_value_still_finds_the_case(self, make: Maker, cases: Cases) -> None:
        case = await make.open()
        for value in ("new@example.com", EMAIL):
            facts = {"email": Fact(value=value, personal=True)}
            case = await make.add(case, ev.FactsRecorded(at=START, by="U1", facts=facts))
        for value in (EMAIL, "new@example.com"):
            assert await cases.find("email", value) == ["01CASE"]
