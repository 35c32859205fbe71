"""What a session must have shown before an address answers: a second factor where required, a fresh proof where an act weighs.

Which acts weigh stands in one table, ``PROVED_AGAIN`` of the settings. Pages ask in place: what was sent is kept in the form that
asks, and goes on its way with the answer. The API says no, with the code ``prove_again`` or ``second_factor_needed``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from knox.models import AuthToken

from cases import sessions
from cases.acting import roles_of
from cases.actions import own_sign_ins
from cases.actions.second_factors import has_second_factor
from cases.actions.sign_ins import record_proof
from cases.clock import database_now
from cases.forms.proving import ProveForm
from cases.models import AgencySignIn

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
    user: Any = request.user
    found = Authenticator.objects.filter(user=user.pk).values_list("type", flat=True)
    password = user.has_usable_password() and not own_sign_ins.must_come_through(user, day=timezone.localdate())
    return ProveForm(request.POST if answered else None, request=request, factors=frozenset(found), password=password)


def elsewhere(request: HttpRequest) -> list[AgencySignIn]:
    """Where this person can show it as well: the providers of their agencies to which they are linked."""
    user: Any = request.user
    known = set(own_sign_ins.links_of(user).values_list("issuer", flat=True))
    if not known:
        return []
    return [own for own in own_sign_ins.offered_to(roles_of(user, day=timezone.localdate())) if own.issuer in known]


def note_proof(request: HttpRequest, form: ProveForm) -> None:
    """What the form asked for was shown."""
    note(request, second=form.used_second, at=time.time())


def note(request: HttpRequest, *, second: bool, at: float) -> None:
    """The session is proved from then on under a new key, and the account's chain says so."""
    user: Any = request.user
    sessions.prove(request.session, at=at, second=second)
    request.session.cycle_key()
    record_proof(
        user=user, second_factor=second, sign_in=request.session.get(sessions.SIGN_IN, 0),
        session_key=str(request.session.session_key), now=database_now(),
    )  # fmt: skip


def _page_of(request: HttpRequest) -> str:
    """The page to come back to from elsewhere: that of the form which was sent, else the one that was to be opened."""
    before = urlsplit(request.headers.get("Referer", ""))
    is_ours = request.method == "POST" and url_has_allowed_host_and_scheme(before.geturl(), {request.get_host()})
    return before._replace(scheme="", netloc="").geturl() if is_ours and before.path else request.get_full_path()


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
        "elsewhere": elsewhere(request), "came_from": to or _page_of(request),
    }  # fmt: skip
    return render(request, "account/prove_again.html", context)
