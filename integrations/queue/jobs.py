"""procrastinate jobs: one per effect, added in the transaction that stores it, and recovered when a replica dies.

A job says no more than “look at this lane until this effect is done”. The effects table is the truth: a lost job costs
seconds, a surplus one costs a look. The SQL here knows procrastinate's tables (3.10) and no others.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector, jobs, manager
from procrastinate.exceptions import ConnectorException
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection

from desk.service.ports import StoreGone

TASK, QUEUE = "ato.effect", "ato"
_CHANNEL = f"procrastinate_queue_v1#{QUEUE}"
AGAIN = 0.05
"""Seconds after which a notification is repeated to the worker."""
_LATER = "status = 'todo' AND scheduled_at > now()"
_RAISE = "UPDATE procrastinate_jobs SET priority = 1 WHERE lock = ANY(%(lanes)s) AND status = 'todo' AND priority < 1"
_HURRY = f"""
    WITH chosen AS (
        SELECT id FROM procrastinate_jobs WHERE lock = ANY(%(lanes)s) AND {_LATER}
        ORDER BY id FOR UPDATE SKIP LOCKED
    ), hurried AS (
        UPDATE procrastinate_jobs j SET scheduled_at = NULL FROM chosen WHERE j.id = chosen.id RETURNING j.id
    )
    SELECT pg_notify('{_CHANNEL}', json_build_object('type', 'job_inserted', 'job_id', max(id))::text)
    FROM hurried HAVING count(*) > 0
"""  # noqa: S608 - our own words
_STALLED = """
    WITH silent AS MATERIALIZED (
        SELECT j.id, j.worker_id FROM procrastinate_jobs j
        WHERE j.status = 'doing' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_workers w
            WHERE w.id = j.worker_id AND w.last_heartbeat >= now() - make_interval(secs => %(after)s)
        )
    )
    UPDATE procrastinate_jobs j SET status = 'todo', scheduled_at = NULL, worker_id = NULL, attempts = attempts + 1
    FROM silent
    WHERE j.id = silent.id AND j.status = 'doing' AND j.worker_id IS NOT DISTINCT FROM silent.worker_id
    RETURNING j.id
"""
"""Takes jobs from stalled workers only; a job that another worker took over meanwhile has its worker id."""
_ASTRAY = """
    UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = NULL, worker_id = NULL, attempts = attempts + 1
    WHERE status = 'doing' AND worker_id = %(worker)s AND id = ANY(%(ids)s) RETURNING id
"""
_DOING = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = %(worker)s"
_WAITING_LANES = f"SELECT DISTINCT lock FROM procrastinate_jobs WHERE {_LATER}"  # noqa: S608
_KNOWN = "SELECT args->>'key' AS key FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_HELD = """
    SELECT 1 AS held FROM procrastinate_jobs
    WHERE id = %(job)s AND status = 'doing' AND worker_id = %(worker)s
"""
_MINE = """
    WITH mine AS (
        SELECT id FROM procrastinate_jobs
        WHERE id = %(job_id)s AND status = 'doing' AND worker_id = %(worker_id)s FOR UPDATE
    )
"""
_FINISH = f"{_MINE} SELECT procrastinate_finish_job_v1(id, %(status)s, %(delete_job)s) FROM mine"  # noqa: S608
_RETRY = f"{_MINE} SELECT procrastinate_retry_job_v2(id, %(retry_at)s, NULL, NULL, NULL) FROM mine"  # noqa: S608

Place = tuple[str, str, bool]
"""An effect's place in the queue: its key, its lane, and whether it is urgent."""


