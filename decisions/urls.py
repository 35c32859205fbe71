"""Addresses of the pages of decisions, referrals, outcomes and documents."""

from __future__ import annotations

from django.urls import path

from decisions.views import exports

urlpatterns = [
    path("disputes/<ref:reference>/documents/", exports.dispute_documents, name="dispute_documents"),
    path("disputes/<ref:reference>/documents/make/", exports.export_request, name="export_request"),
    path("disputes/<ref:reference>/documents/<uuid:pk>/", exports.export, name="export"),
    path("disputes/<ref:reference>/documents/<uuid:pk>/file/", exports.export_file, name="export_file"),
]
