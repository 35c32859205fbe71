"""Addresses of the API of decisions, referrals, outcomes and documents."""

from __future__ import annotations

from django.urls import path

from decisions.api import documents, learning, outcomes, records

ONE = "disputes/<ref:reference>/"

urlpatterns = [
    path(f"{ONE}decisions/", records.decisions, name="api_decisions"),
    path(f"{ONE}decisions/<int:pk>/", records.decision, name="api_decision"),
    path(f"{ONE}decisions/<int:pk>/submit/", records.submit, name="api_decision_submit"),
    path(f"{ONE}decisions/<int:pk>/sign/", records.sign, name="api_decision_sign"),
    path(f"{ONE}decisions/<int:pk>/return/", records.send_back, name="api_decision_return"),
    path(f"{ONE}decisions/<int:pk>/correct/", records.correct, name="api_decision_correct"),
    path(f"{ONE}agreement/", outcomes.agreement, name="api_agreement"),
    path(f"{ONE}referral/", outcomes.referral, name="api_referral"),
    path(f"{ONE}referral/submit/", outcomes.submit_referral, name="api_referral_submit"),
    path(f"{ONE}referral/return/", outcomes.return_referral, name="api_referral_return"),
    path(f"{ONE}outcome/", outcomes.outcome, name="api_outcome"),
    path(f"{ONE}outcome/concur/", outcomes.concur, name="api_concur"),
    path(f"{ONE}outcome/confirm/", outcomes.confirm, name="api_confirm"),
    path(f"{ONE}issues/", outcomes.issues, name="api_issues"),
    path(f"{ONE}issues/<int:pk>/complete/", outcomes.complete_issue, name="api_complete_issue"),
    path(f"{ONE}onward/", outcomes.onward, name="api_onward"),
    path(f"{ONE}learning/", learning.learning, name="api_learning"),
    path(f"{ONE}learning/<int:pk>/prepare/", learning.prepare, name="api_prepare_learning"),
    path(f"{ONE}learning/<int:pk>/check/", learning.check, name="api_check_learning"),
    path(f"{ONE}learning/<int:pk>/change/", learning.change, name="api_make_change"),
    path("learning/", learning.items, name="api_learning_items"),
    path("learning/<slug:key>/", learning.item, name="api_learning_item"),
    path(f"{ONE}documents/", documents.documents, name="api_documents"),
    path(f"{ONE}documents/<uuid:pk>/", documents.document, name="api_document"),
    path(f"{ONE}documents/<uuid:pk>/file/", documents.document_file, name="api_document_file"),
]
