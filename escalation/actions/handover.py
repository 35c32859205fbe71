"""Handing over everything that somebody has open to one colleague in one step; history keeps the old names (F57).

A package above adds a kind of open item by appending a ``Kept`` to ``KINDS`` when it is wired (``AppConfig.ready``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from cases import audit
from cases.actions.cases import add_member
from cases.actions.directory import NOT_YOURS, end_appointment
from cases.errors import Refused
from cases.models import Absence, Appointment, Case, CaseMember
from cases.permissions import may_change_appointment
from cases.roles import Role
from cases.rows import everything, one_act
from escalation import chronology, leads, notifications, permissions
from escalation.actions.absences import pass_on_cover
from escalation.actions.support import end_for_leaver
from escalation.deadlines import LONDON
from escalation.models import (
    Acknowledgement,
    Action,
    AdviceRequest,
    DateRequest,
    Dispute,
    Draft,
    InterimPlan,
    Invitation,
    Participant,
    Support,
)
from escalation.protocol import Event, Side
from escalation.transitions import lock


@dataclass(frozen=True)
class Kept:
    """One kind of open item: what it is called, the disputes of somebody's (one for each), and giving them to another."""

    one: str
    many: str
    disputes: Callable[[Appointment], Iterable[int]]
    give: Callable[[Appointment, Appointment], object]
    goes_with_place: bool = False


def _actions(held: Appointment) -> QuerySet[Action]:
    return Action.objects.filter(owner=held, done_at=None)


def _plans(held: Appointment) -> QuerySet[InterimPlan]:
    return InterimPlan.objects.filter(owner=held, ended_at=None)


def _invitations(held: Appointment) -> QuerySet[Invitation]:
    return Invitation.objects.filter(who=held, meeting__held_at=None, meeting__cancelled_at=None)


def _invite_instead(held: Appointment, to: Appointment) -> None:
    """To each meeting that lies ahead; whoever is invited already needs no second invitation."""
    there = Invitation.objects.filter(who=to).values("meeting")
    _invitations(held).exclude(meeting__in=list(there.values_list("meeting", flat=True))).update(who=to)


def goes_with_place(held: Appointment, to: Appointment) -> None:
    """Whoever takes the place on the dispute is told and may answer: nothing else changes hands, the old name stays."""


def _asked_for(held: Appointment) -> QuerySet[DateRequest]:
    return DateRequest.objects.filter(asked_by=held, answer=DateRequest.Answer.OPEN)


def _questions(held: Appointment) -> QuerySet[AdviceRequest]:
    running = AdviceRequest.objects.filter(dispute__status__in=permissions.RUNNING)
    return running.filter(adviser=held, answered_at=None, taken_back_at=None)


def _acknowledged(held: Appointment) -> QuerySet[Acknowledgement]:
    return Acknowledgement.objects.filter(by=held, remind_at__isnull=False)


KINDS = [
    Kept("action", "actions", lambda held: _actions(held).values_list("dispute", flat=True),
         lambda held, to: _actions(held).update(owner=to)),
    Kept("interim plan", "interim plans", lambda held: _plans(held).values_list("dispute", flat=True),
         lambda held, to: _plans(held).update(owner=to)),
    Kept("invitation to a meeting", "invitations to meetings",
         lambda held: _invitations(held).values_list("meeting__dispute", flat=True), _invite_instead),
    Kept("question for advice", "questions for advice", lambda held: _questions(held).values_list("dispute", flat=True),
         lambda held, to: _questions(held).update(adviser=to)),
    Kept("request for time", "requests for time",
         lambda held: _asked_for(held).values_list("deadline__dispute", flat=True), goes_with_place, goes_with_place=True),
    Kept("acknowledgement that comes back", "acknowledgements that come back",
         lambda held: _acknowledged(held).values_list("dispute", flat=True), goes_with_place, goes_with_place=True),
]  # fmt: skip


@dataclass(frozen=True)
class OpenItem:
    """One dispute of somebody's: on which side they are, and what of it is theirs to do."""

    dispute: Dispute
    side: str
    theirs: str


