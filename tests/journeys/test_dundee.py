"""Dundee: from the practitioners, through one agency's own line, to the Chief Social Work Officer's determination."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import StoryOf
from tests.journeys.walking import AGREES, ATTEMPT, EXHAUSTED, NAME, OWN_RECORD, POSITION, REVIEWED, SAFETY

pytestmark = pytest.mark.django_db(transaction=True)
GOING_ON = "We intend to take this further on Friday."


def test_from_raising_to_the_determination(story_of: StoryOf) -> None:
    # Given a practitioner who is worried; this protocol has no limits, so nothing can be overdue
    story = story_of("dundee")
    council, health, people = story.council, story.health, story.people
    done = story.raises(council.practitioner)
    assert "practitioner is to reply." in done.text

    # When the practitioners do not agree, then she has to try, to write it down and to say that she goes further
    assert story.bars(council.practitioner) == [ATTEMPT, POSITION, OWN_RECORD, EXHAUSTED]
    story.talks(council.practitioner, kind="meeting", mode="face_to_face")
    story.states_position(council.practitioner)
    story.attests_own_record(council.practitioner)
    story.attests_exhaustion(council.practitioner)
    story.replies(health.practitioner)
    story.originator_is_told("there is a reply")
    story.escalates(council.practitioner, "Stage 1", intention=GOING_ON)
    assert GOING_ON in story.page(health.practitioner, "story/").text

    # And her own manager looks at it inside the agency, unseen by the other side; a no shuts the way
    assert story.bars(council.line_manager) == [REVIEWED, AGREES, OWN_RECORD, EXHAUSTED]
    story.attests_own_record(council.line_manager)
    story.attests_exhaustion(council.line_manager)
    story.reviews(council.line_manager, agrees="no")
    assert story.bars(council.line_manager) == [AGREES]
    story.reviews(council.line_manager)
    assert story.bars(council.line_manager) == []
    assert "Two falls at night in March." not in story.page(health.practitioner, "positions/").text
    assert "Two falls at night in March." in story.page(council.practitioner, "positions/").text
    story.escalates(council.line_manager, "Stage 2", feedback="I agree, and speak to their manager.")
    story.originator_is_told("it has gone to the next stage")
    assert "I agree, and speak to their manager." in story.page(council.practitioner).text

    # And the first line managers, then the heads of service, do not agree
    assert story.bars(council.line_manager) == [SAFETY, ATTEMPT, POSITION, AGREES, OWN_RECORD, EXHAUSTED]
    story.confirms_safety(council.line_manager)
    story.talks(council.line_manager, kind="meeting")
    story.states_position(council.line_manager)
    story.reviews(council.line_manager)
    story.attests_own_record(council.line_manager)
    story.attests_exhaustion(council.line_manager)
    story.replies(health.line_manager)
    story.escalates(council.line_manager, "Stage 3", intention=GOING_ON, feedback="It goes to the heads of service.")
    story.originator_is_told("it has gone to the next stage")
    assert story.bars(council.senior_manager) == [SAFETY, ATTEMPT, POSITION, OWN_RECORD, EXHAUSTED]
    story.confirms_safety(council.senior_manager)
    story.talks(council.senior_manager, kind="meeting")
    story.states_position(council.senior_manager)
    story.attests_own_record(council.senior_manager)
    story.attests_exhaustion(council.senior_manager)
    story.replies(health.senior_manager)
    story.escalates(council.senior_manager, "Stage 4", intention=GOING_ON, feedback="The chief officer is asked.")
    story.originator_is_told("it has gone to the next stage")

    # When the head of service refers it, then the Chief Social Work Officer determines it
    story.refers(council.senior_manager)
    story.originator_is_told("it was referred for the last word")
    story.gives_last_word(people.chief_social_work_officer, "Give the last word")
    story.originator_is_told("the last word was given")
    assert "Determined" in story.page(health.practitioner, "decisions/").text

    # And each agency answers in writing, and it is closed
    story.confirms(council.line_manager)
    story.confirms(health.senior_manager)
    assert "is closed" in story.page(council.practitioner).line
    story.originator_is_told("it is closed")
    assert "overdue" not in story.page(council.practitioner).text.lower()

    # Then each side's case history tells what that side may read, and no mail told anything of anybody
    own = story.takes_out_case_history(council.practitioner)
    theirs = story.takes_out_case_history(health.practitioner)
    for told in (NAME, "Determined", story.reference):
        assert told in own
        assert told in theirs
    assert "I agree, and speak to their manager." in own
    assert "I agree, and speak to their manager." not in theirs
    story.mails_say_nothing_of_anybody()
