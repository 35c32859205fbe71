"""Signing in and setting a password, in the product's words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.utils import timezone

from cases.acting import has_left
from cases.forms.base import GovukForm, GovukMixin
from cases.models import User

EMAIL_REQUIRED = "Enter your work e-mail address"


class SignInForm(GovukMixin, LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_email(self.fields["login"])
        password = self.fields["password"]
        password.label, password.help_text, password.required = "Password", "", True
        password.error_messages["required"] = "Enter your password"
        password.widget.attrs.pop("placeholder", None)


class ForgottenPasswordForm(GovukMixin, ResetPasswordForm):  # type: ignore[misc]
    """Where to send the link for a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_email(self.fields["email"])

    users: list[User]

    def clean_email(self) -> str:
        """Nobody whose roles have all ended gets a link."""
        email: str = super().clean_email()
        found: list[User] = self.users
        self.users = [user for user in found if not has_left(user, day=timezone.localdate())]
        return email


class NewPasswordForm(GovukMixin, ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = self.fields["password1"], self.fields["password2"]
        first.label, second.label = "New password", "The same password once more"
        first.help_text = (
            "At least 12 characters. Three words that do not belong together are strong and easy to remember."
        )
        second.help_text = ""
        first.error_messages["required"] = "Enter a new password"
        second.error_messages["required"] = "Enter the new password once more"
        for field in (first, second):
            field.widget.attrs.pop("placeholder", None)


class FirstTimeForm(GovukForm):
    """Where to send the link with which somebody newly invited links the account of their organisation."""

    email = forms.EmailField(label="E-mail address", max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_email(self.fields["email"])


def _ask_for_email(field: Any) -> None:
    field.label = "E-mail address"
    field.error_messages["required"] = EMAIL_REQUIRED
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update({"autocomplete": "username", "spellcheck": "false"})
