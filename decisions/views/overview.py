"""What the Decisions tab shows: records, referrals, outcomes with every agency's answer, what is open, further bodies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.models import Appointment
from cases.templatetags.dates import local_date
from decisions import permissions
from decisions.completeness import elements_of
from decisions.models import DecisionRecord, OnwardItem, Outcome, Referral
from decisions.voices import still_awaited, voices_of
from escalation.models import Dispute
from escalation.models.dispute import Status
from escalation.permissions import standing
from escalation.protocol import OnwardRoute

COLOURS = {"draft": "grey", "submitted": "blue", "returned": "yellow", "signed": "green"}


def overview_of(dispute: Dispute, acting: Appointment, *, now: datetime) -> dict[str, Any]:
    """Everything on the tab, in a fixed number of queries."""
    outcomes = _outcomes(dispute)
    return {
        "records": [record_line(row) for row in _records(dispute, acting)],
        "may_draft": permissions.may_draft(dispute, acting),
        "referrals": list(
            permissions.readable_referrals(dispute, acting).select_related(
                "submitted_by__user", "submitted_by__agency", "returned_by__user"
            )
        ),
        "may_prepare_referral": permissions.may_prepare_referral(dispute, acting),
        "outcome": next((outcome_line(row, dispute, acting, now) for row in outcomes if row.contested_at is None), None),
        "earlier": [outcome_line(row, dispute, acting, now) for row in outcomes if row.contested_at is not None],
        "onward": [onward_line(row, dispute, acting) for row in _onward(dispute)],
        "may_add_onward": bool(open_routes(dispute, acting)),
    }


def _records(dispute: Dispute, acting: Appointment) -> list[DecisionRecord]:
    rows = dispute.decision_records.select_related(
        "author__user", "author__agency", "author__partnership", "agency", "superseded_by"
    ).prefetch_related("options", "consulted", "sign_offs")
    found = []
    for row in rows:
        row.dispute = dispute
        if permissions.may_read_record(row, acting):
            found.append(row)
    return found


def record_line(record: DecisionRecord) -> dict[str, Any]:
    """A record with its state, its completeness and its sign-offs."""
    elements = elements_of(record.content)
    return {
        "record": record,
        "stage": record.dispute.rules.stage(record.stage).label,
        "colour": COLOURS[record.state],
        "elements": elements,
        "done": sum(element.is_done for element in elements),
        "of": len(elements),
        "is_superseded": record.is_superseded,
        "sign_offs": record.sign_offs.all(),
    }


def _outcomes(dispute: Dispute) -> list[Outcome]:
    rows = dispute.outcomes.select_related("recorded_by__user", "recorded_by__agency", "recorded_by__partnership")
    return list(
        rows.order_by("-pk").prefetch_related(
            "concurrences__by__user", "concurrences__by__agency", "concurrences__by__partnership", "confirmations",
            "outstanding_issues__owner__user", "outstanding_issues__owner__agency", "outstanding_issues__owner__partnership",
        )
    )  # fmt: skip


def outcome_line(outcome: Outcome, dispute: Dispute, acting: Appointment, now: datetime) -> dict[str, Any]:
    """An outcome under the name of its kind, each agency's answer, whom it waits for, and what it leaves open."""
    answers = {row.agency_id: row for row in outcome.confirmations.all()}
    last_word = outcome.source == Outcome.Source.LAST_WORD
    voices = voices_of(dispute, outcome) if last_word else ()
    said = {row.by.user_id for row in outcome.concurrences.all()}
    proposed = outcome.effective_at is None
    stands = outcome.contested_at is None
    waits = stands and proposed and dispute.status == Status.REFERRED
    return {
        "outcome": outcome,
        "title": dispute.rules.final_authority.title if last_word else "Agreement between the agencies",
        "source": outcome.get_source_display(),
        "is_proposed": proposed,
        "voices": voices,
        "awaited": still_awaited(voices) if waits else "",
        "comments": [row for row in outcome.concurrences.all() if row.comment],
        "answers": [(party.agency, answers.get(party.agency_id)) for party in dispute.parties.all()],
        "issues": [
            {
                "issue": row,
                "is_late": row.done_at is None and row.due_on < local_date(now),
                "may_complete": permissions.may_complete_issue(row, acting),
            }
            for row in outcome.outstanding_issues.all()
        ],
        "may_concur": stands and proposed and acting.user_id not in said and permissions.may_concur(dispute, acting),
        "may_confirm": stands and not proposed and permissions.may_confirm_now(dispute, acting),
        "may_add_issue": stands and not proposed and permissions.may_confirm_now(dispute, acting),
    }


def _onward(dispute: Dispute) -> list[OnwardItem]:
    return list(dispute.onward_items.select_related("created_by__user", "created_by__agency", "created_by__partnership"))


def onward_line(item: OnwardItem, dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    """An item of a further body."""
    item.dispute = dispute
    return {"item": item, "may_record": permissions.may_record_result(item, acting)}


def open_routes(dispute: Dispute, acting: Appointment) -> list[OnwardRoute]:
    """The further bodies to which this person may take it now."""
    if not dispute.rules.onward_routes or not standing(dispute, acting).is_participant:
        return []
    taken = set(dispute.onward_items.values_list("code", flat=True))
    return [
        route for route in dispute.rules.onward_routes
        if not route.takes and route.code not in taken and permissions.may_open_onward(dispute, acting, route.by_role)
    ]  # fmt: skip


def referral_fields(referral: Referral, dispute: Dispute) -> list[tuple[str, str]]:
    """Label and answer of each field of the form, in its order."""
    return [(field.label, referral.answers.get(field.code, "")) for field in dispute.rules.board_form]
