"""A small playbook, cases to keep, and a fresh database for each test, copied from one that was made once."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.playbook import Playbook
from desk.ports import Cases
from integrations.queue.embedded import EmbeddedQueue
from integrations.store.cases import StoredCases
from integrations.store.effects import StoredEffects
from integrations.store.engine import open_database
from integrations.store.upgrade import upgrade
from integrations.store.vault import Vault
from tests.contract.making import KEY, Maker
from tests.contract.performing import Outside, Watched
from tests.fakes.cases import FakeCases
from tests.fakes.clock import FakeClock


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "empty.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "desk.db"))


@pytest.fixture
async def engine(database: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(f"sqlite:///{database}")
    yield engine
    await engine.dispose()


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stored(engine: AsyncEngine, vault: Vault) -> StoredCases:
    return StoredCases(engine, vault)


@pytest.fixture
def effects(engine: AsyncEngine, vault: Vault) -> StoredEffects:
    return StoredEffects(engine, vault)


@pytest.fixture
def playbook() -> Playbook:
    return Playbook(
        playbook="small", title={"en": "Small"}, brand="Small", opens_with="receive",
        roles={}, fields={}, steps={"receive": {"title": "Receive", "owner": "cs_agent"}},
    )  # fmt: skip


@pytest.fixture(params=["stored", "fake"])
def cases(request: pytest.FixtureRequest) -> Iterator[Cases]:
    """Each test of the contract runs on both."""
    yield FakeCases() if request.param == "fake" else request.getfixturevalue("stored")


@pytest.fixture
async def make(cases: Cases, playbook: Playbook, clock: FakeClock) -> Maker:
    return Maker(cases, await cases.remember_playbook(playbook), clock)


@pytest.fixture
async def keep(stored: StoredCases, playbook: Playbook, clock: FakeClock) -> Maker:
    """Make decisions for the database only."""
    return Maker(stored, await stored.remember_playbook(playbook), clock)


@pytest.fixture
async def outside(keep: Maker) -> Outside:
    return Outside(keep, await keep.open())


@pytest.fixture
def queue(engine: AsyncEngine, vault: Vault, clock: FakeClock, outside: Outside) -> EmbeddedQueue:
    watched = Watched(engine, vault, outside.put_off)
    return EmbeddedQueue(watched, clock, outside.perform, idle=0.01)
