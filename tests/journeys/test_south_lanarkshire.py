"""South Lanarkshire: from the people who disagree to the two Heads jointly."""

from __future__ import annotations

import pytest

from cases.models import Appointment
from tests.journeys.conftest import StoryOf
from tests.journeys.walking import ATTEMPT, NAME, OWN_RECORD, POSITION, REVIEWED, SAFETY, Story

pytestmark = pytest.mark.django_db(transaction=True)


def head(story: Story, remit: str) -> Appointment:
    """One of the two Heads, by what they answer for."""
    return Appointment.objects.select_related("user").get(remit=remit, partnership=story.people.partnership)


def test_from_raising_to_what_the_two_heads_settled(story_of: StoryOf) -> None:
    # Given somebody who is worried
    story = story_of("south_lanarkshire")
    council, health = story.council, story.health
    story.raises(council.practitioner)

    # When those who disagree cannot settle it
    assert story.bars(council.practitioner) == [ATTEMPT, POSITION]
    story.talks(council.practitioner)
    story.states_position(council.practitioner)
    story.attests_own_record(council.practitioner)
    story.replies(health.practitioner)
    story.originator_is_told("there is a reply")
    assert story.bars(council.practitioner) == []
    story.escalates(council.practitioner, "Stage 1")

    # And her own manager looks at it, unseen by the other side
    assert story.bars(council.line_manager) == [REVIEWED, SAFETY, OWN_RECORD]
    story.reviews(council.line_manager)
    story.confirms_safety(council.line_manager)
    story.attests_own_record(council.line_manager)
    assert "Two falls at night in March." not in story.page(health.practitioner, "positions/").text
    assert story.bars(council.line_manager) == []
    story.escalates(council.line_manager, "Stage 2", trigger="disagreement")
    story.originator_is_told("it has gone to the next stage")

    # And the senior managers of all agencies discuss it
    assert story.bars(council.senior_manager) == [ATTEMPT, SAFETY, OWN_RECORD]
    story.talks(council.senior_manager, kind="meeting", mode="face_to_face")
    story.confirms_safety(council.senior_manager)
    story.attests_own_record(council.senior_manager)
    story.replies(health.senior_manager)
    met = "All agencies met; the two Heads are asked."
    story.escalates(council.senior_manager, "Stage 3", feedback=met, trigger="no_resolution")
    story.originator_is_told("it has gone to the next stage")
    assert "All agencies met; the two Heads are asked." in story.page(council.practitioner).text

    # When it is referred to the two Heads, then nothing is settled until both have spoken
    story.refers(council.senior_manager)
    story.originator_is_told("it was referred for the last word")
    first, second = head(story, "adult"), head(story, "children-and-justice")
    story.gives_last_word(first, "Propose these words")
    assert "are to give the last word" in story.page(council.practitioner).line
    story.concurs(second)
    story.originator_is_told("the last word was given")
    assert "Concluded" in story.page(health.practitioner, "decisions/").text

    # And each agency answers in writing, and it is closed
    story.confirms(council.senior_manager)
    story.confirms(health.senior_manager)
    assert "is closed" in story.page(council.practitioner).line
    story.originator_is_told("it is closed")

    # Then the case history tells it all, and no mail told anything of anybody
    history = story.takes_out_case_history(council.practitioner)
    for told in (NAME, "Concluded", "Two falls at night in March.", story.reference):
        assert told in history
    story.mails_say_nothing_of_anybody()
