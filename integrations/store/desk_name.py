"""Name of the desk that a database belongs to, checked before the bot is built, over a connection of its own."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from desk.values import UNNAMED
from integrations.store import tables as t
from integrations.store.engine import CONNECT_POSTGRES, database_file, read_url, without_password
from integrations.store.starting import CannotStart

_LATEST = select(t.desk_names.c.name).order_by(t.desk_names.c.since.desc(), t.desk_names.c.name)
_OPEN = select(t.cases.c.number).where(t.OPEN).order_by(t.cases.c.number)
_SHOWN = 5


class Renamed(CannotStart):
    """The settings give the desk another name than its database, and cases are open."""


def take_name(database_url: str, name: str) -> tuple[str, ...]:
    """Store the desk's name, and return its names, the present one first and then the former ones.

    Raises Renamed when the desk has another name and cases are open, CannotStart when the database does not answer.
    """
    try:
        return _within(database_url, name, keep=True)
    except IntegrityError:  # another replica stored it in the same moment
        return _within(database_url, name, keep=True)


def check_name(database_url: str, name: str) -> tuple[str, ...]:
    """Return a desk's names and store nothing; raises as `take_name` does."""
    return _within(database_url, name, keep=False)


def open_cases(database_url: str, name: str) -> tuple[int, ...]:
    """Return the numbers of the cases that are open under this name; raises CannotStart."""
    engine = _engine(database_url)
    try:
        with engine.connect() as connection:
            latest = connection.scalar(_LATEST.limit(1))
            return _open(connection) if latest in {None, name} else ()
    except DBAPIError as wrong:
        raise _silent(database_url, wrong) from None
    finally:
        engine.dispose()


def _engine(database_url: str) -> Engine:
    return create_engine(
        read_url(database_url), connect_args=CONNECT_POSTGRES if database_file(database_url) is None else {}
    )


def _within(database_url: str, name: str, *, keep: bool) -> tuple[str, ...]:
    engine = _engine(database_url)
    try:
        with engine.begin() as connection:
            return _names(connection, name, keep=keep)
    except IntegrityError:
        raise
    except DBAPIError as wrong:
        raise _silent(database_url, wrong) from None
    finally:
        engine.dispose()


def _names(connection: Connection, name: str, *, keep: bool) -> tuple[str, ...]:
    known = list(connection.scalars(_LATEST))
    if known[:1] == [name]:
        return tuple(known)
    if known and (numbers := _open(connection)):
        raise Renamed(_refusal(known[0], name, numbers))
    former = [one for one in known if one != name]
    if keep:
        connection.execute(t.desk_names.delete().where(t.desk_names.c.name == name))
        connection.execute(t.desk_names.insert().values(name=name, since=datetime.now(UTC)))
    return (name, *former)


def _open(connection: Connection) -> tuple[int, ...]:
    return tuple(connection.scalars(_OPEN))


def counted(numbers: tuple[int, ...]) -> str:
    """Say how many cases are open, and the first of their numbers."""
    some = ", ".join(f"{one}" for one in numbers[:_SHOWN]) + (", …" if len(numbers) > _SHOWN else "")
    return f"1 case is open (number {some})" if len(numbers) == 1 else f"{len(numbers)} cases are open (numbers {some})"


def _refusal(before: str, now: str, numbers: tuple[int, ...]) -> str:
    back = "take ATO_NAME out of the settings" if before == UNNAMED else f"put ATO_NAME={before} back"
    return (
        f"ATO_NAME calls this desk “{now}”, but its database belongs to the desk “{before}”, and {counted(numbers)}:"
        " their tickets and notes in Zendesk carry the old name. Nothing was changed. Either"
        f" {back}, and close those cases before the desk is renamed; or, if this is another desk, give it a database"
        " of its own in ATO_DATABASE_URL."
    )


def _silent(database_url: str, wrong: DBAPIError) -> CannotStart:
    reason = (str(wrong.orig).strip().splitlines() or ["no reason was given"])[0]
    return CannotStart(f"The database {without_password(database_url)} cannot be read: {reason}. Nothing was changed.")
