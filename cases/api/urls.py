"""Addresses of the API of cases, of tokens and of the API's own description."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from cases.api import readings, safe_addresses, token, views

urlpatterns = [
    path("token/", token.TokenView.as_view(), name="api_token"),
    path("roles/", token.RolesView.as_view(), name="api_roles"),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("cases/", views.CasesView.as_view(), name="api_cases"),
    path("cases/<ref:reference>/", views.CaseView.as_view(), name="api_case"),
    path("cases/<ref:reference>/safe-address/", safe_addresses.WriteView.as_view(), name="api_safe_address"),
    path("cases/<ref:reference>/safe-address/show/", safe_addresses.ShowView.as_view(), name="api_show_safe_address"),
    path("directory/readers/", readings.ReadersView.as_view(), name="api_readers"),
    path("directory/readers/<slug:week>/<int:pk>/<ref:reference>/", readings.LookIntoView.as_view(), name="api_look_into"),
]
