"""Worlds made once: what a fixture made stays for the next tests that ask for the same, each of which gets it untouched.

A fixture marked ``@shared`` is made inside a savepoint, its value is kept as a pickle, and every test runs in a savepoint
of its own above. A test finds the rows of just those fixtures that it asked for: what was made for others alone is rolled
back first. A test that commits, and one that had moved the clock before, gets everything made anew, as without sharing.
"""

from __future__ import annotations

import functools
import inspect
import io
import pickle
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from escalation.protocol import Protocol
from tests import clock as clocks
from tests.clock import NOW, Clock

SHARED = "is_shared"


def shared(function: Callable[..., Any]) -> Any:
    """A fixture whose world is made once for tests in a row; it may ask for ``now``, ``clock``, ``db`` and other such ones.

    It may leave nothing outside the database, such as a file, which no rollback would put right; and its value may not
    hold on to the clock, which is another one in each test.
    """

    @functools.wraps(function)
    def hand_out(request: pytest.FixtureRequest, **asked: Any) -> Any:
        if function.__name__ not in _world.copies:
            return function(**asked)
        if "clock" in asked and (moment := _world.levels[-1].moment):
            asked["clock"].move_to(moment)
        return _world.copies[function.__name__]

    own = inspect.signature(function)
    given = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    hand_out.__signature__ = own.replace(parameters=[given, *own.parameters.values()])  # type: ignore[attr-defined]
    setattr(hand_out, SHARED, function)
    return pytest.fixture(hand_out)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
    """Just before a test's own transaction or savepoint begins, what it shares with others is there."""
    if fixturedef.argname == "_django_db_helper":
        _world.copies = {}
        with request.getfixturevalue("django_db_blocker").unblock():
            _world.turn_to([] if _commits(request) or clocks.is_moved() else _asked_for(request))
            clocks.begin(in_another=bool(_world.levels))
    return (yield)


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    named = {"transactional_db", "live_server"} & set(request.fixturenames)
    return bool(named) or bool(marker and marker.kwargs.get("transaction"))


def _asked_for(request: pytest.FixtureRequest) -> list[Callable[..., Any]]:
    """The shared fixtures of a test, each after those that it asks for itself."""
    definitions = request.node._fixtureinfo.name2fixturedefs
    found: dict[str, Callable[..., Any]] = {}

    def add(name: str) -> None:
        function = getattr(definitions[name][-1].func, SHARED, None) if name in definitions else None
        if function is not None and name not in found:
            for needed in inspect.signature(function).parameters:
                add(needed)
            found[name] = function

    for name in request.fixturenames:
        add(name)
    return list(found.values())


@dataclass
class _Level:
    """What one fixture made on top of the levels below it: all values so far, and the time there was at its end."""

    function: Callable[..., Any]
    savepoint: transaction.Atomic
    values: bytes
    moment: datetime | None


class _World:
    """The fixtures that stand in the database now, in the order in which they were made."""

    def __init__(self) -> None:
        self.levels: list[_Level] = []
        self.copies: dict[str, Any] = {}

    def turn_to(self, functions: list[Callable[..., Any]]) -> None:
        """Take back what was not asked for, make what is missing, and copy everything for one test."""
        same = sum(1 for _ in self._alike(functions))
        self.leave(same)
        for function in functions[same:]:
            self._make(function)
        if self.levels:
            self.copies = _unpickled(self.levels[-1].values)

    def leave(self, levels: int = 0) -> None:
        """Take back everything above this many levels."""
        while len(self.levels) > levels:
            _roll_back(self.levels.pop().savepoint)

    def _alike(self, functions: list[Callable[..., Any]]) -> Generator[None]:
        for level, function in zip(self.levels, functions, strict=False):
            if level.function is not function:
                return
            yield

    def _make(self, function: Callable[..., Any]) -> None:
        below = self.levels[-1] if self.levels else None
        savepoint = transaction.atomic()
        savepoint._from_testcase = True  # type: ignore[attr-defined]
        savepoint.__enter__()
        try:
            values, moment = _made(function, below)
        except BaseException:
            _roll_back(savepoint)
            raise
        self.levels.append(_Level(function, savepoint, values, moment))


_world = _World()


def _roll_back(savepoint: transaction.Atomic) -> None:
    transaction.set_rollback(True)
    savepoint.__exit__(None, None, None)


def _made(function: Callable[..., Any], below: _Level | None) -> tuple[bytes, datetime | None]:
    values = _unpickled(below.values) if below else {}
    with tempfile.TemporaryDirectory() as place:
        clock, real = Clock(Path(place) / "clock"), timezone.now
        timezone.now = clock.now
        try:
            if below and below.moment:
                clock.move_to(below.moment)
            known = values | {"now": NOW, "clock": clock, "db": None}
            values[function.__name__] = function(**{name: known[name] for name in inspect.signature(function).parameters})
            return _pickled(values), clock.now() if clock.shift else None
        finally:
            timezone.now = real
            clock.reset()


_protocols: list[Protocol] = []


class _Pickler(pickle.Pickler):
    """Protocols never change: they are handed on as they are."""

    def persistent_id(self, value: Any) -> int | None:
        if not isinstance(value, Protocol):
            return None
        _protocols.append(value)
        return len(_protocols) - 1


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, number: int) -> Protocol:
        return _protocols[number]


def _pickled(values: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(values)
    return file.getvalue()


def _unpickled(values: bytes) -> dict[str, Any]:
    found: dict[str, Any] = _Unpickler(io.BytesIO(values)).load()
    return found
