"""Telling the people who carried the concern here what was done, also when it was nothing."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from escalation import chronology, duties, leads, notifications, permissions
from escalation.models import ChronologyEntry, Dispute, Feedback, FeedbackReceipt
from escalation.protocol import DutyKind, Event, Side
from escalation.transitions import NOT_YOURS, lock


def feedback_recipients(dispute: Dispute, *, but: Appointment) -> list[Appointment]:
    """Who must be told at this stage: the originator and, where the protocol says so, those who led the stages before (B-36)."""
    carried = dispute.rules_now.feedback_to
    found = []
    for participant in dispute.participants.select_related("appointment__user", "appointment__agency"):
        before = participant.side == Side.RAISING and participant.from_stage < dispute.stage
        if participant.is_originator or ("previous_leads" in carried and before):
            found.append(participant.appointment)
    return [who for who in found if who.pk != but.seat_id]


@one_act
def give_feedback(*, dispute: Dispute, text: str, no_action: bool, by: Appointment, now: datetime) -> Feedback:
    """Tell those who carried the concern what was done at this stage, or that nothing was and why (A-19, B-32)."""
    return record_feedback(lock(dispute), text, no_action=no_action, by=by, now=now)


def record_feedback(dispute: Dispute, text: str, *, no_action: bool, by: Appointment, now: datetime) -> Feedback:
    """Write and send the feedback in the caller's transaction."""
    if not permissions.may_give_feedback(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not text.strip():
        raise Refused("Say what was done, or that nothing was done and why.", field="text")
    recipients = feedback_recipients(dispute, but=by)
    agency = leads.stands_for(dispute, by) or dispute.raising_agency
    given = Feedback.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, text=text, no_action=no_action, recorded_by=by, recorded_at=now
    )
    FeedbackReceipt.objects.bulk_create([FeedbackReceipt(feedback=given, recipient=who) for who in recipients])
    duties.fulfil(dispute, DutyKind.FEEDBACK_GIVEN, agency=agency, by=by, now=now)
    duties.fulfil(dispute, DutyKind.FEEDBACK_GIVEN, agency=None, by=by, now=now)
    headline = "Feedback: no action was taken, because …" if no_action else "Feedback to those who raised it"
    chronology.tell(dispute, headline, by=by, now=now, body=text, kind=ChronologyEntry.Kind.FEEDBACK)
    audit.record("feedback_given", given, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "recipients": [who.pk for who in recipients]})
    notifications.tell(
        dispute, Event.FEEDBACK, recipients, now=now, key=f"{dispute.pk}:feedback:{given.pk}",
        text=f"{dispute.reference}: there is feedback for you.",
    )
    return given


@one_act
def mark_feedback_read(*, dispute: Dispute, by: Appointment, now: datetime) -> None:
    """The reader has seen the feedback addressed to them; the first time counts."""
    FeedbackReceipt.objects.filter(feedback__dispute=dispute, recipient=by, read_at__isnull=True).update(read_at=now)
