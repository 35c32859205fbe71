"""A file of people as CSV: read without trusting it, and written so that no cell is taken for a formula. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

MOST_BYTES, MOST_ROWS = 200_000, 500
NEEDED = ("name", "email", "role", "starts_on")
COLUMNS = (*NEEDED, "agency", "job_title", "phone", "remit", "manager_email", "is_contact", "ends_on")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
YES = {"yes": True, "no": False, "": False}


@dataclass(frozen=True)
class Wrong:
    """What is wrong, where: the line of the file and its column, as a spreadsheet counts and names them."""

    line: int
    column: str
    message: str


@dataclass(frozen=True)
class Line:
    """One person in one role, as the file has it; what could not be read is in ``wrong``."""

    number: int
    cells: Mapping[str, str]
    starts_on: date | None = None
    ends_on: date | None = None
    is_contact: bool = False
    wrong: Sequence[Wrong] = field(default=())


def lines_of(raw: bytes) -> tuple[list[Line], list[Wrong]]:
    """Every line that holds something, and what is wrong with the file as a whole."""
    if len(raw) > MOST_BYTES:
        return [], [Wrong(1, "", f"The file is larger than {MOST_BYTES // 1000} kB. Send it in parts.")]
    if b"\x00" in raw:
        return [], [Wrong(1, "", "The file holds a character that cannot be stored. Save it anew as CSV, UTF-8.")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Wrong(1, "", "The file is not in UTF-8. In the spreadsheet choose “CSV UTF-8” when you save it.")]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if _is_with_semicolons(text) else ",", strict=True))
    except csv.Error:
        return [], [Wrong(1, "", "The file cannot be read as CSV: a quotation mark is open, or a cell is too long.")]
    names = [name.strip().lower() for name in rows[0]] if rows else []
    if told := _wrong_header(names):
        return [], told
    found = [_line(number, names, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    if len(found) > MOST_ROWS:
        return [], [Wrong(MOST_ROWS + 2, "", f"The file has more than {MOST_ROWS} people. Send it in parts.")]
    return found, [] if found else [Wrong(1, "", "The file names nobody.")]


def _is_with_semicolons(text: str) -> bool:
    first = text.partition("\n")[0]
    return first.count(";") > first.count(",")


def _wrong_header(names: Sequence[str]) -> list[Wrong]:
    missing = [name for name in NEEDED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [
        *(Wrong(1, name, "This column is missing.") for name in missing),
        *(Wrong(1, name[:40], "No column has this name.") for name in unknown),
        *(Wrong(1, name, "This column is there twice.") for name in twice if name in COLUMNS),
    ]


def _line(number: int, names: Sequence[str], row: Sequence[str]) -> Line:
    cells = {name: _plain(cell) for name, cell in zip(names, row, strict=False)}
    cells = dict.fromkeys(COLUMNS, "") | cells
    wrong = [Wrong(number, name, "This is empty.") for name in NEEDED if not cells[name]]
    if len(row) > len(names):
        wrong.append(Wrong(number, "", "This line has more cells than there are columns."))
    starts_on, ends_on = _date(cells["starts_on"]), _date(cells["ends_on"])
    for name, found in (("starts_on", starts_on), ("ends_on", ends_on)):
        if cells[name] and found is None:
            wrong.append(Wrong(number, name, "Write the date as 2026-04-30 or 30/04/2026."))
    contact = cells["is_contact"].lower()
    if contact not in YES:
        wrong.append(Wrong(number, "is_contact", "Write yes or no."))
    return Line(number, cells, starts_on, ends_on, YES.get(contact, False), tuple(wrong))


def _plain(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def _date(text: str) -> date | None:
    for shape in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 (a day, not a moment)
        except ValueError:
            continue
    return None


def written(rows: Iterable[Mapping[str, str]]) -> str:
    """A file of people that a spreadsheet opens as text and ``lines_of`` reads again."""
    out = io.StringIO(newline="")
    to = csv.DictWriter(out, COLUMNS)
    to.writeheader()
    for row in rows:
        to.writerow({name: guarded(row.get(name, "")) for name in COLUMNS})
    return "\ufeff" + out.getvalue()


def table_written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Any table as a file that a spreadsheet opens as text."""
    out = io.StringIO(newline="")
    to = csv.writer(out)
    to.writerow(columns)
    to.writerows([guarded(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
