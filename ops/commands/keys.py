"""`ato keys`: rotation of the vault's encryption keys."""

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from config.settings import Settings

app = typer.Typer(help="Look after the vault's keys.", rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Look after the vault's keys."""


@app.command("rotate")
def rotate() -> None:
    """Wrap the keys of all cases with the first of ATO_VAULT__KEYS, so that the others can go. \
The desk may run meanwhile."""
    from desk.service.ports import StoreGone
    from ops.exits import UNSET, explained, stop

    with explained():
        from config.settings import settings

        try:
            count = asyncio.run(_rotated(settings()))
        except StoreGone:
            stop(
                "The database does not answer. What was wrapped until then stays so.",
                "ato keys rotate",
            )
        except ValueError as wrong:
            stop(
                f"{wrong} What was wrapped until then stays so.",
                "ato keys rotate, with the key that is missing in ATO_VAULT__KEYS",
                UNSET,
            )
    typer.echo(
        f"{count} keys of cases are wrapped with the first of ATO_VAULT__KEYS. The others can go, from here and from"
        " every replica; copies made before today still need them."
    )


async def _rotated(found: "Settings") -> int:
    from integrations.store.engine import open_database
    from integrations.store.rewrap import rewrap
    from integrations.store.vault import Vault

    vault = Vault([key.decode() for key in found.vault.fernet_keys], found.vault.digest_key.get_secret_value())
    engine = open_database(found.database_url.get_secret_value())
    try:
        return await rewrap(engine, vault)
    finally:
        await engine.close()
