"""What the page's scripts add: saving while one types, sending once, copying, leaving quickly, growing texts."""

import mimetypes
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.template import Context, engines
from playwright.sync_api import expect

from tests.browsing import OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser
SITE = "http://service.test"
PAGE = """{% extends "base.html" %}{% load components %}{% block title %}HAL-2026-0012{% endblock %}{% block content %}
<h1 class="govuk-heading-l">A dispute</h1>
{% post_to "/send/" label="Worries" %}
<div class="govuk-form-group"><label class="govuk-label" for="what">What worries you?</label>
<textarea class="govuk-textarea" id="what" name="what" rows="3"></textarea></div>{% button "Save" %}{% end_post_to %}
{% copy_text "own" "Text for your own system" "Raised on 2 April." %}
{% endblock %}"""


class Server:
    """Answers the browser in place of a web server and remembers what was posted."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, list[str]]]] = []
        self.answer = 204
        request = {"acting": {"user": {"name": "Rosalind Achterberg"}, "get_role_display": "Line manager"}}
        context = Context({"request": request, "frame": {"links": {}}, "csrf_token": "token"})
        engine = engines["django"].engine  # type: ignore[attr-defined]
        self.page = str(engine.from_string(PAGE).render(context))

    def handle(self, route: "Route") -> None:
        path = route.request.url.removeprefix(SITE)
        if not route.request.url.startswith(SITE):
            return route.fulfill(body="<title>Weather</title>", content_type="text/html")
        if route.request.method == "POST":
            path = "/save/" if route.request.headers.get("x-autosave") else path
            self.posted.append((path, parse_qs(route.request.post_data or "")))
            return route.fulfill(status=self.answer if path == "/save/" else 204)
        if path.startswith("/static/"):
            found = Path(str(finders.find(path.removeprefix("/static/"))))
            return route.fulfill(
                body=found.read_bytes(), content_type=mimetypes.guess_type(found.name)[0] or "font/woff2"
            )
        return route.fulfill(body=self.page, content_type="text/html")

    def posts_to(self, path: str) -> list[dict[str, list[str]]]:
        return [body for where, body in self.posted if where == path]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def page(open_page: OpenPage, server: Server) -> "Page":
    opened = open_page(viewport={"width": 320, "height": 800})
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.route("**/*", server.handle)
    opened.goto(f"{SITE}/")
    expect(opened.locator("body")).to_have_class(re.compile("js-enabled"))
    return opened


def test_a_text_saves_itself_and_says_so(page: "Page", server: Server) -> None:
    page.fill("#what", "She is alone at night.")
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("^Saved at "))

    (saved,) = server.posts_to("/save/")
    assert (saved["csrfmiddlewaretoken"], saved["what"]) == (["token"], ["She is alone at night."])


def test_a_text_that_could_not_be_saved_says_so_and_stays(page: "Page", server: Server) -> None:
    server.answer = 403
    page.fill("#what", "She is alone at night.")
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("^Not saved yet"))

    expect(page.locator("#what")).to_have_value("She is alone at night.")


def test_pressing_twice_sends_once(page: "Page", server: Server) -> None:
    with page.expect_response(f"{SITE}/send/"):
        page.evaluate("for (let i = 0; i < 3; i++) document.querySelector('form button').click()")
    page.wait_for_timeout(300)

    assert len(server.posts_to("/send/")) == 1


def test_the_copy_button_copies(page: "Page") -> None:
    page.click("text=Copy the text")
    expect(page.get_by_text("Copied.")).to_be_visible()

    expect(page.locator("#own")).to_have_value("Raised on 2 April.")


def test_escape_twice_leaves_the_page(page: "Page") -> None:
    page.keyboard.press("Escape")
    assert page.url.startswith(SITE)
    for _ in range(10):  # on a busy machine two strokes may come more than a second apart
        page.keyboard.press("Escape")
    page.wait_for_url(lambda url: not url.startswith(SITE))


def test_nothing_is_wider_than_a_phone_and_axe_finds_nothing(page: "Page") -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert Axe().run(page).violations_count == 0
