"""Actions that people agreed to do: what, who, by when, and how it was done."""

from __future__ import annotations

from datetime import date, datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from escalation import chronology, notifications, permissions
from escalation.actions.talks import working_agency
from escalation.models import Action, ChronologyEntry, Dispute, Evidence
from escalation.protocol import Event
from escalation.transitions import NOT_YOURS, lock


@one_act
def add_action(
    *, dispute: Dispute, what: str, owner: Appointment, due_on: date, by: Appointment, now: datetime
) -> Action:
    """Write down an action with its owner, who must be on the dispute, and its date (B-29)."""
    dispute = lock(dispute)
    agency = working_agency(dispute, by)
    if not what.strip():
        raise Refused("Say what is to be done.", field="what")
    if due_on < now.date():
        raise Refused("Give a date from today on.", field="due_on")
    if not dispute.participants.filter(appointment=owner).exists():
        raise Refused("Choose somebody who is on this dispute.", field="owner")
    action = Action.objects.create(
        dispute=dispute, stage=dispute.stage, agency=owner.agency or agency, what=what, owner=owner, due_on=due_on,
        recorded_by=by, recorded_at=now,
    )
    chronology.tell(
        dispute, f"Action for {owner.user.name}, by {due_on:%-d %B %Y}", by=by, now=now, body=what,
        kind=ChronologyEntry.Kind.ACTION,
    )
    audit.record("action_added", action, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "owner": owner.pk})
    if owner.pk != by.seat_id:
        notifications.tell(dispute, Event.STAGE_OPENED, [owner], now=now, key=f"{dispute.pk}:action:{action.pk}",
                           text=f"{dispute.reference}: an action is yours, by {due_on:%-d %B %Y}.", waits=True)
    return action


@one_act
def complete_action(
    *, action: Action, note: str, evidence: Evidence | None = None, by: Appointment, now: datetime
) -> Action:
    """Say that an action is done and how that can be seen: its owner, or a manager of the owner's agency (F19)."""
    dispute = lock(action.dispute)
    action = Action.objects.select_for_update(no_key=True, of=("self",)).select_related("owner__user").get(pk=action.pk)
    is_manager = permissions.standing(dispute, by).agency_id == action.agency_id and permissions.may_work(dispute, by)
    if action.owner_id != by.seat_id and not is_manager:
        raise Refused(NOT_YOURS, code="forbidden")
    if action.done_at is not None:
        raise Refused("This action is already done.", code="stale")
    if not note.strip():
        raise Refused("Say how it was done, so that others can see it.", field="note")
    if evidence is not None and not can_show(dispute, action, evidence, by):
        raise Refused("Choose one of the files on this dispute.", field="evidence")
    action.done_at, action.done_by, action.done_note, action.evidence = now, by, note, evidence
    action.save(update_fields=["done_at", "done_by", "done_note", "evidence"])
    shown = f"\n\nEvidence {evidence.label}" if evidence else ""
    chronology.tell(dispute, "Action done", by=by, now=now, body=f"{action.what}\n\n{note}{shown}",
                    kind=ChronologyEntry.Kind.ACTION)
    audit.record("action_done", action, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"evidence": evidence.pk} if evidence else None)
    return action


def can_show(dispute: Dispute, action: Action, evidence: Evidence, by: Appointment) -> bool:
    """Whether a file can be named as showing that an action is done: whoever reads of the action may know of the file."""
    is_shared = evidence.stage == action.stage or not dispute.rules.stage(evidence.stage).single_agency
    is_there = evidence.dispute_id == dispute.pk and evidence.withdrawn_at is None
    return is_there and is_shared and permissions.may_read_stage(dispute, by, evidence.stage)
