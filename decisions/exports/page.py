"""A bundle as a finished page: its HTML, style sheet and fonts, ready to be laid out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string

from decisions import pdf

FONT_FILES = "@fontsource/source-sans-3/files"
FONTS = tuple(f"source-sans-3-{part}-{weight}-normal.woff2" for part in ("latin", "latin-ext") for weight in (400, 700))


def as_pdf(bundle: dict[str, Any], fingerprint: str, *, limits: pdf.Limits | None = None) -> pdf.Rendered:
    """The document of a bundle; the same bundle gives the same bytes."""
    return pdf.render(as_html(bundle, fingerprint), _style(), _fonts(), limits=limits)


def as_html(bundle: dict[str, Any], fingerprint: str) -> str:
    """The bundle as HTML; every word from the record is escaped by the template."""
    return render_to_string("pdf/document.html", {"document": bundle, "fingerprint": fingerprint})


@cache
def _style() -> str:
    return str(get_template("pdf/document.css").render())


@cache
def _fonts() -> dict[str, bytes]:
    home = Path(settings.NPM_DIR) / FONT_FILES
    return {name: (home / name).read_bytes() for name in FONTS if (home / name).is_file()}
