"""`ato erase`, `ato hold`, `ato release`: erasure of a case's personal values, and legal hold."""

import asyncio
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ops.commands.effects import As

if TYPE_CHECKING:
    from collections.abc import Coroutine

_Result = TypeVar("_Result")
_Case = Annotated[str, typer.Argument(help="The case's name, such as ATO-12.")]


def erase(
    case: _Case,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Left out, only what would go is said.")] = False,
    person: As = None,
) -> None:
    """Destroy the keys of a closed case, so that nobody can read its customer's values again, \
and write over its posts in Slack.

    Events, times and figures stay, and the chain still fits. What stands in Zendesk is listed for you to redact there.
    """
    from ops.exits import explained, stop

    with explained():
        from config.settings import settings
        from ops import erasing

        found, number = settings(), _number(case)
        seen = _run(erasing.outlook(found, number), case)
        if not yes:
            typer.echo(f"{case}: {seen.facts} personal values and {seen.posts} places in Slack would go.")
        elif refused := _run(erasing.erase(found, number, person), case):
            stop(refused, f"ato release {case}" if seen.held else f"ato erase {case}")
        else:
            typer.echo(
                f"{case}: {seen.facts} personal values are gone for good. The running bot writes over {seen.posts}"
                " places in Slack; `ato effects list` names any that it could not reach."
            )
    for line in seen.tickets:
        typer.echo(f"Redact in Zendesk: {line}")
    for at in seen.copies:
        typer.echo(f"Delete in Google Chat: the copy sent at {at:%Y-%m-%d %H:%M} UTC")
    if not yes:
        typer.echo(
            "Copies made before still hold them, sealed; `ato restore` erases them again. Nothing was changed.\nTry: "
            f"ato erase {case} --yes"
        )


def hold(
    case: _Case,
    reason: Annotated[str, typer.Option(help="Why nothing of it may go, for whoever comes after you.")],
    person: As = None,
) -> None:
    """Put a case on legal hold: nothing of it is erased, whatever its age, until it is released."""
    _held(case, reason, person)
    typer.echo(f"{case} is on legal hold.")


def release(case: _Case, person: As = None) -> None:
    """End a case's legal hold: from now on its age counts again."""
    _held(case, None, person)
    typer.echo(f"{case} is released.")


def _held(case: str, reason: str | None, person: str | None) -> None:
    from ops.exits import explained, stop

    with explained():
        from config.settings import settings
        from ops import erasing

        if refused := _run(erasing.hold(settings(), _number(case), reason, person), case):
            stop(refused, f"ato erase {case}")


def _number(case: str) -> int:
    from ops.commands.audit import number

    return number(case)


def _run(work: "Coroutine[None, None, _Result]", case: str) -> _Result:
    from ops.erasing import NoSuchCase
    from ops.exits import stop

    try:
        return asyncio.run(work)
    except NoSuchCase:
        stop(f"There is no case {case}.", "ato audit verify")
