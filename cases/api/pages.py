"""How the API's lists are paged: by keyset, newest first."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class ByKeyset(CursorPagination):
    """Follow ``next`` until it is null; rows added meanwhile neither repeat nor hide any."""

    ordering = "-pk"
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
