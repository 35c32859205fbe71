"""What a form or a program sends: done once under its one-time key, in one transaction with it, and again when it lost a race."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from cases import locks
from cases.actions.sent import Claim, claim_key, finish, give_back
from cases.actions.typed import forget_typed
from cases.http import ReferenceConverter
from cases.models import Appointment
from cases.typed import ANEW, APART, AUTOSAVE, KEY, NEVER, is_kept, keep

HEADER = "Idempotency-Key"
LONGEST_KEY = 60
ACCOUNT = "/account/"
KEPT_AFTER = (200, 302, 400, 403, 409, 500, 503)  # what was not accepted and may be tried again
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
AGAIN = "It was sent already, and is recorded once."
CHANGED = "You have sent this form already. What you typed since then is below and is not sent: send it if it is something more."


REFERENCE = re.compile(ReferenceConverter.regex)
# What packages above ask of the cases and disputes that an answer is about before it is given again; put here when wired.
GIVEN_AGAIN: list[Callable[[Any, Iterable[str]], None]] = []


class WasSent(Exception):
    """A program sent the same again: this is what it was answered the first time."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("It was sent before.")
        self.status, self.location = claim.status, claim.location
        self.data = json.loads(claim.body) if claim.body else None

    def is_about(self, address: str) -> list[str]:
        """The references of the cases and disputes that it tells of."""
        named = self.data.get("reference", "") if isinstance(self.data, dict) else ""
        return sorted(set(REFERENCE.findall(f"{address} {self.location} {named}")))


class Differs(Exception):
    """Something else was sent under this key before."""


