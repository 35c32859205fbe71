"""What people did to settle it: attempts, discussions, advice, meetings; and what they put in writing about them."""

from __future__ import annotations

from datetime import date, datetime

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment
from cases.rows import one_act
from escalation import chronology, clock, duties, leads, notifications, permissions
from escalation.models import (
    ChronologyEntry,
    Discussion,
    Dispute,
    ExhaustionAttestation,
    IntentionNotice,
    OwnRecordAttestation,
)
from escalation.models.work import ContactMode
from escalation.protocol import DutyKind, Event, LimitKind, Side
from escalation.transitions import NOT_YOURS, lock

KIND_WORDS = {
    Discussion.Kind.ATTEMPT: "Tried to reach",
    Discussion.Kind.TALK: "Discussed with",
    Discussion.Kind.ADVICE: "Took advice from",
    Discussion.Kind.MEETING: "Met with",
}


def working_agency(dispute: Dispute, by: Appointment) -> Agency:
    """The agency for which ``by`` may record work on the dispute; refused when there is none."""
    agency = leads.stands_for(dispute, by)
    if agency is None or not permissions.may_work(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    return agency


@one_act
def log_discussion(
    *,
    dispute: Dispute,
    kind: str,
    mode: str,
    happened_at: datetime,
    with_whom: str,
    result: str,
    by: Appointment,
    now: datetime,
) -> Discussion:
    """Record an attempt, talk, advice or meeting; one about the past is marked late, one in the future is refused."""
    dispute = lock(dispute)
    agency = working_agency(dispute, by)
    if kind not in Discussion.Kind.values:
        raise Refused("Say what it was.", field="kind")
    if mode not in ContactMode.values:
        raise Refused("Say how you were in touch.", field="mode")
    if happened_at > now:
        raise Refused("Record it after it has taken place. Check the date and time.", field="happened_at")
    if not with_whom.strip():
        raise Refused("Say whom you tried to reach or spoke to: name, role, agency.", field="with_whom")
    if not result.strip():
        raise Refused("Say what came of it, also when it was nothing.", field="result")
    talk = Discussion.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, kind=kind, mode=mode, happened_at=happened_at,
        with_whom=with_whom, result=result, recorded_by=by, recorded_at=now,
    )
    for duty in _DUTIES_DONE[Discussion.Kind(kind)]:
        duties.fulfil(dispute, duty, agency=agency, by=by, now=now)
    clock.open_deadlines(dispute, now=now)
    if kind in (Discussion.Kind.TALK, Discussion.Kind.MEETING):
        clock.meet(dispute, (LimitKind.DISCUSS,), by=by, now=now, stage=dispute.stage)
    headline = f"{KIND_WORDS[Discussion.Kind(kind)]} {with_whom} ({talk.get_mode_display().lower()})"
    _write(dispute, talk, "discussion_logged", headline, result, by, now, happened_at=happened_at,
           kind=ChronologyEntry.Kind.DISCUSSION)
    return talk


_DUTIES_DONE = {
    Discussion.Kind.ATTEMPT: (DutyKind.ATTEMPT_LOGGED,),
    Discussion.Kind.TALK: (DutyKind.ATTEMPT_LOGGED, DutyKind.DISCUSSION_HELD),
    Discussion.Kind.MEETING: (DutyKind.ATTEMPT_LOGGED, DutyKind.DISCUSSION_HELD),
    Discussion.Kind.ADVICE: (DutyKind.ADVICE_SOUGHT,),
}


@one_act
def notify_intention(*, dispute: Dispute, text: str, by: Appointment, now: datetime) -> IntentionNotice:
    """Tell the other side that it is to go further, before it does (B-21)."""
    dispute = lock(dispute)
    working_agency(dispute, by)
    return record_intention(dispute, text, by=by, now=now)


def record_intention(dispute: Dispute, text: str, *, by: Appointment, now: datetime) -> IntentionNotice:
    """Write and send the notice of intention in the caller's transaction."""
    agency = working_agency(dispute, by)
    if permissions.standing(dispute, by).side is not Side.RAISING:
        raise Refused(NOT_YOURS, code="forbidden")
    if not text.strip():
        raise Refused("Write what the other side is to know: that you intend to go further, and why.", field="text")
    notice = IntentionNotice.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, text=text, recorded_by=by, recorded_at=now
    )
    duties.fulfil(dispute, DutyKind.INTENTION_NOTIFIED, agency=agency, by=by, now=now)
    _write(dispute, notice, "intention_notified", "Told the other side that it is to go further", text, by, now)
    others = [
        participant.appointment
        for participant in dispute.participants.select_related("appointment__user", "appointment__agency")
        if participant.side == Side.RESPONDING
    ]
    notifications.tell(
        dispute, Event.ESCALATED, others, now=now, key=f"{dispute.pk}:intention:{notice.pk}",
        text=f"{dispute.reference}: {agency.short_name} intends to take this further.",
    )
    return notice


@one_act
def attest_exhaustion(*, dispute: Dispute, statement: str, by: Appointment, now: datetime) -> ExhaustionAttestation:
    """State that everything possible at this level was tried (B-25); needs a recorded attempt or a reason why there is none."""
    dispute = lock(dispute)
    agency = working_agency(dispute, by)
    if not statement.strip():
        raise Refused("Say what was tried at this level, or why nothing more could be.", field="statement")
    attestation = ExhaustionAttestation.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, statement=statement, recorded_by=by, recorded_at=now
    )
    duties.fulfil(dispute, DutyKind.EXHAUSTION_ATTESTED, agency=agency, by=by, now=now)
    _write(dispute, attestation, "exhaustion_attested", "Stated that everything at this level was tried", statement, by, now)
    return attestation


@one_act
def attest_own_record(
    *, dispute: Dispute, own_reference: str, recorded_on: date, by: Appointment, now: datetime
) -> OwnRecordAttestation:
    """Say that the stage is recorded in the agency's own system, under which reference and since when (B-22)."""
    dispute = lock(dispute)
    agency = working_agency(dispute, by)
    if not own_reference.strip():
        raise Refused("Give the reference under which it stands in your own system.", field="own_reference")
    if recorded_on > now.date():
        raise Refused("Give the day on which it was recorded, today or earlier.", field="recorded_on")
    attestation = OwnRecordAttestation.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, own_reference=own_reference, recorded_on=recorded_on,
        recorded_by=by, recorded_at=now,
    )
    duties.fulfil(dispute, DutyKind.OWN_RECORD_ATTESTED, agency=agency, by=by, now=now)
    headline = f"Recorded in {agency.short_name}'s own system"
    _write(dispute, attestation, "own_record_attested", headline, f"Reference {own_reference}", by, now)
    return attestation


def _write(
    dispute: Dispute, record: Discussion | IntentionNotice | ExhaustionAttestation | OwnRecordAttestation,
    action: str, headline: str, body: str, by: Appointment, now: datetime, *,
    happened_at: datetime | None = None, kind: str = ChronologyEntry.Kind.EVENT,
) -> None:
    chronology.tell(dispute, headline, by=by, now=now, body=body, happened_at=happened_at, kind=kind)
    scope = audit.scope_of_case(dispute.case_id)
    audit.record(action, record, scope=scope, by=by, now=now, data={"stage": dispute.stage})
