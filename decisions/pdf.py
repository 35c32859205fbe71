"""Turns finished HTML into a tagged PDF in a limited child process that can reach no file and no network."""

from __future__ import annotations

import base64
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIBRARIES = (
    "This server lacks the system libraries that PDF documents need. Whoever runs it can add them on Debian or Ubuntu with: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
TOO_LONG = "Making the document took longer than {seconds} seconds and was stopped."
TOO_LARGE = "The document needed more memory than it may have and was stopped."
TOO_MANY_PAGES = "The document would have more than {pages} pages."
BROKE = "The document could not be laid out."

_EXIT_LIBRARIES, _EXIT_MEMORY, _EXIT_PAGES = 3, 4, 5
_CHECKOUT = Path(__file__).resolve().parent.parent
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")


class CannotRender(Exception):
    """The document could not be made; the message says why in plain words."""


@dataclass(frozen=True)
class Limits:
    """What a child may use before it is stopped."""

    seconds: int = 60
    megabytes: int = 1500
    pages: int = 1500


@dataclass(frozen=True)
class Rendered:
    """A finished file."""

    content: bytes
    pages: int


def render(html: str, css: str, assets: Mapping[str, bytes], *, limits: Limits | None = None) -> Rendered:
    """The PDF of ``html``; ``assets`` are all that its style sheet may refer to, as ``asset:name``.

    The same arguments give the same bytes. CannotRender when it takes too much, or when the system lacks libraries.
    """
    limits = limits or Limits()
    order = {
        "html": _CONTROL.sub("\ufffd", html),
        "css": css,
        "assets": {name: base64.b64encode(content).decode() for name, content in assets.items()},
        "limits": vars(limits),
    }
    answer = _ask_child(json.dumps(order).encode(), limits)
    pages, _, content = answer.partition(b"\n")
    return Rendered(content=content, pages=int(pages))


def _ask_child(order: bytes, limits: Limits) -> bytes:
    with tempfile.TemporaryDirectory(prefix="document-") as home:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": home, "XDG_CACHE_HOME": home,
            "PYTHONPATH": str(_CHECKOUT), "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0",
        }  # fmt: skip
        if library_path := os.environ.get("LD_LIBRARY_PATH"):
            environment["LD_LIBRARY_PATH"] = library_path
        try:
            done = subprocess.run(
                [sys.executable, "-m", "decisions.pdf"], input=order, capture_output=True, cwd=home, env=environment,
                timeout=limits.seconds, check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CannotRender(TOO_LONG.format(seconds=limits.seconds)) from error
    if done.returncode:
        raise CannotRender(_why(done.returncode, limits))
    return done.stdout


def _why(code: int, limits: Limits) -> str:
    reasons = {
        _EXIT_LIBRARIES: LIBRARIES,
        _EXIT_MEMORY: TOO_LARGE,
        _EXIT_PAGES: TOO_MANY_PAGES.format(pages=limits.pages),
        -9: TOO_LARGE,
        -24: TOO_LONG.format(seconds=limits.seconds),
    }
    return reasons.get(code, BROKE)


# --- in the child --------------------------------------------------------------------------------------------------


def _limit_myself(limits: Limits) -> None:
    size = limits.megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _fetcher(assets: Mapping[str, bytes]) -> Any:
    """A fetcher that knows ``data:`` and the assets handed in, and nothing else in the world."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyWhatWasHandedIn(URLFetcher):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(allowed_protocols={"data"}, allow_redirects=False)

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            if url.startswith("asset:"):
                name = url.removeprefix("asset:")
                if name not in assets:
                    raise ValueError("There is no such asset.")
                return URLFetcherResponse(url, assets[name], {"Content-Type": "font/woff2"})
            return super().fetch(url, headers)

    return OnlyWhatWasHandedIn()


def _document(order: dict[str, Any], limits: Limits) -> tuple[int, bytes]:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _fetcher({name: base64.b64decode(content) for name, content in order["assets"].items()})
    fonts = FontConfiguration()
    style = CSS(string=order["css"], url_fetcher=fetcher, font_config=fonts)
    page = HTML(string=order["html"], url_fetcher=fetcher)
    laid_out = page.render(font_config=fonts, stylesheets=[style], pdf_variant="pdf/ua-1")
    if len(laid_out.pages) > limits.pages:
        raise SystemExit(_EXIT_PAGES)
    content = laid_out.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=True)
    return len(laid_out.pages), content


def _child() -> None:
    order = json.load(sys.stdin.buffer)
    limits = Limits(**order["limits"])
    _limit_myself(limits)
    try:
        import weasyprint  # noqa: F401
    except OSError:
        raise SystemExit(_EXIT_LIBRARIES) from None
    try:
        pages, content = _document(order, limits)
    except MemoryError:
        raise SystemExit(_EXIT_MEMORY) from None
    sys.stdout.buffer.write(str(pages).encode() + b"\n" + content)


if __name__ == "__main__":
    _child()
