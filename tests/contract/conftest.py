"""A small playbook, cases to keep, and a fresh database for each test, copied from one that was made once."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.queueing import Queue
from desk.playbook.model import Playbook
from desk.service.ports import Cases
from integrations.queue.embedded import EmbeddedQueue
from integrations.queue.jobs import Jobs
from integrations.queue.procrastinate import ProcrastinateQueue
from integrations.store.cases import StoredCases
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database
from integrations.store.upgrade import upgrade
from integrations.store.vault import Vault
from tests.contract.making import KEY, Maker
from tests.contract.performing import MakeQueue, Outside, Watched
from tests.fakes.cases import FakeCases
from tests.fakes.clock import FakeClock
from tests.postgres import postgres, postgres_server  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "empty.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "desk.db"))


@pytest.fixture
def address(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: SQLite, unless a test asks for another one or for both."""
    if getattr(request, "param", "sqlite") == "postgres":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{request.getfixturevalue('database')}"


@pytest.fixture
async def engine(address: str) -> AsyncIterator[Database]:
    engine = open_database(address)
    yield engine
    await engine.close()


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def jobs(request: pytest.FixtureRequest, address: str) -> Jobs | None:
    """The jobs of a database whose queue is procrastinate."""
    return Jobs(address) if getattr(request, "param", False) else None


@pytest.fixture
def stored(engine: Database, vault: Vault, jobs: Jobs | None) -> StoredCases:
    return StoredCases(engine, vault, jobs)


@pytest.fixture
def effects(engine: Database, vault: Vault) -> StoredEffects:
    return StoredEffects(engine, vault)


@pytest.fixture
def playbook() -> Playbook:
    return Playbook(
        playbook="small",
        title={"en": "Small"},
        brand="Small",
        opens_with="receive",
        roles={},
        fields={},
        steps={"receive": {"title": "Receive", "owner": "cs_agent"}},
    )


@pytest.fixture
def fake() -> bool:
    return False


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of the contract of cases on both databases and on the fake."""
    if "cases" in metafunc.fixturenames:
        three = [("sqlite", False), ("postgres", False), ("sqlite", True)]
        names = ["sqlite", "postgres", "fake"]
        metafunc.parametrize("address, fake", three, indirect=["address"], ids=names)


@pytest.fixture
def cases(request: pytest.FixtureRequest, address: str, fake: bool) -> Cases:
    return FakeCases() if fake else request.getfixturevalue("stored")


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
def make_queue(engine: Database, vault: Vault, clock: FakeClock, outside: Outside, jobs: Jobs | None) -> MakeQueue:
    """Make a queue as the test's parameters say: procrastinate where there are jobs."""
    watched = Watched(engine, vault, outside.put_off)

    def make(**options: Any) -> Queue:
        if jobs is None:
            return EmbeddedQueue(watched, clock, outside.perform, **options)
        return ProcrastinateQueue(jobs, watched, clock, outside.perform, **options)

    return make


@pytest.fixture
def queue(make_queue: MakeQueue) -> Queue:
    return make_queue(idle=0.01)
