"""Where the agencies stand: positions of each side, which are replies when those asked give them, and managers' reviews."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment
from cases.rows import one_act
from escalation import chronology, duties, leads, permissions
from escalation.models import ChronologyEntry, Dispute, ManagerReview, Position
from escalation.models.dispute import Status
from escalation.protocol import DutyKind, Side
from escalation.transitions import NOT_YOURS, apply_transition, lock


@one_act
def state_position(
    *,
    dispute: Dispute,
    stance: str,
    text: str,
    by: Appointment,
    now: datetime,
    role_and_remit: str = "",
    seen_updates: int | None = None,
) -> Position:
    """Write the agency's position at this stage; the first one of every agency asked is the reply that moves the dispute.

    Only the agency's own people change it, until the stage ends. ``seen_updates`` is the count the writer saw: refused
    as stale when a colleague has written since (F50).
    """
    dispute = lock(dispute)
    agency = leads.stands_for(dispute, by)
    if not permissions.may_state_position(dispute, by) or agency is None:
        raise Refused(NOT_YOURS, code="forbidden")
    side = permissions.standing(dispute, by).side
    if side is Side.RAISING:
        stance = Position.Stance.RAISES
    elif stance not in (Position.Stance.STANDS, Position.Stance.CHANGES, Position.Stance.TALK):
        raise Refused("Say whether your agency keeps to its decision, changes it, or wants to talk first.", field="stance")
    if not text.strip():
        raise Refused("Write your agency's position and the reasons for it.", field="text")
    position = _write(dispute, agency, by, now, stance=stance, text=text, role_and_remit=role_and_remit, seen=seen_updates)
    duties.fulfil(dispute, DutyKind.POSITION_STATED, agency=agency, by=by, now=now)
    if side is Side.RESPONDING and dispute.status == Status.AWAITING_REPLY and _all_have_replied(dispute):
        apply_transition(
            dispute, "reply", by=by, now=now, headline=f"{agency.short_name} replied",
            body=position.stance_words, kind=ChronologyEntry.Kind.POSITION,
        )
    return position


def _write(
    dispute: Dispute, agency: Agency, by: Appointment, now: datetime, *, stance: str, text: str, role_and_remit: str,
    seen: int | None,
) -> Position:
    position = Position.objects.filter(dispute=dispute, stage=dispute.stage, agency=agency).first()
    if position is None:
        position = Position(dispute=dispute, stage=dispute.stage, agency=agency)
    elif seen is not None and seen != position.updates:
        raise Refused(
            f"A colleague changed this position meanwhile. It now reads: {position.text}", field="text", code="stale"
        )
    else:
        position.updates += 1
    position.stance, position.text, position.role_and_remit = stance, text, role_and_remit
    position.recorded_by, position.recorded_at = by, now
    position.save()
    verb = "Changed its position" if position.updates else "Stated its position"
    chronology.tell(
        dispute, f"{position.agency.short_name}: {verb.lower()}", by=by, now=now, kind=ChronologyEntry.Kind.POSITION,
        body=f"{position.stance_words}.\n\n{text}",
    )
    audit.record(
        "position_stated", position, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
        data={"stage": dispute.stage, "update": position.updates},
    )
    return position


def _all_have_replied(dispute: Dispute) -> bool:
    asked = set(dispute.parties.filter(side=Side.RESPONDING).values_list("agency_id", flat=True))
    positions = dispute.positions.filter(stage=dispute.stage).exclude(stance=Position.Stance.TALK)
    return asked <= set(positions.values_list("agency_id", flat=True))


@one_act
def review(
    *, dispute: Dispute, agrees: bool, rationale: str, by: Appointment, now: datetime, next_steps: str = ""
) -> ManagerReview:
    """A manager's agreement or disagreement with their reasons (B-28); at a stage inside one agency it is the reply."""
    dispute = lock(dispute)
    agency = leads.stands_for(dispute, by)
    if not permissions.may_review(dispute, by) or agency is None:
        raise Refused(NOT_YOURS, code="forbidden")
    if not rationale.strip():
        raise Refused("Give your reasons. A review without them cannot be followed later.", field="rationale")
    made = ManagerReview.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, agrees=agrees, rationale=rationale,
        next_steps=next_steps, recorded_by=by, recorded_at=now,
    )
    duties.fulfil(dispute, DutyKind.MANAGER_REVIEWED, agency=agency, by=by, now=now)
    if agrees:
        duties.fulfil(dispute, DutyKind.AGREED_BY, agency=agency, by=by, now=now, role=by.role)
    is_raising = permissions.standing(dispute, by).side is Side.RAISING
    if agrees and is_raising:
        duties.fulfil(dispute, DutyKind.REVIEW_AGREES, agency=agency, by=by, now=now)
    words = "agrees with the concern" if agrees else "does not agree with the concern"
    chronology.tell(
        dispute, f"Manager's review: {words}", by=by, now=now, kind=ChronologyEntry.Kind.POSITION,
        body="\n\n".join(part for part in (rationale, f"Next steps: {next_steps}" if next_steps else "") if part),
    )
    audit.record("manager_reviewed", made, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "agrees": agrees})
    if dispute.rules_now.single_agency and dispute.status == Status.AWAITING_REPLY:
        apply_transition(dispute, "reply", by=by, now=now, headline="The manager has reviewed it", body=words.capitalize(),
                         kind=ChronologyEntry.Kind.POSITION)
    return made
