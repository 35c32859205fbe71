"""Raising a dispute: one transaction makes the dispute, its first stage, limits, duties, story and notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from cases import audit
from cases.actions.cases import open_case
from cases.actions.references import next_reference
from cases.errors import Refused
from cases.models import Agency, Appointment, Case
from cases.models.case import Capacity
from cases.roles import Permission
from escalation import chronology, leads, notifications, stages
from escalation.actions.extensions import set_own_date_on_raising
from escalation.actions.safety import Safety, record_safety
from escalation.deadlines import LONDON
from escalation.models import Dispute, Draft, Party, ProtocolVersion
from escalation.models.dispute import Status
from escalation.protocol import Event, Protocol, Side

OLDEST_CONCERN = timedelta(days=365)


@dataclass(frozen=True)
class Raised:
    """What the person who raises it says; everything here is kept as it was said."""

    decision_disputed: str
    worry: str
    proposed_resolution: str
    concern_arose_at: datetime
    subject: str = ""
    ground: str = ""
    category: str = ""
    decided_by: str = ""
    evidence: str = ""
    aim: str = ""
    capacity: str = Capacity.NOT_KNOWN
    persons_view: str = ""
    earlier_forum: str = ""
    danger_answer: str = "not_in_danger"
    decision_received_at: datetime | None = None
    entry_stage: int = 1
    immediate_risk_reason: str = ""
    own_date: datetime | None = None


@dataclass(frozen=True)
class NewPerson:
    """The least that must be known of somebody in order to open their case."""

    name: str
    own_reference: str = ""
    date_of_birth: date | None = None
    address: str = ""
    is_child: bool = False


@transaction.atomic
def raise_dispute(
    *,
    case: Case,
    responding: Sequence[Agency],
    raised: Raised,
    safety: Safety,
    by: Appointment,
    now: datetime,
    addressee: Appointment | None = None,
    draft: Draft | None = None,
) -> Dispute:
    """A dispute under the partnership's current protocol, with nobody's approval (B-11).

    A ``draft`` becomes one dispute only: sent twice, the second call returns the first one's dispute. ``addressee`` is
    the person at a responding agency who should receive it; without one, the directory's lead of the stage does.
    """
    if draft is not None:
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        if draft.became is not None:
            return draft.became
    version = ProtocolVersion.objects.current_for(by.partnership, on=now.astimezone(LONDON).date())
    if version is None:
        raise Refused("Your partnership has not published its protocol yet. Ask the board manager.", code="shut")
    raised = _completed(raised, version.protocol)
    _check(case, responding, raised, version.protocol, by, now)
    dispute = _create(case, version, raised, by, now)
    _add_parties(dispute, responding, now)
    leads.join(dispute, by, Side.RAISING, now=now, is_originator=True)
    if addressee is not None:
        _add_addressee(dispute, addressee, now)
    _begin(dispute, by=by, now=now)
    if raised.own_date is not None:
        set_own_date_on_raising(dispute, raised.own_date, by=by, now=now)
    record_safety(dispute, safety, by=by, now=now)
    if draft is not None:
        draft.became, draft.data = dispute, {}
        draft.save(update_fields=["became", "data"])
    return dispute


@transaction.atomic
def raise_for_new_person(
    *,
    person: NewPerson,
    responding: Sequence[Agency],
    raised: Raised,
    safety: Safety,
    by: Appointment,
    now: datetime,
    draft: Draft,
    addressee: Appointment | None = None,
) -> Dispute:
    """The same about somebody who is on no case of one's own yet: case and dispute are made together or not at all."""
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    if locked.became is not None:
        return locked.became
    case = open_case(
        name=person.name, agencies=responding, by=by, now=now, date_of_birth=person.date_of_birth,
        own_reference=person.own_reference,
        details={
            "address": person.address, "is_child": person.is_child, "desired_outcomes": raised.persons_view,
            "capacity": raised.capacity,
        },
    )  # fmt: skip
    return raise_dispute(
        case=case, responding=responding, raised=raised, safety=safety, by=by, now=now, addressee=addressee, draft=draft
    )


def _completed(raised: Raised, rules: Protocol) -> Raised:
    """The protocol's first choice stands where nothing was chosen; its last category, which is 'something else'."""
    defaults = {
        "subject": raised.subject or rules.subjects[0].code,
        "ground": raised.ground or rules.grounds[0].code,
        "category": raised.category or rules.categories[-1].code,
    }
    return Raised(**(raised.__dict__ | defaults))


def _check(
    case: Case, responding: Sequence[Agency], raised: Raised, rules: Protocol, by: Appointment, now: datetime
) -> None:
    _own_agency(by)
    if not responding:
        raise Refused("Say which agency made the decision.", field="responding")
    if any(agency.pk == by.agency_id for agency in responding):
        raise Refused("Choose the other agency, not your own.", field="responding")
    if any(agency.partnership_id != by.partnership_id for agency in responding):
        raise Refused("Choose an agency of your partnership.", field="responding")
    check_concern(raised.concern_arose_at, now)
    for field in ("decision_disputed", "worry", "proposed_resolution"):
        if not getattr(raised, field).strip():
            raise Refused(_MISSING[field], field=field)
    check_choices(raised, rules)
    _check_entry(raised, rules)
    if case.partnership_id != by.partnership_id:
        raise Refused("This case belongs to another partnership.", code="forbidden")


def _own_agency(by: Appointment) -> Agency:
    if by.agency is None or not by.has(Permission.RAISE_DISPUTE):
        raise Refused("In this role you cannot raise a disagreement. Switch to a role at your agency.", code="forbidden")
    return by.agency


