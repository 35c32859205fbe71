"""What waits for somebody in decisions, as blocks of My work: records to sign off, those that came back, issues still open."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from cases.models import Appointment
from cases.roles import Permission, Role
from cases.templatetags.dates import long_date
from decisions.learning_permissions import may_check_learning
from decisions.learning_states import item_stands
from decisions.models import DecisionRecord, Learning, LearningItem, OnwardItem, OutstandingIssue
from escalation.access import readable_stages
from escalation.deadlines import LONDON
from escalation.models import Dispute, Participant
from escalation.models.relations import reached
from escalation.queues import SHOWN, Block, Line

READERS = (
    Role.INDEPENDENT_SCRUTINEER, Role.CHAIR, Role.BOARD_MANAGER, Role.BOARD_REPRESENTATIVE, Role.CHIEF_SOCIAL_WORK_OFFICER,
)  # fmt: skip


def to_sign_off(acting: Appointment, now: datetime) -> Block | None:
    """Records of one's agency that wait for a signature other than their author's."""
    if not acting.has(Permission.SIGN_DECISION):
        return None
    waiting = _records(acting).filter(state=DecisionRecord.State.SUBMITTED).exclude(author__user=acting.user_id)
    waiting = waiting.filter(dispute__participants__appointment=acting.seat_id) if acting.agency_id is None else waiting
    found = list(waiting.order_by("submitted_at", "pk")[:SHOWN])
    known = Dispute.objects.visible_to(acting).with_page_data().filter(pk__in={row.dispute_id for row in found}) if found else ()
    stages = {dispute.pk: readable_stages(dispute, acting) for dispute in reached(known, acting)}
    lines = [_line(row, "waits for your signature") for row in found if row.stage in stages.get(row.dispute_id, ())]
    return Block("sign-off", "To sign off", lines, empty="Decisions that wait for your signature appear here.")


def came_back(acting: Appointment, now: datetime) -> Block | None:
    """One's own records that were returned for more."""
    places = Participant.objects.filter(handed_to=acting.seat_id, dispute=OuterRef("dispute"), appointment=OuterRef("author"))
    theirs = Q(author=acting.seat_id) | Q(author__in_place_of=acting.seat_id) | Q(Exists(places))
    rows = _records(acting).filter(theirs, state=DecisionRecord.State.RETURNED).order_by("pk")
    lines = [_line(row, "was returned to you for more") for row in rows[:SHOWN]]
    return Block("came-back", "Returned to you for more", lines, empty="") if lines else None


def to_report(acting: Appointment, now: datetime) -> Block | None:
    """What is on the list of a further body and has no result yet, for those who report there."""
    if not (acting.has(Permission.SEE_PARTNERSHIP_METADATA) or acting.has(Permission.GIVE_LAST_WORD)):
        return None
    waiting = OnwardItem.objects.visible_to(acting).filter(result_at=None).select_related("dispute")
    lines = [
        Line(
            item.dispute.reference, sentence=f"For the {item.body}.", url=reverse("onward"),
            note=f"Meets on {long_date(item.meeting_on)}" if item.meeting_on else "No day of a meeting yet",
        )
        for item in waiting.order_by("pk")[:SHOWN]
    ]  # fmt: skip
    return Block("to-report", "To report to further bodies", lines, empty="What goes on to a board or committee appears here.")


def still_open(acting: Appointment, now: datetime) -> Block | None:
    """What outcomes left open and this person pursues."""
    mine = OutstandingIssue.objects.visible_to(acting).filter(owner=acting.seat_id, done_at=None, outcome__contested_at=None)
    lines = [
        Line(
            row.outcome.dispute.reference, sentence=f"Still open: {row.what[:140]}", due_at=row.due_on,
            url=reverse("complete_issue", args=[row.outcome.dispute.reference, row.pk]),
        )
        for row in mine.select_related("outcome__dispute").order_by("due_on", "pk")[:SHOWN]
    ]  # fmt: skip
    return Block("still-open", "Outstanding issues you pursue", lines, empty="") if lines else None


def learning_to_look_at(acting: Appointment, now: datetime) -> Block | None:
    """Items on the lists that this role reads and that have no end yet, the latest first; those that are late say so."""
    if acting.role not in READERS:
        return None
    today = now.astimezone(LONDON).date()
    open_items = LearningItem.objects.visible_to(acting).filter(closed_on=None)
    lines = [
        Line(
            item.reference, sentence=f"{item.body}: {item.category}", url=reverse("learning_item", args=[item.reference]),
            note=f"{state.words}: {state.more}", is_missed=state.is_late,
        )
        for item in open_items[:SHOWN]
        for state in [item_stands(item, today)]
    ]  # fmt: skip
    return Block("learning", "Learning and policy issues", lines, empty="") if lines else None


def learning_to_check(acting: Appointment, now: datetime) -> Block | None:
    """Texts for bodies that wait for this person to check that they name nobody."""
    rows = Learning.objects.filter(prepared_at__isnull=False, checked_at=None, returned_reason="").exclude(
        prepared_by__user=acting.user_id
    )
    mine = rows.filter(dispute__participants__appointment=acting.seat_id).select_related("dispute__protocol", "prepared_by__user")
    lines = [
        Line(
            row.dispute.reference, sentence="A text for a body waits for you to check that it names nobody.",
            url=reverse("check_learning", args=[row.dispute.reference, row.pk]),
        )
        for row in mine.order_by("prepared_at", "pk")[:SHOWN]
        if may_check_learning(row, acting)
    ]  # fmt: skip
    return Block("learning-check", "To check before it leaves", lines, empty="") if lines else None


def changes_to_make(acting: Appointment, now: datetime) -> Block | None:
    """What changes after something was learned, and this person sees to."""
    mine = Learning.objects.filter(owner=acting.seat_id, done_at=None).select_related("dispute").order_by("due_on", "pk")
    lines = [
        Line(
            row.dispute.reference, sentence=f"A change: {row.change[:140]}", due_at=row.due_on,
            url=reverse("make_change", args=[row.dispute.reference, row.pk]),
        )
        for row in mine[:SHOWN]
    ]  # fmt: skip
    return Block("changes", "Changes you see to", lines, empty="") if lines else None


def _records(acting: Appointment) -> QuerySet[DecisionRecord]:
    visible = Dispute.objects.visible_to(acting)
    own = Q(agency=acting.agency_id) if acting.agency_id else Q(agency=None)
    return DecisionRecord.objects.filter(own, dispute__in=visible).select_related("dispute__protocol", "author__user")


def _line(record: DecisionRecord, words: str) -> Line:
    dispute = record.dispute
    return Line(
        dispute.reference, where=dispute.rules.stage(record.stage).label,
        sentence=f"A decision by {record.author.user.name} {words}.",
        url=reverse("decision", args=[dispute.reference, record.pk]),
    )  # fmt: skip
