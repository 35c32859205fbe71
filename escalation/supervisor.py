"""Keeps child processes running: starts them, restarts what died with growing pauses, stops them in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from escalation.embedded import die_with_parent

LONGEST_PAUSE = 30.0
LAST_WORDS = 3
REFUSES = 3  # cases.starting: it does not start over this database
HEALTHY_AFTER = 60.0


class RefusesToStart(Exception):
    """A child says that it must not run; starting it again changes nothing."""


@dataclass
class Child:
    """One process to keep running."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    held: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 1.0
    start_again_at: float | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.held,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.started_at = time.monotonic()
        self.start_again_at = None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, patience: float) -> None:
        """Ask it to end; kill its whole group when it does not in time."""
        if self.process is None:
            return
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Supervisor:
    """All children of one installation, and what is told when one of them dies."""

    tell: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        return child

    def look_after(self) -> None:
        """One round: restart what is due, plan a restart for what has died."""
        now = time.monotonic()
        for child in self.children:
            if child.is_running:
                if now - child.started_at > HEALTHY_AFTER:
                    child.pause = 1.0
            elif child.start_again_at is None:
                self._plan_restart(child, now)
            elif now >= child.start_again_at:
                child.start()

    def _plan_restart(self, child: Child, now: float) -> None:
        code = child.process.returncode if child.process else None
        if code == REFUSES:
            raise RefusesToStart("\n".join(child.log.read_text(errors="replace").strip().splitlines()[-LAST_WORDS:]))
        self.tell(f"{child.name} ended ({code}); starting it again in {child.pause:.0f} s. Its log: {child.log}")
        child.start_again_at = now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def stop(self, patience: float = 10) -> None:
        """Ask all to end at once, then wait for each."""
        for child in _running(self.children):
            if child.process:
                child.process.terminate()
        for child in self.children:
            child.stop(patience)


def _running(children: Iterable[Child]) -> list[Child]:
    return [child for child in children if child.is_running]
