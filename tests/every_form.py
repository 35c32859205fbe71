"""Every form of the product in which somebody writes or chooses: its page, who may send it, and a world in which they may.

A new address that takes a POST gets a row here, or is named among the plain buttons; tests/test_bad_input.py looks.
"""

from __future__ import annotations

from dataclasses import dataclass
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
from tests.escalation import outside_steps
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

NOW, EARLY, LAST, REFERRED, REFERRING, ENDED = (
    f"/disputes/{{{name}}}/" for name in ("dispute", "early", "last", "referred", "referring", "ended")
)
MANAGER, WRITER, LEAD, CHAIR, KEEPER = (
    "council.line_manager", "council.practitioner", "council.lead", "chair", "board_manager",
)  # fmt: skip
SENIOR, REPRESENTATIVE, OTHER_SIDE = "council.senior_manager", "council.board_representative", "health.practitioner"
DRAFT = "/protocol/drafts/{protocol_draft}/"


@dataclass(frozen=True)
class Form:
    """``name`` is the address that takes what is sent, ``page`` the one that asks, ``who`` may do both."""

    name: str
    page: str
    who: str = WRITER
    may_be_empty: bool = False  # nothing in particular must be filled in
    keeps_anything: bool = False  # what is wrong is kept or shown as well, and listed apart with the way to put it right

    def __str__(self) -> str:
        return f"{self.name} at {self.page} by {self.who}"


