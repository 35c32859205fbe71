"""Bad input at the page of every form: the error stands at its field, what was typed is kept, nothing breaks or is half-done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve

from escalation.models import Dispute
from tests.clock import Clock
from tests.every_form import BUTTONS, FORMS, Form
from tests.every_form_places import Places
from tests.factories_disputes import people_under
from tests.journeys.visiting import Page, Visitor
from tests.url_matrix import PUBLIC
from tests.worlds import shared

pytestmark = pytest.mark.django_db
LONG, NUL = "x" * 30_000, "before\x00after"
FOREIGN = ("999999999", "' OR 1=1 --\x00", "9" * 400)
# What a refused post may leave: that somebody signed in, read the page and was refused, and the text kept for its writer.
LEFT_BEHIND = {
    "cases.AuditEvent", "cases.AuditHead", "cases.Refusal", "cases.SignIn", "cases.Typed", "escalation.Draft",
    "escalation.FeedbackReceipt",
}  # fmt: skip


class World(Places):
    """The places of every form, and those at them, each with a browser of their own."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.visitors = dict[str, Visitor]()

    def open(self, form: Form) -> tuple[Visitor, Page, Any]:
        """Somebody who may send it, at the page that asks, and the form there."""
        if form.who not in self.visitors:
            self.visitors[form.who] = Visitor(self.who(form.who))
        visitor = self.visitors[form.who]
        page = visitor.opens(form.page.format(**self.names))
        return visitor, page, asked(page, form.name)


@shared
def world(clock: Clock, now: datetime) -> World:
    clock.move_to(now)
    return World(now)


def rows() -> dict[str, int]:
    """How many rows each table of the product has."""
    models = [model for model in apps.get_models() if model._meta.app_label in ("cases", "escalation", "decisions")]
    counted = [model for model in models if model._meta.label not in LEFT_BEHIND]
    parts = [f"SELECT '{model._meta.label}', count(*) FROM \"{model._meta.db_table}\"" for model in counted]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def asked(page: Page, name: str) -> Any:
    """The form whose answers go to the address of this name; of several the one that asks for most."""
    forms = [form for form in page.tree.get_element_by_id("main-content").iter("form") if goes_to(form, page.url) == name]
    assert forms, f"{page.url} has no form for {name}"
    return max(forms, key=lambda form: len(form.xpath(".//*[@name]")))


def goes_to(form: Any, here: str) -> str:
    """The name of the address that takes what a form sends."""
    return str(resolve((form.get("action") or here).partition("?")[0]).url_name)


def boxes(form: Any) -> list[Any]:
    """Where one writes."""
    return [box for box in form.xpath(".//textarea | .//input[@type='text' or not(@type)]") if box.get("name")]


def choices(form: Any) -> tuple[list[str], list[str]]:
    """Whatever names something by its number or code: what one chooses, and what the page remembers unseen."""
    shown = form.xpath(".//select/@name | .//input[@type='radio']/@name")
    hidden = form.xpath(".//input[@type='hidden']/@name")
    return sorted(set(shown)), sorted(set(hidden) - {"csrfmiddlewaretoken", "once"})


def post(visitor: Visitor, page: Page, form: Any, data: dict[str, Any]) -> Page:
    url = form.get("action") or page.url
    answer: Any = visitor.client.post(url, data)
    return Page(answer, url)


Attack = Callable[[Form, Visitor, Page, Any], Iterator[str]]


def faults(world: World, *attacks: Attack) -> list[str]:
    """What is wrong with the answers, each form being attacked in each way as if nothing else had been sent."""
    found, before = [], rows()
    for form in FORMS:
        with transaction.atomic():
            visitor, page, asking = world.open(form)
            for attack in attacks:
                with transaction.atomic():
                    try:
                        found += [f"{form}: {told}" for told in attack(form, visitor, page, asking)]
                    except AssertionError as problem:
                        found.append(f"{form}: {str(problem)[:200]}")
                    if (after := rows()) != before:
                        found.append(f"{form}: left {({name for name in after if after[name] != before[name]})}")
                    transaction.set_rollback(True)
            transaction.set_rollback(True)
    return found


