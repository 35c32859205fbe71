"""Every address of disputes and decisions, pages and API: what it answers to somebody who may, and that it hides from all others.

One dispute that has just been raised and one that waits for confirmation stand for the rest. Each row is asked with GET
and with POST: a stranger of the same partnership, the same role in another partnership and nobody at all must learn
nothing from either, not even that the thing exists.
"""

from __future__ import annotations

from dataclasses import dataclass

ONE, LAST = "/disputes/{dispute}/", "/disputes/{last}/"
KEEPER = "board_manager"
API, API_LAST = "/api/disputes/{dispute}/", "/api/disputes/{last}/"


@dataclass(frozen=True)
class Row:
    """One address; ``insider`` gets ``answer`` to a GET.

    ``is_open`` is a page that everybody has, each with their own on it; ``by_role`` one that everybody in this role has.
    """

    name: str
    url: str
    insider: str = "council.practitioner"
    answer: int = 200
    is_open: bool = False
    by_role: bool = False
    hides: str = ""

    def __str__(self) -> str:
        return self.url


PAGES = [
    Row("home", "/", is_open=True, hides="{dispute}"),
    Row("guidance", "/guidance/", is_open=True),
    Row("stage_leads", "/directory/stages/", is_open=True),
    Row("disputes", "/disputes/", is_open=True, hides="{dispute}"),
    Row("disputes", "/disputes/?reference={dispute}", is_open=True, hides="/disputes/{dispute}/"),
    Row("notices", "/notices/", is_open=True, hides="{dispute}"),
    Row("notices_read", "/notices/read/", is_open=True, answer=405),
    Row("notice_choice", "/account/e-mail/", is_open=True),
    Row("notice_open", "/notices/{notice}/open/", answer=302),
    Row("undelivered", "/notices/undelivered/{undelivered}/", insider="council.lead"),
    Row("try_again", "/notices/undelivered/{undelivered}/try-again/", insider="council.lead", answer=405),
    Row("told_instead", "/notices/undelivered/{undelivered}/told/", insider="council.lead", answer=405),
    Row("hand_over", "/directory/appointments/{held}/hand-over/", insider="council.lead"),
    Row("away", "/directory/away/", is_open=True),
    Row("absence_record", "/directory/appointments/{held}/away/", insider="council.lead"),
    Row("absence_end", "/directory/absences/{absence}/end/", insider="council.lead", answer=405),
    Row("raise", "/disputes/raise/", is_open=True),
    Row("raise_elsewhere", "/disputes/raise/elsewhere/conduct/", is_open=True),
    Row("raise_step", "/disputes/raise/{draft}/danger/"),
    Row("raise_step", "/disputes/raise/{draft}/scope/"),
    Row("raise_step", "/disputes/raise/{draft}/emergency/"),
    Row("raise_step", "/disputes/raise/{draft}/check/", answer=302),
    Row("raise_discard", "/disputes/raise/{draft}/discard/", answer=405),
    Row("dispute", ONE, hides="Discharge home without a care package."),
    Row("dispute_story", f"{ONE}story/"),
    Row("dispute_positions", f"{ONE}positions/"),
    Row("dispute_actions", f"{ONE}actions/", hides="Book the sitter."),
    Row("dispute_people", f"{ONE}people/"),
    Row("dispute_readers", f"{ONE}readers/"),
    Row("record_discussion", f"{ONE}discussions/record/"),
    Row("state_position", f"{ONE}positions/state/"),
    Row("record_review", f"{ONE}reviews/record/", answer=403),
    Row("confirm_safety", f"{ONE}safety/confirm/"),
    Row("record_voice", f"{ONE}voice/record/"),
    Row("attest_own_record", f"{ONE}own-record/attest/"),
    Row("attest_exhaustion", f"{ONE}exhaustion/attest/"),
    Row("notify_intention", f"{ONE}intention/notify/"),
    Row("give_feedback", f"{ONE}feedback/give/", answer=403),
    Row("offer_debrief", f"{ONE}debrief/offer/"),
    Row("add_action", f"{ONE}actions/add/"),
    Row("complete_action", f"{ONE}actions/{{action}}/complete/"),
    Row("dispute_evidence", f"{ONE}evidence/", hides="The ward chart of 1 April."),
    Row("add_evidence", f"{ONE}evidence/add/"),
    Row("withdraw_evidence", f"{ONE}evidence/{{evidence}}/withdraw/"),
    Row("evidence_file", f"{ONE}evidence/{{evidence}}/file/", answer=409),
    Row("add_point", f"{ONE}points/add/"),
    Row("say_on_point", f"{ONE}points/{{point}}/say/"),
    Row("propose_meeting", f"{ONE}meetings/propose/"),
    Row("meeting", f"{ONE}meetings/{{meeting}}/", hides="Plan the first night."),
    Row("hold_meeting", f"{ONE}meetings/{{meeting}}/hold/"),
    Row("call_off", f"{ONE}meetings/{{meeting}}/call-off/"),
    Row("meeting_diary", f"{ONE}meetings/{{meeting}}/diary/"),
    Row("open_plan", f"{ONE}plans/open/"),
    Row("review_plan", f"{ONE}plans/{{plan}}/review/"),
    Row("answer_debrief", f"{ONE}debriefs/{{debrief}}/answer/", insider="health.practitioner", answer=403),
    Row("ask_support", f"{ONE}support/ask/"),
    Row("ask_advice", f"{ONE}advice/ask/"),
    Row("answer_advice", f"{ONE}advice/{{advice}}/answer/", insider="council.lead", hides="Is this ours?"),
    Row("take_back_advice", f"{ONE}advice/{{advice}}/take-back/", hides="Is this ours?"),
    Row("end_support", f"{ONE}support/1/end/", answer=405),
    Row("reopen", f"{ONE}reopening/reopen/", answer=403),
    Row("link", f"{ONE}links/link/"),
    Row("withdrawal_pressure", f"{ONE}withdrawal/word/", answer=404),
    Row("bring_in", f"{ONE}people/bring-in/", answer=403),
    Row("escalate", f"{ONE}stage/escalate/"),
    Row("jump", f"{ONE}stage/jump/"),
    Row("withdraw", f"{ONE}withdrawal/withdraw/"),
    Row("onward", "/onward/", insider="chair", is_open=True, hides="{last}"),
    Row("onward_result", "/onward/{onward}/", insider="chair"),
    Row("dispute_learning", f"{ONE}learning/", hides="It does not say who pays for nights."),
    Row("write_learning", f"{ONE}learning/write/"),
    Row("prepare_learning", f"{ONE}learning/{{learned}}/prepare/"),
    Row("check_learning", f"{ONE}learning/{{to_check}}/check/", insider="council.line_manager"),
    Row("make_change", f"{ONE}learning/{{learned}}/change/", insider="council.line_manager"),
    Row("learning_items", "/learning/", KEEPER, is_open=True, hides="{item}"),
    Row("learning_item", "/learning/{item}/", KEEPER, hides="It does not say who pays for nights."),
    Row("api_learning", f"{API}learning/", hides="It does not say who pays for nights."),
    Row("api_prepare_learning", f"{API}learning/{{learned}}/prepare/", answer=405),
    Row("api_check_learning", f"{API}learning/{{to_check}}/check/", answer=405),
    Row("api_make_change", f"{API}learning/{{learned}}/change/", answer=405),
    Row("api_learning_items", "/api/learning/", KEEPER, is_open=True, hides="{item}"),
    Row("api_learning_item", "/api/learning/{item}/", KEEPER),
    Row("dispute_decisions", f"{LAST}decisions/", hides="The sitter starts first."),
    Row("decision_new", f"{ONE}decisions/new/"),
    Row("decision", f"{ONE}decisions/{{record}}/"),
    Row("decision_edit", f"{ONE}decisions/{{record}}/edit/"),
    Row("decision_submit", f"{ONE}decisions/{{record}}/submit/", answer=405),
    Row("decision_sign", f"{ONE}decisions/{{handed_in}}/sign/", answer=403),
    Row("decision_return", f"{ONE}decisions/{{handed_in}}/return/", answer=403),
    Row("decision_correct", f"{ONE}decisions/{{record}}/correct/", answer=405),
    Row("record_agreement", f"{ONE}agreement/record/"),
    Row("referral", f"{LAST}referral/"),
    Row("submit_referral", f"{LAST}referral/submit/", answer=302),
    Row("return_referral", f"{LAST}referral/return/", insider="chair", answer=403),
    Row("give_outcome", f"{LAST}outcome/give/", insider="chair", answer=403),
    Row("concur", f"{LAST}outcome/concur/", insider="chair", answer=403),
    Row("confirm_outcome", f"{LAST}outcome/confirm/", insider="council.senior_manager"),
    Row("add_issue", f"{LAST}issues/add/", insider="council.senior_manager"),
    Row("complete_issue", f"{LAST}issues/{{issue}}/complete/", insider="council.senior_manager"),
    Row("add_onward", f"{LAST}onward/add/", insider="council.board_representative"),
    Row("dispute_documents", f"{ONE}documents/"),
    Row("export_request", f"{ONE}documents/make/", answer=405),
    Row("export", f"{ONE}documents/{{export}}/"),
    Row("export_file", f"{ONE}documents/{{export}}/file/", answer=404),
]  # fmt: skip

