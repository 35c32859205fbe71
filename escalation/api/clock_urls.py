"""Addresses of the API about time: the calendar, and the dates of a dispute."""

from __future__ import annotations

from django.urls import path

from escalation.api import acknowledge, calendars, dates, feeds

ONE = "disputes/<ref:reference>/dates/"

urlpatterns = [
    path("calendar/", calendars.calendar, name="api_calendar"),
    path("calendar/<int:pk>/remove/", calendars.closure_remove, name="api_closure_remove"),
    path("disputes/<ref:reference>/acknowledge/", acknowledge.acknowledge, name="api_acknowledge"),
    path("calendar-feed/", feeds.feed, name="api_calendar_feed"),
    path(ONE, dates.dates, name="api_dates"),
    path(f"{ONE}<int:pk>/extend/", dates.extend, name="api_date_extend"),
    path(f"{ONE}<int:pk>/sooner/", dates.sooner, name="api_date_sooner"),
    path(f"{ONE}<int:pk>/pause/", dates.pause, name="api_date_pause"),
    path(f"{ONE}<int:pk>/resume/", dates.resume, name="api_date_resume"),
    path(f"{ONE}requests/<int:pk>/answer/", dates.answer, name="api_date_answer"),
]
