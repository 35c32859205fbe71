"""Support for the person who raised a dispute: a colleague at their side, a manager who speaks for them (F72, D-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Permission, Role
from cases.rows import one_act
from escalation import chronology, leads, notifications, permissions, sharing
from escalation.deadlines import LONDON
from escalation.models import Dispute, Sharing, Support
from escalation.protocol import Event, Side
from escalation.transitions import NOT_YOURS, lock


@dataclass(frozen=True)
class Asked:
    """Who is asked for what; the reason stays between the two."""

    supporter: Appointment
    kind: str
    reason: str = ""
    is_status_difference: bool = False


def may_ask_support(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may ask somebody to support them: the person who raised it themselves, while it runs."""
    return by.in_place_of_id is None and permissions.standing(dispute, by).is_originator and dispute.status in permissions.RUNNING


def may_be_asked(dispute: Dispute, by: Appointment, *, now: datetime) -> QuerySet[Appointment]:
    """Colleagues of one's own agency, and safeguarding leads of agencies that are no party, who are not on it yet."""
    parties = dispute.parties.values("agency")
    elsewhere = Q(role=Role.SAFEGUARDING_LEAD, agency__isnull=False) & ~Q(agency__in=parties)
    found = Appointment.objects.active_on(now.astimezone(LONDON).date()).filter(partnership=dispute.partnership_id)
    asked = dispute.supports.filter(ended_at=None).values("supporter")
    on_it = dispute.participants.values("appointment")
    if dispute.case.is_restricted:
        found = found.filter(pk__in=dispute.case.named or ())
    people = found.filter(Q(agency=by.agency_id) | elsewhere).exclude(pk__in=on_it).exclude(pk__in=asked)
    return people.exclude(user=by.user_id).select_related("user", "agency", "partnership").order_by("agency__name", "pk")


@one_act
def ask_support(*, dispute: Dispute, asked: Asked, by: Appointment, now: datetime) -> Support:
    """Ask somebody to read along, or a manager of one's own agency to speak; nobody else learns why."""
    dispute = lock(dispute)
    if not may_ask_support(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    who = may_be_asked(dispute, by, now=now).filter(pk=asked.supporter.pk).first()
    if who is None:
        raise Refused("Choose somebody on the list: a colleague, or a safeguarding lead of an agency that is no party.",
                      field="supporter")
    if asked.kind not in Support.Kind.values:
        raise Refused("Say what you ask of them.", field="kind")
    if asked.kind == Support.Kind.SPEAK:
        if who.agency_id != by.agency_id or not who.has(Permission.WORK_DISPUTE):
            raise Refused("Only a colleague of your own agency can speak for you.", field="supporter")
        leads.join(dispute, who, Side.RAISING, now=now, from_stage=permissions.entered(dispute, by))
    row = Support.objects.create(
        dispute=dispute, supporter=who, asked_by=by, asked_at=now, kind=asked.kind, reason=asked.reason,
        is_status_difference=asked.is_status_difference,
    )
    sharing.begin_outside_the_parties(dispute, Sharing.Occasion.SUPPORT, who, by=by, now=now, shared_by=by.agency)
    verb = "speaks for" if asked.kind == Support.Kind.SPEAK else "supports"
    chronology.tell(dispute, f"{who.described} {verb} the person who raised it", by=by, now=now)
    audit.record("support_asked", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"supporter": who.pk, "kind": asked.kind})
    notifications.tell(dispute, Event.STAGE_OPENED, [who], now=now, key=f"{dispute.pk}:support:{row.pk}",
                       text=f"{dispute.reference}: you are asked for support.", waits=True)
    return row


@one_act
def end_support(*, support: Support, by: Appointment, now: datetime) -> Support:
    """It ends: whoever asked, or whoever was asked, says so; from then on the supporter reads no more as such."""
    dispute = lock(support.dispute)
    row = Support.objects.select_for_update(no_key=True, of=("self",)).select_related("supporter__user").get(pk=support.pk)
    if row.ended_at is not None:
        raise Refused("This has ended already.", code="stale")
    if by.pk not in (row.asked_by_id, row.supporter_id):
        raise Refused(NOT_YOURS, code="forbidden")
    return _end(dispute, row, by=by, now=now)


def end_for_leaver(support: Support, *, by: Appointment, now: datetime) -> None:
    """The supporter leaves: it ends in the caller's transaction, and whoever asked is told to ask somebody else."""
    dispute = lock(support.dispute)
    rows = Support.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("supporter__user", "asked_by__user").get(pk=support.pk)
    if row.ended_at is not None:
        return
    _end(dispute, row, by=by, now=now)
    notifications.tell(
        dispute, Event.STAGE_OPENED, [row.asked_by.seat], now=now, key=f"{dispute.pk}:support-ended:{row.pk}",
        text=f"{dispute.reference}: {row.supporter.user.name} leaves and can support you no longer. You can ask somebody else.",
    )


def _end(dispute: Dispute, row: Support, *, by: Appointment, now: datetime) -> Support:
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    chronology.tell(dispute, "Support for the person who raised it ended", by=by, now=now)
    audit.record("support_ended", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    return row
