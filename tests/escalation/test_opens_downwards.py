"""A dispute opens downwards: who reads which stage under each protocol, and every door that shows what was said there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

import pytest
from django.test import Client

from cases.models import Appointment
from escalation import permissions
from escalation.actions import feedback, handover, meetings, support, talks
from escalation.actions.agreed import add_action
from escalation.actions.evidence import HandedIn, add_evidence
from escalation.actions.meetings import Proposed
from escalation.actions.support import Asked
from escalation.chronology import told_to
from escalation.models import Dispute
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.decisions.documents import bundle_of
from tests.factories import Cast, make_appointment
from tests.factories_disputes import climb, fresh, leader_of, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db

# Up to which stage each comes when a dispute has climbed to the last one; from the sources, by hand. Who is not named here
# reads nothing. "~2": all but stage 2, which is inside the raising agency (A-15, B-26).
COMES_TO = {
    "halton": {
        "council.practitioner": "1", "health.practitioner": "1", "council.line_manager": "12", "health.line_manager": "12",
        "council.lead": "12", "health.lead": "12", "council.senior_manager": "1234", "health.senior_manager": "1234",
        "council.board_representative": "1234", "health.board_representative": "1234", "auditor": "1234",
    },
    "luton": {  # the professionals of the original disagreement are included at each stage (D-08)
        "council.practitioner": "1234", "health.practitioner": "1234", "council.line_manager": "12",
        "health.line_manager": "12", "council.lead": "1234", "health.lead": "1234",
        "council.board_representative": "1234", "health.board_representative": "1234", "auditor": "1234",
    },
    "dundee": {  # stage 2 is between the practitioner and their own line manager
        "council.practitioner": "12", "health.practitioner": "1", "council.line_manager": "123",
        "health.line_manager": "13", "council.senior_manager": "12345", "health.senior_manager": "1345",
        "auditor": "12345",
    },
    "south_lanarkshire": {
        "council.practitioner": "12", "health.practitioner": "1", "council.line_manager": "12",
        "council.senior_manager": "1234", "health.senior_manager": "134", "auditor": "1234",
    },
}  # fmt: skip
NOBODY_ELSE = ("stranger", "charity", "board_manager")


def member(people: Cast, dotted: str) -> Appointment:
    found: Appointment = reduce(getattr, dotted.split("."), people)  # type: ignore[assignment]
    return found


def said_at(dispute: Dispute, now: datetime) -> None:
    """What is said at the present stage, and what is told of it, each with the number of the stage in it."""
    by, stage = leader_of(dispute, "raising"), dispute.stage
    talks.log_discussion(
        dispute=dispute, kind="talk", mode="phone", happened_at=now, with_whom="Ward", result=f"Said at stage {stage}.",
        by=by, now=now,
    )  # fmt: skip
    add_evidence(
        dispute=fresh(dispute), handed_in=HandedIn(b"Seen.", "chart.txt", f"Shown at stage {stage}."), by=by, now=now
    )
    if by.role != "practitioner":
        feedback.give_feedback(dispute=fresh(dispute), text=f"Told of stage {stage}.", no_action=False, by=by, now=now)


def climbing(people: Cast, now: datetime) -> Iterator[Dispute]:
    """A dispute at each stage, one after the other."""
    dispute = fresh(make_dispute(people, now=now))
    while True:
        said_at(dispute, now)
        yield fresh(dispute)
        if dispute.is_last_stage:
            return
        dispute = climb(fresh(dispute), now=now)


@pytest.mark.parametrize("key", COMES_TO)
def test_each_reads_the_stages_they_came_to_and_hears_of_those_above(key: str, now: datetime) -> None:
    people, wrong = people_under(key, now=now), []
    everybody = {f"{side}.{role}" for side in ("council", "health") for role in people.council.__dict__ if role != "agency"}
    for dispute in climbing(people, now):
        for name in sorted(everybody | set(NOBODY_ELSE) | {"auditor"}):
            who, reads = member(people, name), [int(stage) for stage in COMES_TO[key].get(name, "")]
            found = [stage for stage in permissions.readable_stages(dispute, who) if stage <= dispute.stage]
            if found != [stage for stage in reads if stage <= dispute.stage] and (found or dispute.is_last_stage):
                wrong.append((dispute.stage, name, str(found)))
            if found and {entry.stage for entry in told_to(dispute, who)} - set(permissions.heard_stages(dispute, who)):
                wrong.append((dispute.stage, name, "hears of a stage that is shut"))
    assert wrong == []


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now + timedelta(hours=1))
    return people_under("halton", now=now)


PAGES = ("", "story/", "positions/", "evidence/", "decisions/")
ENDPOINTS = ("", "chronology/", "work/", "evidence/")
ASKED = ("council.practitioner", "council.line_manager", "health.lead", "council.senior_manager", "health.board_representative")


def test_every_door_shows_what_was_said_at_the_stages_one_came_to_and_at_no_other(
    client: Client, people: Cast, now: datetime
) -> None:
    *_, dispute = climbing(people, now)
    wrong = list[tuple[object, ...]]()
    for name in ASKED:
        who, reads = member(people, name), COMES_TO["halton"][name]
        client.force_login(who.user)
        answers: dict[str, Any] = {page: client.get(f"/disputes/{dispute.reference}/{page}") for page in PAGES}
        caller = signed_in(who)
        answers |= {f"api/{page}": caller.get(one(dispute, page)) for page in ENDPOINTS}
        texts = {page: answer.content.decode() for page, answer in answers.items() if answer.status_code == 200}
        texts |= {"document": str(bundle_of(dispute, who, now)), "search": search(caller, dispute)}
        for stage in range(1, 5):
            words = (f"Said at stage {stage}.", f"Shown at stage {stage}.")
            shown = [page for page, text in texts.items() if any(word in text for word in words)]
            if bool(shown) != (str(stage) in reads):
                wrong.append((name, stage, shown))
            files = [caller.get(one(dispute, f"evidence/{row.pk}/file/")) for row in dispute.evidence_files.filter(stage=stage)]
            if str(stage) not in reads and any(answer.status_code != 404 for answer in files):
                wrong.append((name, stage, "file"))
        if not all(f"Told of stage {stage}." in texts["story/"] for stage in (2, 3)):
            wrong.append((name, "feedback", ""))
    assert wrong == []


def search(caller: Any, dispute: Dispute) -> str:
    return str(caller.get(f"/api/disputes/?reference={dispute.reference}").content)


def test_before_their_stage_managers_and_leads_see_where_it_stands_and_no_word_of_it(
    client: Client, people: Cast, now: datetime
) -> None:
    dispute = make_dispute(people, now=now)
    for who in (people.council.line_manager, people.council.lead, people.health.senior_manager, people.health.line_manager):
        client.force_login(who.user)
        page = client.get(f"/disputes/{dispute.reference}/").content.decode()
        assert dispute.reference in page
        assert dispute.worry not in page
        assert people.council.practitioner.user.name not in page
        assert client.get(f"/disputes/{dispute.reference}/story/").status_code == 404
    client.force_login(people.stranger.user)
    assert client.get(f"/disputes/{dispute.reference}/").status_code == 404


def test_what_is_ones_own_at_a_later_stage_stays_ones_own(people: Cast, now: datetime) -> None:
    first, manager = people.council.practitioner, people.council.line_manager
    dispute = climb(make_dispute(people, now=now), now=now)
    add_action(dispute=fresh(dispute), what="Ring the ward.", owner=first, due_on=now.date(), by=manager, now=now)
    add_action(dispute=fresh(dispute), what="Ring the trust.", owner=manager, due_on=now.date(), by=manager, now=now)
    meetings.propose_meeting(
        dispute=fresh(dispute), proposed=Proposed(meetings.kinds_of(dispute)[0], now + timedelta(days=1), "The night.", "Room 4"),
        invited=[first], by=manager, now=now,
    )  # fmt: skip
    work = signed_in(first).get(one(dispute, "work/")).data
    assert [row["what"] for row in work["actions"]] == ["Ring the ward."]
    assert [row["aim"] for row in work["meetings"]] == ["The night."]
    assert not permissions.may_work(fresh(dispute), first)
    assert permissions.may_confirm_safety(fresh(dispute), first)
    assert permissions.may_withdraw(fresh(dispute), first)


def test_who_takes_a_place_over_or_speaks_for_somebody_comes_no_further_than_they_did(people: Cast, now: datetime) -> None:
    colleague = make_appointment(people.council.practitioner.role, people.council.agency)  # type: ignore[arg-type]
    speaker = make_appointment(people.council.practitioner.role, people.council.agency)  # type: ignore[arg-type]
    dispute = climb(make_dispute(people, now=now), now=now)
    support.ask_support(dispute=fresh(dispute), asked=Asked(speaker, "speak"), by=people.council.practitioner, now=now)
    handover.hand_over(held=people.council.practitioner, to=colleague, by=people.council.lead, now=now)
    assert permissions.readable_stages(fresh(dispute), speaker) == [1]
    assert permissions.readable_stages(fresh(dispute), colleague) == [1]
