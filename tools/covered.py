"""Pytest plugin of the mutator: which test files run which lines of `desk/`, and how long each file takes.

`COVERED=file python -m pytest -p tools.covered …` writes one JSON object: `lines`, by source file and line, the test
files; `seconds` of each test file. A line that is run at import only, such as a constant, has no test file.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

measuring = coverage.Coverage(data_file=None, include=["desk/*"], messages=False)
measuring.start()  # before the first conftest imports the desk
seconds: dict[str, float] = defaultdict(float)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count what a test and its fixtures run for its file."""
    file = item.nodeid.partition("::")[0]
    measuring.switch_context(file)
    began = time.perf_counter()
    try:
        return (yield)
    finally:
        seconds[file] += time.perf_counter() - began


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was seen."""
    measuring.stop()
    data = measuring.get_data()
    lines = {
        Path(file).relative_to(session.config.rootpath).as_posix(): {
            line: sorted(filter(None, tests)) for line, tests in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    Path(os.environ["COVERED"]).write_text(json.dumps({"lines": lines, "seconds": seconds}), "utf-8")
