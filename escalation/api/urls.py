"""Addresses of the API of disputes, notices and protocols."""

from __future__ import annotations

from django.urls import include, path

from escalation.api import (
    absences,
    break_glass,
    disputes,
    handover,
    mistakes,
    moves,
    notices,
    sharing,
    story,
    undelivered,
    verbs,
)
from escalation.api import raiser as who_raised

ONE = "disputes/<ref:reference>/"

urlpatterns = [
    path("disputes/", disputes.DisputesView.as_view(), name="api_disputes"),
    path(ONE, disputes.dispute, name="api_dispute"),
    path(f"{ONE}stages/", story.stages, name="api_stages"),
    path(f"{ONE}chronology/", story.chronology, name="api_chronology"),
    path(f"{ONE}raiser/protect/", who_raised.protect, name="api_protect_raiser"),
    path(f"{ONE}raiser/name/", who_raised.name, name="api_name_raiser"),
    path(f"{ONE}sharings/", sharing.sharings, name="api_sharings"),
    path(f"{ONE}work/", story.work, name="api_work"),
    path(f"{ONE}discussions/", verbs.discussions, name="api_discussions"),
    path(f"{ONE}positions/", verbs.state_position, name="api_positions"),
    path(f"{ONE}reviews/", verbs.reviews, name="api_reviews"),
    path(f"{ONE}safety/", verbs.confirm_safety, name="api_safety"),
    path(f"{ONE}voice/", verbs.voice, name="api_voice"),
    path(f"{ONE}own-records/", verbs.own_records, name="api_own_records"),
    path(f"{ONE}exhaustion/", verbs.exhaustion, name="api_exhaustion"),
    path(f"{ONE}intentions/", verbs.intentions, name="api_intentions"),
    path(f"{ONE}feedback/", verbs.give_feedback, name="api_feedback"),
    path(f"{ONE}debriefs/", verbs.debriefs, name="api_debriefs"),
    path(f"{ONE}actions/", verbs.actions, name="api_actions"),
    path(f"{ONE}actions/<int:pk>/complete/", moves.complete_action, name="api_complete_action"),
    path(f"{ONE}people/", verbs.bring_in, name="api_bring_in"),
    path(f"{ONE}escalate/", moves.escalate, name="api_escalate"),
    path(f"{ONE}jump/", moves.jump, name="api_jump"),
    path(f"{ONE}withdraw/", moves.withdraw, name="api_withdraw"),
    path("", include("escalation.api.duty_urls")),
    path("declarations/", mistakes.declarations, name="api_declarations"),
    path("declarations/<int:pk>/mistake/", mistakes.say, name="api_say_mistake"),
    path("declarations/mistakes/", mistakes.waiting, name="api_mistakes"),
    path("declarations/mistakes/<int:pk>/decide/", mistakes.decide, name="api_decide_mistake"),
    path("break-glass/", break_glass.openings, name="api_break_glass"),
    path("break-glass/<int:pk>/review/", break_glass.review, name="api_review_break_glass"),
    path("directory/absences/", absences.absences, name="api_absences"),
    path("directory/absences/<int:pk>/end/", absences.absence_end, name="api_absence_end"),
    path("directory/lead-gaps/", absences.lead_gaps, name="api_lead_gaps"),
    path("directory/appointments/<int:pk>/hand-over/", handover.hand_over, name="api_hand_over"),
    path("notices/", notices.notices, name="api_notices"),
    path("notices/choice/", notices.notice_choice, name="api_notice_choice"),
    path("notices/read/", notices.notices_read, name="api_notices_read"),
    path("notices/<int:pk>/read/", notices.notice_read, name="api_notice_read"),
    path("notices/undelivered/", undelivered.undelivered, name="api_undelivered"),
    path("notices/undelivered/<int:pk>/try-again/", undelivered.try_again, name="api_try_again"),
    path("notices/undelivered/<int:pk>/told/", undelivered.told_instead, name="api_told_instead"),
    path("", include("escalation.api.clock_urls")),
    path("protocol/", notices.protocol, name="api_protocol"),
]
