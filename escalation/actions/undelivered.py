"""Seeing to a notice that did not arrive: sending it again, or telling the person in another way (F37)."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from escalation.digests import in_this_mail
from escalation.models import Notification, Undelivered
from escalation.notifications import new_message_id


@one_act
def try_again(*, failure: Undelivered, by: Appointment, now: datetime) -> Undelivered:
    """Send the e-mail again, to the address that the directory holds now; a report on the first one no longer counts."""
    failure = _locked(failure, by)
    notice = Notification.objects.select_for_update(no_key=True).get(pk=failure.notice_id)
    if failure.reason == Undelivered.Reason.LEFT:
        raise Refused("The role has ended or the account is closed. Hand the work over, or say how somebody was told.")
    in_this_mail(notice).update(failed_at=None, sent_at=None)
    notice.failed_at, notice.sent_at, notice.attempts, notice.next_attempt_at = None, None, 0, now
    notice.message_id = new_message_id()
    notice.save(update_fields=["failed_at", "sent_at", "attempts", "next_attempt_at", "message_id"])
    return _done(failure, Undelivered.How.AGAIN, "", by=by, now=now)


@one_act
def told_instead(*, failure: Undelivered, note: str, by: Appointment, now: datetime) -> Undelivered:
    """Record that the person was told by telephone or in another way."""
    failure = _locked(failure, by)
    if not note.strip():
        raise Refused("Say how and when the person was told.", field="note")
    return _done(failure, Undelivered.How.TOLD, note, by=by, now=now)


def _locked(failure: Undelivered, by: Appointment) -> Undelivered:
    rows = Undelivered.objects.visible_to(by).select_for_update(no_key=True, of=("self",))
    found = rows.select_related("notice__dispute", "notice__recipient").filter(pk=failure.pk).first()
    if found is None:
        raise Refused("The agency's safeguarding lead and the board manager see to this. Ask one of them.", code="forbidden")
    if found.done_at is not None:
        raise Refused("Somebody has seen to this already.", code="stale")
    return found


def _done(failure: Undelivered, how: str, note: str, *, by: Appointment, now: datetime) -> Undelivered:
    failure.done_at, failure.done_by, failure.how, failure.note = now, by, how, note
    failure.save(update_fields=["done_at", "done_by", "how", "note"])
    dispute, recipient = failure.notice.dispute, failure.notice.recipient
    scope = audit.scope_of_case(dispute.case_id) if dispute else audit.scope_of_partnership(recipient.partnership_id)
    audit.record("undelivered_seen_to", failure, scope=scope, by=by, now=now,
                 data={"how": str(how), "notice": failure.notice_id, "recipient": recipient.pk})
    return failure
