"""Whether the person is safe, and what the person wants: before anything else, and again at every stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment, Person
from cases.rows import one_act
from escalation import chronology, duties, leads, notifications, permissions
from escalation.actions import plans
from escalation.models import ChronologyEntry, Dispute, PersonVoice, SafetyConfirmation
from escalation.protocol import DutyKind, Event
from escalation.transitions import NOT_YOURS, lock


@dataclass(frozen=True)
class Safety:
    """An answer to 'is the person safe now?'; measures need an owner and a date on which they are looked at again."""

    answer: str
    how: str
    measures: str = ""
    measures_owner: str = ""
    review_on: date | None = None


@one_act
def confirm_safety(*, dispute: Dispute, safety: Safety, by: Appointment, now: datetime) -> SafetyConfirmation:
    """Say whether the person is safe now; everybody is told at once when the answer changes to the worse."""
    dispute = lock(dispute)
    if not permissions.may_confirm_safety(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    before = dispute.safety_confirmations.order_by("-pk").values_list("answer", flat=True).first()
    confirmation = record_safety(dispute, safety, by=by, now=now)
    if safety.answer == SafetyConfirmation.Answer.NOT_SAFE and before != safety.answer:
        notifications.tell_all(
            dispute, Event.SAFETY_CHANGED, by=by, now=now, immediate=True,
            text=f"{dispute.reference}: the person is not safe now.", key=f"{dispute.pk}:safety:{confirmation.pk}",
        )
    return confirmation


def record_safety(dispute: Dispute, safety: Safety, *, by: Appointment, now: datetime) -> SafetyConfirmation:
    """Write the answer in the caller's transaction; refused when it leaves open how it is known or who looks after it."""
    _check(safety, now)
    agency = leads.stands_for(dispute, by) or dispute.raising_agency
    confirmation = SafetyConfirmation.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, answer=safety.answer, how=safety.how,
        measures=safety.measures, measures_owner=safety.measures_owner, review_on=safety.review_on,
        recorded_by=by, recorded_at=now,
    )
    if safety.answer != SafetyConfirmation.Answer.NOT_SAFE:
        duties.fulfil(dispute, DutyKind.SAFETY_CONFIRMED, agency=agency, by=by, now=now)
    if safety.answer == SafetyConfirmation.Answer.WITH_MEASURES:
        plans.open_from_safety(dispute, confirmation, by=by, now=now)
    body = safety.how
    if safety.review_on is not None:
        body += f"\n\nMeasures: {safety.measures}\nOwner: {safety.measures_owner}, review on {safety.review_on:%-d %B %Y}"
    chronology.tell(
        dispute, f"Is the person safe? {confirmation.get_answer_display()}", by=by, now=now, body=body,
        kind=ChronologyEntry.Kind.SAFETY,
    )
    audit.record("safety_confirmed", confirmation, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"answer": safety.answer, "stage": dispute.stage})
    return confirmation


def _check(safety: Safety, now: datetime) -> None:
    if safety.answer not in SafetyConfirmation.Answer.values:
        raise Refused("Say whether the person is safe now.", field="answer")
    if not safety.how.strip():
        raise Refused("Say how you know: whom you saw or spoke to, and when.", field="how")
    if safety.answer != SafetyConfirmation.Answer.WITH_MEASURES:
        _check_no_measures(safety)
        return
    if not safety.measures.strip():
        raise Refused("Say which measures keep the person safe for now.", field="measures")
    if not safety.measures_owner.strip():
        raise Refused("Say who looks after these measures.", field="measures_owner")
    if safety.review_on is None or safety.review_on < now.date():
        raise Refused("Give the day, today or later, on which the measures are looked at again.", field="review_on")


def _check_no_measures(safety: Safety) -> None:
    """Nothing is dropped unsaid: measures are part of one answer only."""
    for field in ("measures", "measures_owner", "review_on"):
        if getattr(safety, field):
            message = "Measures belong to the answer 'with measures': give that answer, or leave the measures out."
            raise Refused(message, field=field)


@dataclass(frozen=True)
class Voice:
    """What the person wants and thinks, and whether they know that professionals disagree."""

    desired_outcomes: str
    told: str
    own_view: str = ""
    not_told_reason: str = ""
    review_on: date | None = None
    advocate: str = ""


@one_act
def record_voice(*, dispute: Dispute, voice: Voice, by: Appointment, now: datetime) -> PersonVoice:
    """Ask again what the person wants (D-04); 'not told' needs a reason and a date on which it is looked at again (F73)."""
    dispute = lock(dispute)
    agency = leads.stands_for(dispute, by)
    if not permissions.may_work_for_person(dispute, by) or agency is None:
        raise Refused(NOT_YOURS, code="forbidden")
    if not voice.desired_outcomes.strip():
        raise Refused("Say what the person wants, in their own words if you can.", field="desired_outcomes")
    if voice.told not in PersonVoice.Told.values:
        raise Refused("Say whether the person knows that professionals disagree.", field="told")
    if voice.told != PersonVoice.Told.YES:
        if not voice.not_told_reason.strip():
            raise Refused("Say why the person has not been told.", field="not_told_reason")
        if voice.review_on is None:
            raise Refused("Give the day on which this is looked at again.", field="review_on")
    recorded = PersonVoice.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, recorded_by=by, recorded_at=now, **voice.__dict__
    )
    Person.objects.filter(cases=dispute.case_id).update(desired_outcomes=voice.desired_outcomes)
    duties.fulfil(dispute, DutyKind.OUTCOMES_RECONFIRMED, agency=agency, by=by, now=now)
    chronology.tell(
        dispute, "What the person wants", by=by, now=now, kind=ChronologyEntry.Kind.PERSON,
        body="\n\n".join(
            part for part in (
                voice.desired_outcomes,
                f"Own view of the disagreement: {voice.own_view}" if voice.own_view else "",
                f"Told: {recorded.get_told_display()}. {voice.not_told_reason}".strip(),
                f"Advocate: {voice.advocate}" if voice.advocate else "",
            ) if part
        ),
    )
    audit.record("voice_recorded", recorded, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "told": voice.told})
    return recorded
