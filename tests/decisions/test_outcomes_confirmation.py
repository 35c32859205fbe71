"""Agreement and confirmation (F23): closed only when each agency has answered in writing, with issues that have owners."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from cases.errors import Refused
from cases.roles import Role
from decisions.actions import afterwards, outcomes
from decisions.actions.afterwards import NewIssue
from decisions.models import Outcome
from escalation.models import Dispute, Notification
from escalation.models.dispute import Status
from tests.factories import Cast, make_appointment
from tests.factories_decisions import confirm_all, confirmers
from tests.factories_disputes import do_raising_duties, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db

WORDS: dict[str, Any] = {"text": "The sitter starts first.", "reasons": "The risk is at night."}


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def agreed(dispute: Dispute, people: Cast, now: datetime, **more: Any) -> Outcome:
    do_raising_duties(dispute, now=now)
    return outcomes.record_agreement(dispute=fresh(dispute), by=people.council.practitioner, now=now, **WORDS | more)


def test_an_agreement_waits_for_the_gates(people: Cast, dispute: Dispute, now: datetime) -> None:
    with pytest.raises(Refused) as refused:
        outcomes.record_agreement(dispute=dispute, by=people.council.practitioner, now=now, **WORDS)
    assert refused.value.code == "shut"
    assert "Before this can be done" in refused.value.message


@pytest.mark.parametrize(("changes", "field"), [({"text": " "}, "text"), ({"reasons": ""}, "reasons")])
def test_an_agreement_needs_words_and_reasons(
    people: Cast, dispute: Dispute, now: datetime, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        outcomes.record_agreement(dispute=dispute, by=people.council.practitioner, now=now, **WORDS | changes)
    assert refused.value.field == field


def test_it_is_not_closed_by_one_confirmation(people: Cast, dispute: Dispute, now: datetime) -> None:
    agreed(dispute, people, now)
    first, second = confirmers(dispute)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="We do our part.", by=first, now=now)
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION
    assert Notification.objects.filter(text__contains=f"it waits for {second.agency.short_name}").exists()  # type: ignore[union-attr]
    with pytest.raises(Refused, match="has given its written answer already"):
        outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="Again.", by=first, now=now)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="We do ours.", by=second, now=now)
    dispute = fresh(dispute)
    assert dispute.status == Status.CLOSED
    assert all(party.confirmed_at == now for party in dispute.parties.all())


def test_a_confirmation_is_in_writing_and_by_somebody_who_may(people: Cast, dispute: Dispute, now: datetime) -> None:
    agreed(dispute, people, now)
    by = confirmers(dispute)[0]
    with pytest.raises(Refused, match="in writing"):
        outcomes.confirm_outcome(dispute=dispute, accepts=True, text=" ", by=by, now=now)
    with pytest.raises(Refused, match="why your agency does not accept"):
        outcomes.confirm_outcome(dispute=dispute, accepts=False, text=" ", by=by, now=now)
    for who in (people.council.practitioner, people.stranger, people.chair, people.board_manager):
        with pytest.raises(Refused) as refused:
            outcomes.confirm_outcome(dispute=dispute, accepts=True, text="Yes.", by=who, now=now)
        assert refused.value.code == "forbidden"


def test_a_refused_agreement_goes_back_to_where_it_stood(people: Cast, dispute: Dispute, now: datetime) -> None:
    outcome = agreed(dispute, people, now)
    first, second = confirmers(dispute)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="Yes.", by=first, now=now)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=False, text="Nobody asked the ward.", by=second, now=now)
    dispute = fresh(dispute)
    outcome.refresh_from_db()
    assert dispute.status == Status.IN_DISCUSSION
    assert outcome.contested_at == now
    assert [party.confirmed_at for party in dispute.parties.all()] == [None, None]
    outcomes.record_agreement(dispute=dispute, by=people.council.practitioner, now=now, **WORDS)
    assert confirm_all(dispute, now=now).status == Status.CLOSED
    assert dispute.outcomes.count() == 2


def test_an_agency_without_anybody_who_may_confirm_is_told_to_the_board_manager(people: Cast, now: datetime) -> None:
    other = make_appointment(Role.PRACTITIONER, people.charity.agency)
    dispute = make_dispute(people, now=now, responding=[people.charity.agency], addressee=other)
    agreed(dispute, people, now)
    assert Notification.objects.filter(recipient=people.board_manager, text__contains="Nobody at").exists()


@pytest.mark.parametrize(
    "changes",
    [{"owner": None}, {"due_on": None}, {"what": " "}, {"due_on": date(2026, 4, 1)}],
)
def test_an_outstanding_issue_needs_what_owner_and_date(
    people: Cast, dispute: Dispute, now: datetime, changes: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"what": "Who pays in May", "owner": people.health.practitioner, "due_on": date(2026, 5, 1)} | changes
    with pytest.raises(Refused) as refused:
        agreed(dispute, people, now, issues=[NewIssue(**given)])
    assert refused.value.field == "issues"
    assert not Outcome.objects.exists()


def test_an_issue_is_added_while_it_is_confirmed_and_done_by_its_owner(people: Cast, dispute: Dispute, now: datetime) -> None:
    agreed(dispute, people, now)
    new = NewIssue("Who pays in May", people.health.practitioner, date(2026, 5, 1))
    with pytest.raises(Refused):
        afterwards.add_issue(dispute=dispute, issue=new, by=people.council.practitioner, now=now)
    issue = afterwards.add_issue(dispute=dispute, issue=new, by=people.council.line_manager, now=now)
    dispute = confirm_all(dispute, now=now)
    with pytest.raises(Refused):
        afterwards.complete_issue(issue=issue, note="Done.", by=people.council.practitioner, now=now)
    with pytest.raises(Refused, match="how it was done"):
        afterwards.complete_issue(issue=issue, note=" ", by=people.health.practitioner, now=now)
    afterwards.complete_issue(issue=issue, note="Agreed on 30 April.", by=people.health.practitioner, now=now)
    with pytest.raises(Refused, match="already done"):
        afterwards.complete_issue(issue=issue, note="Again.", by=people.health.practitioner, now=now)
