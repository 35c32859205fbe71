"""What an outcome leaves to do: outstanding issues with owner and date, and the bodies it goes on to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment
from cases.roles import Role
from cases.rows import one_act
from decisions import permissions
from decisions.models import OnwardItem, Outcome, OutstandingIssue
from escalation import chronology, leads, notifications
from escalation.actions.handover import Kept
from escalation.deadlines import LONDON
from escalation.models import ChronologyEntry, Dispute
from escalation.protocol import Event, Of, OnwardRoute, Side
from escalation.transitions import NOT_YOURS, lock

UP_FOR_CHANGE = ("awaiting_confirmation",)


def _open_issues(held: Appointment) -> QuerySet[OutstandingIssue]:
    return OutstandingIssue.objects.filter(owner=held, done_at=None, outcome__contested_at=None)


KEPT = Kept(
    "outstanding issue", "outstanding issues",
    lambda held: _open_issues(held).values_list("outcome__dispute", flat=True),
    lambda held, to: _open_issues(held).update(owner=to),
)  # fmt: skip


@dataclass(frozen=True)
class NewIssue:
    """Something left open: what, who pursues it, by when; owner and date are both needed (D-19)."""

    what: str
    owner: Appointment | None
    due_on: date | None


def in_full(outcome: Outcome) -> str:
    """What was decided, why, and what stays open, for the story."""
    issues = [
        f"Still open: {row.what} ({row.owner.described}, by {row.due_on:%d %B %Y})"
        for row in outcome.outstanding_issues.select_related("owner__user", "owner__agency", "owner__partnership")
    ]
    return "\n\n".join([outcome.text, f"Reasons: {outcome.reasons}", *issues])


def add_issues(outcome: Outcome, issues: Sequence[NewIssue], *, now: datetime) -> list[OutstandingIssue]:
    """Write down what the outcome leaves open, in the caller's transaction."""
    return [_add_issue(outcome, issue, now=now) for issue in issues]


def _add_issue(outcome: Outcome, issue: NewIssue, *, now: datetime) -> OutstandingIssue:
    if not issue.what.strip():
        raise Refused("Say what is still open.", field="issues")
    if issue.owner is None or issue.due_on is None:
        raise Refused("Every outstanding issue needs both an owner and a date.", field="issues")
    if issue.due_on < now.astimezone(LONDON).date():
        raise Refused("Give a date from today on by which the outstanding issue is done.", field="issues")
    on_it = outcome.dispute.participants.filter(appointment=issue.owner).exists()
    if issue.owner.agency is None or not on_it:
        raise Refused("Choose as owner somebody of one of the agencies who is on this dispute.", field="issues")
    made = OutstandingIssue.objects.create(
        outcome=outcome, what=issue.what, agency=issue.owner.agency, owner=issue.owner, due_on=issue.due_on
    )
    notifications.tell(
        outcome.dispute, Event.OUTCOME, [issue.owner], now=now, key=f"{outcome.dispute_id}:issue:{made.pk}",
        text=f"{outcome.dispute.reference}: an outstanding issue is yours, by {issue.due_on:%d %B %Y}.", waits=True,
    )
    return made


