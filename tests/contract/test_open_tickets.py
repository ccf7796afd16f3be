"""Which tickets the reconciler has to look at: those of open cases, and no others."""

from desk.values import TicketRef
from integrations.store.engine import Database
from integrations.store.tickets import OpenTickets
from tests.contract.making import Maker, ended, ticket


async def test_tickets_of_open_cases_are_listed_with_their_case(keep: Maker, engine: Database) -> None:
    store = OpenTickets(engine)
    assert await store.open_tickets() == []
    one = await keep.open("01CASE")
    await keep.add(one, ticket(48213), ticket(48214))
    other = await keep.open("02CASE")
    other = await keep.add(other, ticket(48215))
    assert await store.open_tickets() == [
        (TicketRef(id=48213), "01CASE"),
        (TicketRef(id=48214), "01CASE"),
        (TicketRef(id=48215), "02CASE"),
    ]
    await keep.add(other, ended())
    assert await store.open_tickets() == [(TicketRef(id=48213), "01CASE"), (TicketRef(id=48214), "01CASE")]
