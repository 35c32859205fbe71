"""What the tests of evidence share: handing a file in, scanning what waits, and reading what is given out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django import conf
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Appointment
from escalation.actions.evidence import HandedIn, add_evidence
from escalation.actions.scanning import claim, scan
from escalation.models import Dispute, Evidence
from tests.factories_disputes import fresh

CHART = b"Seen at nine. Could not stand alone."
NAME, SHOWS = "Margaret Elsworth chart.txt", "The ward chart of 1 April."


def hand_in(dispute: Dispute, by: Appointment, now: datetime, content: bytes = CHART) -> Evidence:
    return add_evidence(dispute=fresh(dispute), handed_in=HandedIn(content, NAME, SHOWS), by=by, now=now)


def scan_all(now: datetime) -> None:
    soon = now + timedelta(minutes=1)
    while (row := claim(now=soon)) is not None and scan(row, now=soon):
        pass


def upload(content: bytes = CHART, name: str = NAME) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def address(dispute: Dispute, rest: str = "") -> str:
    return f"/disputes/{dispute.reference}/evidence/{rest}"


def files_root() -> Path:
    root: Path = conf.settings.EVIDENCE_ROOT
    return root


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)
