"""Disputes that belong together: taken up again when it did not hold, related, or merged as duplicates (F25, F26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Permission
from cases.rows import one_act
from escalation import chronology, leads, permissions
from escalation.actions.raising import Raised, raise_dispute, same_track
from escalation.actions.safety import Safety
from escalation.deadlines import LONDON
from escalation.models import Dispute, DisputeLink, DisputeStage, ProtocolVersion
from escalation.models.dispute import RUNNING, Status
from escalation.protocol import Side
from escalation.transitions import NOT_YOURS, apply_transition, lock


@dataclass(frozen=True)
class NotHeld:
    """What did not hold, since when, and what would resolve it now."""

    reason: str
    proposed_resolution: str
    noticed_at: datetime
    immediate_risk_reason: str = ""


def may_reopen(dispute: Dispute, by: Appointment, *, now: datetime) -> bool:
    """Whether ``by`` may take a closed dispute up again: anybody of a party who was on it, while the protocol allows it."""
    if dispute.status != Status.CLOSED or not by.has(Permission.RAISE_DISPUTE):
        return False
    is_party = permissions.side_of_agency(dispute, by.agency_id) is not None
    return is_party and permissions.standing(dispute, by).is_participant and _is_in_time(dispute, now)


def _is_in_time(dispute: Dispute, now: datetime) -> bool:
    days = dispute.rules.closure.reopen_within_days
    if dispute.closed_at is None or days == 0:
        return False
    return now.astimezone(LONDON).date() <= dispute.closed_at.astimezone(LONDON).date() + timedelta(days=days)


@one_act
def reopen(*, dispute: Dispute, held: NotHeld, safety: Safety | None, by: Appointment, now: datetime) -> Dispute:
    """'It did not hold': a new dispute between the same agencies, linked to the closed one, whose record stays as it is."""
    dispute = lock(dispute)
    if not may_reopen(dispute, by, now=now):
        days = dispute.rules.closure.reopen_within_days
        if dispute.status == Status.CLOSED and permissions.standing(dispute, by).is_participant:
            raise Refused(f"It can be taken up again within {days} days of closing. Raise a new one instead.", code="shut")
        raise Refused(NOT_YOURS, code="forbidden")
    if DisputeLink.objects.filter(other=dispute, kind=DisputeLink.Kind.REOPENED, dispute__status__in=RUNNING).exists():
        raise Refused("It has been taken up again already, and that dispute is running.", code="stale")
    if not held.reason.strip():
        raise Refused("Say what did not hold.", field="reason")
    may_enter = dispute.stage in [stage.order for stage in dispute.rules.risk_stages]
    at_risk = bool(held.immediate_risk_reason.strip()) and may_enter
    raised = Raised(
        decision_disputed=dispute.decision_disputed, worry=held.reason, proposed_resolution=held.proposed_resolution,
        concern_arose_at=held.noticed_at, subject=dispute.subject, ground=dispute.ground, category=dispute.category,
        decided_by=dispute.decided_by, aim=dispute.aim, capacity=dispute.capacity,
        earlier_forum=f"{dispute.reference}, closed on {(dispute.closed_at or now).astimezone(LONDON):%-d %B %Y}",
        entry_stage=dispute.stage if at_risk else 1, immediate_risk_reason=held.immediate_risk_reason if at_risk else "",
    )
    others = [party.agency for party in dispute.parties.select_related("agency") if party.agency_id != by.agency_id]
    version = ProtocolVersion.objects.current_for(dispute.partnership, on=now.astimezone(LONDON).date())
    made = raise_dispute(
        case=dispute.case, responding=others, raised=raised, safety=safety, by=by, now=now,
        track=same_track(version, dispute) if version else "",
    )
    _link(made, dispute, DisputeLink.Kind.REOPENED, held.reason, by=by, now=now)
    return made


def _link(dispute: Dispute, other: Dispute, kind: str, reason: str, *, by: Appointment, now: datetime) -> DisputeLink:
    if DisputeLink.objects.filter(dispute=dispute, other=other, kind=kind).exists():
        raise Refused("These two are linked already.", code="stale")
    made = DisputeLink.objects.create(dispute=dispute, other=other, kind=kind, reason=reason, made_by=by, made_at=now)
    _tell(made, dispute, other)
    audit.record("disputes_linked", made, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"kind": kind, "dispute": dispute.pk, "other": other.pk})
    return made


def _tell(made: DisputeLink, dispute: Dispute, other: Dispute) -> None:
    """In both stories; of another case, which the readers of a story may not know of, neither which it is nor why."""
    words, by, now = made.get_kind_display(), made.made_by, made.made_at
    if dispute.case_id != other.case_id:
        for one in (dispute, other):
            chronology.tell(one, "Linked to another dispute", by=by, now=now, body="Whoever may read both sees which and why.")
        return
    chronology.tell(dispute, f"This {words} {other.reference}", by=by, now=now, body=made.reason)
    chronology.tell(other, f"{dispute.reference} {words} this", by=by, now=now, body=made.reason)


def may_link(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may link it to another: anybody who works on it for a party."""
    return permissions.side_of_agency(dispute, by.agency_id) is not None and permissions.may_work(dispute, by)


def _both(dispute: Dispute, other: Dispute) -> tuple[Dispute, Dispute]:
    """Both, locked in one order whoever links what to which."""
    if dispute.pk == other.pk:
        raise Refused("Give the reference of another dispute.", field="other")
    first, second = sorted((dispute, other), key=lambda one: one.pk)
    locked = {one.pk: lock(one) for one in (first, second)}
    return locked[dispute.pk], locked[other.pk]


@one_act
def link_related(*, dispute: Dispute, other: Dispute, reason: str, by: Appointment, now: datetime) -> DisputeLink:
    """Say that two disputes have to do with each other; nothing else changes, and each is read only by its own people."""
    dispute, other = _both(dispute, other)
    if not may_link(dispute, by) or not permissions.may_read(other, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not reason.strip():
        raise Refused("Say what they have to do with each other.", field="reason")
    return _link(dispute, other, DisputeLink.Kind.RELATED, reason, by=by, now=now)


@one_act
def merge_duplicate(*, dispute: Dispute, other: Dispute, reason: str, by: Appointment, now: datetime) -> Dispute:
    """This one is the same as the other: it is withdrawn, its people join the other, and both keep their histories."""
    dispute, other = _both(dispute, other)
    if not permissions.may_withdraw(dispute, by) or not permissions.standing(other, by).is_participant:
        raise Refused("You must be on both, and able to withdraw this one.", code="forbidden")
    if dispute.case_id != other.case_id:
        raise Refused("Only two disputes about the same person can be the same.", field="other")
    if other.status not in RUNNING:
        raise Refused("The other one has ended. Link them as related instead.", field="other")
    if not reason.strip():
        raise Refused("Say why they are the same.", field="reason")
    for row in dispute.participants.select_related("appointment"):
        side = permissions.side_of_agency(other, row.acts_for_id or row.appointment.agency_id)
        if side is not None:
            leads.join(other, row.appointment, Side(side), now=now, acts_for=row.acts_for)
    _link(dispute, other, DisputeLink.Kind.DUPLICATE, reason, by=by, now=now)
    apply_transition(
        dispute, "withdraw", by=by, now=now, headline=f"Goes on as {other.reference}", body=reason, reason=reason,
        ending=DisputeStage.ClosedHow.DUPLICATE,
    )
    return other
