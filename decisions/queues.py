"""What waits for somebody in decisions, as blocks of My work: records to sign off, those that came back, issues still open."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from cases.models import Appointment
from cases.roles import Permission
from cases.templatetags.dates import long_date
from decisions.models import DecisionRecord, OnwardItem, OutstandingIssue
from escalation.models import Dispute
from escalation.queues import SHOWN, Block, Line


def to_sign_off(acting: Appointment, now: datetime) -> Block | None:
    """Records of one's agency that wait for a signature other than their author's."""
    if not acting.has(Permission.SIGN_DECISION):
        return None
    waiting = _records(acting).filter(state=DecisionRecord.State.SUBMITTED).exclude(author__user=acting.user_id)
    waiting = waiting.filter(dispute__participants__appointment=acting.seat_id) if acting.agency_id is None else waiting
    lines = [_line(row, "waits for your signature") for row in waiting.order_by("submitted_at", "pk")[:SHOWN]]
    return Block("sign-off", "To sign off", lines, empty="Decisions that wait for your signature appear here.")


def came_back(acting: Appointment, now: datetime) -> Block | None:
    """One's own records that were returned for more."""
    theirs = Q(author=acting.seat_id) | Q(author__in_place_of=acting.seat_id)
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
