"""Evidence: a file is handed in, given out to those who may read its stage, and withdrawn with a reason (F48)."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Permission
from cases.rows import one_act
from escalation import chronology, permissions
from escalation.evidence import files, kinds
from escalation.models import Dispute, Evidence
from escalation.transitions import NOT_YOURS, lock

MOST_FILES = 100
SHOWS = "Say what the file shows, so that others know whether to open it."
ABOUT_A_THEME = "A theme holds no personal data, and a file cannot be looked through for it. Write down what it shows instead."
TOO_LARGE = "This file is larger than 20 MB. Save a smaller copy, or hand it in as several files."
NO_ROOM = (
    "There is no room to keep this file just now, and nothing was recorded. Try again later, and tell your administrator."
)
TOO_MANY = f"This dispute has {MOST_FILES} files already. Put what belongs together into one PDF."
NOT_SCANNED = "This file has not been scanned for harm yet, so it is not given out. Look again in a few minutes."
NO_SCANNER = "Not scanned: no scanner is configured, so this file is not given out. Your administrator can connect one."
HARMFUL = "The scanner found this file harmful. It is kept, and given out to nobody."
WITHDRAWN = "This file was withdrawn and is not given out any more."
DAMAGED = "This file is not there, or is not what was handed in, so it is not given out. Tell your administrator."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HandedIn:
    """A file as it came: what is in it, what its owner calls it, and what it shows."""

    content: bytes
    name: str
    shows: str


def add_evidence(*, dispute: Dispute, handed_in: HandedIn, by: Appointment, now: datetime) -> Evidence:
    """Keep a file, in quarantine until a scanner finds it clean; the file is whole on disk before anything is recorded."""
    _check(dispute, handed_in, by)
    taken = kinds.examine(handed_in.content)
    try:
        name = files.keep(settings.EVIDENCE_ROOT, taken.content)
    except OSError as error:
        log.error("evidence could not be kept: %s", type(error).__name__)
        raise Refused(NO_ROOM, field="file") from error
    try:
        return _record(dispute, handed_in, taken, name, by=by, now=now)
    except BaseException:
        files.remove(settings.EVIDENCE_ROOT, name)
        raise


def _check(dispute: Dispute, handed_in: HandedIn, by: Appointment) -> None:
    if not permissions.is_about_a_person(dispute):
        raise Refused(ABOUT_A_THEME, code="shut")
    if not permissions.may_work(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not handed_in.shows.strip():
        raise Refused(SHOWS, field="shows")
    if len(handed_in.content) > settings.EVIDENCE_LARGEST:
        raise Refused(TOO_LARGE, field="file")


@one_act
def _record(
    dispute: Dispute, handed_in: HandedIn, taken: kinds.Taken, name: str, *, by: Appointment, now: datetime
) -> Evidence:
    dispute = lock(dispute)
    _check(dispute, handed_in, by)
    here = dispute.evidence_files.filter(stage=dispute.stage)
    received = hashlib.sha256(handed_in.content).hexdigest()
    for same in here.filter(received_sha256=received, withdrawn_at=None):
        raise Refused(f"This file is here already, as {same.label}.", field="file", code="stale")
    if dispute.evidence_files.count() >= MOST_FILES:
        raise Refused(TOO_MANY, field="file")
    row = Evidence.objects.create(
        dispute=dispute, stage=dispute.stage, agency_id=permissions.standing(dispute, by).agency_id, recorded_by=by,
        recorded_at=now, number=(here.aggregate(last=Max("number"))["last"] or 0) + 1, shows=handed_in.shows,
        original_name=kinds.clean_name(handed_in.name), media_type=taken.media_type, size=len(taken.content),
        sha256=hashlib.sha256(taken.content).hexdigest(), received_sha256=received, stored_as=name, next_scan_at=now,
    )
    chronology.tell(dispute, f"Evidence {row.label} was added: {row.kind}", by=by, now=now, body=row.shows)
    record(row, "evidence_added", by=by, now=now, received_sha256=received, media_type=row.media_type, size=row.size)
    return row


def record(row: Evidence, action: str, *, by: Appointment | None, now: datetime, **data: object) -> None:
    """Write what became of a file into the audit trail, with its fingerprint."""
    scope = audit.scope_of_case(row.dispute.case_id)
    known = {"dispute": row.dispute_id, "stage": row.stage, "sha256": row.sha256}
    audit.record(action, row, scope=scope, by=by, now=now, data=known | data)


def why_not_given_out(row: Evidence) -> str:
    """Why nobody gets this file now; nothing when it is given out."""
    if row.withdrawn_at is not None:
        return WITHDRAWN
    if row.state == Evidence.State.REFUSED:
        return HARMFUL
    if row.state == Evidence.State.CLEAN or is_given_out_unscanned(row):
        return ""
    return NOT_SCANNED if settings.CLAMAV_URL else NO_SCANNER


def is_given_out_unscanned(row: Evidence) -> bool:
    """Whether the file is given out although nothing has scanned it, as the partnership has decided."""
    return row.state == Evidence.State.QUARANTINED and not settings.CLAMAV_URL and settings.EVIDENCE_WITHOUT_SCANNER


def give_out(*, evidence: Evidence, by: Appointment, now: datetime) -> BinaryIO:
    """The file, after all of it was found to be what was handed in, and after it was recorded who takes it."""
    if not permissions.may_read_stage(evidence.dispute, by, evidence.stage):
        raise Refused(NOT_YOURS, code="forbidden")
    if why_not := why_not_given_out(evidence):
        raise Refused(why_not, code="shut")
    return opened(evidence, "evidence_taken_out", by=by, now=now)


def opened(evidence: Evidence, action: str, *, by: Appointment | None, now: datetime, **data: object) -> BinaryIO:
    """The file as it was handed in, after it was recorded that it left; one that is damaged leaves to nobody."""
    try:
        file = files.open_checked(settings.EVIDENCE_ROOT, evidence.stored_as, evidence.sha256)
    except files.Damaged as error:
        with transaction.atomic():
            record(evidence, "evidence_damaged", by=by, now=now)
        raise Refused(DAMAGED, code="shut") from error
    try:
        with transaction.atomic():
            record(evidence, action, by=by, now=now, state=evidence.state, **data)
    except BaseException:
        file.close()
        raise
    return file


def may_withdraw_evidence(evidence: Evidence, by: Appointment) -> bool:
    """Whether ``by`` may withdraw it, also after the end: whoever handed it in, and those who work on it for the same agency."""
    where = permissions.standing(evidence.dispute, by)
    if not (where.is_participant and permissions.may_read_stage(evidence.dispute, by, evidence.stage)):
        return False
    is_own = evidence.recorded_by_id == by.seat_id
    return is_own or (by.has(Permission.WORK_DISPUTE) and where.agency_id == evidence.agency_id)


@one_act
def withdraw_evidence(*, evidence: Evidence, why: str, by: Appointment, now: datetime) -> Evidence:
    """From now on it is given out to nobody; the file and what is known of it stay."""
    dispute = lock(evidence.dispute)
    row = Evidence.objects.select_for_update(no_key=True, of=("self",)).get(pk=evidence.pk)
    row.dispute = dispute
    if not may_withdraw_evidence(row, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if row.withdrawn_at is not None:
        raise Refused("This file was withdrawn already.", code="stale")
    if not why.strip():
        raise Refused("Say why it is withdrawn.", field="why")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = now, by, why
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    chronology.tell(dispute, f"Evidence {row.label} was withdrawn", by=by, now=now, body=why, stage=row.stage)
    record(row, "evidence_withdrawn", by=by, now=now)
    return row
