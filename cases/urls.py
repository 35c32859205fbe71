"""Addresses of the cases package."""

from __future__ import annotations

from django.urls import path

from cases.views import account, information

urlpatterns = [
    path("account/roles/", account.roles, name="roles"),
    path("account/act-as/", account.act_as, name="act_as"),
    path("privacy/", information.privacy, name="privacy"),
    path("accessibility/", information.accessibility, name="accessibility"),
    path("recording/", information.recording, name="recording"),
    path("directory/", information.guidance, name="directory"),
    path("help/", information.guidance, name="help"),
]
