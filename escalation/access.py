"""Where somebody stands towards a dispute, and what opens of it to them: the facts that the access table asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cases import access
from cases.access import Answer, At, Facts, Relation
from cases.roles import Permission
from escalation.protocol import Event, LeadRole, Side

if TYPE_CHECKING:
    from cases.models import Appointment
    from escalation.models import AdviceRequest, BreakGlass, Dispute, Participant
    from escalation.protocol import Stage

# Notices that bring somebody in at a stage; of an outcome one is only told.
BRINGS_IN = (Event.RAISED, Event.STAGE_OPENED, Event.ESCALATED, Event.REFERRED)


@dataclass(frozen=True)
class Standing:
    """Where somebody stands towards a dispute."""

    side: Side | None = None
    is_participant: bool = False
    is_originator: bool = False
    leads_now: bool = False
    agency_id: int | None = None


def standing(dispute: Dispute, by: Appointment) -> Standing:
    """Where ``by`` stands towards the dispute; reads only its participants (prefetch them for lists)."""
    place = place_of(dispute, by)
    if place is None:
        return Standing(side=side_of_agency(dispute, by.agency_id), agency_id=by.agency_id)
    if by.in_place_of_id is not None and is_on_another_side(dispute, by, place.side):
        return Standing()
    return Standing(
        side=Side(place.side),
        is_participant=True,
        is_originator=place.is_originator,
        leads_now=holds_one_of(by, dispute.rules_now.leads.roles),
        agency_id=place.acts_for_id or by.agency_id,
    )


def place_of(dispute: Dispute, by: Appointment) -> Participant | None:
    """The place of ``by``, or of the person they stand in for, on the dispute."""
    return next((row for row in dispute.participants.all() if row.appointment_id == by.seat_id), None)


def is_on_another_side(dispute: Dispute, by: Appointment, side: str) -> bool:
    """Whether the person is on the dispute in a role of their own on another side: then they stand in for nobody here."""
    return any(row.side != side and row.appointment.user_id == by.user_id for row in dispute.participants.all())


def side_of_agency(dispute: Dispute, agency_id: int | None) -> Side | None:
    """The side an agency is on, None when it is no party."""
    for party in dispute.parties.all():
        if agency_id is not None and party.agency_id == agency_id:
            return Side(party.side)
    return None


def holds_one_of(by: Appointment, roles: tuple[LeadRole, ...]) -> bool:
    """Whether the appointment is one of these roles (and of its remit where the protocol names one)."""
    return any(by.role == lead.role and (not lead.remit or by.remit == lead.remit) for lead in roles)


def supports(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` was asked to stand by the person who raised it: they read along and do nothing (F72)."""
    return any(row.supporter_id == by.pk and row.ended_at is None for row in dispute.supports.all())


