"""The disagreement map: each agency fills its own column, and a point that every agency has agreed is locked (F71)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment
from cases.rows import one_act
from escalation import chronology, leads, permissions
from escalation.models import ChronologyEntry, Dispute, Point, PointView
from escalation.transitions import NOT_YOURS, lock

LOCKED = "Every agency has agreed this point. It is locked: add a new point if something has changed."


@dataclass(frozen=True)
class Column:
    """What one agency says of a point."""

    stance: str
    says: str
    weight: str
    threshold: str = ""


def _agency_of(dispute: Dispute, by: Appointment) -> Agency:
    agency = leads.stands_for(dispute, by)
    if agency is None or not permissions.may_map_points(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    return agency


def _check(column: Column) -> None:
    if column.stance not in PointView.Stance.values:
        raise Refused("Say whether your agency agrees on this or disputes it.", field="stance")
    if not column.says.strip():
        raise Refused("Say what your agency holds on this point.", field="says")
    if column.weight not in PointView.Weight.values:
        raise Refused("Say how much this matters to the risk.", field="weight")


@one_act
def add_point(*, dispute: Dispute, text: str, column: Column, by: Appointment, now: datetime) -> Point:
    """Put a point on the map, with one's own agency's column; the other agencies fill theirs themselves."""
    dispute = lock(dispute)
    agency = _agency_of(dispute, by)
    if not text.strip():
        raise Refused("Say in one sentence what the point is.", field="text")
    _check(column)
    point = Point.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, text=text, recorded_by=by, recorded_at=now
    )
    audit.record("point_added", point, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage})
    _write(dispute, point, agency, column, by=by, now=now)
    return point


@one_act
def say_on_point(
    *, point: Point, column: Column, by: Appointment, now: datetime, seen_updates: int | None = None
) -> PointView:
    """Fill or change one's own agency's column; refused once the point is locked, or when a colleague wrote meanwhile."""
    dispute = lock(point.dispute)
    agency = _agency_of(dispute, by)
    point = Point.objects.select_for_update(no_key=True, of=("self",)).get(pk=point.pk)
    if point.agreed_at is not None:
        raise Refused(LOCKED, code="stale")
    _check(column)
    return _write(dispute, point, agency, column, by=by, now=now, seen=seen_updates)


def _write(
    dispute: Dispute, point: Point, agency: Agency, column: Column, *, by: Appointment, now: datetime,
    seen: int | None = None,
) -> PointView:
    view = PointView.objects.filter(point=point, agency=agency).first()
    if view is None:
        view = PointView(point=point, agency=agency)
    elif seen is not None and seen != view.updates:
        raise Refused(f"A colleague changed this meanwhile. It now reads: {view.says}", field="says", code="stale")
    else:
        view.updates += 1
    view.stance, view.says, view.weight, view.threshold = column.stance, column.says, column.weight, column.threshold
    view.stage, view.recorded_by, view.recorded_at = dispute.stage, by, now
    view.save()
    _tell(dispute, point, view, by=by, now=now)
    if _is_agreed_by_all(dispute, point):
        _lock_point(dispute, point, by=by, now=now)
    return view


def _tell(dispute: Dispute, point: Point, view: PointView, *, by: Appointment, now: datetime) -> None:
    body = [point.text, view.says, f"Weight for the risk: {view.weight_words}"]
    if view.threshold:
        body.append(f"Goes by: {view.threshold}")
    said = "agrees on a point" if view.stance == PointView.Stance.AGREED else "disputes a point"
    chronology.tell(
        dispute, f"{view.agency.short_name} {said}", by=by, now=now, body="\n\n".join(body),
        kind=ChronologyEntry.Kind.POSITION,
    )
    audit.record(
        "point_column_written", view, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
        data={"point": point.pk, "stance": view.stance, "weight": view.weight, "update": view.updates},
    )


def _is_agreed_by_all(dispute: Dispute, point: Point) -> bool:
    agreed = point.views.filter(stance=PointView.Stance.AGREED).values_list("agency_id", flat=True)
    return set(dispute.parties.values_list("agency_id", flat=True)) <= set(agreed)


def _lock_point(dispute: Dispute, point: Point, *, by: Appointment, now: datetime) -> None:
    point.agreed_at = now
    point.save(update_fields=["agreed_at"])
    chronology.tell(
        dispute, "A point is agreed by every agency", by=by, now=now, body=point.text, kind=ChronologyEntry.Kind.POSITION
    )
    audit.record("point_agreed", point, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
