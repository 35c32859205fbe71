"""Addresses of the pages about one dispute: its tabs, and a page for each verb."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.views import dispute, moves, people, raiser, sharing, story, work

ONE = "disputes/<ref:reference>/"

urlpatterns: list[URLPattern] = [
    path(ONE, dispute.summary, name="dispute"),
    path(f"{ONE}story/", story.story, name="dispute_story"),
    path(f"{ONE}positions/", story.positions, name="dispute_positions"),
    path(f"{ONE}actions/", people.actions, name="dispute_actions"),
    path(f"{ONE}people/", people.people, name="dispute_people"),
    path(f"{ONE}raiser/protect/", raiser.protect, name="protect_raiser"),
    path(f"{ONE}raiser/name/", raiser.name, name="name_raiser"),
    path(f"{ONE}sharings/", sharing.sharings, name="dispute_sharings"),
    path(f"{ONE}readers/", people.readers, name="dispute_readers"),
    path(f"{ONE}discussions/record/", work.record_discussion, name="record_discussion"),
    path(f"{ONE}positions/state/", work.state_position, name="state_position"),
    path(f"{ONE}reviews/record/", work.record_review, name="record_review"),
    path(f"{ONE}safety/confirm/", work.confirm_safety, name="confirm_safety"),
    path(f"{ONE}voice/record/", work.record_voice, name="record_voice"),
    path(f"{ONE}own-record/attest/", work.attest_own_record, name="attest_own_record"),
    path(f"{ONE}exhaustion/attest/", work.attest_exhaustion, name="attest_exhaustion"),
    path(f"{ONE}intention/notify/", work.notify_intention, name="notify_intention"),
    path(f"{ONE}feedback/give/", work.give_feedback, name="give_feedback"),
    path(f"{ONE}debrief/offer/", work.offer_debrief, name="offer_debrief"),
    path(f"{ONE}actions/add/", people.add_action, name="add_action"),
    path(f"{ONE}actions/<int:pk>/complete/", people.complete_action, name="complete_action"),
    path(f"{ONE}people/bring-in/", people.bring_in, name="bring_in"),
    path(f"{ONE}stage/escalate/", moves.escalate, name="escalate"),
    path(f"{ONE}stage/jump/", moves.jump, name="jump"),
    path(f"{ONE}withdrawal/withdraw/", moves.withdraw, name="withdraw"),
]
