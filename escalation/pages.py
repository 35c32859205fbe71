"""Addresses of the pages of disputes."""

from __future__ import annotations

from django.urls import include, path

from escalation.views import guidance, home, lists, notices, raising

urlpatterns = [
    path("", home.home, name="home"),
    path("guidance/", guidance.guidance, name="guidance"),
    path("disputes/", lists.disputes, name="disputes"),
    path("disputes/raise/", raising.start, name="raise"),
    path("disputes/raise/elsewhere/<slug:code>/", raising.elsewhere, name="raise_elsewhere"),
    path("disputes/raise/<uuid:draft>/discard/", raising.discard, name="raise_discard"),
    path("disputes/raise/<uuid:draft>/<slug:step>/", raising.step, name="raise_step"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    path("notices/<int:pk>/open/", notices.notice_open, name="notice_open"),
    path("protocol/", include("escalation.protocol_pages")),
    path("", include("escalation.clock_pages")),
    path("", include("escalation.dispute_pages")),
    path("", include("escalation.duty_pages")),
]
