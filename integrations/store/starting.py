"""Start-up errors, and the newest migration of this version. It makes no query."""

from pathlib import Path


class CannotStart(Exception):
    """A precondition of the start is missing; the sentence says which, and what to do."""


def newest() -> str:
    """Return the newest migration that comes with this version."""
    files = (Path(__file__).with_name("migrations") / "versions").glob("[0-9]*.py")
    return max(file.name.partition("_")[0] for file in files)
