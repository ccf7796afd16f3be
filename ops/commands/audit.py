"""`ato audit`: verify the hash chain of cases, and export a case's evidence bundle."""

import asyncio
import getpass
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings
    from ops.evidence import Named

app = typer.Typer(help="Look after evidence.", rich_markup_mode=None, no_args_is_help=True)

_CASE = re.compile(r"[A-Za-z]{2,10}-(\d{1,9})", re.ASCII)

_Case = Annotated[str, typer.Argument(help="The case's name, such as ATO-12.")]


@app.command("verify")
def verify(
    case: Annotated[str | None, typer.Argument(help="The case's name, such as ATO-12; left out, every case.")] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="A bundle exported earlier, which the case must have grown from."),
    ] = None,
) -> None:
    """Say whether any event was changed, removed, exchanged or forged, and which is the first."""
    from ops.exits import USAGE, explained, stop

    if against and not case:
        stop(
            "A bundle is compared with one case. Name it.",
            "ato audit verify ATO-12 --against …",
            USAGE,
        )
    with explained():
        from config.settings import settings
        from ops import evidence

        found = asyncio.run(_checked(settings(), case))
    broken = [(one.name, one.evidence.broken) for one in found if one.evidence.broken]
    for name, first in broken:
        typer.echo(f"{name}: event {first.seq}: {first.what}")
    if against and (differs := evidence.against(found[0].evidence, against)):
        stop(f"{found[0].name}: {differs}", "ato audit export, and keep both")
    events = sum(len(one.evidence.kept) for one in found)
    typer.echo(f"{len(found)} cases, {events} events checked: {len(broken)} cases not whole")
    if broken:
        stop(
            "Keep the database as it is, copy it away, and compare with a backup.",
            f"ato audit export {broken[0][0]}",
        )


@app.command("export")
def export(
    case: _Case,
    to: Annotated[Path | None, typer.Option(help="Where to write the zip; left out, the case's name.")] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="With customers' values; this is logged as such.")
    ] = False,
) -> None:
    """Write a case's evidence as a zip: events, hashes, a timeline for people, and the script that checks it."""
    from ops.exits import explained

    with explained():
        from config.settings import settings

        file = asyncio.run(_exported(settings(), case, to, personal=personal))
    typer.echo(f"Written: {file}\nCheck it anywhere: python3 ops/verify_bundle.py {file}")


async def _checked(found: "Settings", case: str | None) -> "list[Named]":
    from ops import evidence
    from ops.exits import stop

    named = await evidence.verify(found, number(case) if case else None)
    if case and not named:
        stop(f"There is no case {case}.", "ato audit verify")
    return named


async def _exported(found: "Settings", case: str, to: Path | None, *, personal: bool) -> Path:
    from datetime import UTC, datetime

    from ops import evidence

    named = (await _checked(found, case))[0]
    file = to or Path(f"{named.name}-evidence.zip")
    by, now = getpass.getuser(), datetime.now(UTC)
    record = named.evidence.record
    async with evidence.evidence(found) as kept:
        zone = await kept.zone(record)
        values = await kept.values(record) if personal else None
        await kept.note(by, personal=personal, now=now)
    evidence.bundle(named, evidence.Export(by, now, zone, values), file)
    return file


def number(case: str) -> int:
    """Parse a case's display name; exits when it is malformed."""
    from ops.exits import USAGE, stop

    found = _CASE.fullmatch(case)
    if found is None:
        stop(f"“{case}” is not a case's name.", "ato audit verify ATO-12", USAGE)
    return int(found[1])
