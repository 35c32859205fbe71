"""Addresses of the pages of disputes."""

from __future__ import annotations

from django.urls import include, path

from escalation.views import (
    absences,
    break_glass,
    engagements,
    guidance,
    handover,
    home,
    lists,
    mistakes,
    notices,
    raising,
    undelivered,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("guidance/", guidance.guidance, name="guidance"),
    path("directory/stages/", guidance.stage_leads, name="stage_leads"),
    path("disputes/", lists.disputes, name="disputes"),
    path("declarations/", mistakes.my_declarations, name="my_declarations"),
    path("declarations/<int:pk>/mistake/", mistakes.say_mistake, name="say_mistake"),
    path("declarations/mistakes/<int:pk>/", mistakes.decide_mistake, name="decide_mistake"),
    path("break-glass/", break_glass.break_glass, name="break_glass"),
    path("break-glass/reviews/", break_glass.glass_reviews, name="glass_reviews"),
    path("break-glass/reviews/<int:pk>/", break_glass.review_glass, name="review_glass"),
    path("engagements/", engagements.engagements, name="engagements"),
    path("engagements/new/", engagements.engagement_new, name="engagement_new"),
    path("engagements/<int:pk>/end/", engagements.engagement_end, name="engagement_end"),
    path("disputes/raise/", raising.start, name="raise"),
    path("disputes/raise/elsewhere/<slug:code>/", raising.elsewhere, name="raise_elsewhere"),
    path("disputes/raise/<uuid:draft>/discard/", raising.discard, name="raise_discard"),
    path("disputes/raise/<uuid:draft>/<slug:step>/", raising.step, name="raise_step"),
    path("notices/", notices.notices, name="notices"),
    path("account/e-mail/", notices.notice_choice, name="notice_choice"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    path("notices/<int:pk>/open/", notices.notice_open, name="notice_open"),
    path("notices/undelivered/<int:pk>/", undelivered.undelivered, name="undelivered"),
    path("notices/undelivered/<int:pk>/try-again/", undelivered.try_again, name="try_again"),
    path("notices/undelivered/<int:pk>/told/", undelivered.told_instead, name="told_instead"),
    path("directory/away/", absences.away, name="away"),
    path("directory/appointments/<int:pk>/away/", absences.absence_record, name="absence_record"),
    path("directory/absences/<int:pk>/end/", absences.absence_end, name="absence_end"),
    path("directory/appointments/<int:pk>/hand-over/", handover.hand_over, name="hand_over"),
    path("protocol/", include("escalation.protocol_pages")),
    path("", include("escalation.clock_pages")),
    path("", include("escalation.dispute_pages")),
    path("", include("escalation.duty_pages")),
    path("", include("escalation.outside_pages")),
]
