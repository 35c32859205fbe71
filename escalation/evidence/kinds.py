"""What a file is by its content, never by its name, and whether it is of a kind that is taken."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO

from cases.errors import Refused
from escalation.evidence import images, packed, papers

LONGEST_NAME = 150
TEXT = "text/plain"
ENDINGS = {
    papers.PDF: "pdf", images.PNG: "png", images.JPEG: "jpg", TEXT: "txt", packed.DOCX: "docx", packed.XLSX: "xlsx",
    packed.ODT: "odt", packed.ODS: "ods",
}  # fmt: skip
WORDS = {
    papers.PDF: "PDF", images.PNG: "PNG image", images.JPEG: "JPEG image", TEXT: "Plain text", packed.DOCX: "Word document",
    packed.XLSX: "Excel workbook", packed.ODT: "OpenDocument text", packed.ODS: "OpenDocument spreadsheet",
}  # fmt: skip
TAKEN = "PDF, PNG, JPEG, plain text, Word (docx), Excel (xlsx) or OpenDocument (odt, ods)"
EMPTY = "This file is empty. Choose the file again, or look whether it can be opened."
UNKNOWN = f"This file is not of a kind that is taken. Hand in {TAKEN}. Anything else: print it as a PDF and hand that in."
MARKUP = "This is a web page or a drawing with code (HTML, SVG, XML), which can run programs. Print it as a PDF and hand that in."
OLD_OFFICE = (
    "This is an old Office document, or one with a password. Take the password away and save it as docx, xlsx or PDF, "
    "and hand that in."
)
TWO_IN_ONE = "This file is two kinds of file in one, which is a way to hide something. Print it as a PDF and hand that in."
MAIL = "This is an e-mail with its parts. Print it as a PDF, save its attachments, and hand them in one by one."
_MARKUP = re.compile(rb"<\s*(!doctype|\?xml|html|svg|script|iframe|body|head)\b", re.IGNORECASE)
_MAIL = re.compile(rb"\A(From |Received:|Return-Path:|MIME-Version:|Delivered-To:)|^Content-Type: multipart/", re.I | re.M)


@dataclass(frozen=True)
class Taken:
    """A file that is taken: its kind, and the bytes to keep, which for an image are not those handed in."""

    media_type: str
    content: bytes


def examine(content: bytes) -> Taken:
    """The file as it may be kept; ``Refused`` says what is wrong with it and what to do instead."""
    if not content:
        raise Refused(EMPTY, field="file")
    if content.startswith(b"%PDF-"):
        _only_one(content)
        papers.check(content)
        return Taken(papers.PDF, content)
    if (media_type := images.kind_of(content)) is not None:
        return Taken(media_type, images.encoded_again(content, media_type))
    if content.startswith(b"PK\x03\x04"):
        return Taken(packed.check(content), content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(OLD_OFFICE, field="file")
    _check_text(content)
    return Taken(TEXT, content)


def _only_one(content: bytes) -> None:
    if zipfile.is_zipfile(BytesIO(content)):
        raise Refused(TWO_IN_ONE, field="file")


def _check_text(content: bytes) -> None:
    if _MARKUP.search(content):
        raise Refused(MARKUP, field="file")
    if content.startswith(b"{\\rtf") or not _is_text(content):
        raise Refused(UNKNOWN, field="file")
    if _MAIL.search(content[:20_000]):
        raise Refused(MAIL, field="file")
    _only_one(content)


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(char < " " and char not in "\t\n\r\f" for char in set(text))
    return False


def clean_name(name: str) -> str:
    """The name under which somebody knows their file, for the page alone: one line, no path, nothing that cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(char if not unicodedata.category(char).startswith("C") else " " for char in last)
    plain = " ".join(seen.split()) or "file without a name"
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 11]}…{plain[-10:]}"
