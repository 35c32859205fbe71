"""Addresses of the pages about time: the partnership's calendar, and the dates of a dispute."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.views import acknowledge, calendars, dates, feeds

ONE = "disputes/<ref:reference>/dates/"

urlpatterns: list[URLPattern] = [
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar/<int:pk>/remove/", calendars.remove, name="closure_remove"),
    path("disputes/<ref:reference>/acknowledgement/give/", acknowledge.acknowledge, name="acknowledge"),
    path("calendar-feed/", feeds.feed, name="calendar_feed"),
    path("calendar-feed/renew/", feeds.renew, name="calendar_feed_renew"),
    path("calendar-feed/revoke/", feeds.revoke, name="calendar_feed_revoke"),
    path("calendar-feed/<slug:secret>.ics", feeds.feed_file, name="calendar_feed_file"),
    path(ONE, dates.dates, name="dispute_dates"),
    path(f"{ONE}<int:pk>/extend/", dates.extend, name="date_extend"),
    path(f"{ONE}<int:pk>/sooner/", dates.sooner, name="date_sooner"),
    path(f"{ONE}<int:pk>/pause/", dates.pause, name="date_pause"),
    path(f"{ONE}<int:pk>/resume/", dates.resume, name="date_resume"),
    path(f"{ONE}requests/<int:pk>/answer/", dates.answer, name="date_answer"),
]
