"""Somebody is sent to their agency's own provider to show who they are, and what comes back with them is held to what was asked.

What was asked stands in the session alone, once: state, nonce, verifier, provider, what for, and since when.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from cases import oidc, sealed, sessions
from cases.actions import own_sign_ins
from cases.models import AgencySignIn, User
from cases.oidc import NotTrusted

ASKED = "asked_elsewhere"
LASTS = 10 * 60  # seconds in which somebody has to come back


class For(StrEnum):
    """What it is asked for."""

    SIGN_IN = "sign_in"
    FIRST = "first"  # with a link from a mail, as somebody newly invited
    LINK = "link"
    PROVE = "prove"


@dataclass(frozen=True)
class Came:
    """Somebody who came back, and what their provider said."""

    own: AgencySignIn
    asked: Mapping[str, Any]
    subject: str
    second: bool
    proved_at: float  # when they last showed there who they are; 0 where nothing is said of it
    renewal: str


def send(request: HttpRequest, own: AgencySignIn, why: For, *, to: str = "/", key: str = "") -> HttpResponse:
    """Send them there. Only for signing in a session that is open there is enough; else they show anew who they are."""
    provider = oidc.find(own.issuer)
    asked: dict[str, Any] = {
        "own": own.pk, "user": request.user.pk, "why": why.value, "to": to, "key": key, "at": time.time(),
        "state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(48),
    }  # fmt: skip
    request.session[ASKED] = asked
    scope = ["openid"] + (["profile"] if own.subject_claim == own.Subject.OID else [])  # Entra ID gives the object id with it
    wants = oidc.ASKS_FOR_FACTOR[own.factor_claim](own.factor_value) if own.factor_claim else {}
    if why != For.SIGN_IN:
        wants |= {"prompt": "login", "max_age": "0"}
    if own.is_asked_again and why in (For.SIGN_IN, For.FIRST):
        scope.append("offline_access")
    return HttpResponseRedirect(
        oidc.address(provider, {
            "client_id": own.client_id, "redirect_uri": back_to(own), "scope": " ".join(scope), "state": asked["state"],
            "nonce": asked["nonce"], "code_challenge": oidc.challenge_of(asked["verifier"]), "code_challenge_method": "S256",
            **wants,
        })
    )  # fmt: skip


def back_to(own: AgencySignIn) -> str:
    """Where the provider sends people back: an address for each provider, so that none can answer for another."""
    return f"{settings.BASE_URL}{reverse('elsewhere_return', args=[own.pk])}"


def come_back(request: HttpRequest, pk: int) -> Came:
    """Who came back, or NotTrusted; whatever was asked is used up by it."""
    asked: dict[str, Any] = request.session.pop(ASKED, None) or {}
    state = request.GET.get("state", "")
    if not asked or asked["own"] != pk or not compare_digest(asked["state"].encode(), state.encode()):
        raise NotTrusted("state")
    if time.time() - asked["at"] >= LASTS:
        raise NotTrusted("too_late")
    own = own_sign_ins.in_force().filter(pk=pk).first()
    if own is None:
        raise NotTrusted("ended")
    if "error" in request.GET or not request.GET.get("code"):
        raise NotTrusted("refused_by_provider")
    provider, client = oidc.find(own.issuer), own_sign_ins.client_of(own)
    named = request.GET.get("iss", "")
    if (named or provider.names_itself) and named != own.issuer:
        raise NotTrusted("issuer")
    tokens = oidc.exchange(
        provider, client, code=request.GET["code"], verifier=asked["verifier"], back_to=back_to(own)
    )
    claims = oidc.claims_of(provider, client, id_token=tokens.id_token, nonce=asked["nonce"])
    if asked["why"] != For.SIGN_IN:
        oidc.must_be_fresh(claims, since=asked["at"])
    second = oidc.shows_factor(claims, own.factor_claim, own.factor_value)
    subject = oidc.subject_of(claims, own.subject_claim)
    return Came(own, asked, subject, second, oidc.auth_time(claims), tokens.renewal)


def come_in(request: HttpRequest, came: Came, user: User) -> HttpResponse:
    """Sign this person in: with the second factor that the provider speaks of, else with their own if they have one."""
    request.session[sessions.CAME] = {
        "user": user.pk, "own": came.own.pk, "second": came.second, "proved_at": came.proved_at,
        "only_at": own_sign_ins.agencies_under(came.own),
        "renewal": sealed.seal(came.renewal) if came.renewal and came.own.is_asked_again else "",
    }  # fmt: skip
    record_authentication(request, user, sessions.ELSEWHERE)
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=came.asked["to"]))
    return answer
