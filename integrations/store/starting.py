"""What a start may fail of, and which tables this version knows. It asks nothing."""

from pathlib import Path


class CannotStart(Exception):
    """Something the bot stands on is not there; the sentence says what, and what to do."""


def newest() -> str:
    """Name the newest migration that comes with this version."""
    files = (Path(__file__).with_name("migrations") / "versions").glob("[0-9]*.py")
    return max(file.name.partition("_")[0] for file in files)