class Sending:
    """One act under its key: the transaction that holds both, from the key's claim to the answer."""

    def __init__(self, key: str) -> None:
        self.key, self.claim, self.is_open = key, cast("Claim | None", None), True
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def begin(self, request: HttpRequest, by: Appointment) -> Claim:
        """Take the key, after anybody who is at it; ``Differs`` when it stands for something else."""
        content = content_of(request, by)
        self.claim = claim_key(user_id=by.user_id, key=self.key, content=content)
        if self.claim.is_done and self.claim.content != content:
            raise Differs
        return self.claim

    def end(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Write down the answer beside the act if it was accepted, and commit; else the key is free again."""
        if connection.needs_rollback or (self.claim is not None and self.claim.is_done):
            return self.take_back()
        if self.claim is None:
            pass  # nobody signed in, or an address that takes no key
        elif was_accepted(request, response):
            is_told_again = request.path.startswith("/api/") and APART not in request.path
            body = response.content.decode() if is_told_again else ""  # type: ignore[attr-defined]
            location = response.headers.get("Location", "")
            finish(claim=self.claim, address=request.path, status=response.status_code, location=location, body=body)
        else:
            give_back(claim=self.claim)
        self.is_open = False
        self.transaction.__exit__(None, None, None)
        return None

    def take_back(self, error: BaseException | None = None) -> None:
        """Nothing of it stays."""
        if self.is_open:
            self.is_open = False
            error = error or RuntimeError()
            self.transaction.__exit__(type(error), error, error.__traceback__)


class SendsOnce:
    """Stands directly before the views: whatever is sent under a key is done once, however often and quickly it comes.

    A form's key is its hidden field, a program's the header. Without one an act is done as often as it is sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if _is_json(request) and length.isdigit() and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            _ = request.body  # kept, so that it can be read again
        try:
            return self._ended(request, self.get_response(request))
        finally:
            if sending := sending_of(request):
                sending.take_back()

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]
    ) -> HttpResponseBase | None:
        """Keep what is only saved, answer what was sent before, and let the rest begin."""
        if request.method in SAFE:
            return None
        if request.path.startswith("/api/"):
            if key := request.headers.get(HEADER, "").strip():
                _begin(request, key)
            return None
        acting = getattr(request, "acting", None)
        if request.method != "POST" or acting is None:
            return None
        if is_kept(request.path) and (AUTOSAVE in request.headers or ANEW in request.POST):
            return _kept_or_forgotten(request, acting)
        key = request.POST.get(KEY, "")
        if is_key(key):
            _begin(request, key)
            return _answered(request, acting)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """What failed is taken back before anybody looks at why; what only lost a race is done again, once."""
        if sending := sending_of(request):
            sending.take_back(error)
        if may_run_again(request, error):
            return _again(request)
        cast("Any", request).has_failed = True
        return None

    def _ended(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        sending = sending_of(request)
        if getattr(request, "is_answered", False):
            return response
        if sending is not None and sending.is_open:
            try:
                sending.end(request, response)
            except Exception as error:
                sending.take_back(error)
                if not may_run_again(request, error):
                    raise
                response = _again(request)
                cast("Any", request).sending.end(request, response)
        elif _may_be_kept(request) and was_accepted(request, response):
            forget_typed(user_id=cast("Any", request).acting.user_id, address=request.path)
        if _may_be_kept(request) and response.status_code in KEPT_AFTER and not was_accepted(request, response):
            keep(request, cast("Any", request).acting.user_id, overtaken=False)
        return response


def sending_of(request: HttpRequest) -> Sending | None:
    """What this request sends under a key."""
    return getattr(request, "sending", None)


def is_key(key: str) -> bool:
    """Whether something can be a key."""
    return 0 < len(key) <= LONGEST_KEY and key.isprintable()


def was_accepted(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the act was done: the API answers that it went well, a page leads on, but not to prove who one is."""
    if getattr(request, "refused_for", None) is not None or getattr(request, "has_failed", False):
        return False
    if request.path.startswith("/api/"):
        return 200 <= response.status_code < 300
    to_account = response.headers.get("Location", "").startswith(ACCOUNT)
    return 300 <= response.status_code < 400 and (not to_account or request.path.startswith(ACCOUNT))


def content_of(request: HttpRequest, by: Appointment) -> str:
    """The digest of what is sent, where to, and in which role."""
    sha = hashlib.sha256(f"{request.method} {request.get_full_path()} {by.pk} ".encode())
    if _is_json(request):
        sha.update(request.body)
    else:
        fields = [(name, values) for name, values in sorted(request.POST.lists()) if not NEVER.search(name)]
        files = [(name, [(file.name, file.size) for file in files]) for name, files in sorted(request.FILES.lists())]
        sha.update(json.dumps([fields, files]).encode())
    return sha.hexdigest()


def may_run_again(request: HttpRequest, error: BaseException) -> bool:
    """What was sent is still there; only a file that was sent along is not, then the person tries again."""
    is_there = not request.FILES and (not _is_json(request) or hasattr(request, "_body"))
    return request.resolver_match is not None and locks.was_lost(error) and is_there


def _begin(request: HttpRequest, key: str) -> None:
    cast("Any", request).sending = Sending(key)


def _answered(request: HttpRequest, acting: Appointment) -> HttpResponseBase | None:
    """The answer of the first time; what was changed since is kept for its writer and shown again."""
    sending = cast("Any", request).sending
    try:
        claim = sending.begin(request, acting)
    except Differs:
        sending.take_back()
        cast("Any", request).is_answered = True
        keep(request, acting.user_id, overtaken=False)
        messages.warning(request, CHANGED)
        return HttpResponseRedirect(_page_of(request))
    if not claim.is_done:
        return None
    sending.take_back()
    cast("Any", request).is_answered = True
    messages.info(request, AGAIN)
    answer = HttpResponse(status=claim.status)
    answer["Location"] = claim.location
    return answer


def _again(request: HttpRequest) -> HttpResponseBase:
    """The same once more; PostgreSQL has taken back all of the first time."""
    address, sending = request.resolver_match, sending_of(request)
    assert address is not None  # noqa: S101
    if sending is not None:
        _begin(request, sending.key)
        if not request.path.startswith("/api/") and (answer := _answered(request, cast("Any", request).acting)):
            return answer
    return cast("HttpResponseBase", address.func(request, *address.args, **address.kwargs))


def _page_of(request: HttpRequest) -> str:
    """The page on which the form stands."""
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if is_ours else request.get_full_path()


def _kept_or_forgotten(request: HttpRequest, acting: Appointment) -> HttpResponseBase:
    """What a page saves by itself while one types, or what its reader throws away to start anew."""
    cast("Any", request).is_answered = True
    if AUTOSAVE in request.headers:
        keep(request, acting.user_id)
        return HttpResponse(status=204)
    forget_typed(user_id=acting.user_id, address=request.POST[ANEW].replace("\x00", ""))
    return redirect(request.path)


def _may_be_kept(request: HttpRequest) -> bool:
    """Whether this is somebody's own form: with its CSRF token, so that nobody else can put words into it."""
    is_own = getattr(request, "acting", None) is not None and getattr(request, "csrf_processing_done", False)
    return request.method == "POST" and is_own and is_kept(request.path)


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"
