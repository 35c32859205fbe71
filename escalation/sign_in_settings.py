"""Settings of signing in: by e-mail, invited people only, second factors, and which acts ask once more who one is."""

from __future__ import annotations

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "cases.accounts.InvitedOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "signed_out"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "cases.reset_links.LinkForNewPassword"  # noqa: S105
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "cases.forms.account.SignInForm",
    "reset_password": "cases.forms.account.ForgottenPasswordForm",
    "reset_password_from_key": "cases.forms.account.NewPasswordForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",  # an address at any accounts, and one account from anywhere
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "outside_code": "20/m/ip",  # codes asked for and tried by people without an account; a link has limits of its own
    "outside_try": "40/m/ip",
    "elsewhere": "120/m/ip",  # there and back; a whole agency may come from one address
    "first_time": "20/m/ip,5/m/key",
}
MFA_ADAPTER = "cases.accounts.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 10
MFA_FORMS = {
    "authenticate": "cases.forms.proving.SecondFactorForm",
    "authenticate_webauthn": "cases.forms.proving.KeyForm",
}

# The acts that ask for the password or a second factor unless it was given in the last five minutes: the address's name,
# of a page or of the API, and the methods that act. cases.proving is the one place that asks.
_READ, _ACT = frozenset({"GET", "HEAD"}), frozenset({"POST", "PUT", "PATCH", "DELETE"})
PROVED_AGAIN = {
    # second factors, and giving somebody a way back without theirs
    "add_app": _READ | _ACT, "add_key": _READ | _ACT, "remove_second_factor": _ACT, "new_recovery_codes": _ACT,
    "link_elsewhere": _READ, "unlink_elsewhere": _ACT, "recovery_codes": _READ, "ask_recovery": _ACT, "answer_recovery": _ACT,
    # signing a decision off, and giving the last word
    "decision_sign": _ACT, "api_decision_sign": _ACT, "give_outcome": _ACT, "api_outcome": _ACT,
    "concur": _ACT, "api_concur": _ACT,
    # reading by break-glass
    "break_glass": _ACT, "api_break_glass": _ACT,
    # asking somebody outside the partnership, and giving them a way in
    "invite_outside": _ACT, "api_outside": _ACT, "send_outside_again": _ACT, "api_send_outside_again": _ACT,
    # opening a case again to somebody who declared a conflict of interest
    "decide_mistake": _ACT, "api_decide_mistake": _ACT,
    # taking a history out of the service
    "export_request": _ACT, "export_file": _READ, "api_documents": _ACT, "api_document_file": _READ,
    # what an auditor reads
    "engagement_new": _ACT,
    # who holds which role, who takes over, and where an agency's checkpoints go
    "appoint": _ACT, "change_appointment": _ACT, "end_appointment": _ACT, "hand_over": _ACT, "api_hand_over": _ACT,
    "records_address": _ACT, "let_back": _ACT, "people_import_record": _ACT, "attestation_list": _ACT,
    "attestation_of_board": _ACT,
}  # fmt: skip

# What a password must be: at every door where one is set.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "cases.forms.passwords.NotWordsOfThePlace"},
    {"NAME": "cases.forms.passwords.NotFromABreach"},
]
