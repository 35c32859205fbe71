"""The one way a business rule says no."""

from __future__ import annotations


class Refused(Exception):
    """A rule refused an act; ``message`` says in plain words why and what would help. Nothing was changed.

    ``code`` is ``invalid`` (something typed), ``shut`` (a gate is not open), ``forbidden`` (not yours to do) or
    ``stale`` (somebody else acted first); ``field`` names the form field concerned, if one is.
    """

    def __init__(self, message: str, *, field: str | None = None, code: str = "invalid") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code
