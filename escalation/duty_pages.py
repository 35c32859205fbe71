"""Addresses of the duties of a stage: the disagreement map, meetings, advice, plans, debriefs, support and links."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.views import advice, debriefs, evidence, grants, links, meetings, plans, points, restrictions, support

ONE = "disputes/<ref:reference>/"

urlpatterns: list[URLPattern] = [
    path(f"{ONE}points/add/", points.add_point, name="add_point"),
    path(f"{ONE}points/<int:pk>/say/", points.say_on_point, name="say_on_point"),
    path(f"{ONE}meetings/propose/", meetings.propose_meeting, name="propose_meeting"),
    path(f"{ONE}meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path(f"{ONE}meetings/<int:pk>/hold/", meetings.hold_meeting, name="hold_meeting"),
    path(f"{ONE}meetings/<int:pk>/call-off/", meetings.call_off, name="call_off"),
    path(f"{ONE}meetings/<int:pk>/diary/", meetings.diary, name="meeting_diary"),
    path(f"{ONE}advice/ask/", advice.ask_advice, name="ask_advice"),
    path(f"{ONE}advice/<int:pk>/answer/", advice.answer_advice, name="answer_advice"),
    path(f"{ONE}advice/<int:pk>/take-back/", advice.take_back_advice, name="take_back_advice"),
    path(f"{ONE}plans/open/", plans.open_plan, name="open_plan"),
    path(f"{ONE}plans/<int:pk>/review/", plans.review_plan, name="review_plan"),
    path(f"{ONE}debriefs/<int:pk>/answer/", debriefs.answer_debrief, name="answer_debrief"),
    path(f"{ONE}support/ask/", support.ask_support, name="ask_support"),
    path(f"{ONE}support/<int:pk>/end/", support.end_support, name="end_support"),
    path(f"{ONE}evidence/", evidence.evidence, name="dispute_evidence"),
    path(f"{ONE}evidence/add/", evidence.add_evidence, name="add_evidence"),
    path(f"{ONE}evidence/<int:pk>/withdraw/", evidence.withdraw_evidence, name="withdraw_evidence"),
    path(f"{ONE}evidence/<int:pk>/file/", evidence.evidence_file, name="evidence_file"),
    path(f"{ONE}reopening/reopen/", links.reopen, name="reopen"),
    path(f"{ONE}restriction/restrict/", restrictions.restrict, name="restrict"),
    path(f"{ONE}restriction/decide/", restrictions.decide, name="decide_restriction"),
    path(f"{ONE}restriction/review/", restrictions.review, name="review_restriction"),
    path(f"{ONE}interest/declare/", restrictions.declare_interest, name="declare_interest"),
    path(f"{ONE}access/grant/", grants.grant_access, name="grant_access"),
    path(f"{ONE}access/<int:pk>/end/", grants.end_access, name="end_access"),
    path(f"{ONE}links/link/", links.link, name="link"),
    path(f"{ONE}withdrawal/word/", links.pressure, name="withdrawal_pressure"),
]
