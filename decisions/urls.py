"""Addresses of decisions, referrals, outcomes and documents."""

from __future__ import annotations

from django.urls import include, path

from decisions.views import exports, learning, learning_items, outcomes, records, referrals

urlpatterns = [
    path("api/", include("decisions.api.urls")),
    path("onward/", outcomes.onward, name="onward"),
    path("onward/<int:pk>/", outcomes.onward_result, name="onward_result"),
    path("disputes/<ref:reference>/decisions/", records.decisions, name="dispute_decisions"),
    path("disputes/<ref:reference>/decisions/new/", records.new, name="decision_new"),
    path("disputes/<ref:reference>/decisions/<int:pk>/", records.record, name="decision"),
    path("disputes/<ref:reference>/decisions/<int:pk>/edit/", records.edit, name="decision_edit"),
    path("disputes/<ref:reference>/decisions/<int:pk>/submit/", records.submit, name="decision_submit"),
    path("disputes/<ref:reference>/decisions/<int:pk>/sign/", records.sign, name="decision_sign"),
    path("disputes/<ref:reference>/decisions/<int:pk>/return/", records.send_back, name="decision_return"),
    path("disputes/<ref:reference>/decisions/<int:pk>/correct/", records.correct, name="decision_correct"),
    path("disputes/<ref:reference>/agreement/record/", outcomes.record_agreement, name="record_agreement"),
    path("disputes/<ref:reference>/referral/", referrals.referral, name="referral"),
    path("disputes/<ref:reference>/referral/submit/", referrals.submit_referral, name="submit_referral"),
    path("disputes/<ref:reference>/referral/return/", referrals.return_referral, name="return_referral"),
    path("disputes/<ref:reference>/outcome/give/", outcomes.give_outcome, name="give_outcome"),
    path("disputes/<ref:reference>/outcome/concur/", outcomes.concur, name="concur"),
    path("disputes/<ref:reference>/outcome/confirm/", outcomes.confirm_outcome, name="confirm_outcome"),
    path("disputes/<ref:reference>/issues/add/", outcomes.add_issue, name="add_issue"),
    path("disputes/<ref:reference>/issues/<int:pk>/complete/", outcomes.complete_issue, name="complete_issue"),
    path("disputes/<ref:reference>/onward/add/", outcomes.add_onward, name="add_onward"),
    path("disputes/<ref:reference>/learning/", learning.learning, name="dispute_learning"),
    path("disputes/<ref:reference>/learning/write/", learning.write_learning, name="write_learning"),
    path("disputes/<ref:reference>/learning/<int:pk>/prepare/", learning.prepare_learning, name="prepare_learning"),
    path("disputes/<ref:reference>/learning/<int:pk>/check/", learning.check_learning, name="check_learning"),
    path("disputes/<ref:reference>/learning/<int:pk>/change/", learning.make_change, name="make_change"),
    path("learning/", learning_items.learning_items, name="learning_items"),
    path("learning/<slug:key>/", learning_items.learning_item, name="learning_item"),
    path("disputes/<ref:reference>/documents/", exports.dispute_documents, name="dispute_documents"),
    path("disputes/<ref:reference>/documents/make/", exports.export_request, name="export_request"),
    path("disputes/<ref:reference>/documents/<uuid:pk>/", exports.export, name="export"),
    path("disputes/<ref:reference>/documents/<uuid:pk>/file/", exports.export_file, name="export_file"),
]
