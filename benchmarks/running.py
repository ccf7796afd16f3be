"""Process control of benchmarks: starts servers and load generator, and stops them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil


class BenchFailed(Exception):
    """A process did not start, or an answer was unexpected; the message says which."""


def environment() -> dict[str, str]:
    """Return the environment of a measured process: without our variables, with compiled files kept."""
    left = ("PYTHONDONTWRITEBYTECODE", "ATO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(left)}


@dataclass
class Process:
    """A running Python module and its last output."""

    popen: "subprocess.Popen[str]"
    log: Path

    def line(self) -> str:
        """Read the next line of output. Raises BenchFailed with the last output when there is none."""
        assert self.popen.stdout
        line = self.popen.stdout.readline()
        if not line:
            raise BenchFailed(self.log.read_text()[-3000:])
        return line.strip()

    def memory(self) -> float:
        """Return resident memory in MB."""
        return float(psutil.Process(self.popen.pid).memory_info().rss / 1e6)

    def cpu(self) -> float:
        """Return CPU seconds."""
        used = psutil.Process(self.popen.pid).cpu_times()
        return float(used.user + used.system)

    def stop(self) -> None:
        """End it."""
        self.popen.terminate()
        try:
            self.popen.wait(5)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe:
                pipe.close()


@dataclass
class Ground:
    """A working folder and the processes started in it."""

    folder: Path
    started: list[Process] = field(default_factory=list)

    def start(self, module: str, *words: str) -> Process:
        """Start `python -m module words…`."""
        log = self.folder / f"{module}.{len(self.started)}.log"
        with log.open("w") as errors:
            popen = subprocess.Popen(  # noqa: S603 - our own programs
                [sys.executable, "-m", module, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment(),
            )
        self.started.append(Process(popen, log))
        return self.started[-1]

    def serve(self, name: str, database: Path | str) -> "Server":
        """Start one of the servers of `benchmarks/serving.py`."""
        process = self.start("benchmarks.serving", name, str(database))
        return Server(name, process, int(process.line()))

    def end(self, process: Process) -> None:
        """Stop something that is not needed any more."""
        process.stop()
        self.started.remove(process)


@dataclass(frozen=True)
class Server:
    """A server that listens."""

    name: str
    process: Process
    port: int


@dataclass
class Loader:
    """The load generator."""

    process: Process

    def ask(self, server: Server, kind: str, count: int, **more: Any) -> dict[str, float]:
        """Send requests and return rate, p10, p50 and p99. Raises BenchFailed on an unexpected answer."""
        assert self.process.popen.stdin
        asked = {"port": server.port, "kind": kind, "count": count, **more}
        self.process.popen.stdin.write(json.dumps(asked) + "\n")
        self.process.popen.stdin.flush()
        found = json.loads(self.process.line())
        if wrong := found.pop("wrong"):
            log = server.process.log.read_text()[-1500:]
            raise BenchFailed(f"{server.name}, {kind}: {wrong}\n{log}")
        return {name: float(value) for name, value in found.items()}


@contextmanager
def ground() -> Iterator[Ground]:
    """Context of a working folder; stops its processes at the end."""
    with tempfile.TemporaryDirectory(prefix="ato-bench-") as name:
        made = Ground(Path(name))
        try:
            yield made
        finally:
            for process in made.started:
                process.stop()