@one_act
def add_issue(*, dispute: Dispute, issue: NewIssue, by: Appointment, now: datetime) -> OutstandingIssue:
    """Add to what an outcome leaves open, while the agencies confirm it."""
    dispute = lock(dispute)
    outcome = dispute.outcomes.filter(contested_at=None).first()
    if outcome is None or dispute.status not in UP_FOR_CHANGE:
        raise Refused("Outstanding issues belong to an outcome that the agencies are confirming.", code="stale")
    if not permissions.may_confirm(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    made = _add_issue(outcome, issue, now=now)
    chronology.tell(
        dispute, f"Still open: for {made.owner.described}, by {made.due_on:%d %B %Y}", by=by, now=now, body=made.what,
        kind=ChronologyEntry.Kind.ACTION,
    )
    scope = audit.scope_of_case(dispute.case_id)
    audit.record("issue_added", made, scope=scope, by=by, now=now, data={"owner": made.owner_id})
    return made


@one_act
def complete_issue(*, issue: OutstandingIssue, note: str, by: Appointment, now: datetime) -> OutstandingIssue:
    """Say that an outstanding issue is done, and how that can be seen; also when the dispute is closed."""
    dispute = lock(issue.outcome.dispute)
    issue = OutstandingIssue.objects.select_for_update(no_key=True, of=("self",)).get(pk=issue.pk)
    if issue.done_at is not None:
        raise Refused("This issue is already done.", code="stale")
    if not permissions.may_complete_issue(issue, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not note.strip():
        raise Refused("Say how it was done, so that others can see it.", field="note")
    issue.done_at, issue.done_note = now, note
    issue.save(update_fields=["done_at", "done_note"])
    chronology.tell(
        dispute, "An outstanding issue is done", by=by, now=now, body=f"{issue.what}\n\n{note}",
        kind=ChronologyEntry.Kind.ACTION,
    )
    audit.record("issue_completed", issue, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    return issue


# --- further bodies ------------------------------------------------------------------------------------------------


def open_standing_routes(dispute: Dispute, *, by: Appointment, now: datetime) -> None:
    """Put the dispute on the list of every body that always hears of a last word (C-25), in the caller's transaction."""
    there = set(dispute.onward_items.values_list("code", flat=True))
    for route in dispute.rules.onward_routes:
        if route.always and route.code not in there:
            _open(dispute, route, route.when, by=by, now=now)


def open_routes_for_refusal(dispute: Dispute, agency: Agency, reasons: str, *, by: Appointment, now: datetime) -> None:
    """An agency does not accept the last word: on to the bodies that the protocol names for that, in the caller's transaction."""
    there = set(dispute.onward_items.values_list("code", flat=True))
    for route in dispute.rules.onward_routes:
        if route.if_not_accepted and route.code not in there:
            if route.told is not None:  # who is to look at it again reads all of it
                for who in leads.told_by_protocol(dispute, route.told, Of.BOARD, now=now):
                    leads.join(dispute, who, Side.AUTHORITY, now=now)
            _open(dispute, route, f"{agency.short_name} does not accept the last word: {reasons}", by=by, now=now)


@one_act
def add_onward_item(*, dispute: Dispute, code: str, reason: str, by: Appointment, now: datetime) -> OnwardItem:
    """Take it on to a body that the protocol names, by the role it names for that (B-39, C-28, A-22)."""
    dispute = lock(dispute)
    route = next((one for one in dispute.rules.onward_routes if one.code == code and not one.takes), None)
    if route is None:
        raise Refused("Choose one of the bodies that the protocol names.", field="code")
    if not permissions.may_open_onward(dispute, by, route.by_role):
        raise Refused(f"The {Role(route.by_role).title} takes it to this body.", code="forbidden")
    if dispute.onward_items.filter(code=code).exists():
        raise Refused("It is on this body's list already.", field="code", code="stale")
    if not reason.strip():
        raise Refused("Say why it goes to this body and what you ask of it.", field="reason")
    return _open(dispute, route, reason, by=by, now=now)


def _open(dispute: Dispute, route: OnwardRoute, reason: str, *, by: Appointment, now: datetime) -> OnwardItem:
    item = OnwardItem.objects.create(
        dispute=dispute, code=route.code, body=route.body[:150], reason=reason, created_by=by, created_at=now
    )
    chronology.tell(dispute, f"On the list of the {route.body}", by=by, now=now, body=reason)
    audit.record("onward_item_added", item, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"code": route.code})
    told = [*leads.told_by_protocol(dispute, Role.BOARD_MANAGER, Of.BOARD, now=now)]
    if route.told is not None:
        told += leads.told_by_protocol(dispute, route.told, Of.BOARD, now=now)
    notifications.tell(
        dispute, Event.OUTCOME, told, now=now,
        key=f"{dispute.pk}:onward:{item.pk}", text=f"{dispute.reference}: there is an item for the {route.body}.",
    )
    return item


@one_act
def record_onward_result(
    *, item: OnwardItem, meeting_on: date | None, result: str, by: Appointment, now: datetime
) -> OnwardItem:
    """When the body meets, and afterwards what came of it; a result ends the item (F22)."""
    dispute = lock(item.dispute)
    item = OnwardItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    item.dispute = dispute
    if item.result_at is not None:
        raise Refused("The result is recorded already.", code="stale")
    if not permissions.may_record_result(item, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if meeting_on is None:
        raise Refused("Give the day of the body's meeting.", field="meeting_on")
    if result.strip() and meeting_on > now.astimezone(LONDON).date():
        raise Refused("There can be a result only after the meeting. Check the date, or leave the result empty.",
                      field="meeting_on")
    item.meeting_on, item.result = meeting_on, result
    item.result_at = now if result.strip() else None
    item.save(update_fields=["meeting_on", "result", "result_at"])
    headline = f"{item.body}: result" if item.result_at else f"{item.body} meets on {meeting_on:%d %B %Y}"
    chronology.tell(dispute, headline, by=by, now=now, body=result)
    action = "onward_result_recorded" if item.result_at else "onward_meeting_set"
    audit.record(action, item, scope=audit.scope_of_case(dispute.case_id), by=by, now=now, data={"code": item.code})
    return item
