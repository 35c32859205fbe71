"""Addresses of the pages of the protocol."""

from __future__ import annotations

from django.urls import path

from escalation.views import protocol_drafts, protocol_home, protocol_parts, protocol_trial

urlpatterns = [
    path("", protocol_home.protocol, name="protocol"),
    path("versions/<int:number>/", protocol_home.version, name="protocol_version"),
    path("versions/<int:number>/file/", protocol_home.export, name="protocol_file"),
    path("versions/<int:number>/simulate/", protocol_trial.of_version, name="protocol_simulate"),
    path("differences/", protocol_home.compare, name="protocol_differences"),
    path("import/", protocol_drafts.import_file, name="protocol_import"),
    path("drafts/new/", protocol_drafts.begin, name="protocol_begin"),
    path("drafts/<uuid:pk>/", protocol_drafts.draft, name="protocol_draft"),
    path("drafts/<uuid:pk>/file/", protocol_drafts.export_draft, name="protocol_draft_file"),
    path("drafts/<uuid:pk>/simulate/", protocol_trial.of_draft, name="protocol_draft_simulate"),
    path("drafts/<uuid:pk>/submit/", protocol_drafts.submit, name="protocol_submit"),
    path("drafts/<uuid:pk>/approve/", protocol_drafts.approve, name="protocol_approve"),
    path("drafts/<uuid:pk>/return/", protocol_drafts.send_back, name="protocol_return"),
    path("drafts/<uuid:pk>/take-back/", protocol_drafts.take_back, name="protocol_take_back"),
    path("drafts/<uuid:pk>/discard/", protocol_drafts.discard, name="protocol_discard"),
    path("drafts/<uuid:pk>/part/<str:place>/", protocol_parts.part, name="protocol_part"),
    path("drafts/<uuid:pk>/add/<str:place>/", protocol_parts.add, name="protocol_add"),
    path("drafts/<uuid:pk>/remove/<str:place>/", protocol_parts.remove, name="protocol_remove"),
    path("drafts/<uuid:pk>/move/<str:place>/", protocol_parts.move, name="protocol_move"),
]
