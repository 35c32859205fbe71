"""The PDF itself: tagged, in order, the same bytes every time, deaf to the outside world, and stopped when it takes too much."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from decisions import pdf
from decisions.pdf import CannotRender, Limits
from tests.decisions.reading import opened, streams_of, tags_of, text_of

CANARY = "the-secret-of-the-server"
HOSTILE = (
    "<img src='{url}'>",
    "<img src='file://{file}'>",
    "<link rel=stylesheet href='{url}'>",
    "<link rel=attachment href='file://{file}'>",
    "<a rel=attachment href='file://{file}'>x</a>",
    "<style>@import url('{url}'); p {{ background: url('file://{file}') }}</style>",
    "<style>@font-face {{ font-family: x; src: url('{url}') }} p {{ font-family: x }}</style><p>x</p>",
    "<object data='file://{file}'></object>",
    "<embed src='{url}'>",
    "<svg><image href='{url}'/><use href='file://{file}#a'/></svg>",
    "<img srcset='{url} 2x'>",
    "<p style='content: url({url}); list-style-image: url(file://{file})'>x</p>",
    "<img src='asset:../../etc/passwd'>",
    "<img src='data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3Cimage href=%22{url}%22/%3E%3C/svg%3E'>",
)
STYLE = "html { font-family: sans-serif }"


def page(body: str, title: str = "HAL-2026-0001") -> str:
    return f"<!doctype html><html lang='en-GB'><head><title>{title}</title></head><body><h1>Title</h1>{body}</body></html>"


@pytest.fixture
def visitors() -> Iterator[list[str]]:
    """A server on this machine that remembers who called."""
    called: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    called.append(str(server.server_port))
    yield called
    server.shutdown()
    server.server_close()


def test_is_tagged_and_says_what_it_is() -> None:
    made = pdf.render(page("<h2>One</h2><p>Łódź ŵ ŷ</p><ul><li>a</li></ul><dl><dt>b</dt><dd>c</dd></dl>"), STYLE, {})
    document = opened(made.content)
    assert made.pages == len(document.pages) == 1
    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang) == "en-GB"
    assert document.Root.ViewerPreferences.DisplayDocTitle
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "HAL-2026-0001"
        assert "dc:creator" not in metadata
    tags = tags_of(made.content)
    assert {"Document", "H1", "H2", "P", "L", "LI"} <= set(tags)
    assert "Łódź ŵ ŷ" in text_of(made.content)


def test_same_page_is_the_same_file() -> None:
    html = page("<p>The same.</p>")
    assert pdf.render(html, STYLE, {}).content == pdf.render(html, STYLE, {}).content


def test_reaches_no_file_and_no_network(visitors: list[str], tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY)
    url = f"http://127.0.0.1:{visitors[0]}/called"
    made = pdf.render(page("".join(body.format(url=url, file=secret) for body in HOSTILE)), STYLE, {})
    assert visitors[1:] == []
    assert CANARY.encode() not in made.content
    assert CANARY.encode() not in streams_of(made.content)
    assert not opened(made.content).attachments


def test_control_characters_are_no_reason_to_fail() -> None:
    made = pdf.render(page("<p>before\x00\x0b\x1f\ufffeafter</p>"), STYLE, {})
    assert "before" in text_of(made.content)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(seconds=1), "longer than 1 seconds"),
        (Limits(pages=1), "more than 1 pages"),
        (Limits(megabytes=150), "document"),
    ],
)
def test_takes_no_more_than_it_may(limits: Limits, words: str) -> None:
    with pytest.raises(CannotRender, match=words):
        pdf.render(page("<p>Long.</p>" * 5000), STYLE, {}, limits=limits)


def test_missing_libraries_are_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    (tmp_path / "decisions").symlink_to(pdf._CHECKOUT / "decisions")
    monkeypatch.setattr(pdf, "_CHECKOUT", tmp_path)
    with pytest.raises(CannotRender, match="apt-get install libpango"):
        pdf.render(page("<p>x</p>"), STYLE, {})
