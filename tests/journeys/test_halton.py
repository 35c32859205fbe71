"""Halton: from a worried practitioner to the board chair's recommendation, and once more by the clock alone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.journeys.conftest import StoryOf
from tests.journeys.walking import ATTEMPT, EXHAUSTED, NAME, OWN_RECORD, POSITION, SAFETY, Story

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_raising_to_the_chairs_recommendation(story_of: StoryOf) -> None:
    # Given a practitioner of the council who is worried about a discharge, and raises it
    story = story_of("halton")
    council, health, people = story.council, story.health, story.people
    done = story.raises(council.practitioner)
    assert "practitioner is to reply by Sat 4 April 2026, end of day" in done.text

    # When she wants to go further at once, then the page says what she has to do first
    assert story.bars(council.practitioner) == [ATTEMPT, OWN_RECORD]
    story.talks(council.practitioner)
    assert story.bars(council.practitioner) == [OWN_RECORD]
    story.attests_own_record(council.practitioner)
    assert story.bars(council.practitioner) == []

    # And the ward keeps to its decision, of which she is told
    story.replies(health.practitioner)
    story.originator_is_told("there is a reply")
    story.escalates(council.practitioner, "Stage 2")

    # When the managers do not agree either
    assert story.bars(council.line_manager) == [ATTEMPT, SAFETY, POSITION, OWN_RECORD]
    story.talks(council.line_manager)
    story.confirms_safety(council.line_manager)
    story.states_position(council.line_manager)
    story.attests_own_record(council.line_manager)
    story.reviews(council.line_manager)
    story.replies(health.line_manager)
    story.escalates(council.line_manager, "Stage 3", feedback="We spoke to the ward; nothing has changed yet.")

    # Then she hears what was done
    story.originator_is_told("there is a reply", "it has gone to the next stage")
    assert "We spoke to the ward; nothing has changed yet." in story.page(council.practitioner).text

    # And when the senior managers do not agree, it goes to the chair, once all else is exhausted
    assert story.bars(council.senior_manager) == [ATTEMPT, SAFETY, OWN_RECORD, EXHAUSTED]
    story.talks(council.senior_manager, kind="meeting", mode="face_to_face")
    story.confirms_safety(council.senior_manager)
    story.attests_own_record(council.senior_manager)
    story.attests_exhaustion(council.senior_manager)
    story.replies(health.senior_manager)
    story.escalates(council.senior_manager, "Stage 4", feedback="The senior managers met; the board chair is asked.")
    story.originator_is_told("it has gone to the next stage")

    # When the board representative refers it and the chair recommends
    story.refers(council.board_representative)
    story.originator_is_told("it was referred for the last word")
    assert "is to give the last word (The board chair's recommendation)" in story.page(people.chair).line
    story.gives_last_word(people.chair, "Give the last word")
    story.originator_is_told("the last word was given")
    decisions = story.page(council.practitioner, "decisions/").text
    assert "Recommended" in decisions
    assert "The night sitter starts before the discharge." in decisions

    # Then each agency answers in writing, and it is closed
    story.confirms(council.senior_manager)
    assert "is to confirm the outcome in writing" in story.page(council.practitioner).line
    story.confirms(health.senior_manager)
    assert "is closed: every agency has confirmed the outcome" in story.page(council.practitioner).line
    story.originator_is_told("it is closed")

    # And the case history tells it all, and no mail told anything of anybody
    history = story.takes_out_case_history(council.practitioner)
    for told in (NAME, "Recommended", "The ward assessed her as able.", "We arrange the sitter from Monday.", story.reference):
        assert told in history
    mails = story.mails_say_nothing_of_anybody()
    assert [mail for mail in mails if council.practitioner.user.email in mail]


def limits_passed(story: Story) -> Counter[str]:
    """How often the story tells of each limit that passed."""
    page = story.page(story.council.practitioner, "story/")
    told = [str(found.text_content()).strip() for found in page.tree.iter("h4")]
    return Counter(headline for headline in told if headline.startswith(("Limit passed", "The clock moved")))


def sweeps_at(story: Story, day: int, *, hour: int = 23, minute: int = 0) -> None:
    """It is this time on this day of April 2026 in London; the worker sweeps, and sends what is owed."""
    story.clock.move_to(datetime(2026, 4, day, hour, minute, tzinfo=UTC))
    story.ticks("escalation.tasks.sweep_deadlines", "escalation.tasks.deliver_notices")


def test_nobody_acts_and_the_clock_carries_it_to_the_chair(story_of: StoryOf) -> None:
    # Given that it was raised on Thursday 2 April, and nobody does anything from then on
    story = story_of("halton")
    council = story.council
    story.raises(council.practitioner)

    # When Day 3 is over, then the clock takes it to the managers, not a minute before
    sweeps_at(story, 4, hour=22, minute=58)
    assert "Stage 1 of 4" in story.page(council.practitioner).text
    sweeps_at(story, 4)
    page = story.page(council.practitioner)
    assert "Stage 2 of 4" in page.text
    story.originator_is_told("it has gone to the next stage")

    # And when Day 9 is over, to the senior managers; when Day 16 is over, it waits for the referral to the chair
    for day, stage in ((10, "Stage 3 of 4"), (15, "Stage 3 of 4"), (17, "Stage 4 of 4"), (22, "Stage 4 of 4")):
        sweeps_at(story, day)
        assert stage in story.page(council.practitioner).text
        story.originator_is_told("a limit has passed")
    assert "is to send the referral" in story.page(council.practitioner).line
    assert "(this date has passed)" in story.as_(council.practitioner).opens("/notices/").text

    # Then every limit that passed is told once, also after further sweeps
    passed = limits_passed(story)
    sweeps_at(story, 22)
    sweeps_at(story, 22, minute=5)
    assert limits_passed(story) == passed
    assert set(passed.values()) == {1}

    # And every notice went out once, and says nothing of anybody
    story.clock.advance(days=2)
    story.ticks("escalation.tasks.sweep_deadlines")
    story.mails_say_nothing_of_anybody()

    # And what was never done is still owed
    page = story.page(council.practitioner)
    assert "Still owed from earlier stages" in page.text
