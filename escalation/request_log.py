"""Logs that hold ids and never words: one line of JSON for each request, and every other message without what was written."""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

BASE = Path(__file__).resolve().parent.parent
OURS = ("cases", "escalation", "decisions")
MAY_QUOTE = ("django", "py.warnings")  # their messages may be what somebody sent
OF_A_REQUEST = ("address", "method", "status", "milliseconds", "acting", "reference")
UNTOLD = ("healthy",)  # asked every few seconds, by nobody
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NAMED_IN_ADDRESSES = ("reference", "pk")

current: ContextVar[str] = ContextVar("request", default="")
log = logging.getLogger(__name__)


class EachRequest:
    """Gives each request an id, which every line written meanwhile carries, and writes down how it ended.

    Of the address only its name and the reference or number in it; no query string, no body, nobody's name or network address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, before = time.monotonic(), current.set(secrets.token_hex(8))
        try:
            response = self.get_response(request)
            facts = _facts(request, response.status_code, began)
            if facts["address"] not in UNTOLD:
                log.info("request", extra=facts)
            return response
        finally:
            current.reset(before)


def _facts(request: HttpRequest, status: int, began: float) -> dict[str, Any]:
    address = request.resolver_match
    named = {} if address is None else {key: address.kwargs[key] for key in NAMED_IN_ADDRESSES if key in address.kwargs}
    return {
        "address": (address.url_name if address else None) or "unknown",
        "method": request.method if request.method in METHODS else "other",
        "status": status,
        "milliseconds": round((time.monotonic() - began) * 1000),
        "acting": getattr(getattr(request, "acting", None), "pk", None),
        "reference": str(next(iter(named.values()), "")) or None,
    }


class Lines(logging.Formatter):
    """One JSON object in each line.

    Our own messages are fixed words with ids filled in (tests/test_secure_code.py). Of others' only the pattern is written, not
    what is filled in, and of an error its type and where it happened: the database quotes rows in its messages, Django addresses.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
            "process": os.getpid(),
        }
        if request := current.get():
            line["request"] = request
        line |= {name: getattr(record, name) for name in OF_A_REQUEST if _is_ours(record) and hasattr(record, name)}
        line |= _task(record)
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = list(_errors(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=True)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _event(record: logging.LogRecord) -> str:
    if _is_ours(record):
        return record.getMessage()
    if not record.args and record.name.startswith(MAY_QUOTE):
        return f"{Path(record.pathname).name}:{record.lineno}"
    return str(record.msg)


def _task(record: logging.LogRecord) -> dict[str, str]:
    """Which background job it was, where Celery says so; never its arguments, its result or its error's words."""
    data = getattr(record, "data", None)
    if not record.name.startswith("celery") or not isinstance(data, dict):
        return {}
    return {"task": str(data.get("name", "")), "task_id": str(data.get("id", ""))}


def _errors(error: BaseException) -> Iterator[dict[str, Any]]:
    """The error and those behind it: type, our own lines it came through, and the last line of all."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        walked = traceback.walk_tb(found.__traceback__)
        frames = [(Path(frame.f_code.co_filename), number, frame.f_code.co_name) for frame, number in walked]
        ours = [(file, number, name) for file, number, name in frames if _own(file)]
        where = ours + [one for one in frames[-1:] if one not in ours]
        at = [f"{_short(file)}:{number} {name}" for file, number, name in where]
        yield {"type": f"{type(found).__module__}.{type(found).__qualname__}", "at": at}
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _own(file: Path) -> bool:
    return file.is_relative_to(BASE) and ".venv" not in file.parts


def _short(file: Path) -> str:
    return str(file.relative_to(BASE)) if _own(file) else "/".join(file.parts[-2:])
