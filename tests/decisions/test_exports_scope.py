"""What documents leave out, and for whom: stages inside one agency, unsigned decisions, addresses, who has looked."""

from __future__ import annotations

from datetime import datetime

import pytest

from decisions.exports.page import as_html, as_pdf
from escalation.actions import restrictions
from escalation.models import Dispute
from tests.decisions.documents import KEYS, REFERRAL, asked, bundle_of, keys, section
from tests.decisions.reading import text_of
from tests.factories import Cast, make_case
from tests.factories_decisions import confirm_all, make_record, with_last_word
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared


@shared
def people(db: None, now: datetime) -> Cast:
    return people_under("halton", now=now)


@pytest.mark.django_db
def test_a_stage_inside_one_agency_is_not_in_the_other_sides_copy(now: datetime) -> None:
    key = next(key for key in KEYS if people_under(key, now=now) and _has_hidden_stage(key))
    people = people_under(key, now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    while fresh(dispute).rules.stage(fresh(dispute).stage).single_agency or not _passed_hidden(fresh(dispute)):
        dispute = climb(fresh(dispute), now=now)
    theirs = fresh(dispute).participants.filter(side="responding").select_related("appointment").first()
    assert theirs is not None
    ours = as_html(bundle_of(dispute, people.council.practitioner, now), "0" * 64)
    copy = as_html(bundle_of(dispute, theirs.appointment, now), "0" * 64)
    hidden = [stage.order for stage in dispute.rules.stages if stage.single_agency]
    said = list(dispute.reviews.filter(stage__in=hidden)) + list(dispute.exhaustions.filter(stage__in=hidden))
    assert said
    entries = dispute.chronology.filter(stage__in=hidden, only_agency__isnull=False)
    assert entries.count() > 3
    assert "What was said there is not in this copy." in copy
    assert ours.count('class="entry') - copy.count('class="entry') >= entries.count()
    assert "The risk is real." in ours
    made = text_of(as_pdf(bundle_of(dispute, theirs.appointment, now), "0" * 64).content)
    for label in [dispute.rules.stage(order).label for order in hidden]:
        assert f"· {label} ·" not in made


def _has_hidden_stage(key: str) -> bool:
    from tests.factories_disputes import source_protocol

    return any(stage.single_agency for stage in source_protocol(key).stages)


def _passed_hidden(dispute: Dispute) -> bool:
    return all(dispute.stage > stage.order for stage in dispute.rules.stages if stage.single_agency)


def test_unsigned_decisions_of_the_other_agency_are_left_out(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    make_record(fresh(dispute), people.council.practitioner, now=now, decision="Not yet for their eyes.")
    assert "Not yet for their eyes." in str(bundle_of(dispute, people.council.practitioner, now))
    assert "Not yet for their eyes." in str(bundle_of(dispute, people.auditor, now))
    assert "Not yet for their eyes." not in str(bundle_of(dispute, people.health.practitioner, now))


def test_address_is_nowhere_in_a_history_but_in_the_referral(people: Cast, now: datetime) -> None:
    case = make_case(people, now=now)
    dispute = make_dispute(people, now=now, case=case, worry="She cannot get up at 4  quarry row, RUNCORN by herself.")
    dispute = confirm_all(with_last_word(fresh(dispute), now=now), now=now)
    history = str(bundle_of(dispute, people.chair, now))
    assert "quarry row" not in history.lower()
    assert "[address left out]" in history
    assert "4 Quarry Row, Runcorn" in section(bundle_of(dispute, people.chair, now, REFERRAL), "form")


def test_who_has_looked_is_for_auditors_and_leads_only(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    asked(dispute, people.council.practitioner, now)
    assert people.council.practitioner.user.name in section(bundle_of(dispute, people.auditor, now), "looked")
    assert "looked" not in keys(bundle_of(dispute, people.council.practitioner, now))


def test_a_copy_of_what_is_restricted_says_so_on_its_first_page(people: Cast, now: datetime) -> None:
    dispute, by = make_dispute(people, now=now), people.council.senior_manager
    assert "Restricted" not in section(bundle_of(dispute, people.council.practitioner, now), "about")
    wanted = restrictions.Wanted([people.council.practitioner, by], "Her neighbour works here.")
    restrictions.restrict(dispute=dispute, wanted=wanted, by=by, now=now)
    about = section(bundle_of(fresh(dispute), people.council.practitioner, now), "about")
    assert "Only named people may know of this" in about
