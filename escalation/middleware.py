"""What every answer carries: pages of a signed-in person are never kept by a browser or a proxy."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

Handler = Callable[[HttpRequest], HttpResponseBase]


def never_stored(get_response: Handler) -> Handler:
    """Add no-store to every page; static files are answered before this point and stay cacheable."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        add_never_cache_headers(response)
        return response

    return handle
