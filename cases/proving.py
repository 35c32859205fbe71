"""What a session must have shown before an address answers: a second factor where required, a fresh proof where an act weighs.

Which acts weigh stands in one table, ``PROVED_AGAIN`` of the settings. Pages ask in place: what was sent is kept in the form that
asks, and goes on its way with the answer. The API says no, with the code ``prove_again`` or ``second_factor_needed``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from knox.models import AuthToken

from cases import sessions
from cases.actions.second_factors import has_second_factor
from cases.actions.sign_ins import record_proof
from cases.clock import database_now
from cases.forms.proving import ProveForm

# What somebody without a second factor may open where one is required: only the way to one, and out.
WAY_TO_ONE = frozenset({
    "second_factor", "add_app", "add_key", "recovery_codes", "prove_again", "account_logout", "session_time",
})  # fmt: skip
OWN_FIELDS = ("prove_password", "prove_code", "prove_credential", "csrfmiddlewaretoken")
PROVE_AGAIN = "For this, show again that it is you: you last did more than 5 minutes ago."
NEEDS_SECOND = "This service needs a second factor. Add one on the page of your account first."


def lacks_second_factor(request: HttpRequest, name: str) -> bool:
    """Whether this session shows no second factor where one is required, and asks for something that needs it."""
    return settings.MFA_REQUIRED and name not in WAY_TO_ONE and not request.session.get(sessions.SECOND)


def is_owed(request: HttpRequest, name: str) -> bool:
    """Whether this address weighs and the last proof of this session is too old for it."""
    weighs = request.method in settings.PROVED_AGAIN.get(name, ())
    return weighs and not sessions.is_fresh(request.session, at=time.time())


def refusal_of_token(request: Any, token: AuthToken, name: str) -> tuple[str, str]:
    """Why a program's token is not enough here, as a message and a code; nothing when it is. A new token is a proof."""
    if settings.MFA_REQUIRED and not has_second_factor(request.user):
        return NEEDS_SECOND, "second_factor_needed"
    age = (timezone.localtime() - token.created).total_seconds()
    if request.method in settings.PROVED_AGAIN.get(name, ()) and not 0 <= age < sessions.FRESH:
        return f"{PROVE_AGAIN} Ask for a new token.", "prove_again"
    return "", ""


def prove_here(request: HttpRequest) -> HttpResponse | None:
    """Ask in place of the page; nothing once it was answered rightly, and what was sent goes on its way."""
    answered = request.method == "POST" and any(name in request.POST for name in OWN_FIELDS[:3])
    form = prove_form(request, answered=answered)
    if answered and form.is_valid():
        note_proof(request, form)
        request.POST = _without_proof(request.POST)  # type: ignore[assignment]
        return None
    kept = [(name, value) for name, values in request.POST.lists() if name not in OWN_FIELDS for value in values]
    return asked(request, form, kept=kept, files=bool(request.FILES))


def _without_proof(sent: QueryDict) -> QueryDict:
    """What was sent, for whoever comes next: passwords and codes are nobody else's business."""
    rest = sent.copy()
    for name in OWN_FIELDS[:3]:
        rest.pop(name, None)
    return rest


def prove_form(request: HttpRequest, *, answered: bool) -> ProveForm:
    """The form that asks, with the ways that this person has."""
    found = Authenticator.objects.filter(user=request.user.pk).values_list("type", flat=True)
    return ProveForm(request.POST if answered else None, request=request, factors=frozenset(found))


def note_proof(request: HttpRequest, form: ProveForm) -> None:
    """The session is proved from now on, and the account's chain says so."""
    user: Any = request.user
    sessions.prove(request.session, at=time.time(), second=form.used_second)
    record_proof(user=user, second_factor=form.used_second, now=database_now())


def asked(
    request: HttpRequest, form: ProveForm, *, kept: Sequence[tuple[str, str]] = (), files: bool = False, to: str = ""
) -> HttpResponse:
    """The page that asks; ``kept`` is what was sent, ``to`` where a page leads that only wanted to be opened."""
    user: Any = request.user
    options = begin_authentication(user) if "prove_credential" in form.fields else None
    sends_on = request.method == "POST" and not to
    context = {
        "form": form, "kept": kept, "files": files, "options": options,
        "action": request.get_full_path() if sends_on else "", "next": "" if sends_on else to or request.get_full_path(),
    }  # fmt: skip
    return render(request, "account/prove_again.html", context)
