"""Real processes beside the tests: a Celery worker and a mail server."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from asyncio import AbstractServer
from collections.abc import Awaitable
from email.message import EmailMessage, Message
from pathlib import Path

import redis
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from escalation.embedded import die_with_parent
from tests.services import redis_url


class Worker:
    """A Celery worker process on the test's own database and broker."""

    def __init__(self, directory: Path, clock_file: Path, email_url: str, *, beat: bool) -> None:
        directory.mkdir()
        self.log = directory / "log"
        command = [sys.executable, "-m", "celery", "-A", "escalation", "worker", "-P", "threads", "-c", "2"]
        command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "-n", f"{directory.name}@%h"]
        if beat:
            command += ["-B", "-s", str(directory / "beat")]
        environment = {**os.environ, "TEST_CLOCK_FILE": str(clock_file), "EMAIL_URL": email_url}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, preexec_fn=die_with_parent(signal.SIGTERM)
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Let the task at hand finish, then end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End at once with the beat in it, as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self.process.poll() is None:
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + 180
        while " ready." not in self.log.read_text(errors="replace"):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError("The worker did not start:\n" + self.log.read_text(errors="replace")[-3000:])
            time.sleep(0.05)


class _Keep(MessageHandler):
    def __init__(self) -> None:
        super().__init__(EmailMessage)
        self.kept: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.kept.append(message)


class _Listening(Controller):
    """A controller on a port that is taken from the first moment on, so that nobody else can have it."""

    def __init__(self, handler: _Keep) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self.socket.getsockname()[1], ready_timeout=120)

    def _create_server(self) -> Awaitable[AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.socket)


class MailServer:
    """An SMTP server on the loopback address that keeps what it is given."""

    def __init__(self) -> None:
        self._handler = _Keep()
        self._controller = _Listening(self._handler)
        self._controller.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    @property
    def messages(self) -> list[Message]:
        return list(self._handler.kept)

    def stop(self) -> None:
        self._controller.stop()


def empty_broker() -> None:
    """Forget every message that an earlier test left."""
    client = redis.Redis.from_url(redis_url())
    client.flushdb()
    client.close()


def port_for_a_server() -> int:
    """A port nobody listens on, below those that the kernel deals to whoever connects, so that it stays free meanwhile."""
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("No port is free.")
