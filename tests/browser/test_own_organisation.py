"""Signing in with one's own organisation in a real browser, which holds forms and their redirects to our own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from cases import sessions
from tests import factories, oidc_provider
from tests.browser.looking import check, follow
from tests.cases.elsewhere_steps import linked, set_up

if TYPE_CHECKING:
    from datetime import datetime

    from playwright.sync_api import Page
    from pytest_django import Settings

pytestmark = pytest.mark.browser


def test_there_and_back_twice(page: Page, live_url: str, settings: Settings, now: datetime) -> None:
    settings.BASE_URL = live_url
    people = factories.cast()
    with oidc_provider.running() as provider:
        own = set_up(people.council.agency, provider, now=now)
        linked(people.council.lead.user, own, provider, now=now)
        page.goto("/account/login/?next=/directory/appoint/")
        follow(page, page.get_by_role("link", name="Sign in with your organisation"))
        check(page, "organisations")
        follow(page, page.get_by_role("link", name=own.agency.name))
        expect(page.get_by_role("heading", level=1)).to_contain_text("role")
        page.goto("/account/")
        check(page, "organisation-account")
        page.goto("/directory/appoint/")
        page.get_by_label("job title").fill("Duty worker")
        for kept in Session.objects.all():
            store = SessionStore(kept.session_key)
            store[sessions.PROVED] = 0
            store.save()
        page.locator("main form button").first.click()
        expect(page.get_by_role("heading", name="Show again that it is you")).to_be_visible()
        check(page, "organisation-prove")
        follow(page, page.get_by_role("link", name="show it at"))
        expect(page.get_by_label("job title")).to_have_value("Duty worker")
        provider.subject = "somebody-else"
        page.context.clear_cookies()
        page.goto("/account/organisation/")
        follow(page, page.get_by_role("link", name=own.agency.name))
        expect(page.get_by_role("heading", name="You could not be signed in")).to_be_visible()
        check(page, "organisation-refused")
