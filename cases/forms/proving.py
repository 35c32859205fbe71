"""Forms of second factors and of proving again who one is."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from cases.actions.second_factors import use_code, without_spaces
from cases.clock import database_now
from cases.forms.base import GovukForm, GovukMixin
from cases.models import User

CODE = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"})
CODE_HINT = "Six digits from your authenticator app, or one of your recovery codes"
NOTHING_GIVEN = "Enter your password"
OTHER_WAYS = "Show it in one of the ways named here: this account is not opened by a password"
NO_KEY = "The security key did not answer, or is not yours. Try again, or use another way"

MOST_OF_A_KEY = 20_000


class Credential(forms.Field):
    """What a security key answered, as the page's script sends it."""

    widget = forms.HiddenInput
    default_error_messages = {"required": "Press the button for your security key", "invalid": NO_KEY}

    def to_python(self, value: Any) -> Any:
        """An answer is a JSON object of a few kilobytes; anything else is none."""
        if value in self.empty_values:
            return None
        try:
            found = json.loads(value) if len(value) <= MOST_OF_A_KEY else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


def code_of(user: User, code: str) -> Authenticator:
    """The factor that this code proves; too many tries and a wrong code are errors."""
    clear = check_rate_limit(user)
    used = use_code(user=user, code=code, now=database_now())
    if used is None:
        raise get_factor_adapter().validation_error("incorrect_code")
    clear()
    return used


class SecondFactorForm(GovukMixin, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    code = forms.CharField(
        label="Code", help_text=CODE_HINT, max_length=40, widget=CODE,
        error_messages={"required": "Enter the six digits that your app shows, or a recovery code"},
    )  # fmt: skip

    def clean_code(self) -> str:
        """Right and not used before."""
        code: str = self.cleaned_data["code"]
        self.authenticator = code_of(self.user, code)
        return code


class KeyForm(GovukMixin, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The second step of signing in, with a security key."""

    credential = Credential()

    def clean_credential(self) -> Authenticator:
        """An answer of a key of this person to the question of this page."""
        try:
            return super().clean_credential()
        except (KeyError, AttributeError) as error:
            raise ValidationError(NO_KEY) from error


class AppForm(GovukForm):
    """An app that shows codes is added once it has shown one."""

    code = forms.CharField(
        label="What code does the app show?", max_length=20, widget=CODE, help_text="Six digits",
        error_messages={"required": "Enter the six digits that the app shows"},
    )  # fmt: skip

    def clean_code(self) -> str:
        """As it is compared."""
        return without_spaces(self.cleaned_data["code"])


class NewKeyForm(GovukMixin, AddWebAuthnForm):  # type: ignore[misc]
    """A security key is added once it has answered."""

    name = forms.CharField(
        label="What do you call this key?", max_length=60, help_text="For example, blue key on my key ring, or work laptop"
    )
    credential = Credential(error_messages={"required": "Press “Add the key”, and follow what your browser says"})

    def clean(self) -> dict[str, Any]:
        """An answer to the question of this page."""
        try:
            found: dict[str, Any] = super().clean() or {}
        except (KeyError, AttributeError, ValueError) as error:
            raise ValidationError(NO_KEY) from error
        return found


class ProveForm(GovukForm):
    """The password again, or a code: one of them is enough."""

    prove_password = forms.CharField(
        label="Your password", max_length=200, strip=False, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    prove_code = forms.CharField(label="Or a code", help_text=CODE_HINT, max_length=40, required=False, widget=CODE)
    prove_credential = Credential(required=False)

    def __init__(
        self, *args: Any, request: HttpRequest, factors: frozenset[str], password: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.used_second = request, False
        if not password:
            del self.fields["prove_password"]
        if not factors:
            del self.fields["prove_code"]
        if Authenticator.Type.WEBAUTHN not in factors:
            del self.fields["prove_credential"]

    def clean(self) -> dict[str, Any]:
        """Whichever was given must be right."""
        given = super().clean() or {}
        if self.errors:
            return given
        user: Any = self.request.user
        if given.get("prove_credential"):
            self._key(user, given["prove_credential"])
        elif given.get("prove_code"):
            self._code(user, given["prove_code"])
        elif given.get("prove_password"):
            self._password(user, given["prove_password"])
        elif "prove_password" in self.fields:
            self.add_error("prove_password", NOTHING_GIVEN)
        else:
            self.add_error("prove_code" if "prove_code" in self.fields else None, OTHER_WAYS)
        return given

    def _password(self, user: User, password: str) -> None:
        adapter = get_adapter()
        try:
            found = adapter.authenticate(self.request, email=user.email, password=password)
        except ValidationError as error:
            self.add_error("prove_password", error)
            return
        if found is None or found.pk != user.pk:
            self.add_error("prove_password", adapter.validation_error("incorrect_password"))

    def _code(self, user: User, code: str) -> None:
        try:
            code_of(user, code)
        except ValidationError as error:
            self.add_error("prove_code", error)
        else:
            self.used_second = True

    def _key(self, user: User, credential: Any) -> None:
        asked = KeyForm({"credential": self.data.get("prove_credential")}, user=user)
        if asked.is_valid():
            asked.cleaned_data["credential"].record_usage()
            self.used_second = True
        else:
            self.add_error(None, NO_KEY)
