"""In which order tests run: what waits by the clock begins first, so that nothing waits for it at the end."""

import gc
import os

import pytest
from hypothesis import Phase, settings

gc.disable()  # what is imported and collected stays; looking for cycles in it is a third of the collection

settings.register_profile("mutate", phases=[Phase.explicit, Phase.generate], derandomize=True)
"""For `make mutate`: every fault meets the same examples, and a failure is enough."""
if chosen := os.environ.get("HYPOTHESIS_PROFILE"):
    settings.load_profile(chosen)

LONG = "tests/torture/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first; the others keep their order."""
    items.sort(key=lambda one: not one.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    """Look for cycles in what the tests make, and never again in what was there before them."""
    gc.freeze()
    gc.enable()
