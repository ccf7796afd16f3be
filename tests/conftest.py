"""In which order tests run: what waits by the clock begins first, so that nothing waits for it at the end."""

import pytest

LONG = "tests/torture/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first; the others keep their order."""
    items.sort(key=lambda one: not one.nodeid.startswith(LONG))
