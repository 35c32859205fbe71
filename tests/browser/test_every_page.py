"""Every page of the product in a real browser, before somebody who may open it: nothing is wrong with any of them.

The pages are those of the address tables and of the table of forms, so that a new page is looked at without being asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from playwright.sync_api import expect

from cases.models import Appointment, Person, User
from decisions.actions.exports import request_export
from escalation.actions import moves
from escalation.models import Dispute, Notification
from tests import url_matrix, url_matrix_disputes
from tests.browser.looking import WIDTHS, follow
from tests.browsing import OpenPage
from tests.clock import Clock
from tests.every_form import FORMS
from tests.every_form_places import Places
from tests.factories import make_absence, make_place
from tests.factories_disputes import fresh

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
GROUPS = 2
# What an address gives is not always a page.
FILES = frozenset(
    {"protocol_file", "protocol_draft_file", "meeting_diary", "export_file", "notice_open", "people_export", "readers_file"}
)
OPEN_TO_ALL = (
    "/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/account/inactive/", "/help/",
    "/privacy/", "/account/organisation/", "/account/organisation/first/", "/account/organisation/first/sent/",
    "/account/organisation/not-let-in/", "/account/organisation/first/1-a-b/", "/account/signed-out/", "/recording/",
    "/accessibility/", "/demo/people/", "/demo/mail/", "/cases/HAL-C-2099-0001/",
)  # fmt: skip
LOOKS = """() => {
    const left = where => document.querySelector(where).getBoundingClientRect().left;
    const ids = [...document.querySelectorAll('[id]')].map(found => found.id);
    const named = [...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')];
    return {
        headings: document.querySelectorAll('h1').length,
        twice: ids.filter((id, at) => ids.indexOf(id) !== at),
        unlabelled: named.filter(box => !box.labels.length && !box.getAttribute('aria-label')).map(box => box.name),
        title: document.title,
        beside: left('main') - left('.govuk-width-container'),
    };
}"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def addresses() -> list[tuple[str, str]]:
    """Each address of a page with somebody who may open it."""
    found = {(form.page, form.who) for form in FORMS}
    asked = {form.name for form in FORMS}
    rows: list[Any] = [*url_matrix.ROWS, *url_matrix_disputes.ROWS]
    for row in rows:
        is_page = row.url == "/api/docs/" or not row.url.startswith("/api/")
        if is_page and row.answer not in (302, 405) and row.name not in FILES | asked:
            found.add((row.url, row.insider))
    found |= {(url, "council.practitioner") for url in OPEN_TO_ALL}
    found.add(("/disputes/{taken_back}/withdrawal/word/", "council.lead"))
    return sorted(found)


class Tour:
    """Everybody of the world at a browser of their own, and what each finds wrong."""

    def __init__(self, open_page: OpenPage, live_url: str, places: Places) -> None:
        self.open_page, self.live_url, self.places, self.axe = open_page, live_url, places, Axe()
        self.pages, self.problems = dict[str, "Page"](), list[str]()
        names = [*Person.objects.values_list("name", flat=True), *User.objects.values_list("name", flat=True)]
        self.secrets = {word.lower() for name in names for word in name.split() if len(word) > 3}

    def page_of(self, who: str) -> Page:
        """Their browser, signed in."""
        if who not in self.pages:
            client = Client()
            client.force_login(self.places.who(who).user)
            page = self.pages[who] = self.open_page(base_url=self.live_url)
            cookie = client.cookies["sessionid"].value
            page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.live_url}])
            page.on("console", lambda said: self._hear(said.type, said.text))
            page.on("pageerror", lambda error: self._hear("error", str(error)))
        return self.pages[who]

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource: the server responded with a status of 4" not in text:
            self.problems.append(f"the console says {text[:300]}")

    def faults(self, url: str, who: str, statuses: tuple[int, ...] = ()) -> list[str]:
        """What is wrong with the page at an address."""
        self.problems.clear()
        page = self.page_of(who)
        answer = page.goto(url.format(**self.places.names))
        assert answer is not None
        if answer.status >= 500 or (statuses and answer.status not in statuses):
            return [f"{url} {who}: answers {answer.status}"]
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return [f"{url} {who}: is not a page"] if statuses else []
        return [f"{url} {who}: {told}" for told in (*self.problems, *self.wrong_with(page))]

    def wrong_with(self, page: Page) -> Iterator[str]:
        """Accessibility, headings, labels, names in the title and the address, width."""
        for fault in self.axe.run(page).response["violations"]:
            yield f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        looks = page.evaluate(LOOKS)
        if looks["headings"] != 1:
            yield f"{looks['headings']} main headings"
        if looks["twice"] or looks["unlabelled"]:
            yield f"ids twice {looks['twice']}, without a label {looks['unlabelled']}"
        if looks["beside"]:
            yield f"it begins {looks['beside']} pixels beside the header"
        told = f"{page.url} {looks['title']}".lower()
        if not looks["title"] or any(secret in told for secret in self.secrets):
            yield f"its title or address: {told}"
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if (over := page.evaluate(TOO_WIDE)) > 0:
                yield f"{over} pixels too wide at {width}"


