"""Guards of the whole test run: no calls to the outside, no reliance on an order nobody asked for, no work done twice."""

import ipaddress
import socket
from typing import Any

from django.core.cache.backends.redis import RedisCacheClient
from django.db.models import QuerySet
from whitenoise.middleware import WhiteNoiseMiddleware

_used: list[bool] = []


def block_sockets() -> None:
    """Let tests reach only this machine: unix sockets and loopback addresses."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_outside(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_outside(self.family, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_outside(socket.AF_INET, (host,))
        return look_up(host, *args, **kwargs)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = guarded_look_up


def _refuse_outside(family: int, address: Any) -> None:
    if family == socket.AF_UNIX:
        return
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    if host in (None, "", "localhost"):
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise AssertionError(f"A test tried to reach {host}. Tests may reach only their own servers.")


def deal_unordered_rows_backwards() -> None:
    """Hand out the rows of a queryset without an order last first, so that luck does not pass a test."""
    fetch_all = QuerySet._fetch_all

    def fetch_backwards(self: QuerySet[Any, Any]) -> None:
        fresh = self._result_cache is None
        fetch_all(self)
        if fresh and self._result_cache and len(self._result_cache) > 1 and not self.ordered:
            self._result_cache.reverse()

    QuerySet._fetch_all = fetch_backwards  # type: ignore[method-assign]
    get_client = RedisCacheClient.get_client

    def noted_get_client(self: RedisCacheClient, *args: Any, **kwargs: Any) -> Any:
        _used.append(True)
        return get_client(self, *args, **kwargs)

    RedisCacheClient.get_client = noted_get_client  # type: ignore[method-assign]


def cache_was_used() -> bool:
    """Whether the cache was touched since the last question."""
    used = bool(_used)
    _used.clear()
    return used


def look_for_static_files_once() -> None:
    """They are the same for every client of every test."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, dict[str, Any]()

    def look_once(self: WhiteNoiseMiddleware) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = look_once
