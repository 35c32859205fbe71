"""Blocks of My work about advice: what is asked of somebody, and what they asked and wait for (B-27)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator

from cases.models import Appointment
from cases.templatetags.dates import long_date
from escalation.models import AdviceRequest, Dispute
from escalation.queues import LOOKED_AT, Block, Line, block


def blocks_of(acting: Appointment) -> list[Block]:
    """What waits for one's advice, then the advice one waits for; neither is there when it is empty. One statement."""
    own = Q(asked_by=acting.seat_id) | Q(asked_by__in_place_of=acting.seat_id)
    rows = _rows(acting, Q(adviser=acting.seat_id) | own)
    asked = [_asked(row) for row in rows if row.adviser_id == acting.seat_id]
    awaited = [_awaited(row) for row in rows if acting.seat_id in (row.asked_by_id, row.asked_by.in_place_of_id)]
    found = [block("advice", "Your advice is asked", asked, ""), block("advice-awaited", "Advice you wait for", awaited, "")]
    return [one for one in found if one.lines]


def asked_of(acting: Appointment) -> list[Line]:
    """What waits for the advice of whoever's place this is, the oldest first."""
    return [_asked(row) for row in _rows(acting, Q(adviser=acting.seat_id))]


def _rows(acting: Appointment, whose: Q) -> Sequence[AdviceRequest]:
    running = Dispute.objects.visible_to(acting).running()
    rows = AdviceRequest.objects.filter(whose, answered_at=None, taken_back_at=None, dispute__in=running)
    with_people = rows.select_related("dispute", "agency", "asked_by__user", "adviser__user")
    return list(with_people.order_by("asked_at", "pk")[:LOOKED_AT])


def _asked(row: AdviceRequest) -> Line:
    said = Truncator(" ".join(row.question.split())).chars(160)
    return Line(
        row.dispute.reference, sentence=f"{row.asked_by.user.name}, {row.agency.short_name}, asks: {said}",
        note=f"Asked {long_date(row.asked_at)}", url=reverse("answer_advice", args=[row.dispute.reference, row.pk]),
    )


def _awaited(row: AdviceRequest) -> Line:
    said = f"You asked {row.adviser.user.name} for advice. There is no answer yet."
    return Line(row.dispute.reference, sentence=said, note=f"Asked {long_date(row.asked_at)}")
