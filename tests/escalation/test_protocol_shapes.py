"""Three policies of other shapes than the sources run from raising to closing, from their files alone (F1)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cases import audit
from cases.roles import Nation
from decisions.actions.outcomes import record_agreement
from escalation.actions import positions, sweep
from escalation.actions.protocols import publish_protocol
from escalation.deadlines import LONDON
from escalation.models import Deadline, Dispute
from escalation.models.dispute import Status
from escalation.protocol_files import check, load
from tests.factories import Cast, cast, make_partnership
from tests.factories_decisions import confirm_all, give_last_word, refer
from tests.factories_disputes import climb, climb_to_last_stage, do_raising_duties, fresh, leader_of, make_dispute

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parent.parent / "protocols"


def people_of(name: str, now: datetime, nation: Nation = Nation.ENGLAND_AND_WALES) -> Cast:
    people = cast(make_partnership(f"shape-{name}"[:20].replace("_", "-"), reference_prefix="SHP", nation=nation))
    publish_protocol(partnership=people.partnership, document=load(FILES / f"{name}.yaml"), by=None, now=now)
    return people


def dates(dispute: Dispute) -> dict[str, str]:
    return {row.key: f"{row.due_at.astimezone(LONDON):%a %d %b %H:%M}" for row in dispute.deadlines.all()}


@pytest.mark.parametrize("name", ["one_stage", "five_stages", "four_limits", "three_tracks"])
def test_the_file_is_valid_as_it_stands(name: str) -> None:
    checked = check(FILES / f"{name}.yaml")
    assert checked.problems == ()
    assert checked.protocol is not None


def test_one_stage_without_limits(now: datetime) -> None:
    people = people_of("one_stage", now)
    dispute = make_dispute(people, now=now)
    assert dates(dispute) == {}
    positions.state_position(
        dispute=dispute, by=people.health.line_manager, now=now + timedelta(days=1), stance="stands", text="It is safe."
    )
    assert sweep.sweep(now=now + timedelta(days=300)) == sweep.Swept()
    do_raising_duties(dispute, now=now + timedelta(days=2))
    record_agreement(
        dispute=fresh(dispute), text="A sitter from Monday.", reasons="It meets the risk.",
        by=leader_of(dispute, "raising"), now=now + timedelta(days=3),
    )  # fmt: skip
    dispute = confirm_all(dispute, now=now + timedelta(days=4))
    assert dispute.status == Status.CLOSED
    assert not Deadline.objects.filter(dispute=dispute).exists()


def test_five_stages_informal_and_formal(now: datetime) -> None:
    people = people_of("five_stages", now, Nation.NORTHERN_IRELAND)
    dispute = make_dispute(people, now=now)
    assert dates(dispute) == {"talk": "Thu 02 Apr 16:00"}
    assert sweep.sweep(now=datetime(2026, 4, 2, 16, 1, tzinfo=LONDON)).escalated == 1
    dispute = fresh(dispute)
    assert dispute.rules_now.label == "Own line"
    assert dates(dispute) == {"talk": "Thu 02 Apr 16:00", "review": "Tue 07 Apr 17:30", "l1-start": "Wed 08 Apr 17:30"}
    later = datetime(2026, 4, 7, 10, 0, tzinfo=LONDON)
    dispute = climb(dispute, now=later)
    assert (dispute.rules_now.label, dates(dispute)["l1-end"]) == ("Level 1", "Mon 13 Apr 17:30")
    dispute = climb(dispute, now=later + timedelta(days=1))
    assert dispute.rules_now.label == "Level 2"
    dispute = climb_to_last_stage(dispute, now=later + timedelta(days=2))
    assert dates(dispute)["l2-end"] == "Wed 15 Apr 17:30"
    assert (dispute.rules_now.label, dispute.status) == ("Level 3", Status.AWAITING_REFERRAL)
    assert dates(dispute)["l3-end"] == "Thu 23 Apr 17:30"
    assert dates(dispute)["l3-letter"] == "Sat 25 Apr 17:30"
    refer(dispute, now=later + timedelta(days=3))
    outcome = give_last_word(dispute, now=later + timedelta(days=4))
    assert outcome.verb == "Determined"
    dispute = confirm_all(dispute, now=later + timedelta(days=5))
    assert dispute.status == Status.CLOSED
    assert list(audit.broken_links()) == []


def test_four_limits_in_three_units_from_four_events(now: datetime) -> None:
    people = people_of("four_limits", now)
    concern = now - timedelta(days=1)  # Wednesday 1 April, raised on the Thursday before Easter
    dispute = make_dispute(people, now=now, concern_arose_at=concern, addressee=None)
    assert dates(dispute) == {
        "ack": "Thu 02 Apr 14:00", "reply": "Wed 08 Apr 23:59", "end": "Fri 10 Apr 23:59", "letter": "Wed 15 Apr 23:59",
    }  # fmt: skip
    done = sweep.sweep(now=datetime(2026, 4, 2, 15, 0, tzinfo=LONDON))
    assert (done.missed, done.escalated) == (1, 0)
    positions.state_position(
        dispute=dispute, by=people.health.lead, now=now + timedelta(days=5), stance="stands", text="It is safe."
    )
    assert dispute.deadlines.get(key="reply").met_at == now + timedelta(days=5)
    assert sweep.sweep(now=datetime(2026, 4, 11, 0, 1, tzinfo=LONDON)).escalated == 1
    dispute = fresh(dispute)
    assert (dispute.rules_now.label, dispute.status) == ("Step B", Status.AWAITING_REFERRAL)
    assert dates(dispute)["b-end"] == "Mon 27 Apr 23:59"
    then = datetime(2026, 4, 13, 10, 0, tzinfo=LONDON)
    refer(dispute, now=then)
    assert give_last_word(dispute, now=then + timedelta(days=1)).verb == "Agreed"
    assert confirm_all(dispute, now=then + timedelta(days=2)).status == Status.CLOSED
