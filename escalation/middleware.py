"""What holds for every request: pages are never kept by a browser or a proxy, open nothing of a device, and none is empty."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

Handler = Callable[[HttpRequest], HttpResponseBase]
NOT_ASKED_FOR = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb", "bluetooth", "hid")
NO_DEVICES = ", ".join(f"{name}=()" for name in NOT_ASKED_FOR)


def never_stored(get_response: Handler) -> Handler:
    """Add no-store to every page; static files are answered before this point and stay cacheable."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        add_never_cache_headers(response)
        return response

    return handle


def for_us_alone(get_response: Handler) -> Handler:
    """A page opens nothing of the device, and no other site loads what we answer into its own pages."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", NO_DEVICES)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
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
