"""Limits of one stage that are each counted from another event, in three units (F28)."""

from datetime import datetime

from escalation.deadlines import LONDON, schedule
from escalation.protocol import Anchor
from escalation.protocol_files import loads
from tests.escalation.counting import CALENDARS, EASTER, ENGLAND

FOUR_LIMITS = loads("""
format: 1
key: four
name: Four limits in one stage
version: 1
effective_from: 2026-01-01
source: Invented
nation: england-and-wales
populations: [adult]
subjects: [{code: decision, label: A decision}]
grounds: [{code: unsafe, label: It is not safe}]
categories: [{code: other, label: Anything}]
stages:
  - order: 1
    label: One
    name: One
    about: One
    leads: {roles: [{role: line_manager}]}
    limits:
      - {key: ack, kind: acknowledge, number: 4, unit: hours, anchor: decision_received, label: A}
      - {key: reply, kind: respond, number: 2, unit: working_days, after: true, anchor: stage_opened, label: B}
      - {key: end, kind: conclude, number: 10, unit: calendar_days, after: true, anchor: first_discussion, label: C}
      - key: letter
        kind: written_outcome
        number: 1
        unit: working_days
        after: true
        anchor: previous_limit_due
        anchor_limit: end
        label: D
      - key: copy
        kind: written_outcome
        number: 1
        unit: days
        after: true
        anchor: previous_limit_met
        anchor_limit: letter
        owner: authority
        label: E
  - order: 2
    label: Two
    name: Two
    about: Two
    leads: {roles: [{role: senior_manager}]}
    limits:
      - {key: next, kind: start, number: 7, unit: days, after: true, anchor: stage_opened, label: N}
final_authority: {kind: agreement, title: Agreement}
""")


def test_four_limits_from_four_events_in_three_units() -> None:
    events = {
        Anchor.DECISION_RECEIVED: datetime(2026, 4, 2, 9, 0, tzinfo=LONDON),
        Anchor.STAGE_OPENED: datetime(2026, 4, 2, 11, 0, tzinfo=LONDON),
        Anchor.FIRST_DISCUSSION: datetime(2026, 4, 7, 15, 0, tzinfo=LONDON),
    }
    found = {one.key: worked for _, one, worked in schedule(FOUR_LIMITS, events, CALENDARS[ENGLAND], stage=1)}
    local = {key: f"{worked.due_at.astimezone(LONDON):%a %d %b %H:%M}" for key, worked in found.items() if worked}
    assert local == {
        "ack": "Thu 02 Apr 13:00",
        "reply": "Wed 08 Apr 23:59",
        "end": "Fri 17 Apr 23:59",
        "letter": "Mon 20 Apr 23:59",
        "next": "Thu 09 Apr 23:59",
    }
    assert found["copy"] is None
    assert found["letter"] is not None
    assert found["letter"].rule == "1 working day after the day the limit 'end' fell due, until the end of the day"


def test_what_has_not_happened_has_no_date_and_a_stage_has_its_own_events() -> None:
    def dated(events: dict[str, datetime], stage: int | None = None) -> set[str]:
        found = schedule(FOUR_LIMITS, events, CALENDARS[ENGLAND], stage=stage)
        return {one.key for _, one, worked in found if worked}

    assert dated({}) == set()
    assert dated({"stage_opened": EASTER}, stage=1) == {"reply", "next"}
    assert dated({"stage_opened": EASTER}, stage=2) == set()
    assert dated({"stage_opened.1": EASTER}) == {"reply", "next"}
    assert dated({"stage_opened": EASTER}) == {"reply", "next"}
    assert dated({"first_discussion.1": EASTER}) == {"end", "letter"}
    assert dated({"previous_limit_met.letter": EASTER}) == {"copy"}