@pytest.fixture
def places(transactional_db: None, clock: Clock, now: datetime) -> Places:
    clock.move_to(now)
    places = Places(now)
    people, dispute = places.people, Dispute.objects.get(reference=places.names["dispute"])
    by: Appointment = people.council.practitioner
    export = request_export(dispute=fresh(dispute), kind="case_history", reason="For our file.", by=by, now=now)
    places.names |= {
        "export": export.pk, "colleague": by.pk, "health_agency": people.health.agency.key,
        "notice": Notification.objects.filter(recipient=by).latest("pk").pk,
        "place": make_place(people.council.line_manager, people.council.lead).pk,
        "absence": make_absence(people.council.senior_manager, None, until_on=now.date()).pk,
    }  # fmt: skip
    return places


@pytest.fixture
def tour(open_page: OpenPage, live_url: str, places: Places) -> Tour:
    return Tour(open_page, live_url, places)


@pytest.mark.parametrize("group", range(GROUPS))
def test_nothing_is_wrong_with_any_page(tour: Tour, group: int) -> None:
    must_open = {(form.page, form.who) for form in FORMS}
    found = []
    for url, who in addresses()[group::GROUPS]:
        found += tour.faults(url, who, (200,) if (url, who) in must_open else ())
    assert not found, "\n".join(found)


# --- the pages that say no -----------------------------------------------------------------------------------------


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("This page is broken for a test.")


urlpatterns = [path("broken/", broken), path("", include("escalation.urls"))]


def test_nothing_is_wrong_with_the_pages_that_say_no(tour: Tour, places: Places, settings: Any, now: datetime) -> None:
    writer, own = "council.practitioner", "/disputes/{dispute}/"
    found = tour.faults("/nowhere/", writer, (404,)) + tour.faults(f"{own}documents/make/", writer, (405,))
    found += tour.faults(f"{own}reviews/record/", writer, (403,))

    # Somebody else acted meanwhile
    page = tour.page_of(writer)
    page.goto(f"{own}withdrawal/withdraw/".format(**places.names))
    dispute, by = Dispute.objects.get(reference=places.names["dispute"]), places.people.council.line_manager
    moves.escalate(dispute=fresh(dispute), reason="Nothing was agreed.", by=by, now=now)
    page.get_by_label("It was settled in another way").check()
    page.locator("[name=reason]").fill("Settled by phone.")
    follow(page, page.get_by_role("button", name="Withdraw", exact=True))
    expect(page.get_by_role("alert")).to_contain_text("moved on")
    found += tour.wrong_with(page)

    # A form from a page whose cookie is gone, and a page that breaks
    page.goto("/notices/")
    page.context.clear_cookies(name="csrftoken")
    follow(page, page.get_by_role("button", name="Sign out"))
    found += tour.wrong_with(page)
    settings.ROOT_URLCONF = __name__
    answer = page.goto("/broken/")
    assert answer is not None
    assert answer.status == 500
    found += tour.wrong_with(page)
    assert not found, "\n".join(found)
