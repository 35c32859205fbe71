"""Signing in through one's agency's own provider: sent there, come back, linked, asked again, taken off."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.core.internal.ratelimit import consume, respond_429
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import elsewhere, proving
from cases.acting import roles_of
from cases.actions import own_sign_ins
from cases.elsewhere import Came, For
from cases.errors import Refused
from cases.forms.account import FirstTimeForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from cases.models import AgencySignIn, User
from cases.oidc import NotTrusted
from cases.reset_links import person_of_link

LINKED = "The account of your organisation is linked. From now on you can sign in with it."
UNLINKED = "It is unlinked. Nobody comes in with it any more."


@require_safe
@login_not_required
def organisations(request: HttpRequest) -> HttpResponse:
    """Which organisations let their people sign in with their own accounts: the same list for everybody."""
    given = request.GET.get("next", "")
    context = {"own": list(own_sign_ins.in_force()), "next": given if _is_ours(request, given) else ""}
    return render(request, "account/organisations.html", context)


@require_safe
@login_not_required
def sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Go there to sign in. A link, since a browser that holds forms to our own pages lets no form lead elsewhere."""
    given = request.GET.get("next", "")
    return _send(request, _one_of(own_sign_ins.in_force(), pk), For.SIGN_IN, to=given if _is_ours(request, given) else "/")


@require_safe
@login_not_required
def came_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody comes back from their provider; whoever is not let in is told nothing about why."""
    if not consume(request, app="allauth.account", action="elsewhere", limit_get=True):
        return _too_many(request)
    try:
        came = elsewhere.come_back(request, pk)
        return _WHEN_BACK[For(came.asked["why"])](request, came)
    except NotTrusted as error:
        return _not_let_in(request, pk, error)


@require_safe
@login_not_required
def not_let_in(request: HttpRequest) -> HttpResponse:
    """The one plain answer to everybody who is not let in."""
    return render(request, "account/not_let_in.html", status=403)


@require_http_methods(["GET", "POST"])
@login_not_required
def first_time(request: HttpRequest) -> HttpResponse:
    """Ask for a link by e-mail; the answer is the same whether anybody is invited with that address or not."""
    form = FirstTimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if not consume(request, app="allauth.account", action="first_time", key=email.lower()):
            return _too_many(request)
        own_sign_ins.offer_first(email=email, day=timezone.localdate(), now=acted_at())
        return redirect("first_time_sent")
    return render(request, "account/first_time.html", {"form": form})


@require_safe
@login_not_required
def first_time_sent(request: HttpRequest) -> HttpResponse:
    """That a link is on its way, if somebody is invited with that address."""
    return render(request, "account/first_time_sent.html")


@require_safe
@login_not_required
def open_first_link(request: HttpRequest, key: str) -> HttpResponse:
    """The page behind the link in the mail: where to sign in once, so that the account is linked."""
    user = person_of_link(key)
    own = own_sign_ins.may_begin_with(user, day=timezone.localdate()) if user else []
    return render(request, "account/first_link.html", {"own": own, "key": key}, status=200 if own else 403)


@require_safe
@login_not_required
def first(request: HttpRequest, key: str, pk: str) -> HttpResponse:
    """Go there from the link in the mail."""
    user = person_of_link(key)
    own = own_sign_ins.may_begin_with(user, day=timezone.localdate()) if user else []
    found = next((one for one in own if str(one.pk) == pk), None)
    return _send(request, found, For.FIRST, key=key) if found else redirect("first_link", key)


@require_safe
def link(request: ActingRequest, pk: int) -> HttpResponse:
    """Link an account of one's organisation while signed in."""
    return _send(request, _own_of_mine(request, pk), For.LINK)


@require_safe
def prove(request: ActingRequest, pk: int) -> HttpResponse:
    """Show again that it is oneself, there."""
    given = request.GET.get("next", "")
    return _send(request, _own_of_mine(request, pk), For.PROVE, to=given if _is_ours(request, given) else "/")


@require_POST
def unlink(request: ActingRequest, pk: int) -> HttpResponse:
    """Take an account of one's organisation off."""
    try:
        own_sign_ins.unlink(user=request.user, pk=pk, now=acted_at(), besides=str(request.session.session_key))
    except Refused as error:
        refused(request, None, error)
    else:
        messages.success(request, UNLINKED)
    return redirect("account")


def _signed_in(request: HttpRequest, came: Came) -> HttpResponse:
    if request.user.is_authenticated:
        raise NotTrusted("signed_in_already", request.user.pk)
    user = own_sign_ins.user_of(own=came.own, subject=came.subject, day=timezone.localdate())
    return elsewhere.come_in(request, came, user)


def _linked_first(request: HttpRequest, came: Came) -> HttpResponse:
    day, user = timezone.localdate(), person_of_link(came.asked["key"])
    if user is None or came.own.pk not in {own.pk for own in own_sign_ins.may_begin_with(user, day=day)}:
        raise NotTrusted("link_is_over", user.pk if user else None)
    if request.user.is_authenticated:
        raise NotTrusted("signed_in_already", request.user.pk)
    _link(user, came)
    messages.success(request, LINKED)
    return elsewhere.come_in(request, came, user)


def _linked(request: HttpRequest, came: Came) -> HttpResponse:
    user = _still_me(request, came)
    _link(user, came)
    messages.success(request, LINKED)
    return redirect("account")


def _proved(request: HttpRequest, came: Came) -> HttpResponse:
    user = _still_me(request, came)
    if not own_sign_ins.links_of(user).filter(issuer=came.own.issuer, subject=came.subject).exists():
        raise NotTrusted("somebody_else", user.pk)
    proving.note(request, second=came.second, at=came.proved_at)
    return redirect(came.asked["to"])


_WHEN_BACK = {For.SIGN_IN: _signed_in, For.FIRST: _linked_first, For.LINK: _linked, For.PROVE: _proved}


def _link(user: User, came: Came) -> None:
    try:
        own_sign_ins.link(user=user, own=came.own, subject=came.subject, now=acted_at())
    except Refused as error:
        raise NotTrusted("linked_otherwise", user.pk) from error


def _still_me(request: HttpRequest, came: Came) -> User:
    """Whoever was sent from the midst of a session comes back to it, with a role at that agency still."""
    user = request.user
    if not isinstance(user, User) or user.pk != came.asked["user"]:
        raise NotTrusted("session_is_over")
    if came.own not in own_sign_ins.offered_to(roles_of(user, day=timezone.localdate())):
        raise NotTrusted("no_role_at_agency", user.pk)
    return user


def _send(request: HttpRequest, own: AgencySignIn, why: For, *, to: str = "/", key: str = "") -> HttpResponse:
    if not consume(request, app="allauth.account", action="elsewhere", limit_get=True):
        return _too_many(request)
    try:
        return elsewhere.send(request, own, why, to=to, key=key)
    except NotTrusted as error:
        return _not_let_in(request, own.pk, error)


def _not_let_in(request: HttpRequest, pk: int, error: NotTrusted) -> HttpResponse:
    own_sign_ins.record_refusal(pk=pk, code=error.code, user_id=error.user_id, now=acted_at())
    return redirect("elsewhere_refused")


def _too_many(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = respond_429(request)
    return answer


def _own_of_mine(request: ActingRequest, pk: int) -> AgencySignIn:
    return _one_of(own_sign_ins.offered_to(roles_of(request.user, day=timezone.localdate())), pk)


def _one_of(offered: Iterable[AgencySignIn], pk: int) -> AgencySignIn:
    found = next((own for own in offered if own.pk == pk), None)
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def _is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()})
