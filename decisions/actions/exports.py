"""Documents: asked for by somebody, claimed by a worker, and finished or failed; a half-made one is never visible."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from cases import audit, checkpoints
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from decisions import exports
from decisions.exports import brief
from decisions.exports.decided import sent_referrals
from decisions.exports.page import as_pdf
from decisions.exports.parts import Reader
from decisions.models import Export
from decisions.pdf import CannotRender, Rendered
from escalation.models import Dispute
from escalation.transitions import lock

NOT_YOURS = "You can have a document made only of what you may read. Ask somebody who is on it, or your safeguarding lead."
NO_REASON = "Say why you need this document. The reason is printed on it and kept."
TOO_LONG = "Keep the reason to 300 characters. It is printed on the first page."
STOPPED = "The worker stopped three times while it made this document. Ask again; if it fails again, tell your administrator."
UNEXPECTED = "Something went wrong while this document was made. Ask again; if it fails again, tell your administrator."

ATTEMPTS = 3
STALE_AFTER = timedelta(minutes=3)
UNFINISHED = (Export.State.QUEUED, Export.State.RENDERING)

GATHERING, LAYING_OUT = "Gathering what you may read", "Laying out the pages"
log = logging.getLogger(__name__)


@one_act
def request_export(*, dispute: Dispute, kind: str, reason: str, by: Appointment, now: datetime) -> Export:
    """Ask for a document; asked twice while the first is still being made, it is the same one."""
    dispute = lock(dispute)
    reason = _checked(dispute, kind, reason.strip(), by)
    for waiting in Export.objects.filter(dispute=dispute, kind=kind, requested_by=by, state__in=UNFINISHED):
        return waiting
    export = Export.objects.create(dispute=dispute, kind=kind, reason=reason, requested_by=by, requested_at=now)
    _audit("export_requested", export, by=by, now=now, kind=kind)
    return export


def _checked(dispute: Dispute, kind: str, reason: str, by: Appointment) -> str:
    if not exports.may_export(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not reason:
        raise Refused(NO_REASON, field="reason")
    if len(reason) > 300:
        raise Refused(TOO_LONG, field="reason")
    if kind == Export.Kind.REFERRAL and not sent_referrals(Reader.of(dispute, by)):
        raise Refused(brief.NOT_SENT, field="kind", code="shut")
    return reason


@one_act
def claim_export(*, now: datetime) -> Export | None:
    """The next document to make, marked as this worker's; one whose worker has vanished is taken again."""
    waiting = Q(state=Export.State.QUEUED) | Q(state=Export.State.RENDERING, claimed_at__lt=now - STALE_AFTER)
    free = Export.objects.select_for_update(no_key=True, skip_locked=True)
    export = free.filter(waiting).order_by("requested_at", "pk").first()
    if export is None:
        return None
    if export.attempts >= ATTEMPTS:
        _fail(export, STOPPED, now=now)
        return export
    export.state, export.claimed_at, export.step = Export.State.RENDERING, now, GATHERING
    export.attempts += 1
    export.save(update_fields=["state", "claimed_at", "step", "attempts"])
    return export


def make_export(*, export: Export, now: datetime) -> None:
    """Make a claimed document: gather, lay out, keep. What goes wrong is told on the row, never raised."""
    try:
        bundle = _gather(export, now=now)
        rendered = as_pdf(bundle, exports.fingerprint(bundle))
        finish_export(export=export, rendered=rendered, now=now)
    except Refused as error:
        _give_up(export, error.message, now=now, at_once=True)
    except CannotRender as error:
        _give_up(export, str(error), now=now)
    except Exception:
        log.exception("export %s could not be made", export.pk)
        _give_up(export, UNEXPECTED, now=now)


@one_act
def _gather(export: Export, *, now: datetime) -> dict[str, Any]:
    """The bundle, frozen on the row at the first attempt so that every later one makes the same document."""
    lock(export.dispute)
    by = Appointment.objects.select_related("user", "agency", "partnership").get(pk=export.requested_by_id)
    dispute = Dispute.objects.with_page_data().get(pk=export.dispute_id)
    if not (by.is_active_on(now.date()) and by.user.is_active and exports.may_export(dispute, by)):
        raise Refused(NOT_YOURS, code="forbidden")
    bundle: dict[str, Any] = export.bundle or exports.assemble(
        dispute, kind=export.kind, reason=export.reason, by=by, now=now,
        sealed=checkpoints.proof_for(audit.scope_of_case(dispute.case_id), now=now),
    )  # fmt: skip
    mine = Export.objects.filter(pk=export.pk, state=Export.State.RENDERING, claimed_at=export.claimed_at)
    mine.update(bundle=bundle, step=LAYING_OUT)
    return bundle


@one_act
def finish_export(*, export: Export, rendered: Rendered, now: datetime) -> bool:
    """Keep the finished file and its SHA-256; False when another worker has taken over in the meantime."""
    mine = _still_mine(export)
    if mine is None:
        return False
    mine.state, mine.step, mine.problem, mine.finished_at = Export.State.READY, "", "", now
    mine.pdf, mine.pages = rendered.content, rendered.pages
    mine.sha256 = hashlib.sha256(rendered.content).hexdigest()
    mine.save(update_fields=["state", "step", "problem", "finished_at", "pdf", "pages", "sha256"])
    _audit(
        "export_ready", mine, by=None, now=now, kind=mine.kind, sha256=mine.sha256,
        bundle_sha256=exports.fingerprint(mine.bundle), pages=mine.pages,
    )  # fmt: skip
    return True


@one_act
def _give_up(export: Export, problem: str, *, now: datetime, at_once: bool = False) -> None:
    mine = _still_mine(export)
    if mine is None:
        return
    if at_once or mine.attempts >= ATTEMPTS:
        _fail(mine, problem, now=now)
    else:
        mine.state, mine.step = Export.State.QUEUED, f"Trying again ({mine.attempts + 1} of {ATTEMPTS})"
        mine.save(update_fields=["state", "step"])


def _still_mine(export: Export) -> Export | None:
    claimed = Export.objects.select_for_update(no_key=True, of=("self",)).select_related("dispute")
    return claimed.filter(pk=export.pk, state=Export.State.RENDERING, claimed_at=export.claimed_at).first()


def _fail(export: Export, problem: str, *, now: datetime) -> None:
    export.state, export.step, export.problem, export.finished_at = Export.State.FAILED, "", problem[:300], now
    export.save(update_fields=["state", "step", "problem", "finished_at"])
    _audit("export_failed", export, by=None, now=now, kind=export.kind, attempts=export.attempts)


def record_download(*, export: Export, by: Appointment, now: datetime) -> None:
    """Write that the file was taken out, by whom and when."""
    with transaction.atomic():
        _audit("export_downloaded", export, by=by, now=now, kind=export.kind, sha256=export.sha256)


def _audit(action: str, export: Export, *, by: Appointment | None, now: datetime, **data: object) -> None:
    scope, under = audit.scope_of_case(export.dispute.case_id), export.dispute.engagement_of(by) if by else None
    about = {"dispute": export.dispute_id, **data} | ({"engagement": under} if under is not None else {})
    audit.record(action, export, scope=scope, by=by, now=now, data=about)
