"""Who may have an account: only people a partnership has invited."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in as usual, in the product's words; nobody signs up by themselves."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "No account has this e-mail address and password. Check both, or set a new password",
        "too_many_login_attempts": "Too many tries. Wait five minutes, or set a new password",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
