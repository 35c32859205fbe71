"""A world in which every form of the product may be sent by somebody."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from cases import audit
from cases.actions.safe_addresses import Kept, write_safe_address
from cases.models import Appointment
from decisions.actions import afterwards, outcomes
from decisions.actions.records import submit_record
from escalation.actions import extensions, moves, restrictions
from escalation.actions.advice import Asked, ask_advice
from escalation.actions.agreed import add_action
from escalation.actions.break_glass import Asked as Asking
from escalation.actions.break_glass import break_glass
from escalation.actions.calendars import add_closure
from escalation.actions.debriefs import offer_debrief
from escalation.actions.drafts import start_draft
from escalation.actions.evidence import HandedIn, add_evidence
from escalation.actions.interests import declare
from escalation.actions.meetings import Proposed, kinds_of, propose_meeting
from escalation.actions.mistakes import say_mistake
from escalation.actions.plans import Plan, open_plan
from escalation.actions.points import Column, add_point
from escalation.actions.protocol_drafts import start_protocol_draft, submit_protocol_draft, trial_of, warning_text
from escalation.actions.raiser import protect_raiser
from escalation.actions.restrictions import Wanted
from escalation.models import Dispute, Notification, Undelivered
from escalation.queues import RAISE_FORM
from tests.escalation.outside import steps as outside_steps
from tests.every_form_rules import people_of_every_form
from tests.factories import make_recovery
from tests.factories_decisions import confirm_all, make_learning, make_record, referred, speakers, with_last_word
from tests.factories_disputes import (
    climb,
    climb_to_last_stage,
    do_raising_duties,
    fresh,
    make_dispute,
    source_protocol,
)


class Places:
    """Disputes at each place at which something can be done, and everybody who does it, under Halton's protocol.

    To Halton's own rules are added what others have: more time, a sooner date, hearing that it arrived, one body more.
    """

    def __init__(self, now: datetime) -> None:
        self.now, self.people = now, people_of_every_form(now)
        self.names: dict[str, Any] = {}
        by = self.people.council.practitioner
        dispute = climb(make_dispute(self.people, now=now), now=now)
        do_raising_duties(dispute, now=now)
        self.names["dispute"], self.names["case"] = dispute.reference, dispute.case.reference
        self._work_on(fresh(dispute))
        self._wait_for_dates()
        self._decide(fresh(dispute))
        self._keep_protocol()
        self._shut()
        ended = confirm_all(with_last_word(make_dispute(self.people, now=now), now=now), now=now)
        taken_back = make_dispute(self.people, now=now)
        moves.withdraw(
            dispute=taken_back, reason="Settled by phone.", by=by, now=now, was_pressed=True, pressure="I was told to."
        )
        long_ended = make_dispute(self.people, now=now)
        moves.withdraw(dispute=long_ended, reason="Settled by phone.", by=by, now=now)
        Dispute.objects.filter(pk=long_ended.pk).update(closed_at=now - timedelta(days=30))
        unsent = start_draft(user=by.user, form=f"{RAISE_FORM}:{by.pk}", now=now)
        unsent.data = {"decision": {"decision_disputed": ["Home today."], "responding": [str(self.people.health.agency.pk)]}}
        unsent.save()
        notice = Notification.objects.filter(recipient=by).earliest("pk")
        self.names |= {
            "ended": ended.reference, "taken_back": taken_back.reference, "draft": unsent.pk, "held": by.pk,
            "agency": by.agency_id, "undelivered": Undelivered.objects.create(notice=notice, failed_at=now).pk,
            "recovery": make_recovery(self.people, now).pk, "long_ended": long_ended.reference,
        }  # fmt: skip

    def who(self, dotted: str) -> Appointment:
        """Somebody by a dotted name."""
        found: Appointment = attrgetter(dotted)(self.people)
        return found

    def _work_on(self, dispute: Dispute) -> None:
        by, now, manager = self.people.council.practitioner, self.now, self.people.council.line_manager
        write_safe_address(case=dispute.case, kept=Kept("The refuge."), by=by, now=now)
        audit.record("case_read", dispute.case, scope=audit.scope_of_case(dispute.case_id), by=manager, now=now)
        self.names["reader"] = manager.pk
        action = add_action(dispute=dispute, what="Book it.", owner=by, due_on=now.date(), by=by, now=now)
        column = Column("disputed", "She fell twice.", "high", "S3")
        point = add_point(dispute=dispute, text="She cannot be alone at night.", column=column, by=by, now=now)
        meeting = propose_meeting(
            dispute=dispute, proposed=Proposed(kinds_of(dispute)[0], now + timedelta(days=1), "Plan the night.", "Room 4"),
            invited=[self.people.health.practitioner], by=by, now=now,
        )  # fmt: skip
        plan = open_plan(dispute=dispute, plan=Plan("A night sitter.", by, now.date() + timedelta(days=7)), by=by, now=now)
        offer_debrief(dispute=dispute, text="Thursday at ten.", by=manager, now=now)
        chart = HandedIn(b"Seen at nine.", "chart.txt", "The ward chart of 1 April.")
        evidence = add_evidence(dispute=dispute, handed_in=chart, by=by, now=now)
        asked = ask_advice(dispute=dispute, asked=Asked(self.people.council.lead, "Is this ours?"), by=by, now=now)
        self.names |= {
            "action": action.pk, "evidence": evidence.pk, "point": point.pk, "meeting": meeting.pk, "plan": plan.pk,
            "outside": outside_steps.invited(dispute, manager, now).pk,
            "advice": asked.pk, "debrief": dispute.debriefs.get(participant__appointment=by).pk,
        }  # fmt: skip

    def _shut(self) -> None:
        """One case that somebody asks to restrict, one that is restricted, and one opened by break-glass."""
        by, senior = self.people.council.practitioner, self.people.council.senior_manager
        kept = make_dispute(self.people, now=self.now)
        protect_raiser(dispute=kept, reason="I fear for my post.", by=by, now=self.now)
        self.names["kept"] = kept.reference
        asked, shut = (make_dispute(self.people, now=self.now) for _ in range(2))
        for dispute, who in ((asked, by), (shut, senior)):
            restrictions.restrict(dispute=dispute, wanted=Wanted([by, senior], "A neighbour."), by=who, now=self.now)
        why = Asking(make_dispute(self.people, now=self.now).reference, "risk", "She is on the floor and nobody answers.")
        self.names["glass"] = break_glass(asked=why, by=self.people.council.line_manager, now=self.now).pk
        for name, who in (("declared", self.people.health.line_manager), ("said", self.people.health.board_representative)):
            said = declare(dispute=asked, has_conflict=True, what="A neighbour", by=who, now=self.now)
            self.names[name] = said.pk
        self.names["mistake"] = say_mistake(declaration=said, why="Another of that name.", by=who, now=self.now).pk
        self.names |= {"asked_shut": asked.reference, "shut": shut.reference}

    def _wait_for_dates(self) -> None:
        early, resting, wished = (make_dispute(self.people, now=self.now) for _ in range(3))
        limits = [one.deadlines.get(stage=2, kind="start") for one in (early, resting, wished)]
        by, agreeing = self.people.council.practitioner, self.people.health.practitioner
        pause = extensions.ask_for_pause(limit=limits[1], reason="She is in theatre; a nurse stays.", by=by, now=self.now)
        if pause is not None:
            extensions.answer_request(asked=pause, agrees=True, reason="", by=agreeing, now=self.now)
        day = (limits[2].due_at + timedelta(days=3)).date()
        wish = extensions.ask_for_extension(limit=limits[2], day=day, reason="A sitter stays.", by=by, now=self.now)
        assert wish is not None
        self.names |= {
            "early": early.reference, "limit": limits[0].pk, "resting": resting.reference, "resting_limit": limits[1].pk,
            "wished": wished.reference, "wish": wish.pk,
        }  # fmt: skip

    def _decide(self, dispute: Dispute) -> None:
        by, senior, now = self.people.council.practitioner, self.people.council.senior_manager, self.now
        record, handed_in = (make_record(fresh(dispute), by, now=now) for _ in range(2))
        submit_record(record=handed_in, by=by, now=now)
        reading = (self.people.council.line_manager, self.people.board_manager)
        learned, to_check, item, answered = make_learning(fresh(dispute), by, *reading, now=now)
        last, given = (referred(make_dispute(self.people, now=now), now=now) for _ in range(2))
        issue = afterwards.NewIssue("Who pays?", senior, now.date() + timedelta(days=7))
        outcomes.give_last_word(
            dispute=last, text="The sitter starts.", reasons="Nights.", by=speakers(last)[0], now=now, issues=[issue]
        )
        referring = climb_to_last_stage(make_dispute(self.people, now=now), now=now)
        self.names |= {
            "last": last.reference, "referred": given.reference, "referring": referring.reference, "record": record.pk,
            "handed_in": handed_in.pk, "learned": learned.pk, "to_check": to_check.pk,
            "item": item.reference, "answered": answered.reference, "onward": last.onward_items.get().pk,
            "issue": last.outcomes.get().outstanding_issues.get().pk,
        }  # fmt: skip

    def _keep_protocol(self) -> None:
        keeper, now = self.people.board_manager, self.now
        document = source_protocol("halton").model_dump(mode="json")
        draft, other = (start_protocol_draft(document=document, by=keeper, now=now) for _ in range(2))
        warnings = [warning_text(told.place, told.message) for told in trial_of(other, now=now).warnings]
        submit_protocol_draft(draft=other, acknowledged=warnings, seen=other.edits, by=keeper, now=now)
        closure = add_closure(day=date(2026, 7, 1), name="Council day", reason="Offices closed.", by=keeper, now=now)
        self.names |= {"protocol_draft": draft.pk, "handed_in_draft": other.pk, "closure": closure.pk}
