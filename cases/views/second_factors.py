"""One's own second factors, and proving again who one is."""

from __future__ import annotations

import base64

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import proving, sessions
from cases.actions import second_factors
from cases.errors import Refused
from cases.forms.proving import AppForm, NewKeyForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused


@require_safe
def second_factor(request: ActingRequest) -> HttpResponse:
    """What one has, and what one may add."""
    own = Authenticator.objects.filter(user=request.user, type__in=second_factors.OWN).order_by("pk")
    context = {
        "factors": list(own), "has_app": own.filter(type=Authenticator.Type.TOTP).exists(),
        "codes_left": second_factors.codes_left(request.user),
        "must_add": settings.MFA_REQUIRED and not request.session.get(sessions.SECOND),
    }  # fmt: skip
    return render(request, "account/second_factor.html", context)


@require_http_methods(["GET", "POST"])
def add_app(request: ActingRequest) -> HttpResponse:
    """Add an app that shows codes: its secret as a picture and in letters, and the first code."""
    secret, status = totp.get_totp_secret(regenerate=request.method == "GET"), 200
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            second_factors.add_app(
                user=request.user, secret=secret, **form.cleaned_data, session_key=_key(request), now=acted_at()
            )
        except Refused as error:
            status = refused(request, form, error)
        else:
            totp.clear_totp_secret(request)
            return _added(request, "Your authenticator app is added.")
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret)).encode()
    context = {
        "form": form, "picture": f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}",
        "secret": [secret[at : at + 4] for at in range(0, len(secret), 4)],
    }  # fmt: skip
    return render(request, "account/add_app.html", context, status=status)


@require_http_methods(["GET", "POST"])
def add_key(request: ActingRequest) -> HttpResponse:
    """Add a security key, or the fingerprint or face of a device."""
    form = NewKeyForm(request.POST or None, user=request.user, initial={"name": ""})
    if request.method == "POST" and form.is_valid():
        answers = {"name": form.cleaned_data["name"], "credential": form.cleaned_data["credential"]}
        second_factors.add_key(user=request.user, **answers, session_key=_key(request), now=acted_at())
        return _added(request, "Your security key is added.")
    return render(request, "account/add_key.html", {"form": form, "options": begin_registration(request.user, False)})


def _added(request: ActingRequest, told: str) -> HttpResponse:
    """Whoever has added a factor has shown it; the recovery codes that came with the first are shown now."""
    messages.success(request, told)
    request.session[sessions.SECOND] = True
    return redirect("recovery_codes" if second_factors.codes_wait(request.user) else "second_factor")


@require_http_methods(["GET", "POST"])
def remove_second_factor(request: ActingRequest, pk: int) -> HttpResponse:
    """Remove one of one's own."""
    found = Authenticator.objects.filter(user=request.user, pk=pk, type__in=second_factors.OWN).first()
    if found is None:
        raise Http404(NOT_FOUND)
    status = 200
    if request.method == "POST":
        try:
            second_factors.remove(factor=found, now=acted_at())
        except Refused as error:
            status = refused(request, None, error)
        else:
            messages.success(request, "It is removed.")
            return redirect("second_factor")
    return render(request, "account/remove_second_factor.html", {"factor": found}, status=status)


@require_safe
def recovery_codes(request: ActingRequest) -> HttpResponse:
    """The recovery codes, the one time that they are shown."""
    codes = second_factors.codes_to_show(user=request.user)
    has_codes = second_factors.codes_left(request.user) is not None
    return render(request, "account/recovery_codes.html", {"codes": codes, "has_codes": has_codes})


@require_POST
def new_recovery_codes(request: ActingRequest) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    try:
        second_factors.make_codes(user=request.user, now=acted_at())
    except Refused as error:
        refused(request, None, error)
        return redirect("second_factor")
    return redirect("recovery_codes")


@require_http_methods(["GET", "POST"])
def prove_again(request: ActingRequest) -> HttpResponse:
    """Prove again who one is, then go where one wanted to go."""
    asked_for = request.POST.get("next", request.GET.get("next", ""))
    to = asked_for if url_has_allowed_host_and_scheme(asked_for, {request.get_host()}) else "/"
    form = proving.prove_form(request, answered=request.method == "POST")
    if request.method == "POST" and form.is_valid():
        proving.note_proof(request, form)
        return redirect(to)
    return proving.asked(request, form, to=to)


def _key(request: ActingRequest) -> str:
    return str(request.session.session_key)
