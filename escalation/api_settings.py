"""Settings of the API: who may use it, how it answers, and how it describes itself."""

from __future__ import annotations

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["cases.api.authentication.ActsInARole"],
    "EXCEPTION_HANDLER": "cases.api.errors.answer",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["cases.api.parsing.PlainJson"],
    "DEFAULT_PAGINATION_CLASS": "cases.api.pages.ByKeyset",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Safeguarding disagreements",
    "DESCRIPTION": "Cases, disputes, stages, notices and decisions, over the same acts as the pages.",
    "VERSION": "1",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "cases.api.schema.with_keys"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "AgencyKind": "cases.models.Agency.Kind",
        "DiscussionKind": "escalation.models.Discussion.Kind",
        "DocumentKind": "decisions.models.Export.Kind",
        "PointStance": "escalation.models.PointView.Stance",
        "DebriefResult": "escalation.models.Debrief.Answer",
        "EvidenceState": "escalation.models.Evidence.State",
        "SupportKind": "escalation.models.Support.Kind",
    },
}
