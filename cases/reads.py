"""No content of a case leaves before it is written who reads it: once for each answer, and a plain 503 when it cannot be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from cases.http import ActingRequest, ReadNotWritten, record_read
from cases.models import Appointment, Case
from cases.sending import SAFE, sending_of

RETRY_AFTER = 30  # seconds
SAYS_NOTHING = (204, 404, 405)
TRY_AGAIN = (
    "This could not be shown, because who reads it could not be written down. Nothing of it was given out, and what was sent "
    "under an Idempotency-Key is not recorded. Try again in half a minute."
)
log = logging.getLogger(__name__)


def opened(request: Any, case: Case) -> None:
    """This request shows something of a case: written before the content is looked up, or, for what is sent, with the answer.

    Every door that shows content of a case calls this with its request; ``ReadNotWritten`` is answered in one place.
    """
    plain = getattr(request, "_request", request)
    if case.pk in (read := cast("set[int]", getattr(plain, "has_read", set()))):
        return
    if plain.method in SAFE:
        record_read(case, request.acting)
        plain.has_read = read | {case.pk}
    else:
        plain.will_read = case, cast("Appointment", request.acting)


class EveryReadIsWritten:
    """Stands directly before the views, within the transaction of what is sent: what cannot be written down is not shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        will_read: tuple[Case, Appointment] | None = getattr(request, "will_read", None)
        if will_read is None or not shows_content(request, response):
            return response
        try:
            record_read(*will_read)
        except ReadNotWritten as error:
            return not_shown(request, error)
        return response

    def process_exception(self, request: ActingRequest, error: Exception) -> HttpResponse | None:
        """Every door leaves this error to us."""
        return not_shown(request, error) if isinstance(error, ReadNotWritten) else None


def shows_content(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether an answer to what was sent holds anything of the case: a page drawn again, or what the API says went well."""
    status = response.status_code
    if request.path.startswith("/api/"):
        return 200 <= status < 300 and status not in SAYS_NOTHING
    return not 300 <= status < 400 and status not in SAYS_NOTHING and status < 500


def not_shown(request: HttpRequest, error: Exception) -> HttpResponse:
    """A plain answer that needs no database; what was sent under a key is taken back."""
    log.error("a read could not be written down, so nothing was shown", exc_info=error)
    if sending := sending_of(request):
        sending.take_back(error)
    if request.path.startswith("/api/"):
        answer: HttpResponse = JsonResponse({"message": TRY_AGAIN, "code": "unavailable", "field": None}, status=503)
    else:
        answer = HttpResponse(render_to_string("503.html"), status=503)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer
