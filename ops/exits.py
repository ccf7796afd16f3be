"""Exit codes and error messages of commands: what is wrong, and the command to try next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

DONE, WRONG, USAGE, UNSET = 0, 1, 2, 3


def stop(what: str, next_command: str, code: int = WRONG) -> NoReturn:
    """Exit with what is wrong and the command to try next."""
    typer.echo(f"{what}\nTry: {next_command}", err=True)
    raise typer.Exit(code)


@contextmanager
def explained() -> Iterator[None]:
    """Translate invalid settings and playbooks into sentences and an exit code."""
    from config.environment import BadSettings
    from config.load import BadPlaybook
    from integrations.queue.trying import WorkerRunning
    from integrations.store.starting import CannotStart

    try:
        yield
    except BadSettings as wrong:
        stop(str(wrong), "ato settings check, with docs/settings.md beside it", UNSET)
    except BadPlaybook as wrong:
        stop(str(wrong), "ato playbook check")
    except CannotStart as wrong:
        stop(str(wrong), "ato settings check, with docs/troubleshooting.md beside it")
    except WorkerRunning as wrong:
        stop(str(wrong), "ato serve, once the other one has stopped")