ENDPOINTS = [
    Row("api_disputes", "/api/disputes/", is_open=True, hides="{dispute}"),
    Row("api_dispute", API),
    Row("api_notices", "/api/notices/", is_open=True, hides="{dispute}"),
    Row("api_notice_choice", "/api/notices/choice/", is_open=True),
    Row("api_notices_read", "/api/notices/read/", is_open=True, answer=405),
    Row("api_absences", "/api/directory/absences/", is_open=True),
    Row("api_absence_end", "/api/directory/absences/{absence}/end/", insider="council.lead", answer=405),
    Row("api_lead_gaps", "/api/directory/lead-gaps/", is_open=True),
    Row("api_hand_over", "/api/directory/appointments/{held}/hand-over/", insider="council.lead"),
    Row("api_undelivered", "/api/notices/undelivered/", is_open=True, hides="{dispute}", insider="council.lead"),
    Row("api_try_again", "/api/notices/undelivered/{undelivered}/try-again/", insider="council.lead", answer=405),
    Row("api_told_instead", "/api/notices/undelivered/{undelivered}/told/", insider="council.lead", answer=405),
    Row("api_notice_read", "/api/notices/{notice}/read/", answer=405),
    Row("api_protocol", "/api/protocol/", is_open=True),
    Row("api_stages", f"{API}stages/"),
    Row("api_chronology", f"{API}chronology/"),
    Row("api_work", f"{API}work/"),
    Row("api_actions", f"{API}actions/", answer=405),
    Row("api_evidence", f"{API}evidence/", hides="The ward chart of 1 April."),
    Row("api_evidence_file", f"{API}evidence/{{evidence}}/file/", answer=409),
    Row("api_withdraw_evidence", f"{API}evidence/{{evidence}}/withdraw/", answer=405),
    Row("api_points", f"{API}points/", answer=405),
    Row("api_reopen", f"{API}reopen/", answer=405),
    Row("api_links", f"{API}links/"),
    Row("api_withdrawal_pressure", f"{API}withdrawal/word/", answer=404),
    Row("api_plans", f"{API}plans/", answer=405),
    Row("api_review_plan", f"{API}plans/{{plan}}/review/", answer=405),
    Row("api_answer_debrief", f"{API}debriefs/{{debrief}}/answer/", answer=405),
    Row("api_support", f"{API}support/"),
    Row("api_advice", f"{API}advice/", hides="Is this ours?"),
    Row("api_answer_advice", f"{API}advice/{{advice}}/answer/", insider="council.lead", answer=405),
    Row("api_take_back_advice", f"{API}advice/{{advice}}/take-back/", answer=405),
    Row("api_end_support", f"{API}support/1/end/", answer=405),
    Row("api_meetings", f"{API}meetings/", answer=405),
    Row("api_hold_meeting", f"{API}meetings/{{meeting}}/hold/", answer=405),
    Row("api_call_off", f"{API}meetings/{{meeting}}/call-off/", answer=405),
    Row("api_say_on_point", f"{API}points/{{point}}/say/", answer=405),
    Row("api_complete_action", f"{API}actions/{{action}}/complete/", answer=405),
    Row("api_decisions", f"{API}decisions/"),
    Row("api_decision", f"{API}decisions/{{record}}/"),
    Row("api_decision_submit", f"{API}decisions/{{record}}/submit/", answer=405),
    Row("api_decision_sign", f"{API}decisions/{{handed_in}}/sign/", answer=405),
    Row("api_decision_return", f"{API}decisions/{{handed_in}}/return/", answer=405),
    Row("api_decision_correct", f"{API}decisions/{{record}}/correct/", answer=405),
    Row("api_referral", f"{API_LAST}referral/", answer=405),
    Row("api_outcome", f"{API_LAST}outcome/", insider="chair", answer=405),
    Row("api_issues", f"{API_LAST}issues/", answer=405),
    Row("api_complete_issue", f"{API_LAST}issues/{{issue}}/complete/", answer=405),
    Row("api_onward", f"{API_LAST}onward/", answer=405),
    Row("api_documents", f"{API}documents/"),
    Row("api_document", f"{API}documents/{{export}}/"),
    Row("api_document_file", f"{API}documents/{{export}}/file/", answer=404),
    *(
        Row(f"api_{name.replace('-', '_')}", f"{API}{name}/", answer=405)
        for name in (
            "discussions", "positions", "reviews", "safety", "voice", "own-records", "exhaustion", "intentions", "feedback",
            "debriefs", "escalate", "jump", "withdraw", "agreement",
        )
    ),
    Row("api_bring_in", f"{API}people/", answer=405),
    Row("api_referral_submit", f"{API_LAST}referral/submit/", answer=405),
    Row("api_referral_return", f"{API_LAST}referral/return/", answer=405),
    Row("api_concur", f"{API_LAST}outcome/concur/", answer=405),
    Row("api_confirm", f"{API_LAST}outcome/confirm/", answer=405),
]  # fmt: skip
# Halton's protocol gives no more time, so that nothing is asked for here; that has tests of its own.
DATES = [
    Row("dispute_dates", f"{ONE}dates/"),
    Row("date_extend", f"{ONE}dates/{{limit}}/extend/", answer=403),
    Row("date_sooner", f"{ONE}dates/{{limit}}/sooner/", answer=403),
    Row("date_pause", f"{ONE}dates/{{limit}}/pause/", answer=403),
    Row("date_resume", f"{ONE}dates/{{limit}}/resume/", answer=403),
    Row("date_answer", f"{ONE}dates/requests/{{limit}}/answer/", answer=404),
    Row("acknowledge", f"{ONE}acknowledgement/give/", answer=403),
    Row("api_acknowledge", f"{API}acknowledge/", answer=405),
    Row("api_dates", f"{API}dates/"),
    Row("api_date_extend", f"{API}dates/{{limit}}/extend/", answer=405),
    Row("api_date_sooner", f"{API}dates/{{limit}}/sooner/", answer=405),
    Row("calendar_feed", "/calendar-feed/", is_open=True),
    Row("calendar_feed_renew", "/calendar-feed/renew/", is_open=True, answer=405),
    Row("calendar_feed_revoke", "/calendar-feed/revoke/", is_open=True, answer=405),
    Row("api_calendar_feed", "/api/calendar-feed/", is_open=True),
    Row("api_date_pause", f"{API}dates/{{limit}}/pause/", answer=405),
    Row("api_date_resume", f"{API}dates/{{limit}}/resume/", answer=405),
    Row("api_date_answer", f"{API}dates/requests/{{limit}}/answer/", answer=405),
]
DRAFT = "/protocol/drafts/{protocol_draft}/"
KEPT_BY_THE_BOARD = [
    Row("protocol", "/protocol/", KEEPER, by_role=True),
    Row("protocol_version", "/protocol/versions/1/", KEEPER, by_role=True),
    Row("protocol_file", "/protocol/versions/1/file/", KEEPER, by_role=True),
    Row("protocol_simulate", "/protocol/versions/1/simulate/", KEEPER, by_role=True),
    Row("protocol_differences", "/protocol/differences/", KEEPER, by_role=True),
    Row("protocol_import", "/protocol/import/", KEEPER, by_role=True),
    Row("protocol_begin", "/protocol/drafts/new/", KEEPER, by_role=True),
    Row("protocol_draft", DRAFT, KEEPER),
    Row("protocol_draft_file", f"{DRAFT}file/", KEEPER),
    Row("protocol_draft_simulate", f"{DRAFT}simulate/", KEEPER),
    Row("protocol_submit", f"{DRAFT}submit/", KEEPER),
    Row("protocol_approve", f"{DRAFT}approve/", KEEPER, 405),
    Row("protocol_return", f"{DRAFT}return/", KEEPER, 405),
    Row("protocol_take_back", f"{DRAFT}take-back/", KEEPER, 405),
    Row("protocol_discard", f"{DRAFT}discard/", KEEPER),
    Row("protocol_part", f"{DRAFT}part/stages.0/", KEEPER),
    Row("protocol_add", f"{DRAFT}add/stages/", KEEPER, 405),
    Row("protocol_remove", f"{DRAFT}remove/stages.0/", KEEPER, 405),
    Row("protocol_move", f"{DRAFT}move/stages.0/", KEEPER, 405),
    Row("calendar", "/calendar/", KEEPER, by_role=True, hides="Council day"),
    Row("closure_remove", "/calendar/{closure}/remove/", KEEPER),
    Row("api_calendar", "/api/calendar/", KEEPER, is_open=True),
    Row("api_closure_remove", "/api/calendar/{closure}/remove/", KEEPER, 405),
]
ROWS = [*PAGES, *ENDPOINTS, *DATES, *KEPT_BY_THE_BOARD]
