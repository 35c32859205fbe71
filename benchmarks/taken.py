"""What a stretch of work takes: seconds on the wall, and of processor time in this process and in PostgreSQL's own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Taken:
    """Seconds; processor time is what a machine that nobody shares would need at least."""

    wall: float = 0.0
    ours: float = 0.0
    database: float = 0.0

    @property
    def cpu(self) -> float:
        """Processor time of both."""
        return self.ours + self.database

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.wall + other.wall, self.ours + other.ours, self.database + other.database)

    def __str__(self) -> str:
        return f"{self.wall:.2f} s (processor {self.cpu:.2f} s: Python {self.ours:.2f}, PostgreSQL {self.database:.2f})"


@contextmanager
def taken() -> Iterator[Taken]:
    """Filled when it is over."""
    found = Taken()
    wall, ours, database = time.perf_counter(), time.process_time(), _database()
    yield found
    found.wall = time.perf_counter() - wall
    found.ours = time.process_time() - ours
    found.database = _database() - database


def _database() -> float:
    """Processor time of the benchmark's PostgreSQL so far: its processes, and those of connections that have ended."""
    first = int((Path(os.environ["TEST_STATE_DIRECTORY"]) / "postgres" / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            fields = (process / "stat").read_text().rpartition(") ")[2].split()
        except OSError:  # it has just ended
            continue
        if int(process.name) == first:
            ticks += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == first:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS
