"""What was typed into a form of a date and not sent is there again after signing in, each limit having its own (F51)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.clock import Clock
from tests.every_form import DATES, Form, Places
from tests.journeys.visiting import Visitor

pytestmark = pytest.mark.django_db
WHY = "The ward round is on Monday; a sitter stays."


def test_it_is_kept_through_the_end_of_the_session(clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    places = Places(now)
    for form in [form for form in DATES if form.name.startswith("date_")]:
        visitor, page = Visitor(places.who(form.who)), form.page.format(**places.names)
        kept_at = visitor.opens(page).form(button_of(form)).get("data-autosave-url")
        assert visitor.client.post(kept_at, {"reason": WHY, "day_day": "9", "agrees": "no"}).status_code == 204
        visitor.client.logout()
        visitor.signs_in()
        assert WHY in page_text(visitor, page), form
    extending = visitor_at(places, "date_extend")
    assert 'value="9"' in extending


def button_of(form: Form) -> str:
    return {
        "date_extend": "Ask for it", "date_sooner": "Set it", "date_pause": "Pause it", "date_resume": "Let it go on",
        "date_answer": "Send the answer",
    }[form.name]  # fmt: skip


def page_text(visitor: Visitor, page: str) -> str:
    return str(visitor.opens(page).response.content.decode())


def visitor_at(places: Places, name: str) -> str:
    form = next(form for form in DATES if form.name == name)
    return page_text(Visitor(places.who(form.who)), form.page.format(**places.names))
