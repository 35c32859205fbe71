"""Debriefs: an offer to each colleague on the dispute, at any time, and what became of it (C-27, D-07, F24)."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment
from cases.rows import one_act
from escalation import chronology, duties, leads, notifications, permissions
from escalation.models import Debrief, Dispute, Participant
from escalation.protocol import DutyKind, Event, Side
from escalation.transitions import NOT_YOURS, lock

OWN, AUTHORITY, ALL = "own", "authority", "all"


def debrief_groups(dispute: Dispute, by: Appointment) -> dict[str, str]:
    """To whom ``by`` may offer a debrief: colleagues, whoever has the last word, or from there everybody (B-40)."""
    where = permissions.standing(dispute, by)
    if where.side is Side.AUTHORITY:
        return {ALL: "Everybody on this"}
    has_authority = any(row.side == Side.AUTHORITY for row in dispute.participants.all())
    return {OWN: "My colleagues who are on this"} | ({AUTHORITY: "Whoever has the last word"} if has_authority else {})


@one_act
def offer_debrief(*, dispute: Dispute, text: str, by: Appointment, now: datetime, whom: str = "") -> None:
    """Offer a debrief to one's own people, to whoever has the last word, or from there to everybody; also after the end."""
    dispute = lock(dispute)
    if not permissions.standing(dispute, by).is_participant:
        raise Refused(NOT_YOURS, code="forbidden")
    groups = debrief_groups(dispute, by)
    whom = whom or next(iter(groups))
    if whom not in groups:
        raise Refused("Choose to whom you offer it.", field="whom")
    if not text.strip():
        raise Refused("Say when and how the debrief can take place.", field="text")
    agency = leads.stands_for(dispute, by)
    if whom != AUTHORITY:
        owed_by = agency if whom == OWN else None
        duties.fulfil(dispute, DutyKind.DEBRIEF_OFFERED, agency=owed_by, by=by, now=now)
    offerer = agency.short_name if agency else by.title.capitalize()
    to = {OWN: "", AUTHORITY: " to whoever has the last word", ALL: " to everybody"}[whom]
    chronology.tell(dispute, f"{offerer} offered a debrief{to}", by=by, now=now, body=text)
    audit.record("debrief_offered", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "agency": agency.pk if agency else None, "whom": whom})
    _offer_to(_of_group(dispute, whom, agency, by), dispute, by=by, now=now)


def _of_group(dispute: Dispute, whom: str, agency: Agency | None, by: Appointment) -> list[Participant]:
    rows = dispute.participants.exclude(appointment=by.seat_id)
    if whom == AUTHORITY:
        rows = rows.filter(side=Side.AUTHORITY)
    elif whom == OWN:
        rows = rows.of_agency(agency) if agency else rows.filter(appointment__agency=None)
    return list(rows.select_related("appointment__user", "appointment__agency"))


def _offer_to(rows: list[Participant], dispute: Dispute, *, by: Appointment, now: datetime) -> None:
    offers = [Debrief(dispute=dispute, stage=dispute.stage, participant=row, recorded_by=by, recorded_at=now) for row in rows]
    Debrief.objects.bulk_create(offers, ignore_conflicts=True)
    notifications.tell(
        dispute, Event.FEEDBACK, [row.appointment for row in rows], now=now, key=f"{dispute.pk}:debrief:{now.isoformat()}",
        text=f"{dispute.reference}: a debrief is offered to you.",
    )


def may_answer_debrief(debrief: Debrief, by: Appointment) -> bool:
    """Whether ``by`` may say what became of it: the person it was offered to, or a colleague who offered it."""
    if debrief.answer:
        return False
    return by.pk in (debrief.participant.appointment_id, debrief.recorded_by_id)


@one_act
def answer_debrief(*, debrief: Debrief, answer: str, by: Appointment, now: datetime) -> Debrief:
    """It was held, or the person declined it; only they themselves can decline."""
    dispute = lock(debrief.dispute)
    rows = Debrief.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("participant__appointment__agency").get(pk=debrief.pk)
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
