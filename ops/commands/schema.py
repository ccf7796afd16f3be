"""`ato playbook schema`: the JSON Schema of the playbook language, for completion in editors."""

from pathlib import Path
from typing import Annotated

import typer


def playbook_schema(
    write: Annotated[Path | None, typer.Option(help="Write it to this file; left out, it is printed.")] = None,
    check: Annotated[Path | None, typer.Option(help="Compare it with this file and write nothing.")] = None,
) -> None:
    """Give the playbook language as a JSON schema, for editors."""
    from ops.playbook_schema import schema_text

    words = schema_text()
    if check and (not check.is_file() or check.read_text(encoding="utf-8") != words):
        typer.echo(
            f"{check} is not what the code says.\nTry: ato playbook schema --write {check}",
            err=True,
        )
        raise typer.Exit(1)
    if write:
        write.write_text(words, encoding="utf-8")
    if not write and not check:
        typer.echo(words, nl=False)
