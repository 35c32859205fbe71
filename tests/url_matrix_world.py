"""What the addresses of disputes and decisions speak of: two partnerships, and in one of them two disputes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any

from cases.models import Appointment
from decisions.actions import afterwards, outcomes
from decisions.actions.exports import request_export
from decisions.actions.records import submit_record
from escalation import leads
from escalation.actions.advice import Asked, ask_advice
from escalation.actions.agreed import add_action
from escalation.actions.break_glass import Asked as Asking
from escalation.actions.break_glass import break_glass
from escalation.actions.calendars import add_closure
from escalation.actions.debriefs import offer_debrief
from escalation.actions.drafts import start_draft
from escalation.actions.evidence import HandedIn, add_evidence
from escalation.actions.interests import declare
from escalation.actions.meetings import Proposed, propose_meeting
from escalation.actions.mistakes import say_mistake
from escalation.actions.plans import Plan, open_plan
from escalation.actions.points import Column, add_point
from escalation.actions.protocol_drafts import start_protocol_draft
from escalation.models import Notification, Undelivered
from escalation.protocol import Side
from escalation.queues import RAISE_FORM
from tests.escalation.outside import steps as outside_steps
from tests.factories import Cast, make_absence
from tests.factories_decisions import make_learning, make_record, referred, speakers
from tests.factories_disputes import fresh, make_dispute, people_under, people_with_a_further_body


@dataclass(frozen=True)
class World:
    """What the rows speak of."""

    people: Cast
    elsewhere: Cast
    names: dict[str, Any]


def member(people: Cast, dotted: str) -> Appointment:
    """Somebody of a cast by a dotted name."""
    found: Appointment = reduce(getattr, dotted.split("."), people)  # type: ignore[assignment]
    return found


def make_world(now: datetime) -> World:
    """Two partnerships; in Halton one dispute at its first stage and one whose outcome each agency is to confirm."""
    elsewhere = people_under("luton", now=now)
    people = people_with_a_further_body(now)
    by = people.council.practitioner
    dispute = make_dispute(people, now=now)
    action = add_action(
        dispute=dispute, what="Book the sitter.", owner=by, due_on=date(2026, 4, 9), by=by, now=now
    )
    point = add_point(
        dispute=dispute, text="She cannot be alone at night.", column=Column("disputed", "She fell twice.", "high"),
        by=by, now=now,
    )  # fmt: skip
    meeting = propose_meeting(
        dispute=dispute, proposed=Proposed("Strategy Meeting", now + timedelta(days=1), "Plan the first night.", "Room 4"),
        invited=[people.health.practitioner], by=by, now=now,
    )
    plan = open_plan(dispute=dispute, plan=Plan("A night sitter.", by, date(2026, 4, 9)), by=by, now=now)
    chart = HandedIn(b"Seen at nine.", "chart.txt", "The ward chart of 1 April.")
    evidence = add_evidence(dispute=dispute, handed_in=chart, by=by, now=now)
    why = Asking(dispute.reference, "risk", "She is on the floor and nobody answers.")
    glass = break_glass(asked=why, by=people.health.line_manager, now=now)
    knows = people.health.board_representative
    said = declare(dispute=dispute, has_conflict=True, what="A neighbour", by=knows, now=now)
    mistake = say_mistake(declaration=said, why="Another of that name.", by=knows, now=now)
    asked = ask_advice(dispute=dispute, asked=Asked(people.council.lead, "Is this ours?"), by=by, now=now)
    outside = outside_steps.invited(dispute, by, now)
    leads.join(dispute, people.council.line_manager, Side.RAISING, now=now)
    offer_debrief(dispute=dispute, text="Thursday at ten.", by=people.council.line_manager, now=now)
    debrief = dispute.debriefs.get(participant__appointment=by)
    learned, to_check, item, _ = make_learning(fresh(dispute), by, people.council.line_manager, people.board_manager, now=now)
    record, handed_in = (make_record(fresh(dispute), by, now=now) for _ in range(2))
    submit_record(record=handed_in, by=by, now=now)
    last = referred(make_dispute(people, now=now), now=now)
    issue = afterwards.NewIssue("Who pays for the sitter?", people.council.senior_manager, now.date() + timedelta(days=7))
    outcomes.give_last_word(
        dispute=last, text="The sitter starts first.", reasons="Nights.", by=speakers(last)[0], now=now, issues=[issue]
    )
    last = fresh(last)
    export = request_export(dispute=dispute, kind="case_history", reason="For our file.", by=by, now=now)
    manager = people.board_manager
    draft = start_protocol_draft(document=fresh(dispute).protocol.document, by=manager, now=now)
    closure = add_closure(day=date(2026, 7, 1), name="Council day", reason="Offices closed.", by=manager, now=now)
    return World(
        people, elsewhere,
        {
            "limit": dispute.deadlines.latest("due_at").pk, "protocol_draft": draft.pk, "closure": closure.pk,
            "dispute": dispute.reference, "point": point.pk, "plan": plan.pk, "debrief": debrief.pk, "advice": asked.pk,
            "glass": glass.pk, "declared": said.pk, "mistake": mistake.pk, "engagement": people.partnership.engagements.get().pk,
            "meeting": meeting.pk, "evidence": evidence.pk, "last": last.reference, "action": action.pk, "record": record.pk,
            "handed_in": handed_in.pk, "export": export.pk, "issue": last.outcomes.get().outstanding_issues.get().pk,
            "onward": last.onward_items.get().pk, "draft": start_draft(user=by.user, form=f"{RAISE_FORM}:{by.pk}", now=now).pk,
            "notice": Notification.objects.filter(recipient=by).latest("pk").pk, "outside": outside.pk,
            "held": by.pk, "learned": learned.pk, "to_check": to_check.pk, "item": item.reference,
            "absence": make_absence(people.council.senior_manager, None, until_on=now.date()).pk,
            "undelivered": Undelivered.objects.create(
                notice=Notification.objects.filter(recipient=by).earliest("pk"), failed_at=now
            ).pk,
        },
    )  # fmt: skip
