"""Sign-off of a decision, with and without JavaScript; the last-stage referral and its outcome; the case history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from decisions.models import DecisionRecord
from escalation.celery import app
from escalation.models.dispute import Status
from tests.browser.looking import check, dispute_of_canary, follow, sign_in
from tests.browsing import OpenPage
from tests.clock import Clock
from tests.factories_disputes import climb_to_last_stage, fresh, people_under
from tests.processes import Worker

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def fill_in_record(page: Page) -> None:
    """All seven elements of a decision that can be defended, two options and somebody consulted."""
    while (closed := page.locator("main details:not([open]) > summary")).count():
        closed.first.click()
    for element in ("decision", "evidence", "not_known", "sources_tested", "analysis", "rationale", "policy_and_law"):
        page.locator(f"[name={element}]").fill("The ward notes of 1 April and her own words: the risk is at night.")
    page.locator("[name=plain_summary]").fill("You go home on Monday, when somebody can be with you at night.")
    for number, option in enumerate(("Discharge today", "Discharge on Monday")):
        page.locator(f"[name=options-{number}-option]").fill(option)
        for asked in ("likely_outcome", "risks", "why"):
            page.locator(f"[name=options-{number}-{asked}]").fill("Alone at night, or not.")
    page.locator("[name=options-1-is_chosen]").check()
    page.locator("[name=consulted-0-who]").fill("Ward manager")
    page.locator("[name=consulted-0-view]").fill("Keeps the bed until Monday.")
    for part, digits in (("day", "1"), ("month", "4"), ("year", "2026")):
        page.locator(f"[name=consulted-0-on_{part}]").fill(digits)


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_decision_is_written_handed_in_and_signed_off(
    open_page: OpenPage, live_url: str, clock: Clock, now: datetime, has_script: bool
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = dispute_of_canary(people, now)
    page = open_page(base_url=live_url, java_script_enabled=has_script)

    def look(picture: str) -> None:
        if has_script:
            check(page, picture)

    # Given that the practitioner writes down what was decided and why, and hands it in
    sign_in(page, people.council.practitioner, f"/disputes/{dispute.reference}/decisions/")
    look("sign-1-decisions")
    page.goto(f"/disputes/{dispute.reference}/decisions/new/")
    look("sign-2-new")
    fill_in_record(page)
    look("sign-2-filled")
    follow(page, page.locator("main form button[type=submit]").last)
    look("sign-3-record")
    follow(page, page.locator("main form[action$='/submit/'] button"))
    record = DecisionRecord.objects.get()

    # When her manager signs it off
    sign_in(page, people.council.line_manager, f"/disputes/{dispute.reference}/decisions/{record.pk}/sign/")
    look("sign-4-sign")
    follow(page, page.get_by_role("button", name="Sign it off"))
    look("sign-5-error")
    expect(page.locator("main")).to_contain_text("Give your own reasons for signing this off")
    page.get_by_label("Why do you sign this off?").fill("I read the ward notes; the risk is at night.")
    follow(page, page.get_by_role("button", name="Sign it off"))

    # Then it says so, and can no longer be changed
    look("sign-6-signed")
    expect(page.locator("main")).to_contain_text("The decision is signed off")
    record.refresh_from_db()
    assert record.state == "signed"


def test_the_last_stage_is_referred_decided_and_confirmed(page: Page, clock: Clock, now: datetime) -> None:
    # Given a dispute that has come to its last stage
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = climb_to_last_stage(dispute_of_canary(people, now), now=now)
    here = f"/disputes/{dispute.reference}/"

    # When the board representative refers it with what the record knows
    sign_in(page, people.council.board_representative, here)
    check(page, "last-1-dispute")
    page.goto(f"{here}referral/")
    check(page, "last-2-referral")
    follow(page, page.get_by_role("button", name="Save and check before sending"))
    check(page, "last-3-check")
    follow(page, page.get_by_role("button", name="Send the referral"))
    check(page, "last-4-sent")

    # And the chair recommends
    sign_in(page, people.chair, "/")
    check(page, "last-5-chair")
    expect(page.locator("main")).to_contain_text(dispute.reference)
    page.goto(f"{here}outcome/give/")
    check(page, "last-6-outcome")
    page.locator("[name=text]").fill("The night sitter starts before the discharge.")
    page.locator("[name=reasons]").fill("The risk is at night, and both agencies see it.")
    follow(page, page.get_by_role("button", name="Give the last word"))
    check(page, "last-7-given")
    expect(page.locator("main")).to_contain_text("Recommended")

    # Then each agency answers in writing, and it is closed
    for number, team in enumerate((people.council, people.health)):
        sign_in(page, team.senior_manager, f"{here}outcome/confirm/")
        check(page, f"last-8-confirm-{number}")
        page.get_by_label("Yes, we accept it").check()
        page.locator("[name=text]").fill("We do our part from Monday.")
        follow(page, page.get_by_role("button", name="Send the answer"))
    check(page, "last-9-closed")
    assert fresh(dispute).status == Status.CLOSED
    page.goto(here)
    check(page, "last-10-dispute")


def test_the_case_history_is_asked_for_made_and_taken_out(
    page: Page, clock: Clock, worker: Callable[..., Worker], now: datetime, tmp_path: Path
) -> None:
    # Given somebody who asks for the case history
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = dispute_of_canary(people, now)
    worker()
    sign_in(page, people.council.practitioner, f"/disputes/{dispute.reference}/documents/")
    check(page, "history-1-documents")
    page.get_by_label("Why do you need it?").fill("For the audit of our file.")
    follow(page, page.get_by_role("button", name="Make the document"))
    check(page, "history-2-waiting")

    # When the worker makes it, then the page says so by itself, and the file's name says nothing of the person
    app.send_task("decisions.tasks.render_exports")
    link = page.get_by_role("button", name="Download the PDF")
    link.wait_for(timeout=180_000)
    check(page, "history-3-ready")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == f"{dispute.reference}-case-history.pdf"
    download.value.save_as(tmp_path / "history.pdf")
    assert (tmp_path / "history.pdf").read_bytes().startswith(b"%PDF-")
