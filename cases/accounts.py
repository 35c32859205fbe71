"""Who may have an account: only people a partnership has invited; what is written down at sign-in; how factors are kept."""

from __future__ import annotations

import time
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from cases import sealed, sessions
from cases.acting import has_left, is_suspended
from cases.actions import own_sign_ins, sign_ins
from cases.actions.second_factors import WRONG_CODE
from cases.clock import database_now
from cases.models import SignIn, User


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in as usual, in the product's words and written down; nobody signs up by themselves."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "No account has this e-mail address and password. Check both, or set a new password",
        "too_many_login_attempts": "Too many tries. Wait five minutes, or set a new password",
        "incorrect_password": "This is not your password. Check it, or sign out and set a new one",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Whoever has no role any more is told that the account is closed, whoever was away too long whom to ask."""
        if has_left(user, day=timezone.localdate()):
            return redirect("account_inactive")
        if is_suspended(user):
            return redirect("account_suspended")
        if came_with(request, user) is None:
            request.session.pop(sessions.CAME, None)
            if own_sign_ins.must_come_through(user, day=timezone.localdate()):
                return redirect("organisations")
        return cast("HttpResponse | None", super().pre_login(request, user, **kwargs))

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in; the session is measured from now on, and the account's chain says so."""
        came = came_with(request, user) or {}
        here = any(record["method"] == "mfa" for record in get_authentication_records(request, user))
        super().login(request, user)
        request.session.pop(sessions.CAME, None)
        request.session[sessions.ONLY_AT] = came.get("only_at", [])
        sessions.begin(request.session, at=time.time())
        request.session[sessions.SECOND] = here or shows_second(came)
        if came and not here:  # a session that was open there proves nothing anew
            request.session[sessions.PROVED] = came["proved_at"]
        device = sessions.device_of(self.get_http_user_agent(request))
        made = sign_ins.record_sign_in(
            user=user, session_key=str(request.session.session_key), device=device, now=database_now(),
            through=came.get("own"), renewal=came.get("renewal", ""),
        )  # fmt: skip
        request.session[sessions.SIGN_IN] = made.pk

    def get_login_stages(self) -> list[str]:
        """allauth's steps, with our own second one."""
        usual: list[str] = super().get_login_stages()
        ours = f"{SecondStep.__module__}.{SecondStep.__qualname__}"
        return [ours if step == "allauth.mfa.stages.AuthenticateStage" else step for step in usual]

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and write it down."""
        end_session(request, SignIn.End.SIGNED_OUT)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write it down, with the same work for an address that no account has."""
        sign_ins.record_failure(email=str(credentials.get("email") or ""), now=database_now())

    def set_password(self, user: User, password: str) -> None:
        """A new password ends what was open under the old one."""
        super().set_password(user, password)
        sign_ins.record_new_password(user=user, now=database_now())


class SecondStep(AuthenticateStage):  # type: ignore[misc]
    """The second step of signing in, left out for whoever an agency's provider says has shown a second factor there."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not shows_second(came_with(request, self.login.user) or {}) and super()._should_handle(request)


def came_with(request: HttpRequest, user: User | None) -> dict[str, Any] | None:
    """What an agency's provider said of this person, when that is how they began to sign in this time."""
    said: dict[str, Any] = request.session.get(sessions.CAME) or {}
    how = [record["method"] for record in get_authentication_records(request, user) if record["method"] != "mfa"]
    is_theirs = user is not None and said.get("user") == user.pk and how[-1:] == [sessions.ELSEWHERE]
    return said if is_theirs else None


def shows_second(came: dict[str, Any]) -> bool:
    """Whether a second factor was shown at the provider, in the way agreed with the agency."""
    return came.get("second") is True


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors as allauth keeps them, their secrets sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
    }

    def encrypt(self, text: str) -> str:
        return sealed.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return str(settings.SERVICE_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        given: dict[str, str] = super().get_public_key_credential_rp_entity()
        return given | {"name": str(settings.SERVICE_NAME)}


def end_session(request: HttpRequest, why: str) -> None:
    """Write down the end of this session, if its beginning was."""
    found = SignIn.objects.filter(pk=request.session.get(sessions.SIGN_IN, 0)).first()
    if found is not None:
        sign_ins.end_sign_in(sign_in=found, why=why, now=database_now())
