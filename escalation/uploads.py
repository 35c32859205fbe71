"""Uploads are cut off at the limit while they arrive: the file is dropped, and everything else in the form is kept."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

TIMES_UNTIL_CUT_OFF = 5


class UpToALimit(FileUploadHandler):
    """Skips a file beyond the limit and notes on the request which field it was; a flood is cut off altogether."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.arrived = self.arrived_here = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self.arrived_here = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count, and let pass what is within the limit."""
        self.arrived += len(raw_data)
        self.arrived_here += len(raw_data)
        if self.arrived > TIMES_UNTIL_CUT_OFF * settings.EVIDENCE_LARGEST:
            raise StopUpload(connection_reset=True)
        if self.arrived_here > settings.EVIDENCE_LARGEST:
            request: Any = self.request
            request.too_large = {*getattr(request, "too_large", ()), str(self.field_name)}
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers after this one keep the file."""
        return


def was_too_large(request: HttpRequest, field: str) -> bool:
    """Whether the file of this field was dropped because of its size."""
    return field in getattr(request, "too_large", ())
