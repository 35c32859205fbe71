"""Luton: from the professionals to the agreement of the agencies' own representatives on the board."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import StoryOf
from tests.journeys.walking import ATTEMPT, NAME, OUTCOMES, OWN_RECORD, POSITION, SAFETY

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_raising_to_the_representatives_agreement(story_of: StoryOf) -> None:
    # Given a professional who is worried
    story = story_of("luton")
    council, health = story.council, story.health
    done = story.raises(council.practitioner)
    assert "practitioner is to reply." in done.text

    # When the professionals do not agree
    assert story.bars(council.practitioner) == [ATTEMPT, OWN_RECORD]
    story.talks(council.practitioner)
    story.attests_own_record(council.practitioner)
    story.replies(health.practitioner)
    story.originator_is_told("there is a reply")
    assert story.bars(council.practitioner) == []
    story.escalates(council.practitioner, "Stage 2")

    # And neither do the line managers, who ask again what the person wants
    assert story.bars(council.line_manager) == [OUTCOMES, ATTEMPT, POSITION, OWN_RECORD, SAFETY]
    story.talks(council.line_manager)
    story.confirms_safety(council.line_manager)
    story.asks_again(council.line_manager)
    story.states_position(council.line_manager)
    story.attests_own_record(council.line_manager)
    story.replies(health.line_manager)
    assert story.bars(council.line_manager) == []
    story.escalates(council.line_manager, "Stage 3", feedback="Their manager keeps to it; the leads are asked.")
    story.originator_is_told("it has gone to the next stage")
    assert "Their manager keeps to it; the leads are asked." in story.page(council.practitioner).text

    # And neither do the safeguarding leads
    assert story.bars(council.lead) == [OUTCOMES, ATTEMPT, OWN_RECORD, SAFETY]
    story.talks(council.lead, kind="meeting", mode="face_to_face")
    story.confirms_safety(council.lead)
    story.asks_again(council.lead)
    story.attests_own_record(council.lead)
    story.replies(health.lead)
    story.escalates(council.lead, "Stage 4", feedback="The representatives on the board are asked.")
    story.originator_is_told("it has gone to the next stage")

    # When it is referred to the agencies' representatives, then one proposes, and it counts once the other agrees
    story.refers(council.lead)
    story.originator_is_told("it was referred for the last word")
    story.gives_last_word(council.board_representative, "Propose these words")
    assert "is to give the last word" in story.page(council.practitioner).line
    story.concurs(health.board_representative)
    story.originator_is_told("the last word was given")
    assert "Agreed" in story.page(health.practitioner, "decisions/").text

    # And each agency confirms in writing, and it is closed
    story.confirms(council.line_manager)
    story.confirms(health.line_manager)
    assert "is closed" in story.page(council.practitioner).line
    story.originator_is_told("it is closed")

    # Then the case history tells it all, and no mail told anything of anybody
    history = story.takes_out_case_history(health.line_manager)
    for told in (NAME, "Agreed", "To go home with a sitter.", story.reference):
        assert told in history
    story.mails_say_nothing_of_anybody()
