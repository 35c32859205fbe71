"""Handing over everything that somebody has open to one colleague in one step; history keeps the old names (F57).

A package above adds a kind of open item by appending a ``Kept`` to ``KINDS`` when it is wired (``AppConfig.ready``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from cases import audit
from cases.actions.directory import NOT_YOURS, end_appointment
from cases.errors import Refused
from cases.models import Appointment
from cases.permissions import may_change_appointment
from cases.roles import Role
from escalation import chronology, leads, notifications, permissions
from escalation.deadlines import LONDON
from escalation.models import Action, Dispute, Draft, InterimPlan, Participant
from escalation.protocol import Event, Side
from escalation.transitions import lock


@dataclass(frozen=True)
class Kept:
    """One kind of open item: what it is called, the disputes of somebody's (one for each), and giving them to another."""

    one: str
    many: str
    disputes: Callable[[Appointment], Iterable[int]]
    give: Callable[[Appointment, Appointment], object]


def _actions(held: Appointment) -> QuerySet[Action]:
    return Action.objects.filter(owner=held, done_at=None)


def _plans(held: Appointment) -> QuerySet[InterimPlan]:
    return InterimPlan.objects.filter(owner=held, ended_at=None)


KINDS = [
    Kept("action", "actions", lambda held: _actions(held).values_list("dispute", flat=True),
         lambda held, to: _actions(held).update(owner=to)),
    Kept("interim plan", "interim plans", lambda held: _plans(held).values_list("dispute", flat=True),
         lambda held, to: _plans(held).update(owner=to)),
]  # fmt: skip


@dataclass(frozen=True)
class OpenItem:
    """One dispute of somebody's: on which side they are, and what of it is theirs to do."""

    dispute: Dispute
    side: str
    theirs: str


@dataclass(frozen=True)
class OpenItems:
    """Everything that somebody has open; of drafts only how many there are, for they are nobody else's business."""

    items: Sequence[OpenItem]
    managed: Sequence[Appointment]
    drafts: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand over."""
        return not self.items and not self.managed


def open_items(held: Appointment) -> OpenItems:
    """What is open in this role, in a fixed number of queries; no content of any dispute."""
    on_it = Participant.objects.filter(appointment=held, handed_to=None, dispute__status__in=permissions.RUNNING)
    sides = dict(on_it.values_list("dispute", "side"))
    counts: dict[int, Counter[Kept]] = {pk: Counter() for pk in sides}
    for kind in KINDS:
        for pk in kind.disputes(held):
            counts.setdefault(pk, Counter())[kind] += 1
    disputes = Dispute.objects.filter(pk__in=counts).select_related("protocol").order_by("pk")
    items = [OpenItem(row, sides.get(row.pk, ""), _in_words(counts[row.pk])) for row in disputes]
    managed = list(Appointment.objects.filter(manager=held).select_related("user").order_by("pk"))
    return OpenItems(items, managed, Draft.objects.filter(user=held.user_id, became=None).count())


def _in_words(counts: Counter[Kept]) -> str:
    return ", ".join(f"{number} {kind.one if number == 1 else kind.many}" for kind, number in counts.items())


def may_take_over(held: Appointment, *, now: datetime) -> QuerySet[Appointment]:
    """Colleagues of the same agency; at the board itself, those of the same role."""
    people = Appointment.objects.active_on(now.astimezone(LONDON).date()).filter(partnership=held.partnership_id)
    people = people.filter(agency=held.agency_id).exclude(pk=held.pk)
    if held.agency_id is None:
        people = people.filter(role=held.role)
    return people.select_related("user", "agency", "partnership").order_by("user__name", "pk")


@transaction.atomic
def hand_over(
    *, held: Appointment, to: Appointment, by: Appointment, now: datetime, ends_on: date | None = None
) -> OpenItems:
    """Give everything that is open to one colleague, and let the role end on a day if that is known."""
    rows = Appointment.objects.select_related("user", "agency", "partnership")
    held = rows.select_for_update(of=("self",)).get(pk=held.pk)
    if not may_change_appointment(by, held):
        raise Refused(NOT_YOURS, code="forbidden")
    found = open_items(held)
    colleague = _colleague(held, to, found, ends_on, now=now)
    for item in found.items:
        _hand_over_one(item.dispute, held, colleague, by=by, now=now)
    for kind in KINDS:
        kind.give(held, colleague)
    Appointment.objects.filter(manager=held).exclude(pk=colleague.pk).update(manager=colleague)
    Appointment.objects.filter(manager=held, pk=colleague.pk).update(manager=held.manager_id)
    scope = audit.scope_of_agency(held.agency_id) if held.agency_id else audit.scope_of_partnership(held.partnership_id)
    audit.record("role_handed_over", held, scope=scope, by=by, now=now,
                 data={"to": colleague.pk, "disputes": len(found.items), "managed": [who.pk for who in found.managed]})
    if ends_on is not None:
        end_appointment(appointment=held, ends_on=ends_on, by=by, now=now)
    return found


def _colleague(
    held: Appointment, to: Appointment, found: OpenItems, ends_on: date | None, *, now: datetime
) -> Appointment:
    colleague = may_take_over(held, now=now).filter(pk=to.pk).first()
    if colleague is None:
        raise Refused("Choose a colleague of the same agency who is there now.", field="to")
    if found.is_empty and ends_on is None:
        raise Refused("Nothing is open in this role, so there is nothing to hand over.", code="stale")
    if found.managed and colleague.role == Role.PRACTITIONER:
        raise Refused("Others are managed in this role. Choose somebody who manages people.", field="to")
    return colleague


def _hand_over_one(dispute: Dispute, held: Appointment, to: Appointment, *, by: Appointment, now: datetime) -> None:
    dispute = lock(dispute)
    place = dispute.participants.filter(appointment=held).first()
    if place is not None:
        if place.side == Side.AUTHORITY and permissions.is_chair_of_a_party(dispute, to):
            raise Refused(f"{to.user.name} works for an agency of {dispute.reference}. Choose another deputy.", field="to")
        leads.join(dispute, to, Side(place.side), now=now)
        dispute.participants.filter(appointment=to).update(handed_to=None)
        place.handed_to = to
        place.save(update_fields=["handed_to"])
    chronology.tell(dispute, f"{to.described} takes over from {held.described}", by=by, now=now)
    audit.record("place_handed_over", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"from": held.pk, "to": to.pk})
    notifications.tell(
        dispute, Event.STAGE_OPENED, [to], now=now,
        key=f"{dispute.pk}:handover:{held.pk}:{to.pk}:{now:%Y%m%d%H%M%S}",
        text=f"{dispute.reference}: you take over from {held.user.name}.",
    )
