"""Addresses of the pages about one dispute: its tabs, and a page for each verb."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.views import dispute

urlpatterns: list[URLPattern] = [
    path("disputes/<ref:reference>/", dispute.summary, name="dispute"),
]
