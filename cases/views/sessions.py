"""One's own account: where one is signed in, ending sessions, how long this one lasts, signing out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

from allauth.account import views as signing
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from knox.models import AuthToken

from cases import sessions
from cases.acting import roles_of
from cases.actions import sign_ins
from cases.actions.own_sign_ins import links_of, must_come_through, offered_to
from cases.actions.second_factors import has_second_factor
from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import AgencySignIn, SignIn, SignInLink

FORGET = '"cache", "cookies", "storage"'


@dataclass(frozen=True)
class Running:
    """One session of one's own that still lasts."""

    sign_in: SignIn
    used_at: datetime
    is_this: bool


@dataclass(frozen=True)
class Way:
    """A provider of one of one's agencies, and the account there that is linked."""

    own: AgencySignIn
    link: SignInLink | None


@require_safe
def account(request: ActingRequest) -> HttpResponse:
    """Where one is signed in, and which programs act for one."""
    tokens = AuthToken.objects.filter(user=request.user, expiry__gt=acted_at()).order_by("-created")
    day = timezone.localdate()
    context = {
        "running": _running(request), "tokens": tokens, "has_second_factor": has_second_factor(request.user),
        "ways": _ways(request, day),
        "opens_by_password": request.user.has_usable_password() and not must_come_through(request.user, day=day),
    }  # fmt: skip
    return render(request, "account/account.html", context)


def _ways(request: ActingRequest, day: date) -> list[Way]:
    """The providers of one's agencies, and what is linked there; one row where several agencies share one."""
    known = {link.issuer: link for link in links_of(request.user)}
    own = {own.issuer: own for own in reversed(offered_to(roles_of(request.user, day=day)))}
    return [Way(one, known.get(issuer)) for issuer, one in own.items()]


def _running(request: ActingRequest) -> list[Running]:
    found = []
    for sign_in in SignIn.objects.filter(user=request.user, ended_at=None):
        kept = SessionStore(sign_in.session_key).load()
        is_this = sign_in.session_key == request.session.session_key
        if kept and not sessions.why_over(kept, at=time.time()):
            used_at = datetime.fromtimestamp(kept.get(sessions.USED, 0), UTC)
            found.append(Running(sign_in, used_at, is_this))
    return found


@require_POST
def end_session(request: ActingRequest, pk: int) -> HttpResponse:
    """End one session of one's own; of this one, sign out."""
    found = SignIn.objects.filter(pk=pk, user=request.user).first()
    if found is None:
        raise Http404(NOT_FOUND)
    sign_ins.end_sign_in(sign_in=found, why=SignIn.End.ENDED, now=acted_at())
    if found.session_key == request.session.session_key:
        return _signed_out(request)
    messages.success(request, "That session has ended.")
    return redirect("account")


@require_POST
def sign_out_everywhere(request: ActingRequest) -> HttpResponse:
    """End every session of one's own, this one too; programs and secret addresses if one says so."""
    user, now = request.user, acted_at()
    sign_ins.end_all(user=user, why=SignIn.End.ENDED, now=now)
    if request.POST.get("tokens") == "yes":
        sign_ins.end_tokens(user=user, now=now)
    if request.POST.get("addresses") == "yes":
        sign_ins.end_addresses(user=user, now=now)
    return _signed_out(request)


def _signed_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    answer = redirect("signed_out")
    answer["Clear-Site-Data"] = FORGET
    return answer


@require_http_methods(["GET", "POST"])
def session_time(request: ActingRequest) -> HttpResponse:
    """How many seconds this session lasts if nothing is done; a post is something done."""
    return JsonResponse({"seconds": sessions.seconds_left(request.session, at=time.time())})


@login_not_required
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out; the browser forgets whatever it kept of the service."""
    answer: HttpResponseBase = signing.logout(request)
    if request.method == "POST":
        answer.headers["Clear-Site-Data"] = FORGET
    return answer


@require_safe
@login_not_required
def signed_out(request: HttpRequest) -> HttpResponse:
    """That one is signed out."""
    return render(request, "account/signed_out.html")


@require_safe
@login_not_required
def suspended(request: HttpRequest) -> HttpResponse:
    """That the account was not used for too long, and who opens it again."""
    return render(request, "account/suspended.html")
