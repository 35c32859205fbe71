"""Where the files lie: outside anything that is served, under random names, readable by the service alone."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".part"
_NAME = re.compile(r"[0-9a-f]{32}")
PIECE = 1024 * 1024


class Damaged(Exception):
    """The file is not there, or not what was kept."""


def keep(root: Path, content: bytes) -> str:
    """Write a file so that it is there whole or not at all; the answer is its random name. ``OSError`` when there is no room."""
    name = secrets.token_hex(16)
    place = path_of(root, name)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = place.with_suffix(UNFINISHED)
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(place)
        _fsync_directory(place.parent)
    except OSError:
        for left in (unfinished, place):
            left.unlink(missing_ok=True)
        raise
    return name


def _fsync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def path_of(root: Path, name: str) -> Path:
    """The path of a kept file; only names that this module gave lead anywhere."""
    if not _NAME.fullmatch(name):
        raise Damaged(name)
    return root / name[:2] / name


def remove(root: Path, name: str) -> None:
    """Take away a file of which nothing was recorded."""
    path_of(root, name).unlink(missing_ok=True)


def open_checked(root: Path, name: str, sha256: str) -> BinaryIO:
    """The open file, at its beginning, after all of it was found to be as it was kept."""
    try:
        file = path_of(root, name).open("rb")
    except OSError as error:
        raise Damaged(name) from error
    found = hashlib.sha256()
    while piece := file.read(PIECE):
        found.update(piece)
    if found.hexdigest() != sha256:
        file.close()
        raise Damaged(name)
    file.seek(0)
    return file


def older_than(root: Path, moment: float) -> Iterator[Path]:
    """Everything that lies there since before ``moment`` (seconds since 1970), finished or not."""
    for file in sorted(root.glob("??/*")):
        try:
            if file.is_file() and file.stat().st_mtime < moment:
                yield file
        except FileNotFoundError:
            continue


def orphans(files: Iterable[Path], known: set[str]) -> list[Path]:
    """Those of which no row knows."""
    return [file for file in files if file.name not in known]
