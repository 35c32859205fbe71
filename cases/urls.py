"""Addresses of the cases package, and of signing in (the part of allauth that invited people need)."""

from __future__ import annotations

from allauth.account import views as signing
from allauth.mfa.base.views import authenticate
from django.urls import include, path, re_path

from cases.actions.own_sign_ins import are_offered
from cases.views import (
    account,
    api_docs,
    attestations,
    cases,
    demo,
    directory,
    elsewhere,
    information,
    people_import,
    readings,
    recoveries,
    safe_addresses,
    second_factors,
    sessions,
)

SIGNING_IN = [
    path("login/", signing.LoginView.as_view(extra_context={"are_offered": are_offered}), name="account_login"),
    path("second-factor/sign-in/", authenticate, name="mfa_authenticate"),
    path("logout/", sessions.sign_out, name="account_logout"),
    path("signed-out/", sessions.signed_out, name="signed_out"),
    path("inactive/", signing.account_inactive, name="account_inactive"),
    path("suspended/", sessions.suspended, name="account_suspended"),
    path("password/reset/", signing.password_reset, name="account_reset_password"),
    path("password/reset/done/", signing.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        signing.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        signing.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

ELSEWHERE = [
    path("", elsewhere.organisations, name="organisations"),
    path("<int:pk>/", elsewhere.sign_in, name="sign_in_elsewhere"),
    path("<int:pk>/return/", elsewhere.came_back, name="elsewhere_return"),
    path("not-let-in/", elsewhere.not_let_in, name="elsewhere_refused"),
    path("first/", elsewhere.first_time, name="first_time"),
    path("first/sent/", elsewhere.first_time_sent, name="first_time_sent"),
    re_path(r"^first/(?P<key>[0-9a-z]+-[0-9a-z-]+)/$", elsewhere.open_first_link, name="first_link"),
    re_path(r"^first/(?P<key>[0-9a-z]+-[0-9a-z-]+)/(?P<pk>[0-9]+)/$", elsewhere.first, name="first_elsewhere"),
    path("<int:pk>/link/", elsewhere.link, name="link_elsewhere"),
    path("<int:pk>/prove/", elsewhere.prove, name="prove_elsewhere"),
    path("links/<int:pk>/remove/", elsewhere.unlink, name="unlink_elsewhere"),
]

SECOND_FACTORS = [
    path("", second_factors.second_factor, name="second_factor"),
    path("app/", second_factors.add_app, name="add_app"),
    path("key/", second_factors.add_key, name="add_key"),
    path("<int:pk>/remove/", second_factors.remove_second_factor, name="remove_second_factor"),
    path("codes/", second_factors.recovery_codes, name="recovery_codes"),
    path("codes/new/", second_factors.new_recovery_codes, name="new_recovery_codes"),
]

urlpatterns = [
    path("account/", include(SIGNING_IN)),
    path("account/", sessions.account, name="account"),
    path("account/second-factor/", include(SECOND_FACTORS)),
    path("account/organisation/", include(ELSEWHERE)),
    path("account/prove/", second_factors.prove_again, name="prove_again"),
    path("account/time/", sessions.session_time, name="session_time"),
    path("account/sessions/<int:pk>/end/", sessions.end_session, name="end_session"),
    path("account/sign-out-everywhere/", sessions.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/roles/", account.roles, name="roles"),
    path("account/act-as/", account.act_as, name="act_as"),
    path("account/standing-in/<int:pk>/", account.take_place_of, name="take_place"),
    path("account/standing-in/<int:pk>/<ref:reference>/", account.take_place_of, name="take_place_in"),
    path("account/reading/", account.reading, name="my_reading"),
    path("privacy/", information.privacy, name="privacy"),
    path("accessibility/", information.accessibility, name="accessibility"),
    path("recording/", information.recording, name="recording"),
    path("help/", information.guidance, name="help"),
    path("demo/people/", demo.people, name="demo_people"),
    path("demo/mail/", demo.mail, name="demo_mail"),
    path("directory/", directory.directory, name="directory"),
    path("directory/appoint/", directory.appoint_somebody, name="appoint"),
    path("directory/<int:pk>/", directory.change, name="change_appointment"),
    path("directory/<int:pk>/end/", directory.end, name="end_appointment"),
    path("directory/<int:pk>/contact/", directory.contact, name="set_contact"),
    path("directory/import/", people_import.import_people, name="people_import"),
    path("directory/import/record/", people_import.record_people, name="people_import_record"),
    path("directory/export/", people_import.export_people, name="people_export"),
    path("directory/lists/", attestations.attestation_lists, name="attestation_lists"),
    path("directory/lists/board/", attestations.attestation_list, name="attestation_of_board"),
    path("directory/lists/<int:pk>/", attestations.attestation_list, name="attestation_list"),
    path("directory/readers/", readings.readers, name="readers"),
    path("directory/readers/file/", readings.readers_file, name="readers_file"),
    path("directory/readers/<slug:week>/<int:pk>/<ref:reference>/", readings.look_into, name="look_into"),
    path("directory/<int:pk>/let-back/", directory.let_somebody_back, name="let_back"),
    path("directory/<int:pk>/lost-device/", recoveries.ask_recovery, name="ask_recovery"),
    path("directory/lost-devices/<int:pk>/", recoveries.answer_recovery, name="answer_recovery"),
    path("directory/agencies/<int:pk>/", directory.records_address, name="records_address"),
    path("audit/key/", information.audit_key, name="audit_key"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<ref:reference>/", cases.case, name="case"),
    path("cases/<ref:reference>/person/", cases.person, name="person"),
    path("cases/<ref:reference>/safe-address/", safe_addresses.safe_address, name="safe_address"),
    path("cases/<ref:reference>/safe-address/write/", safe_addresses.write, name="safe_address_write"),
    path("api/docs/", api_docs.documentation, name="api_docs"),
    path("api/", include("cases.api.urls")),
]
