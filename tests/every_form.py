"""Every form in which somebody writes or chooses: its page, and who may send it in the world of ``every_form_places``.

A new address that takes a POST gets a row here, or is named among the plain buttons; tests/test_bad_input.py looks.
"""

from __future__ import annotations

from dataclasses import dataclass

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
