"""What `desk.service.back_office_port.BackOffice` promises, kept by the fake and by the real client against the pretend back office."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from desk.service.back_office_port import BackOffice, Movement, OrderSeen, ProfileSeen, WalletSeen
from desk.service.ports import GiveUp, TryAgain
from integrations.backoffice.by_hand import ByHand
from integrations.backoffice.client import HttpBackOffice
from sandbox import seeds
from sandbox.backoffice.app import BackOffice as PretendBackOffice
from sandbox.serving import Serving
from sandbox.world import World
from tests.fakes.backoffice import FakeBackOffice

NALEDI, NOBODY, KEY = "2048811", "9999999", "01CASE/suspend/1/0"
LINK = "https://admin.test/search?q={query}"
FAULTS = {
    "the request is lost": ("reset_before", {}),
    "the answer is lost": ("reset_after", {}),
    "no answer, nothing done": ("timeout", {}),
    "no answer, but done": ("hold_after", {}),
    "nobody listens": ("down", {}),
    "a fault of its own": ("status", {"status": 500}),
    "not available": ("status", {"status": 503, "retry_after": "1"}),
    "too many requests": ("status", {"status": 429, "retry_after": "7"}),
    "it says already, but is not": ("status", {"status": 409}),
}
DONE = {"the answer is lost", "no answer, but done"}
SILENT = {"no answer, nothing done", "no answer, but done"}
"""Only for these it is worth being impatient: a busy machine may take longer to answer."""


@dataclass
class Rig:
    """A back office under test, and what really happened in it."""

    office: BackOffice
    changes: Callable[[], list[str]]
    suspended: Callable[[], bool]
    fail: Callable[[str], None]


def _money(seed: seeds.Order | seeds.Profile, amount: object) -> dict[str, object]:
    return {"amount": f"{amount:.2f}", "currency": seed.currency}


def _profile(seed: seeds.Profile) -> ProfileSeen:
    link = LINK.replace("{query}", seed.id)
    return ProfileSeen(seed.id, link, seed.name, seed.username, seed.email, seed.phone, False, seed.blacklisted)


def _order(seed: seeds.Order, owner: seeds.Profile) -> OrderSeen:
    total, at = _money(seed, seed.total), datetime.fromisoformat(seed.placed_at)
    invoiced = (owner.earlier_email if seed.good else None) or owner.email
    return OrderSeen(seed.id, seed.restaurant, total, at, seed.app_version, invoiced, owner.id)


def _fake() -> FakeBackOffice:
    opened = datetime(2026, 1, 1, tzinfo=UTC)
    return FakeBackOffice(
        people={one.id: _profile(one) for one in seeds.PROFILES},
        placed={o.id: _order(o, one) for one in seeds.PROFILES for o in one.orders},
        wallets={
            one.id: WalletSeen(
                one.id,
                _money(one, one.wallet),
                (Movement(opened, "opening balance", _money(one, one.wallet)),) if one.wallet else (),
            )
            for one in seeds.PROFILES
        },
    )


def fake_rig() -> Rig:
    fake = _fake()

    def fail(what: str) -> None:
        if what == "it says already, but is not":
            fake.before.append(GiveUp("Back office", what))
        else:
            (fake.after if what in DONE else fake.before).append(TryAgain("Back office", what))

    return Rig(fake, lambda: [one[0] for one in fake.done], lambda: fake.people[NALEDI].suspended, fail)


@pytest.fixture
async def pretend() -> AsyncIterator[tuple[World, PretendBackOffice, str]]:
    world = World()
    system = PretendBackOffice(world)
    serving = Serving(system.app, world, "backoffice", "127.0.0.1", 0)
    await serving.start()
    yield world, system, serving.url
    await serving.stop()


@pytest.fixture
async def http_rig(request: pytest.FixtureRequest, pretend: tuple[World, PretendBackOffice, str]) -> AsyncIterator[Rig]:
    world, system, url = pretend
    params = getattr(request.node, "callspec", None)
    silent = params is not None and params.params.get("what") in SILENT

    def changes() -> list[str]:
        asked = world.asked("backoffice", "POST *")
        return [one.call.rpartition("/")[2] for one in asked if one.status == 200]

    def fail(what: str) -> None:
        kind, more = FAULTS[what]
        call = "accept" if kind == "down" else "POST *"
        world.new_fault("backoffice", kind, match=call, times=1, **more)

    def suspended() -> bool:
        return system.ledger.profiles[NALEDI].suspended

    async with HttpBackOffice(
        url, seeds.BACKOFFICE_TOKEN, timeout=0.5 if silent else 20.0, admin_url_template=LINK
    ) as office:
        yield Rig(office, changes, suspended, fail)


@pytest.fixture(params=["fake", "http"])
def rig(request: pytest.FixtureRequest) -> Rig:
    return fake_rig() if request.param == "fake" else request.getfixturevalue("http_rig")


async def until_done(call: Callable[[], Awaitable[ProfileSeen]]) -> ProfileSeen:
    """Try as the queue does, at most five times; a person presses Retry once after giving up."""
    for _ in range(5):
        try:
            return await call()
        except (TryAgain, GiveUp) as error:
            assert error.system == "Back office"
    pytest.fail("five tries were not enough")


# What both keep -----------------------------------------------------------------------------------


def test_it_is_the_port(rig: Rig) -> None:
    office: BackOffice = rig.office
    assert not office.by_hand
    assert office.search_link("naledi")


@pytest.mark.parametrize(
    "wanted",
    [
        {"email": "naledi.mahlangu@example.com"},
        {"email": "Naledi.Mahlangu@Example.com"},
        {"phone": "+27825550142"},
        {"customer_id": NALEDI},
        {"email": "naledi.mahlangu@example.com", "customer_id": NALEDI},
    ],
)
async def test_a_profile_is_found_by_what_it_is_now(rig: Rig, wanted: dict[str, str]) -> None:
    (found,) = await rig.office.profiles(**wanted)
    assert found == _profile(seeds.PROFILES[0])
    assert found.link.startswith("https://admin.test/")


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"email": "nobody@example.com"},
        {"email": "werner.vanwyk@example.com"},  # from before the takeover
        {"customer_id": NALEDI, "phone": "+27615550199"},
    ],
)
async def test_nothing_is_found_by_what_does_not_fit(rig: Rig, wanted: dict[str, str]) -> None:
    assert await rig.office.profiles(**wanted) == ()


async def test_an_order_leads_to_its_customer(rig: Rig) -> None:
    order = await rig.office.order("DFD-77120")
    assert order == OrderSeen(
        "DFD-77120",
        "Liquor City Jeppe",
        {"amount": "1399.00", "currency": "ZAR"},
        datetime(2026, 11, 21, 22, 47, tzinfo=UTC),
        "6.98.2",
        "naledi.mahlangu@example.com",
        NALEDI,
    )


@pytest.mark.parametrize("id_", ["DFD-1", "", "..", "../profiles", "a/b", "x" * 200])
async def test_an_order_that_is_not_there_is_none(rig: Rig, id_: str) -> None:
    assert await rig.office.order(id_) is None


async def test_orders_are_newest_first(rig: Rig) -> None:
    found = await rig.office.orders(NALEDI)
    assert [one.id for one in found][:2] == ["DFD-77120", "DFD-77118"]
    assert len(found) == 6
    assert all(one.placed_at.utcoffset().total_seconds() == 0 for one in found)


async def test_a_wallet_says_what_is_in_it(rig: Rig) -> None:
    wallet = await rig.office.wallet(NALEDI)
    assert (wallet.balance, wallet.currency) == ({"amount": "350.00", "currency": "ZAR"}, "ZAR")
    assert [one.amount["amount"] for one in wallet.movements] == ["350.00"]


async def test_an_unknown_customer_has_nothing(rig: Rig) -> None:
    assert await rig.office.orders(NOBODY) == ()
    assert await rig.office.wallet(NOBODY) is None


async def test_suspending_and_restoring(rig: Rig) -> None:
    assert (await rig.office.suspend(NALEDI, "Takeover ATO-12", KEY)).suspended
    assert rig.suspended()
    assert not (await rig.office.restore(NALEDI, "Case ATO-12 is over", "k2")).suspended
    assert not rig.suspended()
    assert rig.changes() == ["suspend", "restore"]


@pytest.mark.parametrize("verb", ["suspend", "restore"])
async def test_twice_is_once(rig: Rig, verb: str) -> None:
    if verb == "restore":
        await rig.office.suspend(NALEDI, "Takeover", "k0")
    first = await getattr(rig.office, verb)(NALEDI, "Takeover", KEY)
    again = await getattr(rig.office, verb)(NALEDI, "Takeover", KEY)
    assert first == again
    assert rig.changes().count(verb) == 1


@pytest.mark.parametrize("what", FAULTS)
async def test_it_is_suspended_once_whatever_happens(rig: Rig, what: str) -> None:
    rig.fail(what)
    seen = await until_done(lambda: rig.office.suspend(NALEDI, "Takeover", KEY))
    assert seen.suspended
    assert rig.suspended()
    assert rig.changes() == ["suspend"]


@pytest.mark.parametrize("verb", ["suspend", "restore"])
async def test_an_unknown_profile_is_a_sentence(rig: Rig, verb: str) -> None:
    with pytest.raises(GiveUp):
        await getattr(rig.office, verb)(NOBODY, "Takeover", KEY)
    assert rig.changes() == []


# What only the real one can show --------------------------------------------------------------------


@pytest.mark.parametrize("what", sorted(DONE))
async def test_a_lost_answer_is_looked_after_before_anything_is_repeated(
    http_rig: Rig, pretend: tuple[World, PretendBackOffice, str], what: str
) -> None:
    http_rig.fail(what)
    assert (await http_rig.office.suspend(NALEDI, "Takeover", KEY)).suspended
    calls = [one.call for one in pretend[0].asked("backoffice")]
    assert calls == [f"POST /v1/profiles/{NALEDI}/suspend", f"GET /v1/profiles/{NALEDI}"]


async def test_the_key_goes_with_what_changes_something(
    http_rig: Rig, pretend: tuple[World, PretendBackOffice, str]
) -> None:
    await http_rig.office.suspend(NALEDI, "Takeover", KEY)
    (asked,) = pretend[0].asked("backoffice")
    assert (asked.key, asked.body) == (KEY, {"reason": "Takeover"})


async def test_what_the_fraudster_spends_is_a_movement_with_a_minus(
    http_rig: Rig, pretend: tuple[World, PretendBackOffice, str]
) -> None:
    from sandbox.backoffice.acts import Fraud, commit_fraud

    ledger = pretend[1].ledger
    commit_fraud(ledger, ledger.profiles[NALEDI], Fraud(place_orders=1, spend="300"))
    wallet = await http_rig.office.wallet(NALEDI)
    assert [one.amount["amount"] for one in wallet.movements] == ["350.00", "-300.00"]
    assert wallet.balance["amount"] == "50.00"


async def test_a_wrong_token_is_a_sentence(pretend: tuple[World, PretendBackOffice, str]) -> None:
    async with HttpBackOffice(pretend[2], "wrong") as office:
        with pytest.raises(GiveUp, match="ATO_BACKOFFICE__TOKEN"):
            await office.profiles(customer_id=NALEDI)


async def test_the_address_may_end_in_its_version(
    pretend: tuple[World, PretendBackOffice, str],
) -> None:
    async with HttpBackOffice(f"{pretend[2]}/v1/", seeds.BACKOFFICE_TOKEN) as office:
        assert await office.wallet(NALEDI)


# By hand --------------------------------------------------------------------------------------------


async def test_by_hand_every_look_up_asks_a_person() -> None:
    office: BackOffice = ByHand(LINK)
    assert office.by_hand
    assert office.search_link("thandi@example.com") == ("https://admin.test/search?q=thandi%40example.com")
    calls = (
        office.profiles(email="thandi@example.com"),
        office.order("DFD-1"),
        office.orders(NALEDI),
        office.wallet(NALEDI),
        office.suspend(NALEDI, "r", "k"),
        office.restore(NALEDI, "r", "k"),
    )
    for call in calls:
        with pytest.raises(GiveUp, match="nothing was asked") as told:
            await call
        assert "thandi" not in told.value.reason
        assert "Admin" in told.value.reason


def test_by_hand_without_an_address_there_is_no_link() -> None:
    assert ByHand().search_link("2048811") == ""
