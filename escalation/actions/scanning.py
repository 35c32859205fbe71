"""Files that wait for a scanner: found by the clock, claimed by one worker, and never given out before there is a verdict."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from cases.rows import one_act
from escalation import chronology
from escalation.actions.evidence import record
from escalation.evidence import files, scanner
from escalation.models import Evidence
from escalation.transitions import lock

UNLESS_THE_WORKER_VANISHED = timedelta(minutes=3)
WITHOUT_SCANNER = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
UNFINISHED_FOR, UNKNOWN_FOR = timedelta(hours=1), timedelta(days=7)
log = logging.getLogger(__name__)


@one_act
def claim(*, now: datetime) -> Evidence | None:
    """The next file to scan, left alone by other workers for a while; nothing while no scanner is configured."""
    if not settings.CLAMAV_URL:
        return None
    waiting = Evidence.objects.filter(state=Evidence.State.QUARANTINED, next_scan_at__lte=now)
    row = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("next_scan_at", "pk").first()
    if row is not None:
        row.scan_attempts += 1
        row.next_scan_at = now + UNLESS_THE_WORKER_VANISHED
        row.save(update_fields=["scan_attempts", "next_scan_at"])
    return row


def scan(row: Evidence, *, now: datetime) -> bool:
    """Have a claimed file scanned and write down the verdict; False when no scanner answers, so that the others wait too."""
    try:
        with files.open_checked(settings.EVIDENCE_ROOT, row.stored_as, row.sha256) as file:
            verdict = scanner.scan(settings.CLAMAV_URL, file)
    except scanner.Unreachable as error:
        log.warning("the scanner does not answer: %s", error)
        _wait(row, until=now + WITHOUT_SCANNER)
        return False
    except (scanner.NotScanned, files.Damaged) as error:
        log.error("evidence %s could not be scanned: %s", row.pk, type(error).__name__)
        _wait(row, until=now + min(timedelta(minutes=2 ** min(row.scan_attempts, 10)), LONGEST_WAIT))
        return True
    _decide(row, verdict, now=now)
    return True


def _wait(row: Evidence, *, until: datetime) -> None:
    Evidence.objects.filter(pk=row.pk, state=Evidence.State.QUARANTINED).update(next_scan_at=until)


@one_act
def _decide(row: Evidence, verdict: scanner.Verdict, *, now: datetime) -> None:
    """Write the verdict, once: a second worker that scanned the same file finds it decided."""
    dispute = lock(row.dispute)
    mine = Evidence.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    if mine.state != Evidence.State.QUARANTINED:
        return
    mine.dispute = dispute
    mine.state = Evidence.State.REFUSED if verdict.found else Evidence.State.CLEAN
    mine.reason, mine.scanner, mine.scanned_at, mine.next_scan_at = verdict.found, verdict.scanner, now, None
    mine.save(update_fields=["state", "reason", "scanner", "scanned_at", "next_scan_at"])
    if verdict.found:
        headline = f"Evidence {mine.label} was found harmful and is not given out"
        chronology.tell(dispute, headline, by=None, now=now, stage=mine.stage)
    record(mine, "evidence_scanned", by=None, now=now, state=str(mine.state))


def clear_away(*, now: datetime) -> int:
    """Take away what lies among the files and belongs to no row: half-written for an hour, whole for a week."""
    unfinished = list(files.older_than(settings.EVIDENCE_ROOT, (now - UNFINISHED_FOR).timestamp()))
    whole = set(files.older_than(settings.EVIDENCE_ROOT, (now - UNKNOWN_FOR).timestamp()))
    candidates = [file for file in unfinished if file.suffix == files.UNFINISHED or file in whole]
    known = set(Evidence.objects.filter(stored_as__in=[file.name for file in candidates]).values_list("stored_as", flat=True))
    gone = files.orphans(candidates, known)
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)
