"""Whether somebody may read, write, check or answer what was learned: for the buttons, the pages and the API alike."""

from __future__ import annotations

from datetime import date

from cases.models import Appointment
from cases.roles import Permission
from decisions.models import Learning, LearningItem, LearningKind
from escalation.access import opens
from escalation.models import Dispute
from escalation.permissions import may_read, standing
from escalation.protocol import Side

CHECKS = (Permission.REVIEW_AS_MANAGER, Permission.CONFIRM_FOR_AGENCY, Permission.SIGN_DECISION)


def may_write_learning(dispute: Dispute, by: Appointment) -> bool:
    """Write down what was learned: anybody on the dispute, at any time, also once it has ended (C-27)."""
    return opens("write_learning", dispute, by)


def may_read_learning(learning: Learning, by: Appointment) -> bool:
    """Everybody who reads the dispute; what was written in a stage inside one agency is that agency's (B-26)."""
    dispute = learning.dispute
    if not may_read(dispute, by):
        return False
    if learning.only_agency_id is None or by.has(Permission.READ_FOR_AUDIT):
        return True
    where = standing(dispute, by)
    return where.agency_id == learning.only_agency_id or where.side is Side.AUTHORITY


def may_make_change(learning: Learning, by: Appointment) -> bool:
    """Say that the change is made: its owner, or somebody of the owner's agency who confirms for it."""
    if not learning.change or learning.done_at is not None:
        return False
    if learning.owner_id == by.seat_id:
        return True
    same = learning.owner is not None and by.agency_id is not None and learning.owner.agency_id == by.agency_id
    return same and by.has(Permission.CONFIRM_FOR_AGENCY) and may_read_learning(learning, by)


def may_prepare_learning(learning: Learning, by: Appointment) -> bool:
    """Write it without names for a body: who wrote it down, or somebody of the same agency who is on the dispute."""
    is_open = learning.item_id is None and learning.kind != LearningKind.NOTHING and not learning.is_waiting_for_check
    if not is_open or not standing(learning.dispute, by).is_participant or not may_read_learning(learning, by):
        return False
    if learning.recorded_by_id in (by.pk, by.seat_id):
        return True
    own = standing(learning.dispute, by).agency_id
    return own is not None and own == learning.agency_id


def may_check_learning(learning: Learning, by: Appointment) -> bool:
    """Check that it names nobody, and send it: a second person, of the writer's agency where it has somebody."""
    is_second = learning.prepared_by is not None and not learning.prepared_by.is_one_with(by)
    return is_second and learning.is_waiting_for_check and by.seat_id in {who.pk for who in who_may_check(learning)}


def who_may_check(learning: Learning) -> list[Appointment]:
    """Managers and leads on the dispute other than the writer of the text; those of the agency that wrote it come first."""
    route = next((one for one in learning.dispute.rules.onward_routes if one.code == learning.body_code), None)
    writers = learning.prepared_by.people if learning.prepared_by else set[int]()
    others = [who for who in who_may_read_learning(learning) if who.user_id not in writers]
    able = [who for who in others if any(map(who.has, CHECKS)) or (route is not None and who.role == route.by_role)]
    own = [who for who in able if learning.agency_id is not None and who.agency_id == learning.agency_id]
    return own or able


def who_may_read_learning(learning: Learning) -> list[Appointment]:
    """The people on the dispute who may read it."""
    on_it = learning.dispute.participants.filter(handed_to=None).select_related(
        "appointment__user", "appointment__agency", "appointment__partnership"
    )
    return [row.appointment for row in on_it if may_read_learning(learning, row.appointment)]


# --- the body's side: nothing here knows a dispute -----------------------------------------------------------------


def may_answer_item(item: LearningItem, by: Appointment) -> bool:
    """Record the meeting, the result and the end: who reads that body's list, and the board's manager, who keeps them all."""
    if item.partnership_id != by.partnership_id:
        return False
    return by.role in item.read_by or by.has(Permission.SEE_PARTNERSHIP_METADATA)


def readers_of(item: LearningItem, *, on: date) -> list[Appointment]:
    """Who is told of an item: the holders of the roles that read the list, or the board's manager where nobody holds one."""
    held = Appointment.objects.active_on(on).filter(partnership=item.partnership_id).select_related("user", "agency")
    readers = list(held.filter(role__in=item.read_by))
    return readers or [who for who in held if who.has(Permission.SEE_PARTNERSHIP_METADATA)]
