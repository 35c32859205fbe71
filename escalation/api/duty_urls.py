"""Addresses of the API of the duties of a stage."""

from __future__ import annotations

from django.urls import URLPattern, path

from escalation.api import points

ONE = "disputes/<ref:reference>/"

urlpatterns: list[URLPattern] = [
    path(f"{ONE}points/", points.add_point, name="api_points"),
    path(f"{ONE}points/<int:pk>/say/", points.say_on_point, name="api_say_on_point"),
]
