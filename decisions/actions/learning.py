"""What was learned in a dispute: written down at any time, made anonymous, checked by a second person, sent to its body (F24)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from decisions import learning_permissions as permissions
from decisions.identifiers import Match, found_in, plain
from decisions.known import FEW, known_names
from decisions.models import Learning, LearningItem, LearningKind
from escalation import chronology, duties, leads, notifications
from escalation.actions.handover import Kept
from escalation.deadlines import LONDON
from escalation.models import Dispute, DisputeStage
from escalation.protocol import DutyKind, Event, OnwardRoute
from escalation.transitions import NOT_YOURS, lock

SIGNS = "23456789BCDFGHJKLMNPQRSTVWXYZ"
HEADLINES = {
    LearningKind.LEARNING: "What was learned is written down",
    LearningKind.POLICY_ISSUE: "A policy issue is written down",
    LearningKind.NOTHING: "There is nothing new to learn",
}
STILL_NAMES = "Take out what is marked, or say it in general words: {count} could lead back to somebody."


def _changes(held: Appointment) -> QuerySet[Learning]:
    return Learning.objects.filter(owner=held, done_at=None)


KEPT = Kept(
    "change from what was learned", "changes from what was learned",
    lambda held: _changes(held).values_list("dispute", flat=True),
    lambda held, to: _changes(held).update(owner=to),
)  # fmt: skip


@dataclass(frozen=True)
class Learned:
    """What somebody writes down; a change has an owner and a date."""

    kind: str
    text: str
    category: str = ""
    change: str = ""
    owner: Appointment | None = None
    due_on: date | None = None


@one_act
def write_learning(*, dispute: Dispute, learned: Learned, by: Appointment, now: datetime) -> Learning:
    """Write down what was learned, what is not clear, or that there is nothing new; also once the dispute has ended."""
    dispute = lock(dispute)
    if not permissions.may_write_learning(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    _check(dispute, learned, now=now)
    agency = leads.stands_for(dispute, by)
    written = Learning.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, kind=learned.kind, text=learned.text,
        only_agency=agency if dispute.rules_now.single_agency else None,
        category="" if learned.kind == LearningKind.NOTHING else learned.category, change=learned.change.strip(),
        owner=learned.owner, due_on=learned.due_on, recorded_by=by, recorded_at=now,
    )  # fmt: skip
    duties.fulfil(dispute, DutyKind.LEARNING_RECORDED, agency=agency, by=by, now=now)
    chronology.tell(dispute, HEADLINES[LearningKind(learned.kind)], by=by, now=now)
    _note("learning_written", written, by=by, now=now, kind=str(learned.kind))
    if learned.kind != LearningKind.NOTHING:
        _tell_readers(written, "what was learned, or is not clear, was written down.", "written", by=by, now=now)
    return written


def _check(dispute: Dispute, learned: Learned, *, now: datetime) -> None:
    if learned.kind not in LearningKind.values:
        raise Refused("Say what you write down.", field="kind")
    if not learned.text.strip():
        raise Refused("Write down what was learned or is not clear, or why there is nothing new.", field="text")
    if learned.kind != LearningKind.NOTHING and learned.category not in {one.code for one in dispute.rules.categories}:
        raise Refused("Choose what it is about.", field="category")
    if not learned.change.strip():
        if learned.owner or learned.due_on:
            raise Refused("Say what changes, or leave its owner and date empty.", field="change")
        return
    if learned.owner is None or not dispute.participants.filter(appointment=learned.owner).exists():
        raise Refused("Choose who sees to the change: somebody who is on this.", field="owner")
    if learned.due_on is None or learned.due_on < now.astimezone(LONDON).date():
        raise Refused("Give a day from today on by which the change is made.", field="due_on")


@one_act
def make_change(*, learning: Learning, note: str, by: Appointment, now: datetime) -> Learning:
    """The change that was to follow is made, and how that can be seen."""
    row = locked(learning)
    if row.done_at is not None or not row.change:
        raise Refused("This change is made already.", code="stale")
    if not permissions.may_make_change(row, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not note.strip():
        raise Refused("Say how it was done, so that others can see it.", field="note")
    row.done_at, row.done_note = now, note
    row.save(update_fields=["done_at", "done_note"])
    chronology.tell(row.dispute, "A change from what was learned is made", by=by, now=now, stage=row.stage)
    _note("learning_change_made", row, by=by, now=now)
    return row


# --- on its way to a body ------------------------------------------------------------------------------------------


def bodies_for(dispute: Dispute, kind: str) -> list[OnwardRoute]:
    """The bodies that the protocol names for this kind."""
    return [route for route in dispute.rules.onward_routes if kind in route.takes]


def body_of(learning: Learning, code: str) -> OnwardRoute:
    """The body with this code, if it takes what was written down; where there is one only, none need be named."""
    bodies = bodies_for(learning.dispute, learning.kind)
    found = [route for route in bodies if route.code == code] or (bodies if not code and len(bodies) == 1 else [])
    if not found:
        raise Refused("Choose a body that the protocol names for it.", field="body")
    return found[0]


def what_names(learning: Learning, text: str, route: OnwardRoute | None) -> list[Match]:
    """Every place in a text that could lead back to somebody."""
    return found_in(text, known_names(learning.dispute, route))


@one_act
def prepare_learning(*, learning: Learning, text: str, body: str, by: Appointment, now: datetime) -> Learning:
    """Write the text as the body gets it, without names; a second person is then asked to check it."""
    row = locked(learning)
    _refuse_if_gone(row)
    if not permissions.may_prepare_learning(row, by):
        raise Refused(NOT_YOURS, code="forbidden")
    route, text = body_of(row, body), plain(text)
    if not text.strip():
        raise Refused("Write what the body is to read.", field="text")
    _refuse_names(row, text, route)
    row.plain_text, row.body_code, row.prepared_by, row.prepared_at, row.returned_reason = text, route.code, by, now, ""
    row.save(update_fields=["plain_text", "body_code", "prepared_by", "prepared_at", "returned_reason"])
    chronology.tell(row.dispute, f"Without names, for the {route.body}: a second person is to check it", by=by, now=now,
                    stage=row.stage)
    _note("learning_prepared", row, by=by, now=now, body=route.code)
    notifications.tell(
        row.dispute, Event.FEEDBACK, permissions.who_may_check(row), now=now, key=f"learning:{row.pk}:check:{now.isoformat()}",
        text=f"{row.dispute.reference}: a text for a body waits for you to check that it names nobody.", waits=True,
    )
    return row


def _refuse_names(row: Learning, text: str, route: OnwardRoute) -> None:
    if found := what_names(row, text, route):
        count = f"{len(found)} place" if len(found) == 1 else f"{len(found)} places"
        raise Refused(STILL_NAMES.format(count=count), field="text")


def _refuse_if_gone(row: Learning) -> None:
    if row.item_id is not None:
        raise Refused("It went to its body already.", code="stale")
    if row.kind == LearningKind.NOTHING:
        raise Refused("There is nothing to send.", code="stale")


@one_act
def send_learning(*, learning: Learning, by: Appointment, now: datetime, seen: str | None = None) -> LearningItem:
    """The second person found no name in it: it goes on the body's list, under a reference of its own.

    ``seen`` is the text that was checked; refused as stale when it was written anew since.
    """
    row = locked(learning)
    route = _to_be_checked(row, by)
    if seen is not None and plain(seen).split() != row.plain_text.split():
        raise Refused("The text was changed meanwhile. Read it again.", code="stale")
    _refuse_names(row, row.plain_text, route)
    row.item = _item_of(row, route, now=now)
    row.checked_by, row.checked_at = by, now
    row.save(update_fields=["item", "checked_by", "checked_at"])
    chronology.tell(row.dispute, f"Without names, on the list of the {route.body}", by=by, now=now, stage=row.stage)
    _note("learning_sent", row, by=by, now=now, body=route.code)
    _tell_readers(row, f"what was written down is on the list of the {route.body}, without names.", "sent", by=by, now=now)
    notifications.tell_of_learning(
        permissions.readers_of(row.item, on=now.astimezone(LONDON).date()), key=f"item:{row.item.reference}", now=now,
        text=f"{row.item.reference} is on the list of the {route.body}.",
    )
    return row.item


@one_act
def return_learning(*, learning: Learning, reason: str, by: Appointment, now: datetime) -> Learning:
    """The second person still found something that leads back to somebody, or it is not clear enough."""
    row = locked(learning)
    _to_be_checked(row, by)
    if not reason.strip():
        raise Refused("Say what is to be changed.", field="reason")
    row.returned_reason = reason
    row.save(update_fields=["returned_reason"])
    chronology.tell(row.dispute, "The text for the body is to be changed", by=by, now=now, stage=row.stage)
    _note("learning_returned", row, by=by, now=now)
    writers = [who for who in (row.prepared_by, row.recorded_by) if who is not None]
    notifications.tell(row.dispute, Event.FEEDBACK, writers, now=now, key=f"learning:{row.pk}:returned:{now.isoformat()}",
                       text=f"{row.dispute.reference}: the text for the body came back to be changed.", waits=True)
    return row


def _to_be_checked(row: Learning, by: Appointment) -> OnwardRoute:
    _refuse_if_gone(row)
    if not row.is_waiting_for_check:
        raise Refused("There is no text that waits to be checked.", code="stale")
    if not permissions.may_check_learning(row, by):
        raise Refused("Somebody other than its writer checks it: a manager or lead on this dispute.", code="forbidden")
    return body_of(row, row.body_code)


def _item_of(row: Learning, route: OnwardRoute, *, now: datetime) -> LearningItem:
    dispute, month = row.dispute, now.astimezone(LONDON).date().replace(day=1)
    reached = DisputeStage.objects.filter(dispute__partnership=dispute.partnership_id, order=row.stage, opened_at__isnull=False)
    categories = {one.code: one.label for one in dispute.rules.categories}
    end_of_month = (month + timedelta(days=31)).replace(day=1)
    return LearningItem.objects.create(
        reference="L-" + "".join(secrets.choice(SIGNS) for _ in range(8)), partnership=dispute.partnership, code=route.code,
        body=route.body[:150], read_by=[str(role) for role in route.read_by], kind=row.kind,
        category=categories[row.category][:150], text=row.plain_text, month=month,
        stage=dispute.rules.stage(row.stage).label if reached.count() >= FEW else "",
        due_on=end_of_month + timedelta(days=route.answer_within_days) if route.answer_within_days else None,
    )  # fmt: skip


def locked(learning: Learning) -> Learning:
    """The row as it is now, its dispute locked."""
    dispute = lock(learning.dispute)
    rows = Learning.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("prepared_by__user", "recorded_by", "item").get(pk=learning.pk)
    row.dispute = dispute
    return row


def _tell_readers(row: Learning, words: str, act: str, *, by: Appointment, now: datetime) -> None:
    others = [who for who in permissions.who_may_read_learning(row) if who.pk != by.seat_id]
    notifications.tell(row.dispute, Event.FEEDBACK, others, now=now, key=f"learning:{row.pk}:{act}",
                       text=f"{row.dispute.reference}: {words}")


def _note(action: str, row: Learning, *, by: Appointment, now: datetime, **data: object) -> None:
    audit.record(action, row, scope=audit.scope_of_case(row.dispute.case_id), by=by, now=now, data=data)
