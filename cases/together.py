"""Rows written together: what acts write inside ``together()`` is sent in bulk, at its end or before anything that reads it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from functools import cache
from json import JSONEncoder
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models, transaction

Result = TypeVar("Result")
Item = TypeVar("Item")

NUMBERS_AT_ONCE = 500


class PartTakenBackError(RuntimeError):
    """Something written together was taken back by itself: what was worked out from it is no longer true, so all of it is."""


class _Pending:
    """What has been written and not been sent, in the order of its first row."""

    def __init__(self) -> None:
        self.added: dict[tuple[type[models.Model], bool], dict[int, models.Model]] = {}
        self.changed: dict[type[models.Model], dict[int, tuple[models.Model, set[str]]]] = {}
        self.order: list[Callable[[], None]] = []
        self.tables: set[str] = set()
        self.numbers: dict[type[models.Model], list[int]] = {}
        self.known: dict[Hashable, Any] = {}
        self.last: dict[Callable[[list[Any]], None], list[Any]] = {}
        self.very_last: dict[Callable[[list[Any]], None], list[Any]] = {}
        self.is_broken = False

    def add(self, row: models.Model, is_once: bool) -> None:
        model = type(row)
        if row.pk is None:
            row.pk = self._number(model)
        if (model, is_once) not in self.added:
            self.added[model, is_once] = {}
            self._then(model, lambda: self._insert(model, is_once))
        self.added[model, is_once][row.pk] = row

    def change(self, row: models.Model, fields: Sequence[str]) -> None:
        model = type(row)
        if any(self.added.get((model, is_once), {}).get(row.pk) is row for is_once in (False, True)):
            return
        if model not in self.changed:
            self.changed[model] = {}
            self._then(model, lambda: self._update(model))
        waiting = self.changed[model].setdefault(row.pk, (row, set()))
        if waiting[0] is not row:  # read twice: what was changed first goes first
            self.send()
            self.change(row, fields)
            return
        waiting[1].update(fields)

    def send(self) -> None:
        """Everything, in as many statements as there are kinds of change."""
        if self.is_broken:
            raise PartTakenBackError
        todo, self.order = self.order, []
        self.tables = set()
        for step in todo:
            step()

    def end(self) -> None:
        """The rest, and what is done when everything else has been written."""
        self.send()
        for last in (self.last, self.very_last):
            while last:
                work = next(iter(last))
                work(last.pop(work))
                self.send()

    def _then(self, model: type[models.Model], step: Callable[[], None]) -> None:
        self.order.append(step)
        self.tables.add(model._meta.db_table)

    def _insert(self, model: type[models.Model], is_once: bool) -> None:
        rows = list(self.added.pop((model, is_once)).values())
        insert_at_once(model, _as_told(rows, _columns(model)), is_once=is_once)
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias

    def _update(self, model: type[models.Model]) -> None:
        by_fields: dict[tuple[str, ...], list[models.Model]] = {}
        for row, fields in self.changed.pop(model).values():
            by_fields.setdefault(tuple(sorted(fields)), []).append(row)
        for names, rows in by_fields.items():
            _update(rows, names)

    def _number(self, model: type[models.Model]) -> int:
        if not self.numbers.get(model):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                    [model._meta.db_table, NUMBERS_AT_ONCE],
                )
                self.numbers[model] = [row[0] for row in reversed(cursor.fetchall())]
        return self.numbers[model].pop()

    def before_anything_that_reads(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("ROLLBACK TO SAVEPOINT"):
            self.is_broken = True
        elif self.tables and any(table in sql for table in self.tables):
            self.send()
        return execute(sql, params, many, context)


_pending: ContextVar[_Pending | None] = ContextVar("pending", default=None)


@contextmanager
def together() -> Iterator[None]:
    """One transaction whose rows are sent in bulk; a statement that names a table with waiting rows sends them first.

    It happens whole or not at all: when a savepoint inside it is rolled back, so is everything else.
    """
    pending = _Pending()
    with _without_collecting(), transaction.atomic():
        token = _pending.set(pending)
        try:
            with connection.execute_wrapper(pending.before_anything_that_reads):
                yield
                pending.end()
        finally:
            _pending.reset(token)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Until its end nothing of it is garbage; looking for some would take a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def write(rows: Sequence[models.Model], *, is_once: bool = False) -> None:
    """New rows of one model; ``is_once``: a row that is there already stays as it is. Each has its key afterwards."""
    pending = _pending.get()
    if pending is None:
        for model in {type(row) for row in rows}:
            model._base_manager.bulk_create(rows, ignore_conflicts=is_once)
        return
    for row in rows:
        pending.add(row, is_once)


def change(rows: Sequence[models.Model], *fields: str) -> None:
    """Save these fields of rows of one model."""
    pending = _pending.get()
    if pending is None:
        _update(rows, fields)
        return
    for row in rows:
        pending.change(row, fields)


def once(key: Hashable, find: Callable[[], Result]) -> Result:
    """What ``find`` finds, looked for once in everything that is written together."""
    pending = _pending.get()
    if pending is None:
        return find()
    if key not in pending.known:
        pending.known[key] = find()
    found: Result = pending.known[key]
    return found


def is_open() -> bool:
    """Whether what is written now is written together."""
    return _pending.get() is not None


def at_the_end(work: Callable[[list[Item]], None], item: Item, *, very: bool = False) -> None:
    """Call ``work`` with all such items when the rest has been written; at once when nothing is written together.

    ``very``: after all others, so that what it locks is held for as short as can be.
    """
    pending = _pending.get()
    if pending is None:
        work([item])
    else:
        (pending.very_last if very else pending.last).setdefault(work, []).append(item)


def _update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    if not rows:
        return
    meta = type(rows[0])._meta
    columns: list[Any] = [meta.pk, *(meta.get_field(name) for name in names)]
    setting = ", ".join(f'"{column.column}" = new."{column.column}"' for column in columns[1:])
    table, key = meta.db_table, columns[0].column
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET {setting} FROM {_recordset(columns)} WHERE "{table}"."{key}" = new."{key}"',  # noqa: S608 (our own names)
            [_JSON.encode(_as_told(rows, columns))],
        )


def insert_at_once(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, is_once: bool = False) -> None:
    """Every row, a value for each column by its name, in one statement; ``is_once`` leaves out what is there already."""
    columns = _columns(model)
    names = ", ".join(f'"{column.column}"' for column in columns)
    on_conflict = "ON CONFLICT DO NOTHING" if is_once else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {names} FROM {_recordset(columns)} {on_conflict}',  # noqa: S608 (our own names)
            [_JSON.encode(rows)],
        )


@cache
def _columns(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _recordset(columns: Sequence[Any]) -> str:
    """Rows as one parameter: the database takes JSON apart several times quicker than Django puts values into a statement."""
    types = ", ".join(f'"{column.column}" {column.cast_db_type(connection)}' for column in columns)
    return f"json_to_recordset(%s) AS new({types})"


def _as_told(rows: Sequence[models.Model], columns: Sequence[Any]) -> list[dict[str, Any]]:
    names = [column.column for column in columns]
    values = attrgetter(*(column.attname for column in columns))
    return [dict(zip(names, values(row), strict=True)) for row in rows]


def _in_words(value: object) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return f"\\x{value.hex()}"
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not written together")


_JSON = JSONEncoder(default=_in_words, check_circular=False)
