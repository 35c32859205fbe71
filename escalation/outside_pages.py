"""Addresses of questions to somebody outside: those of whoever asks, and those of whoever is asked and has no account."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.views import outside, outside_asked

ONE = "disputes/<ref:reference>/outside/"

urlpatterns: list[URLPattern] = [
    path(ONE, outside_asked.asked, name="dispute_outside"),
    path(f"{ONE}invite/", outside_asked.invite, name="invite_outside"),
    path(f"{ONE}<int:pk>/send-again/", outside_asked.send_again, name="send_outside_again"),
    path(f"{ONE}<int:pk>/take-back/", outside_asked.take_back, name="take_back_outside"),
    path("outside/", outside.answer, name="outside_answer"),
    path("outside/closed/", outside.closed, name="outside_closed"),
    path("outside/leave/", outside.leave, name="outside_leave"),
    path("outside/files/<int:pk>/", outside.file, name="outside_file"),
    path("outside/<slug:token>/", outside.link, name="outside_link"),
    path("outside/<slug:token>/code/", outside.code, name="outside_code"),
]
