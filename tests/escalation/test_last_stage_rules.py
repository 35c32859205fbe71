"""What a protocol may say of its upper end: gates at a referral, the scrutineer, the board in the middle, the way after it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Role
from decisions.actions import referrals
from decisions.actions.afterwards import record_onward_result
from decisions.actions.outcomes import confirm_outcome, give_last_word
from escalation import duties
from escalation.actions import feedback, moves, talks
from escalation.api.allowed import shut_acts
from escalation.home import home_for
from escalation.models import Dispute, Notification
from escalation.models.dispute import Status
from escalation.protocol_files import ProtocolFileError, loads
from escalation.turn import turn_of
from tests.escalation.test_unseen_protocols import HEAD, people_of
from tests.factories import Cast, make_appointment
from tests.factories_disputes import climb, fresh, make_dispute
from tests.worlds import shared

pytestmark = pytest.mark.django_db

SCRUTINY = (
    HEAD
    + """
clock: {anchor: dispute_raised}
stages:
  - order: 1
    label: Stage 1
    name: Managers
    about: They talk.
    leads: {roles: [{role: line_manager}]}
  - order: 2
    label: Stage 2
    name: A meeting chaired for the board
    about: The board's chair brings both together.
    leads: {mode: any_of, of_partnership: true, roles: [{role: chair}]}
  - order: 3
    label: Stage 3
    name: Independent scrutineer
    about: The scrutineer decides.
    is_referral: true
    leads: {mode: any_of, of_partnership: true, roles: [{role: independent_scrutineer}]}
    referred_by: [{role: line_manager}]
    limits:
      - {key: word, kind: conclude, number: 48, unit: hours, anchor: request_sent, owner: authority, label: Two days}
    duties:
      - {kind: own_record_attested, by: raising, gate: leave}
      - {kind: feedback_given, by: authority, gate: leave}
final_authority: {kind: determination, role: independent_scrutineer, title: The scrutineer's decision}
onward_routes:
  - code: appeal
    body: Executive group
    when: When an agency does not accept the decision
    by_role: line_manager
    if_not_accepted: true
    told: chair
"""
)


@shared
def people(now: datetime) -> Cast:
    return people_of(SCRUTINY, now)


@shared
def scrutineer(people: Cast) -> Appointment:
    return make_appointment(Role.INDEPENDENT_SCRUTINEER, partnership=people.partnership)


def at_the_last_stage(people: Cast, now: datetime) -> Dispute:
    dispute = climb(make_dispute(people, now=now), now=now)
    moves.escalate(dispute=dispute, by=people.council.line_manager, now=now, reason="Nothing was agreed.")
    return fresh(dispute)


def sent(people: Cast, dispute: Dispute, now: datetime) -> Dispute:
    by = people.council.line_manager
    talks.attest_own_record(dispute=dispute, own_reference="LAS-1", recorded_on=now.date(), by=by, now=now)
    found = referrals.open_referral(dispute=fresh(dispute), by=by, now=now)
    referrals.submit_referral(referral=found, by=by, now=now)
    return fresh(dispute)


def test_whoever_leads_a_middle_stage_for_the_partnership_joins_it_and_is_told(people: Cast, now: datetime) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    [chair] = [row for row in dispute.participants.all() if row.appointment_id == people.chair.pk]
    assert chair.side == "authority"
    assert Notification.objects.filter(dispute=dispute, recipient=people.chair).exists()
    assert "chair" not in turn_of(dispute).whose


def test_what_the_raising_side_owes_bars_the_sending_of_the_referral(
    people: Cast, scrutineer: Appointment, now: datetime
) -> None:
    dispute, by = at_the_last_stage(people, now), people.council.line_manager
    assert [gate.owner for gate in duties.closed_gates(dispute, "refer")] == [people.council.agency.short_name]
    assert "referral" in {row["act"] for row in shut_acts(dispute, by, now=now)}
    found = referrals.open_referral(dispute=dispute, by=by, now=now)
    with pytest.raises(Refused) as refused:
        referrals.submit_referral(referral=found, by=by, now=now)
    assert refused.value.code == "shut"
    assert fresh(dispute).status == Status.AWAITING_REFERRAL


def test_the_time_for_the_last_word_runs_from_the_sending(people: Cast, scrutineer: Appointment, now: datetime) -> None:
    dispute = at_the_last_stage(people, now)
    assert not dispute.deadlines.filter(key="word").exists()
    later = now + timedelta(hours=30)
    dispute = sent(people, dispute, later)
    assert dispute.deadlines.get(key="word").due_at == later + timedelta(hours=48)


def test_the_scrutineer_gives_the_last_word_through_their_own_gate(
    people: Cast, scrutineer: Appointment, now: datetime
) -> None:
    assert not Dispute.objects.visible_to(scrutineer).exists()
    dispute = sent(people, at_the_last_stage(people, now), now)
    assert set(Dispute.objects.visible_to(scrutineer)) == {dispute}
    assert home_for(scrutineer, now).blocks[0].key == "referred"
    word: dict[str, Any] = {"text": "A sitter starts.", "reasons": "The risk is real.", "by": scrutineer, "now": now}
    word["dispute"] = dispute
    with pytest.raises(Refused, match="Tell the person who raised it"):
        give_last_word(**word)
    feedback.give_feedback(dispute=dispute, text="I decide tomorrow.", no_action=False, by=scrutineer, now=now)
    give_last_word(**word | {"dispute": fresh(dispute)})
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION


def test_who_does_not_accept_sends_it_on_and_whoever_is_told_reads_it(
    people: Cast, scrutineer: Appointment, now: datetime
) -> None:
    dispute = sent(people, at_the_last_stage(people, now), now)
    feedback.give_feedback(dispute=dispute, text="I decide today.", no_action=False, by=scrutineer, now=now)
    give_last_word(dispute=fresh(dispute), text="A sitter starts.", reasons="Risk.", by=scrutineer, now=now)
    confirm_outcome(dispute=fresh(dispute), accepts=True, text="Yes.", by=people.council.line_manager, now=now)
    assert not dispute.onward_items.exists()
    confirm_outcome(dispute=fresh(dispute), accepts=False, text="No funds.", by=people.health.line_manager, now=now)
    [item] = dispute.onward_items.all()
    assert (item.code, "No funds." in item.reason, fresh(dispute).status) == ("appeal", True, Status.CLOSED)
    told = Notification.objects.filter(dispute=dispute, text__contains="Executive group").values_list("recipient", flat=True)
    assert set(told) == {people.board_manager.pk, people.chair.pk}
    record_onward_result(item=item, meeting_on=now.date(), result="Upheld.", by=people.chair, now=now)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("by: raising, gate: leave", "by: each, gate: leave", "no agency's silence holds up"),
        ("kind: feedback_given, by: authority", "kind: safety_confirmed, by: authority", "nobody could do this"),
        ("told: chair", "told: line_manager", "the partnership has no line manager"),
    ],
)
def test_what_nobody_could_do_at_the_end_is_refused(before: str, after: str, said: str) -> None:
    with pytest.raises(ProtocolFileError, match=said):
        loads(SCRUTINY.replace(before, after))
