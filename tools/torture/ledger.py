"""Database reader beside the bot, on an event loop in a thread of its own, for synchronous callers."""

import asyncio
import threading
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from config.settings import Settings
from desk.case.state import Case
from desk.playbook.model import Playbook
from integrations.store.cases import StoredCases
from integrations.store.engine import Database, open_database
from integrations.store.record import StoredRecord, Work
from integrations.store.vault import Vault

T = TypeVar("T")
PATIENCE = 60.0


@dataclass
class Ledger:
    """Reader of the desk's database. Methods raise StoreGone when it does not answer."""

    settings: Settings

    def __post_init__(self) -> None:
        """Start the loop; nothing is opened yet."""
        self._loop = asyncio.new_event_loop()
        self._runner = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner.start()
        keys = [key.decode() for key in self.settings.vault.fernet_keys]
        self._vault = Vault(keys, self.settings.vault.digest_key.get_secret_value())
        self._database: Database | None = None

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _open(self) -> Database:
        if self._database is None:
            self._database = open_database(self.settings.database_url.get_secret_value())
        return self._database

    async def _record(self) -> StoredRecord:
        return StoredRecord(await self._open(), self._vault)

    def kept(self, deliveries: Collection[str]) -> frozenset[str]:
        """Return which deliveries were stored."""

        async def ask() -> frozenset[str]:
            return await (await self._record()).kept(deliveries)

        return self._run(ask())

    def work(self) -> Sequence[Work]:
        """List every effect."""

        async def ask() -> Sequence[Work]:
            return await (await self._record()).work()

        return self._run(ask())

    def queued(self) -> int:
        """Count effects neither done nor dead."""

        async def ask() -> int:
            return await (await self._record()).queued()

        return self._run(ask())

    def cases(self) -> list[tuple[Case, Playbook]]:
        """Fold every case from its events."""

        async def ask() -> list[tuple[Case, Playbook]]:
            names = await (await self._record()).cases()
            store = StoredCases(await self._open(), self._vault)
            return [found for name in names if (found := await store.load(name))]

        return self._run(ask())

    def case(self, name: str) -> Case | None:
        """Fold one case from its events."""

        async def ask() -> Case | None:
            found = await StoredCases(await self._open(), self._vault).load(name)
            return found and found[0]

        return self._run(ask())

    def close(self) -> None:
        """Close the database and end the loop."""
        if self._database is not None:
            self._run(self._database.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._runner.join(5)
        self._loop.close()
