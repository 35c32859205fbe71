"""Whether somebody may do something to the directory or to a case, as plain functions of the two."""

from __future__ import annotations

from cases.access import Answer, Facts, Relation, answer
from cases.models import Absence, Agency, Appointment, Case
from cases.roles import Permission, Role

LEAD_APPOINTS = (Role.PRACTITIONER, Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD, Role.SENIOR_MANAGER)
AGENCY_ROLES = (*LEAD_APPOINTS, Role.BOARD_REPRESENTATIVE, Role.CHIEF_SOCIAL_WORK_OFFICER)
BOARD_ROLES = (
    Role.CHAIR, Role.CHIEF_SOCIAL_WORK_OFFICER, Role.INDEPENDENT_SCRUTINEER, Role.AUDITOR, Role.BOARD_MANAGER,
)


def may_manage_directory(acting: Appointment) -> bool:
    """Whether this person keeps any part of the directory."""
    return acting.has(Permission.MANAGE_DIRECTORY)


def may_keep_agency(acting: Appointment, agency: Agency) -> bool:
    """What is recorded of an agency itself: its own safeguarding lead, and the board manager."""
    is_theirs = acting.agency_id is None or acting.agency_id == agency.pk
    return may_manage_directory(acting) and is_theirs and agency.partnership_id == acting.partnership_id


def may_appoint(acting: Appointment, role: str, agency: Agency | None) -> bool:
    """The board manager records every role; a safeguarding lead those of their own agency up to senior manager."""
    if not may_manage_directory(acting) or (agency is not None and agency.partnership_id != acting.partnership_id):
        return False
    if acting.agency_id is None:
        return role in (AGENCY_ROLES if agency else BOARD_ROLES)
    return agency is not None and agency.pk == acting.agency_id and role in LEAD_APPOINTS


def may_change_appointment(acting: Appointment, held: Appointment) -> bool:
    """As for appointing; nobody changes their own roles, nor those of whom they stand in for."""
    is_own = held.user_id in acting.people or held.in_place_of_id is not None
    return not is_own and held.partnership_id == acting.partnership_id and may_appoint(acting, held.role, held.agency)


def may_record_absence(acting: Appointment, held: Appointment) -> bool:
    """Say that somebody is away or back: they themselves in any of their roles, their line manager, who keeps the directory."""
    if held.in_place_of_id is not None or held.partnership_id != acting.partnership_id:
        return False
    return held.user_id == acting.user_id or held.manager_id == acting.seat_id or may_change_appointment(acting, held)


def may_end_absence(acting: Appointment, absence: Absence) -> bool:
    """Those who may record it; and who stands in, when they no longer can."""
    of_stand_in = absence.stand_in is not None and absence.stand_in.user_id == acting.user_id
    return of_stand_in or may_record_absence(acting, absence.person)


def may_open_case(acting: Appointment) -> bool:
    """Those who may raise a dispute may open the case it is about."""
    return acting.has(Permission.RAISE_DISPUTE) and acting.agency_id is not None


def may_change_person(acting: Appointment, case: Case) -> bool:
    """Those who work on the case; who only reads for audit does not. A theme has no person."""
    return not case.is_theme and acting.has(Permission.WORK_DISPUTE) and case.members.filter(appointment=acting.seat_id).exists()


def may_see_safe_address(acting: Appointment, case: Case) -> bool:
    """Be shown the safe address, and write it down: as the access table says, for those who are on the case now."""
    if case.is_theme or not case.members.filter(appointment=acting.seat_id, handed_to=None).exists():
        return False
    facts = Facts(
        role=acting.role, relations=frozenset({Relation.PARTICIPANT}), is_restricted=case.is_restricted,
        is_named=not case.is_shut_to(acting), has_conflict=case.is_in_conflict_with(acting.user_id),
    )
    return answer("safe_address", facts) is Answer.ALLOW
