"""The file of checkpoints outside the database: one JSON object in each line, added to and never rewritten."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from cases.models import AuditCheckpoint, Restore

OLDER = "the database is older than checkpoint {number} of {file}"
LONGEST = 8192  # bytes that two lines never reach
OTHER = "checkpoint {number} of the database is not the one of {file}"


@dataclass(frozen=True)
class Line:
    """One checkpoint as the file has it."""

    number: int
    text: str
    signature: bytes

    @property
    def hash(self) -> bytes:
        """What the next checkpoint names as the one before it."""
        return digest(self.text)


def digest(text: str) -> bytes:
    """The hash of a checkpoint: SHA-256 over its signed text."""
    return hashlib.sha256(text.encode()).digest()


def file() -> Path:
    """Where it is."""
    return Path(settings.AUDIT_CHECKPOINT_FILE)


def lines() -> Iterator[Line]:
    """Every checkpoint of the file in order; ValueError for a line that is none. Nothing when there is no file."""
    if not file().exists():
        return
    with file().open() as opened:
        for row in opened:
            if row.endswith("\n"):
                yield _read(row)


def newest() -> Line | None:
    """The last line of the file, without reading the rest."""
    if not file().exists():
        return None
    with file().open("rb") as opened:
        return _last(opened)


def what_is_older() -> str:
    """Why the database is not the one that wrote the file, or an older copy of it; empty when all is well."""
    last = newest()
    if last is None:
        return ""
    known = AuditCheckpoint.objects.filter(number=last.number).first()
    if known is None and Restore.objects.filter(last_lost=last.number, last_hash=last.hash).exists():
        return ""
    if known is None:
        return OLDER.format(number=last.number, file=file())
    return "" if bytes(known.hash) == last.hash else OTHER.format(number=last.number, file=file())


def catch_up() -> list[str]:
    """Add what the table has and the file has not, and see it on the disk; why not, when the two do not belong together."""
    file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file().open("a+b") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        if problem := what_is_older():
            return [problem]
        last = _last(opened)
        _drop_unfinished(opened)
        missing = AuditCheckpoint.objects.filter(number__gt=last.number if last else 0).order_by("number")
        for made in missing.iterator():
            opened.write(_written(made))
        opened.flush()
        os.fsync(opened.fileno())
    return []


def _written(made: AuditCheckpoint) -> bytes:
    row = {"number": made.number, "text": made.text, "signature": bytes(made.signature).hex()}
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def _last(opened: IO[bytes]) -> Line | None:
    """The last whole line; one that a crash cut short does not count."""
    end = opened.seek(0, os.SEEK_END)
    opened.seek(max(0, end - LONGEST))
    rows = [row for row in opened.read().splitlines(keepends=True) if row.endswith(b"\n")]
    return _read(rows[-1]) if rows else None


def _drop_unfinished(opened: IO[bytes]) -> None:
    """Take away the beginning of a line that a crash cut short; the table has the whole of it."""
    end = opened.seek(0, os.SEEK_END)
    opened.seek(max(0, end - LONGEST))
    _, _, rest = opened.read().rpartition(b"\n")
    if rest:
        opened.truncate(end - len(rest))
    opened.seek(0, os.SEEK_END)


def _read(row: str | bytes) -> Line:
    try:
        known: dict[str, Any] = json.loads(row)
        return Line(int(known["number"]), str(known["text"]), bytes.fromhex(known["signature"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file()} holds a line that is no checkpoint") from error
