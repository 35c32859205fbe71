"""PDF: taken as it is, unless it would run something, carries other files, or cannot be looked into."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf

from cases.errors import Refused

PDF = "application/pdf"
MOST_OBJECTS, DEEPEST = 100_000, 60
ACTIVE = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/RichMediaExecute"})
KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/RichMediaContent"})
CARRIED = frozenset({"/EmbeddedFiles", "/EmbeddedFile", "/EF"})
RUNS = "This PDF holds programs or forms that send something. Print it as a new PDF and hand that in."
CARRIES = "This PDF carries other files inside. Save them, print this one as a new PDF, and hand each in by itself."
LOCKED = "This PDF needs a password. Print it as a new PDF without one and hand that in."
BROKEN = "This PDF cannot be read. Open it, print it as a new PDF, and hand that in."
AFTERWARDS = "This PDF has something else after its end. Print it as a new PDF and hand that in."
TOO_MANY = "This PDF has too many parts to be looked through. Hand it in as several smaller ones."


def check(content: bytes) -> None:
    """Refuse what is not a plain PDF."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Refused(BROKEN, field="file")
    if content[end + 5 :].strip(b"\r\n\t \x00"):
        raise Refused(AFTERWARDS, field="file")
    try:
        with pikepdf.open(BytesIO(content)) as opened:
            _look_through(opened)
    except pikepdf.PasswordError as error:
        raise Refused(LOCKED, field="file") from error
    except (pikepdf.PdfError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise Refused(BROKEN, field="file") from error


def _look_through(opened: pikepdf.Pdf) -> None:
    if len(opened.objects) > MOST_OBJECTS:
        raise Refused(TOO_MANY, field="file")
    if not len(opened.pages):
        raise Refused(BROKEN, field="file")
    for each in opened.objects:
        _look_at(each, 0)


def _look_at(thing: Any, depth: int) -> None:
    """One object with what stands in it directly; what it refers to has a turn of its own."""
    if depth > DEEPEST:
        raise Refused(TOO_MANY, field="file")
    if isinstance(thing, pikepdf.Array):
        inside = list(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        inside = _values(thing)
    else:
        return
    for one in inside:
        if isinstance(one, pikepdf.Object) and not one.is_indirect:
            _look_at(one, depth + 1)


def _values(thing: Any) -> list[Any]:
    pairs = {str(key): value for key, value in thing.items()}
    named = {str(pairs[key]) for key in ("/S", "/Type", "/Subtype") if key in pairs and isinstance(pairs[key], pikepdf.Name)}
    if KEYS & pairs.keys() or ACTIVE & named:
        raise Refused(RUNS, field="file")
    if CARRIED & pairs.keys() or CARRIED & named or "/FileAttachment" in named:
        raise Refused(CARRIES, field="file")
    return list(pairs.values())
