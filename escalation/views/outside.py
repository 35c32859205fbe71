"""Pages for somebody outside who has no account: the link, the code, what is shared with them, their answer (F55)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import rows
from cases.errors import Refused
from cases.forms.base import LONGEST_TEXT
from cases.http import NOT_FOUND, ReadNotWritten, acted_at, refused
from cases.sending import SAFE
from escalation.actions import outside_answers as acts
from escalation.forms.outside import AnswerForm, CodeForm, name_of, numbers
from escalation.giving_out import HEADERS

COOKIE = "__Host-outside" if settings.HTTPS else "outside"
NO_WAY_IN = (
    "This code does not open the page. It may be mistyped, used already, older than 10 minutes, or the link may not be open"
    " any more. Ask for a new code below."
)
View = Callable[..., HttpResponseBase]


def from_outside(view: View) -> View:
    """A page for which nobody signs in, and on which whoever has signed in beside it is nobody."""

    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        cast("Any", request).acting = None
        with rows.everything("nobody acts: the secret in their hands names the one invitation that is read"):
            try:
                return view(request, *args, **kwargs)
            except DatabaseError as error:
                if request.method in SAFE:  # what is read is written down in one transaction with it, or is not shown
                    raise ReadNotWritten from error
                raise

    return cast("View", login_not_required(handle))


def _page(request: HttpRequest, name: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"escalation/outside/{name}.html", {"is_outside": True, **context}, status=status)


def _is_too_often(request: HttpRequest, action: str) -> bool:
    return not ratelimit.consume(request, action=action)


@require_http_methods(["GET", "POST"])
@from_outside
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the link in the e-mail leads to, the same for every link there could be; pressing the button sends a code."""
    if request.method != "POST":
        return _page(request, "link", {})
    if _is_too_often(request, "outside_code"):
        return render(request, "429.html", {"is_outside": True}, status=429)
    acts.send_code(token=token, now=acted_at())
    return redirect("outside_code", token)


@require_http_methods(["GET", "POST"])
@from_outside
def code(request: HttpRequest, token: str) -> HttpResponseBase:
    """The code is typed; whatever is wrong with it or with the link, the answer is the same."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and _is_too_often(request, "outside_try"):
        return render(request, "429.html", {"is_outside": True}, status=429)
    if request.method == "POST" and form.is_valid():
        if key := acts.enter(token=token, code=form.cleaned_data["code"], now=acted_at()):
            answer = redirect("outside_answer")
            answer.set_cookie(COOKIE, key, secure=settings.HTTPS, httponly=True, samesite="Strict")
            return answer
        form.add_error("code", NO_WAY_IN)
    return _page(request, "code", {"form": form, "token": token})


@require_http_methods(["GET", "POST"])
@from_outside
def answer(request: HttpRequest) -> HttpResponseBase:
    """Who asks, what is shared, the questions; afterwards what was answered, until the invitation is over."""
    key, now, is_post = request.COOKIES.get(COOKIE, ""), acted_at(), request.method == "POST"
    inside = acts.look(key=key, now=now, reads=not is_post)
    if inside is None:
        if is_post:
            acts.keep_draft(key=key, answers=_typed(request), now=now)
        return _page(request, "over", {}, status=403)
    form, status = AnswerForm(request.POST if is_post else None, questions=inside.questions), 200
    if is_post and form.is_valid():
        try:
            acts.answer(key=key, answers=form.answers, now=now)
            return redirect("outside_answer")
        except Refused as error:
            status = refused(request, form, error)
    elif is_post:
        acts.keep_draft(key=key, answers=_typed(request), now=now)
    return _page(request, "answer", {"form": form, "inside": inside, "row": inside.invitation}, status=status)


def _typed(request: HttpRequest) -> dict[int, str]:
    given = {number: request.POST.get(name_of(number), "") for number in numbers()}
    return {number: text.replace("\x00", "").replace("\r\n", "\n")[:LONGEST_TEXT] for number, text in given.items()}


@require_safe
@from_outside
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file that is shared with them, as an attachment under a name that says nothing of anybody."""
    found = acts.take_out(key=request.COOKIES.get(COOKIE, ""), pk=pk, now=acted_at())
    if found is None:
        raise Http404(NOT_FOUND)
    evidence, content = found
    name = f"{evidence.dispute.reference}-{evidence.given_out_as}"
    return FileResponse(content, as_attachment=True, filename=name, content_type=evidence.media_type, headers=HEADERS)


@require_POST
@from_outside
def leave(request: HttpRequest) -> HttpResponseBase:
    """They close it; the browser forgets the key."""
    acts.leave(key=request.COOKIES.get(COOKIE, ""), now=acted_at())
    answer = redirect("outside_closed")
    answer.delete_cookie(COOKIE, samesite="Strict")
    return answer


@require_safe
@from_outside
def closed(request: HttpRequest) -> HttpResponseBase:
    """That it is closed."""
    return _page(request, "closed", {})
