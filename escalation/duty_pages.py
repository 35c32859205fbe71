"""Addresses of the duties of a stage: the disagreement map, meetings, plans, debriefs, support and links."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.views import points

ONE = "disputes/<ref:reference>/"

urlpatterns: list[URLPattern] = [
    path(f"{ONE}points/add/", points.add_point, name="add_point"),
    path(f"{ONE}points/<int:pk>/say/", points.say_on_point, name="say_on_point"),
]