def advises(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` is asked for advice: they read along until they have answered and that stage is over (B-27)."""
    return bool(_asks(dispute, by))


def _asks(dispute: Dispute, by: Appointment) -> list[AdviceRequest]:
    """The questions that let ``by`` read; never somebody who is on it for another side or has the last word."""
    asked = [row for row in dispute.advice_requests.all() if row.adviser_id == by.seat_id and row.opens(dispute)]
    return [row for row in asked if not is_on_another_side(dispute, by, side_of_agency(dispute, row.agency_id) or "")]


# --- how far somebody has come ---------------------------------------------------------------------------------------


def entered(dispute: Dispute, by: Appointment) -> int:
    """The latest stage that somebody came to: on it, beside who is, asked for advice, or by role at a party; 0 for none."""
    asked = max((row.stage for row in _asks(dispute, by)), default=0)
    return max(_on_it(dispute, by), _beside(dispute, by), asked, _by_role(dispute, by))


def _on_it(dispute: Dispute, by: Appointment) -> int:
    place = place_of(dispute, by)
    if place is None or not standing(dispute, by).is_participant:
        return 0
    return _came_to(dispute, place, by)


def _came_to(dispute: Dispute, place: Participant, who: Appointment) -> int:
    """The stage from which they are on it, or a later one that the protocol gives them a part in."""
    if place.side == Side.AUTHORITY:
        return dispute.stage
    rules, came_to = dispute.rules, place.from_stage
    for order in range(place.from_stage + 1, dispute.stage + 1):
        stage = rules.stage(order)
        comes_along = stage.leads.of_partnership and came_to == _stage_before(dispute, order)
        if comes_along or _takes_part(dispute, stage, place, who):
            came_to = order
    return came_to


def _stage_before(dispute: Dispute, order: int) -> int:
    """The stage that took place before this one."""
    took_place = [row.order for row in dispute.stages.all() if row.opened_at is not None and row.order < order]
    return max(took_place, default=0)


def _takes_part(dispute: Dispute, stage: Stage, place: Participant, who: Appointment) -> bool:
    if stage.single_agency and place.side == Side.RESPONDING:
        return False
    if stage.single_agency and place.is_originator:  # between them and their own manager (A-15, B-26)
        return True
    leads = (*stage.leads.roles, *stage.referred_by)
    if holds_one_of(who, leads) or any(duty.role == who.role for duty in stage.duties):
        return True
    if place.from_stage != dispute.entry_stage:
        return False
    is_included = stage.participants_always
    return ("originator" in is_included and place.is_originator) or (
        "responder" in is_included and place.side == Side.RESPONDING
    )


def _beside(dispute: Dispute, by: Appointment) -> int:
    """Who supports the person who raised it reads what that person reads."""
    if not supports(dispute, by):
        return 0
    return max(
        (_came_to(dispute, row, row.appointment) for row in dispute.participants.all() if row.is_originator), default=0
    )


def _by_role(dispute: Dispute, by: Appointment) -> int:
    """Whose role follows their agency's disputes comes to a stage that the role leads, or at which it is told or consulted."""
    if not by.has(Permission.SEE_OWN_AGENCY) or side_of_agency(dispute, by.agency_id) is None:
        return 0
    rules = dispute.rules
    for order in range(dispute.stage, 0, -1):
        told = any(notice.role == by.role and notice.on in BRINGS_IN for notice in rules.notices_at(order))
        if told or holds_one_of(by, rules.stage(order).leads.roles):
            return order
    return 0


# --- what the table says ---------------------------------------------------------------------------------------------


def facts_of(dispute: Dispute, by: Appointment) -> Facts:
    """Everything the table asks about ``by`` and this dispute; who reads by break-glass is nothing else here meanwhile."""
    facts = _facts(dispute, by)
    return replace(facts, relations=frozenset({Relation.BREAK_GLASS})) if _reads_by_glass(dispute, by, facts) else facts


def glass_of(dispute: Dispute, by: Appointment) -> BreakGlass | None:
    """The opening by which whoever asks reads this dispute now; none where they may read it anyway."""
    row = _broken_by(by).get(dispute.pk)
    return row if row is not None and _reads_by_glass(dispute, by, _facts(dispute, by)) else None


def _reads_by_glass(dispute: Dispute, by: Appointment, facts: Facts) -> bool:
    return dispute.pk in _broken_by(by) and access.answer("read", facts, _somewhere(dispute, by)) is not Answer.ALLOW


def _broken_by(by: Appointment) -> dict[int, BreakGlass]:
    """What is open to whoever asks, by dispute: read once in a request; nobody else reads at this moment."""
    if not by.is_asking or not by.has(Permission.BREAK_GLASS):
        return {}
    held: dict[int, BreakGlass] | None = by.__dict__.get("broken_now")
    if held is None:
        held = by.__dict__["broken_now"] = {row.dispute_id: row for row in by.broken_glass.open_now()}
    return held


def _facts(dispute: Dispute, by: Appointment) -> Facts:
    case = dispute.case
    return Facts(
        role=by.role, relations=_relations(dispute, by), is_restricted=case.is_restricted,
        is_named=case.is_restricted and by.pk in (case.named or ()), has_conflict=case.is_in_conflict_with(by.user_id),
        is_over=dispute.is_over_for(by),
    )


def _relations(dispute: Dispute, by: Appointment) -> frozenset[Relation]:
    where = standing(dispute, by)
    is_here = dispute.partnership_id == by.partnership_id
    found = {
        Relation.PARTICIPANT: where.is_participant and where.side is not Side.AUTHORITY,
        Relation.LAST_WORD: where.is_participant and where.side is Side.AUTHORITY,
        Relation.ORIGINATOR: where.is_originator,
        Relation.LEADS: where.is_participant and where.leads_now,
        Relation.SUPPORTER: supports(dispute, by),
        Relation.ADVISER: advises(dispute, by),
        Relation.MANAGES: any(row.appointment.manager_id == by.seat_id for row in dispute.participants.all()),
        Relation.OWN_AGENCY: side_of_agency(dispute, by.agency_id) is not None,
        Relation.PARTNERSHIP: is_here,
        Relation.ENGAGEMENT: is_here and dispute.engagement_of(by) is not None,
        Relation.ANYBODY: True,
    }
    return frozenset(relation for relation, is_so in found.items() if is_so)


def at(dispute: Dispute, by: Appointment, order: int) -> At:
    """Where a stage lies, seen from ``by``."""
    return _at(dispute, by, order, entered(dispute, by))


def _at(dispute: Dispute, by: Appointment, order: int, came_to: int) -> At:
    if dispute.rules.stage(order).single_agency and not _is_inside(dispute, by):
        return At.INSIDE
    if came_to == 0:
        return At.NOT_YET
    return At.ENTERED if order <= came_to else At.LATER


def _is_inside(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` is there for the agency that raised it: themselves, or because it asks them for advice."""
    asking = {row.agency_id for row in _asks(dispute, by)}
    return dispute.raising_agency_id in asking or standing(dispute, by).agency_id == dispute.raising_agency_id


def answer(action: str, dispute: Dispute, by: Appointment, *, stage: int | None = None) -> Answer:
    """What the table says of this action at a stage, the present one unless told."""
    return access.answer(action, facts_of(dispute, by), at(dispute, by, stage or dispute.stage))


def opens(action: str, dispute: Dispute, by: Appointment, *, stage: int | None = None) -> bool:
    """Whether the table allows it."""
    return answer(action, dispute, by, stage=stage) is Answer.ALLOW


def opens_somewhere(action: str, dispute: Dispute, by: Appointment) -> bool:
    """Whether the table allows it at any stage that ``by`` came to."""
    return access.answer(action, facts_of(dispute, by), _somewhere(dispute, by)) is Answer.ALLOW


def _somewhere(dispute: Dispute, by: Appointment) -> At:
    return At.ENTERED if entered(dispute, by) else At.NOT_YET


def opens_without_having_raised_it(action: str, dispute: Dispute, by: Appointment) -> bool:
    """Whether the table would allow it also if ``by`` were not the person who raised it."""
    facts = facts_of(dispute, by)
    other = replace(facts, relations=facts.relations - {Relation.ORIGINATOR})
    return access.answer(action, other, at(dispute, by, dispute.stage)) is Answer.ALLOW


# --- reading -----------------------------------------------------------------------------------------------------------


def may_read(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may read content at all, and not only that the dispute exists, where it stands and its dates."""
    return opens_somewhere("read", dispute, by)


def could_read(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` would read content if access to it had not ended."""
    facts = replace(facts_of(dispute, by), is_over=False)
    return access.answer("read", facts, _somewhere(dispute, by)) is Answer.ALLOW


def may_read_stage(dispute: Dispute, by: Appointment, order: int) -> bool:
    """Whether ``by`` may read what was said at one stage: it opens downwards; one inside an agency is its own (B-26)."""
    return opens("read", dispute, by, stage=order)


def readable_stages(dispute: Dispute, by: Appointment) -> list[int]:
    """The stages of which ``by`` may read what was said."""
    return _stages(dispute, by, (Answer.ALLOW,))


def heard_stages(dispute: Dispute, by: Appointment) -> list[int]:
    """The stages of which ``by`` learns outcomes, feedback and safety, be it that what was said there is not for them."""
    return _stages(dispute, by, (Answer.ALLOW, Answer.REDACT))


def _stages(dispute: Dispute, by: Appointment, wanted: tuple[Answer, ...]) -> list[int]:
    facts, came_to = facts_of(dispute, by), entered(dispute, by)
    return [
        stage.order
        for stage in dispute.rules.stages
        if access.answer("read", facts, _at(dispute, by, stage.order, came_to)) in wanted
    ]
