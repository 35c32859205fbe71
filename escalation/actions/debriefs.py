"""Debriefs: an offer to each colleague on the dispute, at any time, and what became of it (C-27, D-07, F24)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from escalation import chronology, duties, leads, notifications, permissions
from escalation.models import Debrief, Dispute
from escalation.protocol import DutyKind, Event
from escalation.transitions import NOT_YOURS, lock


@transaction.atomic
def offer_debrief(*, dispute: Dispute, text: str, by: Appointment, now: datetime) -> None:
    """Offer the people of one's own agency a debrief, at any time, also after the end."""
    dispute = lock(dispute)
    agency = leads.stands_for(dispute, by)
    if not permissions.standing(dispute, by).is_participant or agency is None:
        raise Refused(NOT_YOURS, code="forbidden")
    if not text.strip():
        raise Refused("Say when and how the debrief can take place.", field="text")
    duties.fulfil(dispute, DutyKind.DEBRIEF_OFFERED, agency=agency, by=by, now=now)
    chronology.tell(dispute, f"{agency.short_name} offered a debrief", by=by, now=now, body=text)
    audit.record("debrief_offered", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "agency": agency.pk})
    colleagues = dispute.participants.of_agency(agency).exclude(appointment=by.seat_id)
    own = list(colleagues.select_related("appointment__user", "appointment__agency"))
    Debrief.objects.bulk_create(
        [
            Debrief(dispute=dispute, stage=dispute.stage, participant=row, recorded_by=by, recorded_at=now)
            for row in own
        ],
        ignore_conflicts=True,
    )
    notifications.tell(
        dispute, Event.FEEDBACK, [row.appointment for row in own], now=now, key=f"{dispute.pk}:debrief:{now.isoformat()}",
        text=f"{dispute.reference}: a debrief is offered to you.",
    )


def may_answer_debrief(debrief: Debrief, by: Appointment) -> bool:
    """Whether ``by`` may say what became of it: the person it was offered to, or a colleague who offered it."""
    if debrief.answer:
        return False
    return by.pk in (debrief.participant.appointment_id, debrief.recorded_by_id)


@transaction.atomic
def answer_debrief(*, debrief: Debrief, answer: str, by: Appointment, now: datetime) -> Debrief:
    """It was held, or the person declined it; only they themselves can decline."""
    dispute = lock(debrief.dispute)
    row = Debrief.objects.select_for_update(of=("self",)).select_related("participant__appointment__agency").get(pk=debrief.pk)
    if row.answer:
        raise Refused("It is already recorded what became of this debrief.", code="stale")
    if not may_answer_debrief(row, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if answer not in Debrief.Answer.values:
        raise Refused("Say whether the debrief was held or declined.", field="answer")
    if answer == Debrief.Answer.DECLINED and row.participant.appointment_id != by.pk:
        raise Refused("Only the person it was offered to can decline it.", field="answer", code="forbidden")
    row.answer, row.answered_at, row.answered_by = answer, now, by
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    agency = row.participant.appointment.agency
    where = f" at {agency.short_name}" if agency else ""
    chronology.tell(dispute, f"A debrief{where} was {row.get_answer_display().lower()}", by=by, now=now, stage=row.stage)
    audit.record("debrief_answered", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"answer": answer, "participant": row.participant_id})
    return row
