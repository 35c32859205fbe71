"""A dispute keeps its track; one about a theme names nobody, owes nothing about a person, and runs to its end."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from cases import audit
from cases.actions.cases import open_theme
from cases.actions.persons import update_person
from cases.errors import Refused
from cases.models import Case, Person
from cases.roles import Nation
from decisions.prefill import prefilled
from escalation import home, queues, verbs
from escalation.actions import links, plans, positions, safety, sweep, talks
from escalation.actions.protocols import publish_protocol
from escalation.deadlines import LONDON
from escalation.models import Dispute, Notification
from escalation.models.dispute import Status
from escalation.protocol_files import load
from tests.escalation.test_protocol_tracks import FILE
from tests.factories import Cast, cast, make_case, make_partnership
from tests.factories_decisions import confirm_all, give_last_word, refer
from tests.factories_disputes import SAFE, climb_to_last_stage, fresh, leader_of, make_dispute, make_theme
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    """The cast of a partnership with three tracks."""
    made = cast(make_partnership("saltmarsh", reference_prefix="SAL", nation=Nation.ENGLAND_AND_WALES))
    publish_protocol(partnership=made.partnership, document=load(FILE), by=None, now=now)
    return made


def dates(dispute: Dispute) -> dict[str, str]:
    return {row.key: f"{row.due_at.astimezone(LONDON):%a %d %b %H:%M}" for row in dispute.deadlines.all()}


def test_each_track_has_its_own_stages_limits_and_last_word(people: Cast, now: datetime) -> None:
    adult, child = (make_dispute(people, now=now, track=track) for track in ("adults", "children"))
    assert (adult.rules_now.label, dates(adult)) == ("Stage A1", {"reply": "Mon 13 Apr 23:59"})
    assert (child.rules_now.label, dates(child)) == ("Step 1", {"reply": "Fri 03 Apr 10:00"})
    assert sweep.sweep(now=now + timedelta(hours=25)).escalated == 1
    child = fresh(child)
    assert (child.rules_now.label, child.status) == ("Step 2", Status.AWAITING_REPLY)
    assert child.rules.final_authority.kind == "determination"
    assert fresh(adult).rules_now.label == "Stage A1"


def test_a_track_must_be_chosen_and_fit_the_case(people: Cast, now: datetime) -> None:
    for track, said in (("", "several tracks"), ("elderly", "no track 'elderly'")):
        with pytest.raises(Refused, match=said) as refused:
            make_dispute(people, now=now, track=track)
        assert refused.value.field == "track"
    with pytest.raises(Refused, match="this case is about a person"):
        make_theme(people, now=now, case=make_case(people, now=now))
    with pytest.raises(Refused, match="this case is a theme"):
        make_theme(people, now=now, track="adults")
    with pytest.raises(Refused, match="Say whether the person is safe"), transaction.atomic():
        make_theme(people, now=now, track="adults", case=make_case(people, now=now))


def test_a_theme_names_nobody(people: Cast, now: datetime) -> None:
    for field in ("decision_disputed", "decided_by", "worry", "evidence", "aim", "proposed_resolution", "earlier_forum"):
        with pytest.raises(Refused, match="like a date of birth") as refused:
            make_theme(people, now=now, **{field: "The lady born 3 June 1941"})
        assert refused.value.field == field
    with pytest.raises(Refused, match="NHS or CHI number") as refused:
        make_theme(people, now=now, case=open_theme(
            theme="943 476 5919", agencies=[people.health.agency], by=people.council.senior_manager, now=now
        ))  # fmt: skip
    assert refused.value.field == "theme"
    for field in ("persons_view", "immediate_risk_reason"):
        with pytest.raises(Refused, match="leave this empty"):
            make_theme(people, now=now, **{field: "She wants to go home."})
    dispute = make_theme(people, now=now)
    with pytest.raises(Refused, match="holds no personal data"):
        positions.state_position(
            dispute=dispute, by=people.council.senior_manager, now=now, stance="raises", text="As with 943 476 5919."
        )


def test_what_concerns_a_person_does_not_exist_for_a_theme(people: Cast, now: datetime) -> None:
    dispute, by = make_theme(people, now=now), people.council.senior_manager
    assert not dispute.safety_confirmations.exists()
    assert {duty.kind for duty in dispute.duties.all()} == {"position_stated", "discussion_held"}
    assert [name for name in ("confirm_safety", "record_voice", "open_plan", "jump") if verbs.may(name, dispute, by)] == []
    with pytest.raises(Refused):
        safety.confirm_safety(dispute=dispute, safety=SAFE, by=by, now=now)
    with pytest.raises(Refused):
        safety.record_voice(dispute=dispute, voice=safety.Voice("To go home.", "yes"), by=by, now=now)
    with pytest.raises(Refused):
        plans.need_no_plan(dispute=dispute, why="None needed.", by=by, now=now)
    with pytest.raises(Refused):
        update_person(case=dispute.case, changes={}, seen="", by=by, now=now)
    assert (dispute.danger_answer, dispute.capacity, Person.objects.count()) == ("not_asked", "not_relevant", 0)


def test_a_case_has_a_person_or_a_theme(people: Cast, now: datetime) -> None:
    about = {"partnership": people.partnership, "opened_by": people.council.lead, "opened_at": now}
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(reference="SAL-C-1", **about)
    case = make_case(people, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(theme="Both")
    with pytest.raises(Refused, match="short name"):
        open_theme(theme="  ", agencies=[people.health.agency], by=people.council.lead, now=now)
    with pytest.raises(Refused, match="at least one other agency"):
        open_theme(theme="Letters", agencies=[], by=people.council.lead, now=now)


def test_a_theme_from_raising_to_closing(people: Cast, now: datetime) -> None:
    dispute = make_theme(people, now=now)
    assert (dispute.title, dispute.rules_now.label, dispute.case.initials) == ("Weekend discharges", "Part 1", "Theme")
    assert dates(dispute) == {"answer": "Tue 05 May 23:59"}
    assert sweep.sweep(now=now + timedelta(days=40)).escalated == 0  # a guide moves nothing
    positions.state_position(
        dispute=dispute, by=people.health.senior_manager, now=now + timedelta(days=1), stance="stands", text="It is rare."
    )
    dispute = climb_to_last_stage(fresh(dispute), now=now + timedelta(days=2))
    assert dispute.status == Status.AWAITING_REFERRAL
    form = prefilled(dispute, now=now + timedelta(days=2))
    assert form["theme"] == "Weekend discharges"
    assert "after the weekend" in form["about"]
    refer(dispute, now=now + timedelta(days=3))
    assert give_last_word(dispute, now=now + timedelta(days=4)).verb == "Recommended"
    dispute = confirm_all(dispute, now=now + timedelta(days=5))
    assert dispute.status == Status.CLOSED
    assert not links.may_reopen(dispute, people.council.senior_manager, now=now + timedelta(days=6))
    assert list(audit.broken_links()) == []
    texts = " ".join(Notification.objects.filter(dispute=dispute).values_list("text", flat=True))
    assert "system concern" in texts
    assert "person" not in texts


def test_agreed_at_its_first_stage(people: Cast, now: datetime) -> None:
    dispute = make_theme(people, now=now)
    talks.log_discussion(
        dispute=dispute, by=people.council.senior_manager, now=now, kind="talk", mode="phone", happened_at=now,
        with_whom="The hospital's head of service", result="We agree.",
    )  # fmt: skip
    assert leader_of(dispute, "raising") == people.council.senior_manager
    assert fresh(dispute).duties.get(kind="discussion_held").done_at == now


def test_lists_and_counts_know_the_track(people: Cast, now: datetime) -> None:
    make_theme(people, now=now)
    make_dispute(people, now=now, track="children")
    rules = load(FILE)
    counts = dict(home.counts_by_stage(people.board_manager, rules))
    assert counts["How agencies work together, Part 1: Heads of service"] == 1
    assert counts["Children, Step 1: Safeguarding leads"] == 1
    assert counts["Adults, Stage A1: Managers"] == 0
    assert "Under an earlier version" not in counts
    lines = queues.lines_of(queues.with_line_data(Dispute.objects.visible_to(people.health.senior_manager)), people.health.lead)
    assert {line.where for line in lines} <= {"Part 1", "Step 1"}


def test_it_is_taken_up_again_on_a_track_of_its_kind(people: Cast, now: datetime) -> None:
    protocol, by = load(FILE), people.council.senior_manager
    *others, system = protocol.tracks
    for version, key in (("3", "system"), ("4", "between")):
        track = system.model_copy(update={"closure": None, "key": key})
        newer = protocol.model_copy(update={"tracks": (*others, track), "version": version})
        publish_protocol(partnership=people.partnership, document=newer, by=None, now=now)
        if key == "system":
            dispute = climb_to_last_stage(make_theme(people, now=now), now=now + timedelta(days=1))
            refer(dispute, now=now + timedelta(days=1))
            give_last_word(dispute, now=now + timedelta(days=1))
            dispute = confirm_all(dispute, now=now + timedelta(days=2))
    held = links.NotHeld("Late again in June.", "Somebody on Saturdays.", now + timedelta(days=2))
    made = links.reopen(dispute=dispute, held=held, safety=None, by=by, now=now + timedelta(days=3))
    assert (made.track, made.case, made.rules_now.label) == ("between", dispute.case, "Part 1")
