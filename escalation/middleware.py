"""What holds for every request: pages are never kept by a browser or a proxy, none is empty, and a lost race is run again."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from cases import locks

Handler = Callable[[HttpRequest], HttpResponseBase]


def never_stored(get_response: Handler) -> Handler:
    """Add no-store to every page; static files are answered before this point and stay cacheable."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        add_never_cache_headers(response)
        return response

    return handle


def never_empty(get_response: Handler) -> Handler:
    """Somebody who opens the address of a form's button, after signing in again or by a reload, is told what to do."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code != 405 or request.method != "GET" or request.path.startswith("/api/"):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response.headers["Allow"]
        return page

    return handle


class OnceMore:
    """Answers a request again, once, when its act lost to another in the database: PostgreSQL has taken all of it back."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if _is_json(request) and length.isdigit() and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            _ = request.body  # kept, so that it can be read again
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """What was typed is still there; only a file that was sent along is not, then the person tries again."""
        address = request.resolver_match
        if address is None or not locks.was_lost(error) or request.FILES or (_is_json(request) and not hasattr(request, "_body")):
            return None
        return address.func(request, *address.args, **address.kwargs)  # type: ignore[no-any-return]


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"