WORK = [
    Form("record_discussion", f"{NOW}discussions/record/"),
    Form("state_position", f"{NOW}positions/state/", MANAGER),
    Form("state_position", f"{NOW}positions/state/", "health.line_manager"),
    Form("record_review", f"{NOW}reviews/record/", MANAGER),
    Form("confirm_safety", f"{NOW}safety/confirm/"),
    Form("record_voice", f"{NOW}voice/record/"),
    Form("attest_own_record", f"{NOW}own-record/attest/"),
    Form("attest_exhaustion", f"{NOW}exhaustion/attest/"),
    Form("notify_intention", f"{NOW}intention/notify/"),
    Form("give_feedback", f"{NOW}feedback/give/", MANAGER),
    Form("offer_debrief", f"{NOW}debrief/offer/", MANAGER),
    Form("answer_debrief", f"{NOW}debriefs/{{debrief}}/answer/"),
    Form("add_action", f"{NOW}actions/add/"),
    Form("complete_action", f"{NOW}actions/{{action}}/complete/"),
    Form("add_evidence", f"{NOW}evidence/add/"),
    Form("withdraw_evidence", f"{NOW}evidence/{{evidence}}/withdraw/"),
    Form("bring_in", f"{NOW}people/bring-in/", MANAGER),
    Form("add_point", f"{NOW}points/add/"),
    Form("say_on_point", f"{NOW}points/{{point}}/say/"),
    Form("propose_meeting", f"{NOW}meetings/propose/"),
    Form("hold_meeting", f"{NOW}meetings/{{meeting}}/hold/"),
    Form("call_off", f"{NOW}meetings/{{meeting}}/call-off/"),
    Form("open_plan", f"{NOW}plans/open/"),
    Form("review_plan", f"{NOW}plans/{{plan}}/review/"),
    Form("ask_support", f"{NOW}support/ask/"),
    Form("ask_advice", f"{NOW}advice/ask/"),
    Form("answer_advice", f"{NOW}advice/{{advice}}/answer/", LEAD),
    Form("take_back_advice", f"{NOW}advice/{{advice}}/take-back/"),
    Form("invite_outside", f"{NOW}outside/invite/", MANAGER),
    Form("take_back_outside", f"{NOW}outside/{{outside}}/take-back/", MANAGER),
    Form("link", f"{NOW}links/link/"),
    Form("grant_access", "/disputes/{long_ended}/access/grant/", LEAD),
    Form("protect_raiser", f"{NOW}raiser/protect/"),
    Form("name_raiser", "/disputes/{kept}/raiser/name/"),
    Form("restrict", f"{EARLY}restriction/restrict/", SENIOR),
    Form("decide_restriction", "/disputes/{asked_shut}/restriction/decide/", SENIOR),
    Form("review_restriction", "/disputes/{shut}/restriction/review/", SENIOR),
    Form("declare_interest", f"{NOW}interest/declare/"),
    Form("say_mistake", "/declarations/{declared}/mistake/", "health.line_manager"),
    Form("decide_mistake", "/declarations/mistakes/{mistake}/", "health.lead"),
    Form("break_glass", "/break-glass/", MANAGER),
    Form("review_glass", "/break-glass/reviews/{glass}/", LEAD),
    Form("escalate", f"{NOW}stage/escalate/", MANAGER),
    Form("jump", f"{NOW}stage/jump/", MANAGER),
    Form("withdraw", f"{NOW}withdrawal/withdraw/"),
    Form("reopen", f"{ENDED}reopening/reopen/"),
]
DATES = [
    Form("date_extend", f"{EARLY}dates/{{limit}}/extend/"),
    Form("date_sooner", f"{EARLY}dates/{{limit}}/sooner/"),
    Form("date_pause", f"{EARLY}dates/{{limit}}/pause/"),
    Form("date_resume", "/disputes/{resting}/dates/{resting_limit}/resume/"),
    Form("date_answer", "/disputes/{wished}/dates/requests/{wish}/answer/", OTHER_SIDE),
    Form("calendar", "/calendar/", KEEPER),
    Form("closure_remove", "/calendar/{closure}/remove/", KEEPER),
]
DECISIONS = [
    Form("decision_new", f"{NOW}decisions/new/"),
    Form("decision_edit", f"{NOW}decisions/{{record}}/edit/"),
    Form("decision_sign", f"{NOW}decisions/{{handed_in}}/sign/", MANAGER),
    Form("decision_return", f"{NOW}decisions/{{handed_in}}/return/", MANAGER),
    Form("record_agreement", f"{NOW}agreement/record/", MANAGER),
    Form("write_learning", f"{NOW}learning/write/"),
    Form("prepare_learning", f"{NOW}learning/{{learned}}/prepare/"),
    Form("check_learning", f"{NOW}learning/{{to_check}}/check/", MANAGER),
    Form("make_change", f"{NOW}learning/{{learned}}/change/", MANAGER),
    Form("learning_item", "/learning/{item}/", KEEPER),
    Form("learning_item", "/learning/{answered}/", KEEPER),
    Form("export_request", f"{NOW}documents/"),
    Form("confirm_outcome", f"{LAST}outcome/confirm/", SENIOR),
    Form("add_issue", f"{LAST}issues/add/", SENIOR),
    Form("complete_issue", f"{LAST}issues/{{issue}}/complete/", SENIOR),
    Form("add_onward", f"{LAST}onward/add/", REPRESENTATIVE),
    Form("onward_result", "/onward/{onward}/", CHAIR),
    Form("give_outcome", f"{REFERRED}outcome/give/", CHAIR),
    Form("return_referral", f"{REFERRED}referral/return/", CHAIR),
    Form("referral", f"{REFERRING}referral/", REPRESENTATIVE, may_be_empty=True),
]
PEOPLE = [
    Form("look_into", "/directory/readers/2026-03-30/{reader}/{case}/", LEAD),
    Form("appoint", "/directory/appoint/", LEAD),
    Form("records_address", "/directory/agencies/{agency}/", LEAD, may_be_empty=True),
    Form("people_import", "/directory/import/", LEAD),
    Form("ask_recovery", "/directory/{held}/lost-device/", LEAD),
    Form("answer_recovery", "/directory/lost-devices/{recovery}/", KEEPER),
    Form("add_app", "/account/second-factor/app/"),
    Form("add_key", "/account/second-factor/key/"),
    Form("prove_again", "/account/prove/"),
    Form("change_appointment", "/directory/{held}/", LEAD, may_be_empty=True),
    Form("end_appointment", "/directory/{held}/end/", LEAD),
    Form("hand_over", "/directory/appointments/{held}/hand-over/", LEAD),
    Form("absence_record", "/directory/appointments/{held}/away/", MANAGER),
    Form("notice_choice", "/account/e-mail/"),
    Form("told_instead", "/notices/undelivered/{undelivered}/", LEAD),
    Form("engagement_new", "/engagements/new/", CHAIR),
    Form("person", "/cases/{case}/person/"),
    Form("safe_address", "/cases/{case}/safe-address/"),
    Form("safe_address_write", "/cases/{case}/safe-address/write/"),
]
RAISING = [
    Form("raise_step", f"/disputes/raise/{{draft}}/{step}/", may_be_empty=step == "recipient")
    for step in ("danger", "person", "decision", "worry", "safety", "recipient")
]
PROTOCOL = [
    Form("protocol_import", "/protocol/import/", KEEPER, keeps_anything=True),
    Form("protocol_begin", "/protocol/drafts/new/", KEEPER),
    Form("protocol_part", f"{DRAFT}part/stages.0/", KEEPER, keeps_anything=True),
    Form("protocol_part", f"{DRAFT}part/stages.1.limits.0/", KEEPER, keeps_anything=True),
    Form("protocol_submit", f"{DRAFT}submit/", KEEPER),
    Form("protocol_return", "/protocol/drafts/{handed_in_draft}/", CHAIR),
]
FORMS = [*WORK, *DATES, *DECISIONS, *PEOPLE, *RAISING, *PROTOCOL]
# Addresses that only take the press of a button, or what a page saves by itself.
BUTTONS = frozenset(
    {
        "absence_end", "acknowledge", "act_as", "attestation_list", "attestation_of_board", "calendar_feed_renew",
        "calendar_feed_revoke", "concur", "decision_correct", "end_access", "engagement_end",
        "decision_submit", "end_session", "end_support", "let_back", "new_recovery_codes", "notices_read", "people_import_record",
        "protocol_add",
        "protocol_approve", "protocol_discard", "protocol_move", "protocol_remove", "protocol_take_back", "raise",
        "raise_discard", "remove_second_factor", "session_time", "set_contact", "sign_out_everywhere", "submit_referral",
        "send_outside_again", "take_place", "take_place_in", "try_again", "unlink_elsewhere",
    }
)  # fmt: skip


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
