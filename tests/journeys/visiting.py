"""Somebody at the pages: signs in, opens addresses, reads what a form holds, fills it in and sends it, as a browser does."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from lxml import html  # type: ignore[import-untyped]

from cases.models import Appointment
from tests.factories import PASSWORD


class Page:
    """What an address answered."""

    def __init__(self, response: HttpResponse, url: str) -> None:
        self.status, self.url, self.response = response.status_code, url, response
        is_html = response["Content-Type"].startswith("text/html") and response.content
        self.tree: Any = html.fromstring(response.content) if is_html else None

    @property
    def text(self) -> str:
        """Everything it says, in one line."""
        return words(self.tree.find("body"))

    @property
    def title(self) -> str:
        """The title of its tab."""
        return str(self.tree.findtext(".//title"))

    @property
    def line(self) -> str:
        """What happens now, whose turn it is, by when (F69)."""
        return words(self.tree.find_class("app-panel__line")[0])

    @property
    def errors(self) -> str:
        """What its error summary says."""
        return " ".join(words(found) for found in self.tree.find_class("govuk-error-summary"))


    def links(self) -> dict[str, str]:
        """The words of each link of the main part and where it leads."""
        return {words(link): link.get("href") for link in self.tree.get_element_by_id("main-content").iter("a")}

    def form(self, button: str) -> Any:
        """The form that this button sends."""
        for form in self.tree.forms:
            if any(words(found) == button for found in form.iter("button")):
                return form
        raise AssertionError(f"{self.url} has no button {button!r}: {self.text}")


class Visitor:
    """One person with a browser of their own, in the role that they hold."""

    def __init__(self, who: Appointment) -> None:
        self.who, self.client = who, Client()
        self.signs_in()

    def signs_in(self) -> None:
        """Through the page for it."""
        page = self.opens("/account/login/")
        self.sends(page, "Sign in", login=self.who.user.email, password=PASSWORD)

    def opens(self, url: str, status: int = 200) -> Page:
        """Open an address; somebody who was away too long signs in again first."""
        page = Page(self.client.get(url), url)
        if page.status == 302 and page.response["Location"].startswith("/account/login/"):
            self.signs_in()
            page = Page(self.client.get(url), url)
        assert page.status == status, (url, page.status, page.tree is not None and page.text)
        return page

    def sends(self, page: Page, button: str, *, status: int = 302, **answers: Any) -> Page:
        """Fill in the form of a button, keeping what the page filled in already, and press it.

        What is answered must be asked: a name that the form does not hold is an error. Returns where it leads.
        """
        form = page.form(button)
        data = _filled(form, page.url, answers)
        pressed = next(found for found in form.iter("button") if words(found) == button)
        if pressed.get("name"):
            data[pressed.get("name")] = [pressed.get("value", "")]
        url = form.get("action") or page.url
        response: Any = self.client.post(url, data)
        if response.status_code == 302 and status == 302:
            return self.opens(response["Location"])
        answer = Page(response, url)
        assert answer.status == status, (url, answer.status, answer.errors or answer.text)
        return answer

    def answers(self, url: str, button: str, **answers: Any) -> Page:
        """Open a page with a form, fill it in and send it."""
        return self.sends(self.opens(url), button, **answers)


def _filled(form: Any, url: str, answers: dict[str, Any]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    for name, value in answers.items():
        asked = form.xpath(".//*[@name=$name]", name=name)
        assert asked, f"{url} does not ask for {name!r}, only for {sorted(set(form.xpath('.//@name')))}"
        given = [str(one) for one in (value if isinstance(value, list) else [value])]
        offered = [found.get("value") for found in asked if found.get("type") in ("radio", "checkbox")]
        assert not offered or set(given) <= set(offered), f"{url} offers {offered} for {name!r}, not {given}"
        data[name] = given
    return data


def words(element: Any) -> str:
    """The words of an element, without those of scripts, in one line."""
    return re.sub(r"\s+", " ", " ".join(element.itertext())).strip()
