"""What a body does with an item of its list: the meeting, the result, the end; fed back to those who wrote it (F22, F24)."""

from __future__ import annotations

from datetime import date, datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from decisions import learning_permissions as permissions
from decisions.actions.learning import locked
from decisions.models import Learning, LearningItem
from escalation import chronology, notifications
from escalation.deadlines import LONDON
from escalation.protocol import Event
from escalation.transitions import NOT_YOURS


@one_act
def answer_item(*, item: LearningItem, meeting_on: date | None, result: str, by: Appointment, now: datetime) -> LearningItem:
    """When the body looks at it, and afterwards what came of it."""
    row = _to_answer(item, by)
    if row.result_on is not None:
        raise Refused("The result is recorded already.", code="stale")
    if meeting_on is None:
        raise Refused("Give the day of the meeting, or the day on which it is looked at.", field="meeting_on")
    today = now.astimezone(LONDON).date()
    if result.strip() and meeting_on > today:
        raise Refused("There can be a result only after the meeting. Check the date, or leave the result empty.",
                      field="meeting_on")
    row.meeting_on, row.result = meeting_on, result.strip()
    row.result_on = today if row.result else None
    row.save(update_fields=["meeting_on", "result", "result_on"])
    if row.result_on:
        _feed_back(row, "learning_item_result", f"{row.body}: result", "there is a result", by=by, now=now, body=row.result)
    else:
        when = f"{meeting_on.day} {meeting_on:%B %Y}"
        words = f"it is looked at on {when}"
        _feed_back(row, "learning_item_meeting", f"{row.body}: {words}", words, by=by, now=now)
    return row


@one_act
def close_item(*, item: LearningItem, closing: str, by: Appointment, now: datetime) -> LearningItem:
    """What was done with it; that ends the item."""
    row = _to_answer(item, by)
    if row.result_on is None:
        raise Refused("Record the result first: it is what is to be done.", code="stale")
    if not closing.strip():
        raise Refused("Say what was done with it, so that those who wrote it know.", field="closing")
    row.closing, row.closed_on = closing.strip(), now.astimezone(LONDON).date()
    row.save(update_fields=["closing", "closed_on"])
    _feed_back(row, "learning_item_closed", f"{row.body}: done", "it is done", by=by, now=now, body=row.closing)
    return row


def _to_answer(item: LearningItem, by: Appointment) -> LearningItem:
    row = LearningItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    if not permissions.may_answer_item(row, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if row.closed_on is not None:
        raise Refused("It is closed.", code="stale")
    return row


def _feed_back(
    row: LearningItem, action: str, headline: str, words: str, *, by: Appointment, now: datetime, body: str = ""
) -> None:
    """Into the story of the dispute and to its people; the one who answers learns nothing of either."""
    audit.record(action, row, scope=audit.scope_of_partnership(row.partnership_id), by=by, now=now)
    learning = locked(Learning.objects.select_related("dispute").get(item=row))
    dispute = learning.dispute
    chronology.tell(dispute, headline, by=by, now=now, body=body, stage=learning.stage)
    notifications.tell(
        dispute, Event.FEEDBACK, [who for who in permissions.who_may_read_learning(learning) if who.pk != by.seat_id], now=now,
        key=f"learning:{learning.pk}:{action}:{now.isoformat()}",
        text=f"{dispute.reference}: on the list of the {row.body}, {words}.",
    )
