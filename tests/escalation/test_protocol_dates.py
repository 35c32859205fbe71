"""Dates of three invented policies, reckoned by hand with a paper calendar."""

from datetime import date, datetime
from pathlib import Path

import pytest

from escalation.calendars import calendar_for
from escalation.deadlines import LONDON, WHOLE, schedule
from escalation.protocol_files import check, load

FILES = Path(__file__).parent.parent / "protocols"
OVER_CHRISTMAS = {
    "concern_arose": "2026-12-17T16:30", "dispute_raised": "2026-12-18T09:00", "stage_opened.2": "2026-12-21T10:00",
    "stage_opened.3": "2026-12-24T15:00", "request_sent.4": "2027-01-06T11:00",
}  # fmt: skip
CLOCKS_GO_BACK = {
    "concern_arose": "2026-10-24T23:30", "request_sent.1": "2026-10-25T00:30", "stage_opened.2": "2026-10-25T01:30+00:00"
}  # fmt: skip
LATE_THURSDAY = {"dispute_raised": "2026-07-09T17:20", "stage_opened.4": "2026-07-24T18:00"}
DATES = [
    ("childrens_panel", "", OVER_CHRISTMAS, "s1-talk", "2026-12-18T23:59"),
    ("childrens_panel", "", OVER_CHRISTMAS, "s2-meet", "2026-12-23T23:59"),
    ("childrens_panel", "", OVER_CHRISTMAS, "s2-written", "2026-12-24T23:59"),
    ("childrens_panel", "", OVER_CHRISTMAS, "s3-end", "2027-01-05T23:59"),
    ("childrens_panel", "", OVER_CHRISTMAS | {"own_date.s3-end": "2027-01-04T10:00"}, "s3-end", "2027-01-04T10:00"),
    ("childrens_panel", "", OVER_CHRISTMAS | {"own_date.s3-end": "2027-01-11T10:00"}, "s3-end", "2027-01-05T23:59"),
    ("childrens_panel", "", OVER_CHRISTMAS, "s4-panel", "2027-01-20T23:59"),
    ("childrens_panel", "", OVER_CHRISTMAS, WHOLE, "2027-01-20T23:59"),
    ("joint_leads", "one_adult", LATE_THURSDAY, "talk", "2026-07-10T17:00"),
    ("joint_leads", "one_adult", LATE_THURSDAY, "step1", "2026-07-17T17:00"),
    ("joint_leads", "one_adult", LATE_THURSDAY, "step2", "2026-07-24T17:00"),
    ("joint_leads", "one_adult", LATE_THURSDAY, "step3-sent", "2026-07-28T17:00"),
    ("joint_leads", "one_adult", LATE_THURSDAY, "step3", "2026-08-04T17:00"),
    ("joint_leads", "one_adult", {"dispute_raised": "2026-07-11T10:00"}, "step1", "2026-07-20T17:00"),
    ("joint_leads", "theme", LATE_THURSDAY, "theme-meet", "2026-08-11T17:00"),
    ("hours_only", "", CLOCKS_GO_BACK, "a-reply", "2026-10-25T01:30+00:00"),
    ("hours_only", "", CLOCKS_GO_BACK, "a-talk", "2026-10-25T02:30+00:00"),
    ("hours_only", "", CLOCKS_GO_BACK, "b-end", "2026-10-26T01:30+00:00"),
]  # fmt: skip


def in_london(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=LONDON)


@pytest.mark.parametrize(("name", "track", "events", "key", "due"), DATES)
def test_a_date_is_what_a_paper_calendar_says(name: str, track: str, events: dict[str, str], key: str, due: str) -> None:
    rules = load(FILES / f"{name}.yaml").track(track)
    calendar = calendar_for(rules.nation, closures={date(2026, 7, 14): "Local closure"})
    given = {event: in_london(at) for event, at in events.items()}
    found = {limit.key: one for _, limit, one in schedule(rules, given, calendar)}[key]
    assert found is not None
    assert found.due_at == in_london(due)


@pytest.mark.parametrize("name", ["childrens_panel", "joint_leads", "hours_only"])
def test_the_three_policies_are_valid_and_need_no_second_look(name: str) -> None:
    checked = check(FILES / f"{name}.yaml")
    assert checked.protocol is not None
    assert checked.problems == checked.advice == ()
