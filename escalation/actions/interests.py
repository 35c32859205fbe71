"""What people say when they first open a case: that they have no other interest in it, or that they must not see it (T5)."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment, Case, Declaration
from cases.roles import Role
from cases.rows import one_act
from escalation import lead_gaps, leads, notifications
from escalation.actions.lead_gaps import everybody_away
from escalation.deadlines import LONDON
from escalation.models import Dispute
from escalation.models.dispute import RUNNING
from escalation.protocol import Event
from escalation.transitions import lock


def is_asked(dispute: Dispute, by: Appointment) -> bool:
    """Whether this person has said nothing of themselves in this case yet."""
    return not dispute.case.declarations.filter(user=by.user_id).exists()


@one_act
def declare(*, dispute: Dispute, has_conflict: bool, what: str, by: Appointment, now: datetime) -> Declaration:
    """Say that there is no conflict, or that there is one: then every case about that person is shut to them at once."""
    dispute = lock(dispute)
    if dispute.case.is_shut_to(by):
        raise Refused("You have said so already.", code="stale")
    if has_conflict and not what.strip():
        raise Refused("Say of what kind it is, in a few words.", field="what")
    said = Declaration.objects.create(
        case=dispute.case, user_id=by.user_id, by=by, has_conflict=has_conflict, what=what if has_conflict else "",
        declared_at=now,
    )
    audit.record("conflict_declared" if has_conflict else "no_conflict_declared", said,
                 scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    if has_conflict:
        for case in about_the_same(dispute.case):
            _shut(case, by, now=now)
    return said


def about_the_same(case: Case) -> list[Case]:
    """The cases about one person, this among them; a theme by itself."""
    rows = Case.objects.filter(pk=case.pk) if case.person_id is None else Case.objects.filter(person=case.person_id)
    return list(rows.order_by("pk"))


def _shut(case: Case, by: Appointment, *, now: datetime) -> None:
    """The person sees nothing of it any more; what was theirs to do is somebody else's, or the alarm goes out."""
    case.shut_to = sorted({*case.shut_to, by.user_id})
    case.save(update_fields=["shut_to"])
    away = everybody_away(now)
    for row in case.disputes.filter(status__in=RUNNING, participants__appointment__user=by.user_id).distinct().order_by("pk"):
        dispute = lock(row)
        lead_gaps.look_at(dispute, away, now=now)
        _tell_their_agency(dispute, by, now=now)


def _tell_their_agency(dispute: Dispute, by: Appointment, *, now: datetime) -> None:
    """Whoever assigns people there brings somebody else in, in a restricted case those named on its list; why is not said."""
    places = dispute.participants.filter(appointment__user=by.user_id, handed_to=None).select_related("appointment__agency")
    today = now.astimezone(LONDON).date()
    for place in places:
        agency, manager = place.appointment.agency, place.appointment.manager
        told = leads.holders(agency, Role.SAFEGUARDING_LEAD, on=today)[:1] if agency else []
        told += [manager] if manager is not None else []
        told += Appointment.objects.filter(pk__in=dispute.case.named or ()).select_related("user", "agency", "partnership")
        notifications.tell(
            dispute, Event.STAGE_OPENED, told, now=now, waits=True, key=f"{dispute.pk}:stands-back:{place.pk}",
            text=f"{dispute.reference}: {place.appointment.user.name} can no longer work on this. Bring somebody else in.",
        )
