"""Addresses of the API of the duties of a stage."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.api import advice, debriefs, evidence, grants, links, meetings, plans, points, restrictions, support
from escalation.api import outside as asked_outside

ONE = "disputes/<ref:reference>/"

urlpatterns: list[URLPattern] = [
    path(f"{ONE}points/", points.add_point, name="api_points"),
    path(f"{ONE}points/<int:pk>/say/", points.say_on_point, name="api_say_on_point"),
    path(f"{ONE}meetings/", meetings.propose, name="api_meetings"),
    path(f"{ONE}meetings/<int:pk>/hold/", meetings.hold, name="api_hold_meeting"),
    path(f"{ONE}meetings/<int:pk>/call-off/", meetings.call_off, name="api_call_off"),
    path(f"{ONE}advice/", advice.requests, name="api_advice"),
    path(f"{ONE}advice/<int:pk>/answer/", advice.answer, name="api_answer_advice"),
    path(f"{ONE}advice/<int:pk>/take-back/", advice.take_back, name="api_take_back_advice"),
    path(f"{ONE}outside/", asked_outside.invitations, name="api_outside"),
    path(f"{ONE}outside/<int:pk>/send-again/", asked_outside.send_again, name="api_send_outside_again"),
    path(f"{ONE}outside/<int:pk>/take-back/", asked_outside.take_back, name="api_take_back_outside"),
    path(f"{ONE}plans/", plans.open_plan, name="api_plans"),
    path(f"{ONE}plans/<int:pk>/review/", plans.review_plan, name="api_review_plan"),
    path(f"{ONE}debriefs/<int:pk>/answer/", debriefs.answer, name="api_answer_debrief"),
    path(f"{ONE}support/", support.supports, name="api_support"),
    path(f"{ONE}support/<int:pk>/end/", support.end, name="api_end_support"),
    path(f"{ONE}evidence/", evidence.all_of_it, name="api_evidence"),
    path(f"{ONE}evidence/<int:pk>/file/", evidence.file, name="api_evidence_file"),
    path(f"{ONE}evidence/<int:pk>/withdraw/", evidence.withdraw, name="api_withdraw_evidence"),
    path(f"{ONE}reopen/", links.reopen, name="api_reopen"),
    path(f"{ONE}restriction/", restrictions.restrict, name="api_restrict"),
    path(f"{ONE}restriction/decide/", restrictions.decide, name="api_decide_restriction"),
    path(f"{ONE}restriction/review/", restrictions.review, name="api_review_restriction"),
    path(f"{ONE}interest/", restrictions.interest, name="api_interest"),
    path(f"{ONE}access/", grants.access, name="api_access"),
    path(f"{ONE}access/<int:pk>/end/", grants.end, name="api_end_access"),
    path(f"{ONE}links/", links.linked, name="api_links"),
    path(f"{ONE}withdrawal/word/", links.pressure, name="api_withdrawal_pressure"),
]
