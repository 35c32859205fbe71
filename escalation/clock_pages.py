"""Addresses of the pages about time: the partnership's calendar."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.views import calendars

urlpatterns: list[URLPattern] = [
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar/<int:pk>/remove/", calendars.remove, name="closure_remove"),
]
