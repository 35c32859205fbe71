"""What a simulated case shows of the clock: recalls and quiet hours, more time, the whole, and stages that are passed over."""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from escalation.calendars import calendar_for
from escalation.deadlines import LONDON
from escalation.protocol_files import loads
from escalation.simulated import Answer, Course, Simulated
from escalation.simulation import simulate
from tests.escalation.test_unseen_protocols import HEAD

TEXT = (
    HEAD
    + """
clock:
  anchor: dispute_raised
  days: working_days
  first_day_number: 0
  warn_hours_before: [24]
  warn_percent: [50]
  chase_every_working_day: true
  tell_next_up_after_hours: 48
  quiet_from: "20:00"
  quiet_until: "08:00"
  total_limit: {number: 15, unit: working_days, after: true, label: Fifteen working days in all}
  extension: {allowed: true, longest_days: 7}
notices: [{on: escalated, role: board_manager, of: board}]
stages:
  - order: 1
    label: Stage 1
    name: Managers
    about: They talk.
    leads: {roles: [{role: line_manager}]}
    limits: [{key: reply, kind: respond, number: 4, unit: working_days, after: true, label: A reply}]
  - order: 2
    label: Stage 2
    name: Senior managers
    about: Only where there are some.
    optional: true
    leads: {roles: [{role: senior_manager}]}
  - order: 3
    label: Stage 3
    name: The chair
    about: The chair recommends.
    is_referral: true
    leads: {mode: any_of, of_partnership: true, roles: [{role: chair}]}
    referred_by: [{role: line_manager}]
    limits:
      - {key: word, kind: conclude, number: 5, unit: days, after: true, anchor: request_sent, owner: authority, label: A word}
    duties: [{kind: exhaustion_attested, gate: enter}]
final_authority: {kind: recommendation, role: chair, title: The recommendation}
board_form: [{code: what, label: What}]
"""
)


def run(*answers: Answer, flat: tuple[int, ...] = ()) -> Simulated:
    at = datetime(2026, 6, 1, 9, 0, tzinfo=LONDON)
    return simulate(loads(TEXT), calendar_for("england-and-wales"), concern_arose_at=at, answers=answers, flat=flat)


def local(at: datetime | None) -> str:
    return f"{at.astimezone(LONDON):%a %d %b %H:%M}" if at else ""


def test_the_clock_recalls_before_the_date_and_the_mail_waits_for_the_morning() -> None:
    first = run().steps[0]
    said = [(one.what, local(one.at), local(one.mailed_at)) for one in first.recalled]
    assert said == [
        ("is near", "Wed 03 Jun 16:29", "Wed 03 Jun 16:29"),
        ("is near", "Thu 04 Jun 23:59", "Fri 05 Jun 08:00"),
        ("has passed", "Fri 05 Jun 23:59", "Sat 06 Jun 08:00"),
    ]


def test_what_passed_is_recalled_every_working_day_and_the_next_person_up_is_told() -> None:
    last = run(Answer.REPLY, Answer.REPLY).steps[-1]
    said = [(one.what, local(one.at)) for one in last.recalled if one.limit.key == "whole-process"]
    assert said == [
        ("is near", "Fri 12 Jun 04:29"),
        ("is near", "Sun 21 Jun 23:59"),
        ("has passed", "Mon 22 Jun 23:59"),
        ("is still awaited", "Tue 23 Jun 09:00"),
        ("is still awaited", "Wed 24 Jun 09:00"),
        ("has passed: the next person up is told", "Wed 24 Jun 23:59"),
        ("is still awaited, and so every working day", "Thu 25 Jun 09:00"),
    ]


def test_more_time_moves_the_dates_by_what_the_protocol_allows() -> None:
    first = run(Answer.EXTENSION).steps[0]
    [reply] = [one for one in first.limits if one.limit.key == "reply"]
    assert reply.due is not None
    assert (local(reply.due.due_at), reply.met_at) == ("Fri 12 Jun 23:59", reply.due.due_at)
    assert reply.due.rule.endswith("extended by 7 days")


def test_immediate_risk_goes_to_the_last_stage_named_and_tells_at_once() -> None:
    risk = "immediate_risk: {may_enter_any_stage: true, stages: [2], told: [{role: safeguarding_lead, of: each}]}\nclock:"
    at = datetime(2026, 6, 1, 9, 0, tzinfo=LONDON)
    rules = loads(TEXT.replace("clock:", risk, 1))
    course = simulate(rules, calendar_for("england-and-wales"), concern_arose_at=at, answers={1: Answer.RISK})
    assert [step.stage.order for step in course.steps[:2]] == [1, 2]
    assert [one.notice.role for one in course.steps[0].told] == ["safeguarding_lead"]


def test_a_level_that_an_agency_does_not_have_is_passed_over_with_its_gates() -> None:
    course = run(Answer.REPLY, Answer.REPLY, flat=(2,))
    assert [step.stage.order for step in course.steps] == [1, 3]
    assert ([one.order for one in course.passed], course.skipped) == ([2], ())
    assert "exhaustion_attested" in {spec.kind for spec in course.steps[0].owed}
    assert [one.notice.role for one in course.steps[0].told] == ["board_manager"]


def test_in_silence_nobody_sends_the_referral_so_its_time_does_not_run() -> None:
    last = run(flat=(2,)).steps[-1]
    assert last.course is Course.UNENDED
    assert [one.waits_for for one in last.limits if one.limit.key == "word"] == ["request_sent"]


def test_the_command_takes_the_levels_that_are_missing(tmp_path: Path) -> None:
    file, out = tmp_path / "ours.yaml", StringIO()
    file.write_text(TEXT)
    call_command("protocol", "simulate", str(file), concern_arose="2026-06-01T09:00", flat="2", stdout=out)
    assert "e-mail at Fri 5 June 2026, 08:00" in out.getvalue()
    assert "Stage 2:" not in out.getvalue()
    with pytest.raises(CommandError, match="numbers of stages"):
        call_command("protocol", "simulate", str(file), concern_arose="2026-06-01T09:00", flat="two", stdout=out)