@dataclass(frozen=True)
class OpenItems:
    """Everything that somebody has open; of drafts only how many there are, for they are nobody else's business.

    Support is given by one person to another: it is not handed on, it ends, and whoever asked for it is told.
    """

    items: Sequence[OpenItem]
    managed: Sequence[Appointment]
    drafts: int
    cases: Sequence[Case] = ()
    supports: int = 0
    covers: Sequence[Absence] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand over."""
        return not (self.items or self.managed or self.cases or self.supports or self.covers)


@everything("who leaves has more open than whoever keeps the directory may read: its references and numbers are told")
def open_items(held: Appointment, *, by: Appointment, now: datetime) -> OpenItems:
    """What is open in this role, in a fixed number of queries; no content of any dispute, and nothing that is shut to ``by``."""
    shut = Case.objects.shut_to(by)
    on_it = Participant.objects.filter(appointment=held, handed_to=None, dispute__status__in=permissions.RUNNING)
    on_it = on_it.exclude(dispute__case__in=shut)
    sides = dict(on_it.values_list("dispute", "side"))
    counts: dict[int, Counter[Kept]] = {pk: Counter() for pk in sides}
    for kind in KINDS:
        for pk in kind.disputes(held):
            if pk in sides or not kind.goes_with_place:
                counts.setdefault(pk, Counter())[kind] += 1
    disputes = Dispute.objects.filter(pk__in=counts).exclude(case__in=shut).select_related("protocol").order_by("pk")
    items = [OpenItem(row, sides.get(row.pk, ""), _in_words(counts[row.pk])) for row in disputes]
    managed = list(Appointment.objects.filter(manager=held).select_related("user").order_by("pk"))
    mine = CaseMember.objects.filter(appointment=held, handed_to=None).values("case")
    cases = Case.objects.filter(pk__in=mine).exclude(disputes__in=sides).exclude(pk__in=shut).order_by("pk")
    return OpenItems(
        items, managed, Draft.objects.filter(user=held.user_id, became=None).count(), list(cases),
        _supports(held).count(), list(Absence.objects.not_over(now).filter(stand_in=held).with_people()),
    )  # fmt: skip


def _supports(held: Appointment) -> QuerySet[Support]:
    return Support.objects.filter(supporter=held, ended_at=None, dispute__status__in=permissions.RUNNING)


def _in_words(counts: Counter[Kept]) -> str:
    return ", ".join(f"{number} {kind.one if number == 1 else kind.many}" for kind, number in counts.items())


def may_take_over(held: Appointment, *, now: datetime) -> QuerySet[Appointment]:
    """Colleagues of the same agency; at the board itself, those of the same role."""
    people = Appointment.objects.active_on(now.astimezone(LONDON).date()).filter(partnership=held.partnership_id)
    people = people.filter(agency=held.agency_id).exclude(pk=held.pk)
    if held.agency_id is None:
        people = people.filter(role=held.role)
    return people.select_related("user", "agency", "partnership").order_by("user__name", "pk")


@one_act
def hand_over(
    *, held: Appointment, to: Appointment, by: Appointment, now: datetime, ends_on: date | None = None
) -> OpenItems:
    """Give everything that is open to one colleague, and let the role end on a day if that is known."""
    rows = Appointment.objects.select_related("user", "agency", "partnership")
    held = rows.select_for_update(no_key=True, of=("self",)).get(pk=held.pk)
    if not may_change_appointment(by, held):
        raise Refused(NOT_YOURS, code="forbidden")
    found = open_items(held, by=by, now=now)
    colleague = _colleague(held, to, found, ends_on, now=now)
    for item in found.items:
        _hand_over_one(item.dispute, held, colleague, by=by, now=now)
    for kind in KINDS:
        kind.give(held, colleague)
    _hand_over_besides(found, held, colleague, by=by, now=now)
    Appointment.objects.filter(manager=held).exclude(pk=colleague.pk).update(manager=colleague)
    Appointment.objects.filter(manager=held, pk=colleague.pk).update(manager=held.manager_id)
    scope = audit.scope_of_agency(held.agency_id) if held.agency_id else audit.scope_of_partnership(held.partnership_id)
    audit.record("role_handed_over", held, scope=scope, by=by, now=now,
                 data={"to": colleague.pk, "disputes": len(found.items), "managed": [who.pk for who in found.managed],
                       "cases": len(found.cases), "supports": found.supports, "covers": len(found.covers)})
    if ends_on is not None:
        end_appointment(appointment=held, ends_on=ends_on, by=by, now=now)
    return found


def _hand_over_besides(found: OpenItems, held: Appointment, to: Appointment, *, by: Appointment, now: datetime) -> None:
    """Cases without a running dispute, support given to others, and those whom they were to stand in for."""
    for case in found.cases:
        add_member(case=case, member=to, now=now)
        audit.record("case_handed_over", case, scope=audit.scope_of_case(case.pk), by=by, now=now,
                     data={"from": held.pk, "to": to.pk})
    CaseMember.objects.filter(appointment=held, handed_to=None).update(handed_to=to)
    CaseMember.objects.filter(appointment=to).update(handed_to=None)
    for support in _supports(held).select_related("dispute", "asked_by__user"):
        end_for_leaver(support, by=by, now=now)
    for absence in found.covers:
        pass_on_cover(absence, to, by=by, now=now)


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
        leads.join(dispute, to, Side(place.side), now=now, from_stage=place.from_stage)
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