def nothing_filled_in(form: Form, visitor: Visitor, page: Page, asking: Any) -> Iterator[str]:
    """It says what to write."""
    if form.may_be_empty or form.keeps_anything:
        return
    data = {name: value for name, value in asking.form_values() if name in ("seen", "edits")}
    data |= dict.fromkeys([box.get("name") for box in boxes(asking)], " ") | {"x": "1"}
    answer = post(visitor, page, asking, data)
    if answer.status != 200:
        yield f"answers {answer.status} to nothing"
    elif not answer.errors or not answer.tree.find_class("govuk-error-message"):
        yield "does not say what to write"


def what_cannot_be_kept(bad: str) -> Attack:
    """It is told at its box."""

    def attack(form: Form, visitor: Visitor, page: Page, asking: Any) -> Iterator[str]:
        names = [box.get("name") for box in boxes(asking)]
        if not names:
            return
        answer = post(visitor, page, asking, dict.fromkeys(names, bad))
        if form.keeps_anything and answer.status in (200, 302):
            return
        if answer.status != 200:
            yield f"answers {answer.status} to {bad[:10]!r}"
            return
        for name in names:
            at = answer.tree.xpath("//*[@name=$name]/ancestor::*[contains(@class, 'govuk-form-group--error')]", name=name)
            if not at:
                yield f"nothing at {name} to {bad[:10]!r}"
        if bad == LONG and LONG not in answer.response.content.decode():
            yield "what was typed is gone"

    return attack


def test_nothing_nul_and_too_much_are_told_at_their_boxes(world: World) -> None:
    found = faults(world, nothing_filled_in, what_cannot_be_kept(NUL), what_cannot_be_kept(LONG))
    assert not found, "\n".join(found)


def foreign_ids_and_codes(form: Form, visitor: Visitor, page: Page, asking: Any) -> Iterator[str]:
    """They choose nothing, and what was written beside them stays."""
    kept = {name: value for name, value in asking.form_values() if name not in choices(asking)[0]}
    for names in filter(None, choices(asking)):
        for bad in FOREIGN:
            typed = dict.fromkeys([box.get("name") for box in boxes(asking)], "Kept words.")
            answer = post(visitor, page, asking, kept | typed | dict.fromkeys(names, bad))
            if answer.status not in (200, 409):
                yield f"answers {answer.status} to {names}={bad[:20]!r}"
            elif boxes(asking) and "Kept words." not in answer.response.content.decode():
                yield f"loses what was typed when {names}={bad[:20]!r}"


def test_foreign_ids_and_codes_choose_nothing(world: World) -> None:
    before = Dispute.objects.count()
    allowed = "referral at "  # a draft whose hidden count is wrong is refused or saved, as its action says
    found = [told for told in faults(world, foreign_ids_and_codes) if not told.startswith(allowed)]
    assert not found, "\n".join(found)
    assert Dispute.objects.count() == before


# What stands for the moving parts of an address when only its methods are asked for.
ANYTHING = {"ref": "HAL-2026-0001", "int": "1", "uuid": "00000000-0000-4000-8000-000000000000", "slug": "x", "str": "x"}


def addresses(found: list[Any], before: str = "/") -> Iterator[tuple[str, str]]:
    """The name of each address of a page and one that is like it."""
    for pattern in found:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif not route.startswith("/api/") and pattern.name not in PUBLIC | {"healthy"}:
            yield str(pattern.name), re.sub(r"<(\w+):\w+>", lambda part: ANYTHING[part[1]], route)


def test_every_form_of_the_product_has_a_row(client: Client, now: datetime) -> None:
    client.force_login(people_under("halton", now=now).board_manager.user)
    takes_a_post = set()
    for name, url in addresses(get_resolver().url_patterns):
        answer = client.options(url)
        assert answer.status_code == 405, f"{url} does not say by itself which methods it takes"
        if "POST" in answer["Allow"]:
            takes_a_post.add(name)
    rows = {form.name for form in FORMS}
    assert takes_a_post - rows - BUTTONS == set()
    assert (rows | BUTTONS) - takes_a_post == set()
    assert rows & BUTTONS == set()
