"""A headless Chromium for the browser tests, patient with a busy machine; skipped loudly where none is installed."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.core.signals import request_finished, request_started

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
MISSING = "No Chromium found: browser tests NOT RUN. Install it with: apt-get install chromium"
# How long, in milliseconds, anything looked for may take to appear on a machine that has much else to do.
PATIENCE = 60_000
DESKTOP = {"width": 1280, "height": 900}

OpenPage = Callable[..., "Page"]


def chromium() -> str | None:
    """The browser's path: CHROMIUM if set, else what the machine has."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if any(MISSING in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.section("browser")
        terminalreporter.line(MISSING, red=True, bold=True)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One Chromium for this test process; tests ask `open_page` for a page of it."""
    path = chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=2 * PATIENCE)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[OpenPage]:
    """Open a page in a browser profile of its own, with these options of the profile; closed when the test ends."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> "Page":
        context = browser.new_context(**{"locale": "en-GB", "viewport": DESKTOP, **options})
        opened.append(context)
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def page(open_page: OpenPage, live_url: str) -> "Page":
    """A page on a desktop's screen; relative addresses are those of the live server."""
    return open_page(base_url=live_url)


@pytest.fixture
def live_url(transactional_db: None, live_server: "LiveServer") -> Iterator[str]:
    """The address of a web server on the test's database, which is emptied only when the last request is answered."""
    with Answering() as answering:
        yield str(live_server.url)
        answering.wait_until_quiet()


class Answering:
    """Counts what the live server is at; the requests of the test's own client are not counted."""

    def __init__(self) -> None:
        self.open, self.lock = 0, threading.Lock()

    def __enter__(self) -> "Answering":
        request_started.connect(self.begin)
        request_finished.connect(self.end)
        return self

    def __exit__(self, *raised: object) -> None:
        request_started.disconnect(self.begin)
        request_finished.disconnect(self.end)

    def begin(self, **sent: object) -> None:
        self._count(1)

    def end(self, **sent: object) -> None:
        self._count(-1)

    def _count(self, by: int) -> None:
        if threading.current_thread() is not threading.main_thread():
            with self.lock:
                self.open += by

    def wait_until_quiet(self, seconds: float = 30) -> None:
        """A page that is closed may still have been saving what was typed."""
        end, quiet = time.monotonic() + seconds, 0
        while quiet < 3 and time.monotonic() < end:
            quiet = 0 if self.open > 0 else quiet + 1
            time.sleep(0.02)
