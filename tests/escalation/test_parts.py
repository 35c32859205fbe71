"""A job of the clock does all its parts, and each row of a part, although one of them fails."""

from __future__ import annotations

import json
import logging
from datetime import date, datetime

import pytest

from cases import parts
from cases.models import Appointment
from escalation import tasks
from escalation.actions import break_glass
from escalation.actions.plans import Plan, open_plan
from escalation.models import BreakGlass, Dispute, InterimPlan, LeadGap
from escalation.request_log import Lines
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.test_reads import refused_by_the_database

WHY = "The ambulance crew rang: she is on the floor and alone."
ONE_FAILS = """
CREATE FUNCTION public.not_this_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.action IN ('plan_review_overdue', 'lead_missing') AND NEW.head_id = (
        SELECT id FROM public.cases_audithead WHERE scope = 'case:' || (SELECT min(case_id) FROM public.escalation_dispute)
    ) THEN
        RAISE EXCEPTION 'a word from a case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER not_this_one BEFORE INSERT ON cases_auditevent FOR EACH ROW EXECUTE FUNCTION public.not_this_one()
"""
NO_FAILURE = "DROP TRIGGER not_this_one ON cases_auditevent; DROP FUNCTION public.not_this_one()"
NO_RESTRICTIONS = "REVOKE SELECT ON cases_restriction FROM escalation_web"
RESTRICTIONS = "GRANT SELECT ON cases_restriction TO escalation_web"


def with_a_plan(people: Cast, now: datetime) -> Dispute:
    """Whose plan is to be looked at again the next day."""
    dispute = make_dispute(people, now=now)
    plan = Plan("A night sitter.", people.health.practitioner, date(2026, 4, 3))
    open_plan(dispute=fresh(dispute), plan=plan, by=people.council.practitioner, now=now)
    return dispute


def written(caplog: pytest.LogCaptureFixture) -> str:
    """As production writes it."""
    return "\n".join(Lines().format(record) for record in caplog.records if record.levelno >= logging.ERROR)


@pytest.mark.django_db(transaction=True)
def test_one_row_and_one_part_that_fail_hold_up_nothing_else(
    now: datetime, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.move_to(now)
    people = people_under("south_lanarkshire", now=now)  # no limits: both stay at their stage
    disputes = [with_a_plan(people, now) for _ in range(2)]
    asked = break_glass.Asked(disputes[0].reference, "risk", WHY)
    break_glass.break_glass(asked=asked, by=people.health.line_manager, now=now)
    clock.advance(days=8)
    Appointment.objects.filter(pk=people.health.practitioner.pk).update(ends_on=now.date())  # who led the stage there
    with refused_by_the_database(f"{ONE_FAILS}; {NO_RESTRICTIONS}", f"{NO_FAILURE}; {RESTRICTIONS}"):
        with pytest.raises(parts.PartsFailed, match=r"^escalation\.actions\.restrictions\.warn_of_reviews$"):
            tasks.sweep_deadlines()
        poisoned, other = InterimPlan.objects.order_by("pk")
        assert (poisoned.warned_at, other.warned_at is not None) == (None, True)
        assert LeadGap.objects.get().dispute == disputes[1]
        assert BreakGlass.objects.get().warned_at is not None, "a later part was done"
        lines = [json.loads(line)["event"] for line in written(caplog).splitlines()]
        assert f"escalation.actions.plans failed for {poisoned.pk}" in lines
        assert f"escalation.actions.lead_gaps failed for {disputes[0].pk}" in lines
        assert "escalation.actions.restrictions.warn_of_reviews failed; the other parts of the job were done" in lines
        assert "a word from a case" not in written(caplog)
    tasks.sweep_deadlines()
    poisoned.refresh_from_db()
    assert poisoned.warned_at is not None, "and the next tick does what is left"
    assert LeadGap.objects.filter(dispute=disputes[0]).exists()
