"""Office documents, which are packed archives: small enough when unpacked, not locked, without macros or foreign parts."""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO
from xml.etree import ElementTree  # _read says how it is kept safe  # nosec B405

from cases.errors import Refused

_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX = f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet"
ODT, ODS = "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"
MOST_ENTRIES, MOST_UNPACKED, MOST_OF_A_PART_READ = 2_000, 200 * 1024 * 1024, 4 * 1024 * 1024
ARCHIVE = "This is an archive. Unpack it and hand its files in one by one."
TOO_BIG = "This file is far larger unpacked than it looks, which can stop a computer. Print it as a PDF and hand that in."
LOCKED = "This document has a password. Save it without one and hand that in."
MACROS = "This document holds macros, which are programs. Save it as docx, xlsx or PDF, without macros, and hand that in."
FOREIGN = "This document holds or fetches other files. Save it as a PDF and hand that in."
BROKEN = "This document cannot be read. Open it, save it anew, and hand that in."
TWO_IN_ONE = "This file is two kinds of file in one, which is a way to hide something. Save it as a PDF and hand that in."
_MACRO = re.compile(r"vba(project|data)|macrosheets?/|dialogsheets?/|^basic/|^scripts/|customui/", re.IGNORECASE)
_EMBEDDED = re.compile(
    r"/embeddings/|activex|/externallinks/|^object ?\d|/control\d|\.(bin|exe|dll|js|vbs|lnk|zip)$", re.IGNORECASE
)
_HARMLESS = re.compile(r"(^|/)printersettings\d*\.bin$", re.IGNORECASE)


def check(content: bytes) -> str:
    """The media type of a document that is taken."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_shape(archive, content)
            _check_names(archive)
            _check_size(archive)
            return _document(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ElementTree.ParseError, ValueError) as error:
        raise Refused(BROKEN, field="file") from error


def _check_shape(archive: zipfile.ZipFile, content: bytes) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Refused(TOO_BIG, field="file")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused(LOCKED, field="file")
    starts_at_once = min((entry.header_offset for entry in entries), default=0) == 0
    if archive.comment or not starts_at_once or content[-22:-18] != b"PK\x05\x06":
        raise Refused(TWO_IN_ONE, field="file")


def _check_names(archive: zipfile.ZipFile) -> None:
    names = [entry.filename for entry in archive.infolist()]
    if len({name.casefold() for name in names}) != len(names):
        raise Refused(BROKEN, field="file")
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise Refused(BROKEN, field="file")
    if any(_MACRO.search(name) for name in names):
        raise Refused(MACROS, field="file")
    if any(_EMBEDDED.search(name) and not _HARMLESS.search(name) for name in names):
        raise Refused(FOREIGN, field="file")


def _check_size(archive: zipfile.ZipFile) -> None:
    """Unpack everything once and count: what an archive says of itself may be untrue."""
    unpacked = 0
    for entry in archive.infolist():
        with archive.open(entry) as part:
            while piece := part.read(1024 * 1024):
                unpacked += len(piece)
                if unpacked > MOST_UNPACKED:
                    raise Refused(TOO_BIG, field="file")


def _document(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        return _office(archive, names)
    if "mimetype" in names and "content.xml" in names:
        return _open_document(archive, names)
    raise Refused(ARCHIVE, field="file")


def _office(archive: zipfile.ZipFile, names: set[str]) -> str:
    kinds = _words_of(archive, "[Content_Types].xml")
    if any("macroenabled" in one or "vbaproject" in one for one in kinds):
        raise Refused(MACROS, field="file")
    for name in names:
        if name.endswith(".rels"):
            _check_relations(archive, name)
    found = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}.keys() & names
    if len(found) != 1:
        raise Refused(ARCHIVE, field="file")
    return DOCX if "word/document.xml" in found else XLSX


def _check_relations(archive: zipfile.ZipFile, name: str) -> None:
    """What a document fetches when it is opened; a link that somebody presses is no such thing."""
    for one in _read(archive, name).iter():
        if one.get("TargetMode", "").lower() == "external" and not one.get("Type", "").lower().endswith("/hyperlink"):
            raise Refused(FOREIGN, field="file")
        if one.get("Type", "").lower().rsplit("/", 1)[-1] in ("vbaproject", "oleobject", "attachedtemplate", "control"):
            raise Refused(FOREIGN, field="file")


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    media_type = archive.read("mimetype")[:100].decode("ascii").strip()
    if media_type not in (ODT, ODS):
        raise Refused(ARCHIVE, field="file")
    if "META-INF/manifest.xml" in names and "encryption-data" in " ".join(_tags(archive, "META-INF/manifest.xml")):
        raise Refused(LOCKED, field="file")
    if {"event-listener", "script"} & set(_tags(archive, "content.xml")):
        raise Refused(MACROS, field="file")
    return media_type


def _tags(archive: zipfile.ZipFile, name: str) -> list[str]:
    return [one.tag.rsplit("}", 1)[-1] for one in _read(archive, name, most=MOST_UNPACKED).iter()]


def _words_of(archive: zipfile.ZipFile, name: str) -> list[str]:
    return [value.lower() for one in _read(archive, name).iter() for value in one.attrib.values()]


def _read(archive: zipfile.ZipFile, name: str, most: int = MOST_OF_A_PART_READ) -> ElementTree.Element:
    """A part of a document as XML, of bounded size and without entities of its own."""
    if archive.getinfo(name).file_size > most:
        raise Refused(TOO_BIG, field="file")
    text = archive.read(name).decode("utf-8-sig")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Refused(BROKEN, field="file")
    return ElementTree.fromstring(text)  # noqa: S314 - bounded, and entities were refused just above  # nosec B314
