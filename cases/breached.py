"""Looking a password up, offline, in a file of those known from breaches: lines ``SHA1:COUNT``, sorted, by binary search.

The one library for this, pwnedpasswords-offline, has had no release since January 2022, maps the file into memory, so that
putting a shorter one in its place ends the process, and takes any filter lying beside it at its word. The search is short.
"""

from __future__ import annotations

import os
import re
from hashlib import sha1
from pathlib import Path

LONGEST = 64  # bytes of a line: forty of the hash, a colon, a number
LINE = re.compile(rb"[0-9A-Fa-f]{40}:\d+\s*")


class NotThatFile(ValueError):
    """It does not hold lines of hash and number, sorted by hash."""


def is_known(password: str, file: Path) -> bool:
    """Whether the file has this password: some forty short reads, however long it is."""
    wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        low, high = 0, lines.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            lines.seek(max(middle - 1, 0))
            if middle > 0:
                lines.readline(LONGEST)  # to the first line that begins here or later
            start = lines.tell()
            if start >= high:
                high = middle
                continue
            found = _hash_of(lines.readline(LONGEST))
            if found == wanted:
                return True
            if found < wanted:
                low = lines.tell()
            else:
                high = middle
    return False


def check(file: Path) -> None:
    """Refuse a file of another kind: of its first and last lines, and of some between, each must come after the one before."""
    last = b""
    with file.open("rb") as lines:
        size = lines.seek(0, os.SEEK_END)
        for part in range(8):
            lines.seek(size * part // 8)
            if part:
                lines.readline(LONGEST)
            if not (line := lines.readline(LONGEST)) and part:
                break
            if (found := _hash_of(line)) < last:
                raise NotThatFile("not sorted by hash")
            last = found


def _hash_of(line: bytes) -> bytes:
    if not LINE.fullmatch(line):
        raise NotThatFile("a line is not a hash and a number")
    return line[:40].upper()