class OwnJobs(manager.JobManager):
    """Job manager that ends only this worker's jobs: a worker thought dead must not end another's work."""

    async def finish_job(self, job: jobs.Job, status: jobs.Status, delete_job: bool) -> None:
        """Finish a job, unless another worker has taken it over."""
        await self.connector.execute_query_async(
            _FINISH,
            job_id=job.id,
            worker_id=job.worker_id,
            status=status.value,
            delete_job=delete_job,
        )

    async def listen_for_jobs(
        self, *, on_notification: manager.NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Listen for notifications and repeat each shortly after: a worker loses those that arrive while it fetches."""

        soon: set[asyncio.Task[None]] = set()

        async def twice(*, channel: str, notification: jobs.Notification) -> None:
            await on_notification(channel=channel, notification=notification)
            task = asyncio.create_task(again(channel, notification))
            soon.add(task)
            task.add_done_callback(soon.discard)

        async def again(channel: str, notification: jobs.Notification) -> None:
            await asyncio.sleep(AGAIN)
            await on_notification(channel=channel, notification=notification)

        await super().listen_for_jobs(on_notification=twice, queues=queues)

    async def retry_job(
        self,
        job: jobs.Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Requeue a job, unless another worker has taken it over. Its queue and lane stay."""
        del priority, queue, lock
        await self.connector.execute_query_async(_RETRY, job_id=job.id, worker_id=job.worker_id, retry_at=retry_at)


class Jobs:
    """The jobs of one database. Methods without a connection raise StoreGone when it does not answer."""

    def __init__(self, database_url: str, **options: Any) -> None:
        """Take a libpq connection string; nothing is opened yet."""
        self.connector = PsycopgConnector(
            conninfo=make_conninfo(database_url, **options),
            min_size=1,
            max_size=6,
            timeout=3.0,
            name="ato-jobs",
        )
        self.app = App(connector=self.connector)
        self.app.job_manager = OwnJobs(self.connector)
        self._within = manager.JobManager(SyncPsycopgConnector())

    def put(self, connection: Connection, places: Sequence[Place]) -> None:
        """Add a job for each effect, within the caller's transaction. A lane's priority is that of its most urgent
        effect.
        """
        if urgent := _urgent(places):
            connection.exec_driver_sql(_RAISE, {"lanes": urgent})
        raw = connection.connection.driver_connection
        self._within.batch_defer_jobs(_jobs(places), connection=raw)

    def hurry(self, connection: Connection, lanes: Collection[str]) -> None:
        """Make the jobs of these lanes run now, within the caller's transaction."""
        connection.exec_driver_sql(_HURRY, {"lanes": sorted(lanes)})

    async def add(self, places: Sequence[Place]) -> None:
        """Add a job for each effect, in a transaction of its own."""
        if urgent := _urgent(places):
            await self._all(f"{_RAISE} RETURNING id", lanes=urgent)
        await self.app.job_manager.batch_defer_jobs_async(_jobs(places))

    async def hurry_now(self, lanes: Collection[str]) -> None:
        """Make the jobs of these lanes run now."""
        await self._all(_HURRY, lanes=sorted(lanes))

    async def waiting_lanes(self) -> frozenset[str]:
        """Return the lanes with a scheduled job."""
        return frozenset(row["lock"] for row in await self._all(_WAITING_LANES))

    async def known(self) -> frozenset[str]:
        """Return the keys of the effects that have a job."""
        return frozenset(row["key"] for row in await self._all(_KNOWN))

    async def put_back_stalled(self, after: float) -> int:
        """Requeue the jobs of workers without a heartbeat for `after` seconds, and return their number."""
        return len(await self._all(_STALLED, after=after))

    async def doing(self, worker: int) -> frozenset[int]:
        """Return the ids of the jobs assigned to this worker."""
        return frozenset(row["id"] for row in await self._all(_DOING, worker=worker))

    async def put_back(self, worker: int, ids: Iterable[int]) -> None:
        """Requeue jobs that are assigned to this worker and not running."""
        await self._all(_ASTRAY, worker=worker, ids=sorted(ids))

    async def held(self, job: int, worker: int) -> bool:
        """Return whether this job is still assigned to this worker."""
        return bool(await self._all(_HELD, job=job, worker=worker))

    async def _all(self, query: str, **values: Any) -> list[dict[str, Any]]:
        try:
            return list(await self.connector.execute_query_all_async(query, **values))
        except ConnectorException as error:
            raise StoreGone(str(error)) from error


def _urgent(places: Sequence[Place]) -> list[str]:
    return sorted({lane for _, lane, urgent in places if urgent})


def _jobs(places: Sequence[Place]) -> list[jobs.Job]:
    urgent = _urgent(places)
    return [
        jobs.Job(
            id=None,
            queue=QUEUE,
            task_name=TASK,
            lock=lane,
            queueing_lock=None,
            priority=int(lane in urgent),
            task_kwargs={"key": key},
        )
        for key, lane, _ in places
    ]
