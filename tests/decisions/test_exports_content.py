"""What documents hold: a whole dispute of each protocol, counted days, named texts, and the board's own form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from decisions import exports
from decisions.exports.page import as_html, as_pdf
from escalation.actions import moves, positions
from tests.decisions.documents import KEYS, REFERRAL, bundle_of, closed_dispute, keys, section
from tests.factories import Cast
from tests.factories_decisions import with_last_word
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared


@shared
def people(db: None, now: datetime) -> Cast:
    return people_under("halton", now=now)


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_a_whole_dispute_of_each_protocol_is_in_its_history(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    bundle = bundle_of(closed_dispute(people, now), people.auditor, now)
    for wanted in ("about", "rules", "summary", "safety", "practitioner", "stages", "chronology", "positions", "decisions",
                   "referral", "outcome", "feedback", "owed", "people", "looked", "proof"):  # fmt: skip
        assert wanted in keys(bundle), wanted
    assert "Made for" in section(bundle, "about")
    assert "For the review on Monday." in section(bundle, "about")
    decision = section(bundle, "decisions")
    for element in ("1. Evidence", "1. What was not known", "2. How", "3. What", "4. What else", "5. Why", "5. Who",
                    "6. Policy", "7. In"):  # fmt: skip
        assert element in decision
    assert "The risk is at night; this meets it." in decision
    assert "SHA-256" in decision
    assert section(bundle, "outcome").count("confirms") >= 2
    assert "undefined" not in as_html(bundle, "0" * 64)


def test_says_which_days_were_counted_and_how(people: Cast, now: datetime) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    bundle = bundle_of(dispute, people.council.practitioner, now)
    rules = section(bundle, "rules")
    assert "Calendar days are counted. Day 1 is the day the concern arose." in rules
    assert dispute.protocol.sha256 in rules
    stages = section(bundle, "stages")
    assert "The rule: until the end of Day 9" in stages
    assert "Counted from when the concern arose: Thu 2 April 2026 at 10:00." in stages
    assert "by Fri 10 April 2026, end of day" in stages


def test_missed_limits_and_skipped_stages_are_told(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    later = now + timedelta(days=1)
    moves.jump_for_immediate_risk(
        dispute=fresh(dispute), to_stage=3, reason="She was found on the floor.", by=people.council.practitioner, now=later
    )
    stages = section(bundle_of(dispute, people.auditor, later), "stages")
    assert "Skipped" in stages
    assert "She was found on the floor." in stages


def test_practitioner_and_manager_each_have_a_named_text(people: Cast, now: datetime) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    positions.review(dispute=dispute, by=people.council.line_manager, now=now, agrees=True, rationale="I have seen her fall.")
    bundle = bundle_of(dispute, people.council.line_manager, now)
    assert people.council.practitioner.user.name in section(bundle, "practitioner")
    assert "She cannot get out of bed alone" in section(bundle, "practitioner")
    assert people.council.line_manager.user.name in section(bundle, "managers")
    assert "I have seen her fall." in section(bundle, "managers")


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_referral_is_short_and_holds_the_boards_own_form(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    dispute = with_last_word(make_dispute(people, now=now), now=now)
    bundle = bundle_of(dispute, people.auditor, now, REFERRAL)
    assert keys(bundle) == ["form", "risk", "positions", "options", "timeline", "about"]
    for field in dispute.rules.board_form:
        if field.required:
            assert field.label in section(bundle, "form")
    assert as_pdf(bundle, exports.fingerprint(bundle)).pages <= 3


def test_number_of_queries_does_not_grow_with_the_story(
    people: Cast, now: datetime, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    dispute = closed_dispute(people, now)
    with django_assert_max_num_queries(70):
        bundle_of(dispute, people.auditor, now)
