"""What a killed replica leaves behind: every effect under way, and how far it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tools.torture.flight import ANSWERED, BEGUN, SENT, Flight, fresh, under_way


def stages(file: Path) -> dict[str, bytes]:
    return {one.key: one.stage for one in under_way(file)}


def test_what_is_under_way_is_seen_by_others(tmp_path: Path) -> None:
    file = fresh(tmp_path / "flight")
    flight = Flight(file)
    assert stages(file) == {}
    with flight.under_way("C1/a"), flight.under_way("C1/b"):
        flight.mark("C1/a", SENT)
        assert stages(file) == {"C1/a": SENT, "C1/b": BEGUN}
        flight.mark("C1/a", ANSWERED)
        assert stages(file)["C1/a"] == ANSWERED
    assert stages(file) == {}
    flight.mark("C1/unknown", SENT)
    assert stages(file) == {}


def test_it_outlives_the_one_who_wrote_it(tmp_path: Path) -> None:
    file = fresh(tmp_path / "flight")
    words = (
        "import sys, time; from pathlib import Path; from tools.torture.flight import SENT, Flight;"
        "f = Flight(Path(sys.argv[1])); w = f.under_way('C1/a'); w.__enter__(); f.mark('C1/a', SENT);"
        "print('there', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", words, str(file)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout
        writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait(10)
    assert stages(file) == {"C1/a": SENT}