_MISSING = {
    "decision_disputed": "Say what was decided, or what was not done.",
    "worry": "Say what worries you.",
    "proposed_resolution": "Say what would resolve it.",
}


def check_concern(arose_at: datetime, now: datetime) -> None:
    """Refused unless the concern arose within the last year."""
    if arose_at > now:
        raise Refused("The concern cannot have arisen in the future. Check the date and time.", field="concern_arose_at")
    if arose_at < now - OLDEST_CONCERN:
        raise Refused("Give a date within the last year: when this concern arose.", field="concern_arose_at")


def check_choices(raised: Raised, rules: Protocol) -> None:
    """Refused unless subject, ground and category are the protocol's, and the ground fits what is known of capacity."""
    for field, choices in (("subject", rules.subjects), ("ground", rules.grounds), ("category", rules.categories)):
        if getattr(raised, field) not in {choice.code for choice in choices}:
            raise Refused("Choose one of the answers listed.", field=field)
    ground = next(choice for choice in rules.grounds if choice.code == raised.ground)
    if not ground.requires_capacity:
        return
    if raised.capacity == Capacity.NOT_KNOWN:
        raise Refused("For this ground, say what is known of the person's capacity for this decision.", field="capacity")
    if raised.capacity == Capacity.HAS:
        raise Refused(
            "Somebody with capacity may make a decision that others think unwise. If you believe the agency's decision is "
            "not safe, choose that ground instead.",
            field="ground",
        )


def _check_entry(raised: Raised, rules: Protocol) -> None:
    if raised.entry_stage == 1:
        return
    if not 1 < raised.entry_stage <= len(rules.stages) or not rules.immediate_risk.may_enter_any_stage:
        raise Refused("This protocol begins at its first stage.", field="entry_stage")
    if not raised.immediate_risk_reason.strip():
        raise Refused("Say what the immediate risk is, and why it cannot wait for the earlier stages.",
                      field="immediate_risk_reason")


def _create(case: Case, version: ProtocolVersion, raised: Raised, by: Appointment, now: datetime) -> Dispute:
    stage = version.protocol.stage(raised.entry_stage)
    first_line = raised.decision_disputed.strip().splitlines()[0]
    title = first_line if len(first_line) <= 100 else f"{first_line[:97].rsplit(' ', 1)[0]} …"
    facts = {name: value for name, value in raised.__dict__.items() if name not in ("immediate_risk_reason", "own_date")}
    return Dispute.objects.create(
        partnership=by.partnership,
        reference=next_reference(by.partnership, kind="D", now=now),
        case=case,
        protocol=version,
        status=Status.AWAITING_REFERRAL if stage.is_referral else Status.AWAITING_REPLY,
        stage=raised.entry_stage,
        raised_by=by,
        raised_at=now,
        raising_agency=_own_agency(by),
        title=title,
        is_immediate_risk=bool(raised.immediate_risk_reason),
        immediate_risk_reason=raised.immediate_risk_reason,
        moved_at=now,
        **facts,
    )


def _add_parties(dispute: Dispute, responding: Sequence[Agency], now: datetime) -> None:
    sides = [(dispute.raising_agency, Side.RAISING), *((agency, Side.RESPONDING) for agency in dict.fromkeys(responding))]
    Party.objects.bulk_create(
        [Party(dispute=dispute, agency=agency, side=side, joined_at=now) for agency, side in sides]
    )
    dispute.case.agencies.add(*(agency for agency, _ in sides))


def _add_addressee(dispute: Dispute, addressee: Appointment, now: datetime) -> None:
    side = dispute.parties.filter(agency=addressee.agency_id, side=Side.RESPONDING).first()
    if side is None:
        raise Refused("Choose somebody at the agency that made the decision.", field="addressee")
    leads.join(dispute, addressee, Side.RESPONDING, now=now)


def _begin(dispute: Dispute, *, by: Appointment, now: datetime) -> None:
    words = dispute.rules.terminology.dispute
    if dispute.entry_stage > 1:
        stages.skip_stages(dispute, 0, dispute.entry_stage, by=by, now=now, reason=dispute.immediate_risk_reason)
    entry = chronology.tell(
        dispute, f"Raised a {words}: {dispute.title}", by=by, now=now, body=_story(dispute), stage=dispute.stage
    )
    stages.open_stage(dispute, by=by, now=now, reason=dispute.immediate_risk_reason)
    audit.record(
        "dispute_raised", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
        data={"stage": dispute.stage, "protocol": dispute.protocol_id, "immediate_risk": dispute.is_immediate_risk},
    )
    urgent = dispute.is_immediate_risk
    notifications.tell_all(
        dispute, Event.RAISED, by=by, now=now, key=f"{dispute.pk}:raised:{entry.pk}", immediate=urgent,
        text=f"{dispute.reference}: {dispute.raising_agency.short_name} raised a {words}.",
    )
    notifications.tell(
        dispute, Event.RAISED, [by], now=now, key=f"{dispute.pk}:raised:{entry.pk}",
        text=f"{dispute.reference}: you raised a {words}.",
    )


def _story(dispute: Dispute) -> str:
    parts = [
        ("What was decided or not done", dispute.decision_disputed),
        ("What worries me", dispute.worry),
        ("Evidence", dispute.evidence),
        ("Aim", dispute.aim),
        ("What would resolve it", dispute.proposed_resolution),
        ("Immediate risk", dispute.immediate_risk_reason),
    ]
    return "\n\n".join(f"{heading}: {text}" for heading, text in parts if text)

