"""The last word (F21, F8): only from whoever has it, with every voice it needs, and frozen once given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cases import audit
from cases.errors import Refused
from cases.roles import Role
from decisions.actions import outcomes, referrals
from decisions.models import Outcome, OutcomeConfirmation, OutstandingIssue
from decisions.voices import still_awaited, voices_of
from escalation.actions import moves
from escalation.models import Dispute
from escalation.models.dispute import Status
from tests.factories import Cast, make_appointment
from tests.factories_decisions import confirm_all, confirmers, give_last_word, refer, referred, speakers, with_last_word
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db

WORDS: dict[str, Any] = {"text": "The sitter starts first.", "reasons": "The risk is at night."}


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def test_a_chair_of_a_party_makes_way_for_a_deputy(people: Cast, dispute: Dispute, now: datetime) -> None:
    make_appointment(Role.SENIOR_MANAGER, people.health.agency, user=people.chair.user)
    deputy = make_appointment(Role.CHAIR, partnership=people.partnership)
    dispute = referred(dispute, now=now)
    assert speakers(dispute) == [deputy]


def test_a_chair_who_became_a_party_later_is_refused(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = referred(dispute, now=now)
    make_appointment(Role.SENIOR_MANAGER, people.health.agency, user=people.chair.user)
    with pytest.raises(Refused, match="a deputy gives the last word"):
        outcomes.give_last_word(dispute=dispute, by=people.chair, now=now, **WORDS)


def test_only_whoever_has_it_gives_the_last_word(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = referred(dispute, now=now)
    for somebody in (people.council.board_representative, people.stranger, people.board_manager):
        with pytest.raises(Refused) as refused:
            outcomes.give_last_word(dispute=dispute, by=somebody, now=now, **WORDS)
        assert refused.value.code == "forbidden"
    for changes in ({"text": ""}, {"reasons": " "}):
        with pytest.raises(Refused):
            outcomes.give_last_word(dispute=dispute, by=people.chair, now=now, **WORDS | changes)


def test_a_refusal_of_the_last_word_is_the_agencys_answer(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = with_last_word(dispute, now=now)
    first, second = confirmers(dispute)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=False, text="We hold to our decision.", by=first, now=now)
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="We accept.", by=second, now=now)
    assert fresh(dispute).status == Status.CLOSED
    assert [row.accepts for row in OutcomeConfirmation.objects.all()] == [False, True]


@pytest.mark.parametrize("key", ["luton", "south_lanarkshire"])
def test_one_voice_of_two_waits_for_the_other(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    first, second = speakers(dispute)
    outcome = outcomes.give_last_word(dispute=dispute, by=first, now=now, **WORDS)
    assert outcome.effective_at is None
    assert fresh(dispute).status == Status.REFERRED
    awaited = still_awaited(voices_of(fresh(dispute), outcome))
    assert awaited == {
        "luton": f"{second.agency.short_name}'s board representative",  # type: ignore[union-attr]
        "south_lanarkshire": "the Head of Children and Justice Services",
    }[key]
    with pytest.raises(Refused, match=r"already\. It waits for"):
        outcomes.concur(dispute=dispute, outcome=outcome, by=first, now=now)
    with pytest.raises(Refused):
        outcomes.concur(dispute=dispute, outcome=outcome, by=people.council.practitioner, now=now)
    outcomes.concur(dispute=dispute, outcome=outcome, by=second, now=now)
    outcome.refresh_from_db()
    assert outcome.effective_at == now
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION


def test_other_words_take_the_place_of_those_that_were_read(now: datetime) -> None:
    people = people_under("luton", now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    first, second = speakers(dispute)
    one = outcomes.give_last_word(dispute=dispute, by=first, now=now, **WORDS)
    with pytest.raises(Refused, match="Somebody proposed words meanwhile"):
        outcomes.give_last_word(dispute=dispute, by=second, now=now, **WORDS)
    two = outcomes.give_last_word(dispute=dispute, by=second, now=now, instead_of=one.pk, **WORDS)
    with pytest.raises(Refused, match="Somebody proposed words meanwhile"):
        outcomes.concur(dispute=dispute, outcome=one, by=second, now=now)
    outcomes.concur(dispute=dispute, outcome=two, by=first, now=now)
    one.refresh_from_db()
    assert one.contested_at == now
    assert one.effective_at is None
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION
    assert list(audit.broken_links()) == []


def test_sent_back_a_proposal_is_set_aside(now: datetime) -> None:
    people = people_under("luton", now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    first, second = speakers(dispute)
    outcomes.give_last_word(dispute=dispute, by=first, now=now, **WORDS)
    referrals.return_referral(dispute=dispute, reason="What does she want?", by=second, now=now)
    assert outcomes.standing_outcome(dispute) is None
    refer(dispute, now=now)
    assert give_last_word(dispute, now=now).effective_at is not None


def test_whoever_has_the_last_word_does_not_answer_for_an_agency(now: datetime) -> None:
    people = people_under("south_lanarkshire", now=now)
    dispute = with_last_word(make_dispute(people, now=now), now=now)
    heads = list(dispute.participants.filter(side="authority"))
    assert len(heads) == 2
    for head in heads:
        with pytest.raises(Refused):
            outcomes.confirm_outcome(dispute=dispute, accepts=True, text="Yes.", by=head.appointment, now=now)


def test_the_words_of_an_outcome_are_frozen(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = with_last_word(dispute, now=now)
    confirm_all(dispute, now=now)
    for tamper in (
        lambda: Outcome.objects.update(text="Another"),
        lambda: Outcome.objects.all().delete(),
        lambda: OutcomeConfirmation.objects.update(accepts=False),
        lambda: OutcomeConfirmation.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            tamper()


def test_withdrawn_nothing_more_is_decided(people: Cast, dispute: Dispute, now: datetime) -> None:
    moves.withdraw(dispute=dispute, reason="Settled.", by=people.council.practitioner, now=now)
    with pytest.raises(Refused) as refused:
        outcomes.record_agreement(dispute=dispute, by=people.council.practitioner, now=now, **WORDS)
    assert refused.value.code == "stale"
    assert not OutstandingIssue.objects.exists()
