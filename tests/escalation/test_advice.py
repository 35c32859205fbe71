"""Advice asked of a named lead: they read along, answer in their own name, and a duty to seek it is met by that (B-27)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Case
from cases.roles import Role
from decisions.exports import assemble
from escalation import home, permissions
from escalation.actions import handover, moves, sweep
from escalation.actions.advice import Asked, answer_advice, ask_advice, may_be_asked, take_back_advice
from escalation.models import AdviceRequest, Dispute, Notification
from escalation.protocol import DutyKind
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.escalation.standing_in import act_for, go_away, place_of
from tests.factories import Cast, make_agency, make_appointment, make_case
from tests.factories_disputes import climb, fresh, make_dispute, people_under, publish, source_protocol
from tests.journeys.gates import cast_under, one_gate, owes
from tests.worlds import shared

pytestmark = pytest.mark.django_db
QUESTION, ADVICE = "Is this below the threshold, or is it ours?", "It is ours: two falls in a week. Ask for the meeting today."


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("dundee", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    """At Dundee's stage 1, inside the council, which names its safeguarding lead for advice."""
    return climb(make_dispute(people, now=now), now=now)


@shared
def asked(dispute: Dispute, people: Cast, now: datetime) -> AdviceRequest:
    return ask(dispute, people.council.lead, people.council.line_manager, now)


def ask(dispute: Dispute, adviser: Appointment, by: Appointment, now: datetime) -> AdviceRequest:
    return ask_advice(dispute=fresh(dispute), asked=Asked(adviser, QUESTION), by=by, now=now)


def answer(row: AdviceRequest, by: Appointment, now: datetime) -> AdviceRequest:
    return answer_advice(request=row, advice=ADVICE, by=by, now=now)


def blocks(who: Appointment, now: datetime) -> dict[str, Any]:
    return {found.key: found for found in home.home_for(who, now).blocks}


def notices(dispute: Dispute, who: Appointment) -> list[str]:
    return list(Notification.objects.filter(dispute=dispute, recipient=who).order_by("pk").values_list("text", flat=True))


def test_asked_on_its_page_and_answered_from_my_work(
    client: Client, dispute: Dispute, people: Cast, now: datetime
) -> None:
    lead, manager, here = people.council.lead, people.council.line_manager, f"/disputes/{dispute.reference}/"
    client.force_login(lead.user)
    assert "Discharge home" not in client.get(here).content.decode()  # nothing of it is hers to read before
    client.force_login(manager.user)
    assert f"{here}advice/ask/" in client.get(here).content.decode()
    assert client.post(f"{here}advice/ask/", {"adviser": lead.pk, "question": QUESTION}).status_code == 302
    assert "has not answered yet" in client.get(f"{here}advice/ask/").content.decode()
    row = dispute.advice_requests.get()
    client.force_login(lead.user)
    mine = client.get("/").content.decode()
    assert "Your advice is asked" in mine
    assert f"{here}advice/{row.pk}/answer/" in mine
    assert "Give your advice" in client.get(here).content.decode()
    page = client.get(f"{here}advice/{row.pk}/answer/").content.decode()
    assert QUESTION in page
    assert client.post(f"{here}advice/{row.pk}/answer/", {"advice": ADVICE}).status_code == 302
    assert "Your advice is asked" not in client.get("/").content.decode()
    client.force_login(manager.user)
    for path in ("", "story/"):
        assert ADVICE in client.get(here + path).content.decode()
    assert lead.described in dispute.chronology.get(body=ADVICE).headline


def test_they_read_what_the_agency_that_asks_reads_until_the_stage_is_over(
    asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime
) -> None:
    lead = people.council.lead
    assert permissions.readable_stages(fresh(dispute), lead) == [1, 2]
    assert not permissions.may_work(fresh(dispute), lead)
    answer(asked, lead, now)
    assert permissions.may_read(fresh(dispute), lead)
    climb(fresh(dispute), now=now)
    assert not permissions.may_read(fresh(dispute), lead)
    page = signed_in(lead).get(f"/disputes/{dispute.reference}/")
    assert page.status_code == 200  # that it exists, and where it stands
    assert "Discharge home" not in page.content.decode()


def test_a_question_that_waits_goes_on_opening_what_it_is_about(
    asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime
) -> None:
    climb(fresh(dispute), now=now)
    assert permissions.readable_stages(fresh(dispute), people.council.lead) == [1, 2]
    answer(asked, people.council.lead, now)
    told = dispute.chronology.get(body=ADVICE)
    assert (told.stage, told.only_agency) == (2, people.council.agency)
    theirs = assemble(fresh(dispute), kind="case_history", reason="r", by=people.health.practitioner, now=now)
    assert QUESTION not in str(theirs)
    assert ADVICE not in str(theirs)
    assert signed_in(people.health.practitioner).get(one(dispute, "advice/")).json() == []
    assert signed_in(people.health.practitioner).post(one(dispute, f"advice/{asked.pk}/answer/"), {}).status_code == 404


def test_the_case_history_and_the_api_say_what_was_asked_and_advised(
    asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime
) -> None:
    api = signed_in(people.council.lead)
    given = api.post(one(dispute, f"advice/{asked.pk}/answer/"), {"advice": ADVICE}).json()
    assert (given["advice"], given["answered_by"]) == (ADVICE, people.council.lead.pk)
    manager = signed_in(people.council.line_manager)
    assert [row["advice"] for row in manager.get(one(dispute, "work/")).json()["advice_requests"]] == [ADVICE]
    again = manager.post(one(dispute, "advice/"), {"adviser": people.council.lead.pk, "question": "And tonight?"})
    assert again.status_code == 201
    back = manager.post(one(dispute, f"advice/{again.json()['id']}/take-back/"), {"why": "She rang."}).json()
    assert back["taken_back_why"] == "She rang."
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.council.line_manager, now=now)
    (section,) = [found for found in made["sections"] if found["key"] == "advice"]
    for said in (QUESTION, ADVICE, people.council.lead.described, "She rang."):
        assert said in str(section)
    assert "advice" in manager.get(one(dispute)).json()["acts"]
    assert set(AuditEvent.objects.filter(object_type="escalation.advicerequest").values_list("action", flat=True)) == {
        "advice_asked", "advice_given", "advice_taken_back",
    }  # fmt: skip


def test_the_duty_is_met_by_the_leads_own_answer_and_still_by_what_was_said_by_phone(
    client: Client, clock: Clock, now: datetime
) -> None:
    clock.move_to(now)
    people = cast_under(one_gate(owes(DutyKind.ADVICE_SOUGHT)), now=now)
    dispute, by = make_dispute(people, now=now), people.council.practitioner
    row = ask(dispute, people.council.lead, by, now)
    duty = dispute.duties.get(kind=DutyKind.ADVICE_SOUGHT)
    assert duty.is_owed  # asking alone opens nothing
    answer(row, people.council.lead, now)
    duty.refresh_from_db()
    assert duty.done_by == people.council.lead
    client.force_login(by.user)
    page = client.get(f"/disputes/{dispute.reference}/advice/ask/").content.decode()
    assert f"/disputes/{dispute.reference}/discussions/record/?kind=advice" in page


def test_whoever_asked_does_not_answer_and_nobody_else_does(
    asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime
) -> None:
    second = make_appointment(Role.SAFEGUARDING_LEAD, people.council.agency)
    go_away(people.council.lead, people.council.line_manager, now=now)
    as_stand_in = place_of(people.council.lead, people.council.line_manager)
    for who in (people.council.line_manager, second, people.health.lead, as_stand_in):
        with pytest.raises(Refused) as refusal:
            answer(asked, who, now)
        assert refusal.value.code == "forbidden"
    with pytest.raises(Refused) as refusal:
        answer_advice(request=asked, advice=" ", by=people.council.lead, now=now)
    assert refusal.value.field == "advice"
    with pytest.raises(Refused, match="asked them already"):
        ask(dispute, people.council.lead, people.council.practitioner, now)
    answer(asked, people.council.lead, now)
    with pytest.raises(Refused, match="meanwhile"):
        answer(asked, people.council.lead, now)
    with pytest.raises(Refused, match="meanwhile"):
        take_back_advice(request=asked, why="She rang me.", by=people.council.line_manager, now=now)


def test_who_may_be_asked_is_of_the_directory_and_never_of_the_other_side(
    dispute: Dispute, people: Cast, now: datetime
) -> None:
    manager, council = people.council.line_manager, people.council
    assert may_be_asked(fresh(dispute), manager, now=now) == [council.lead]
    other = make_appointment(Role.SAFEGUARDING_LEAD, council.agency, remit="child")
    assert may_be_asked(fresh(dispute), manager, now=now) == [council.lead, other]
    both_sides = make_appointment(Role.SAFEGUARDING_LEAD, council.agency, user=people.health.practitioner.user)
    assert both_sides not in may_be_asked(fresh(dispute), manager, now=now)
    for wrong in (people.health.lead, council.senior_manager, both_sides):
        with pytest.raises(Refused) as refusal:
            ask(dispute, wrong, manager, now)
        assert refusal.value.field == "adviser"


def test_nobody_in_conflict_with_the_case_is_asked_or_goes_on_reading(
    asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime
) -> None:
    lead = people.council.lead
    Case.objects.filter(pk=dispute.case_id).update(shut_to=[lead.user_id])
    assert lead not in may_be_asked(fresh(dispute), people.council.practitioner, now=now)
    assert permissions.readable_stages(fresh(dispute), lead) == []
    with pytest.raises(Refused):
        answer(asked, lead, now)


def test_an_agency_without_a_lead_asks_its_commissioners_unless_that_is_a_party(people: Cast, now: datetime) -> None:
    housing = make_agency(people.partnership, "housing", commissioner=people.charity.agency)
    theirs = make_appointment(Role.SAFEGUARDING_LEAD, people.charity.agency)
    by = make_appointment(Role.PRACTITIONER, housing, manager=make_appointment(Role.LINE_MANAGER, housing))
    case = make_case(people, now=now, by=by)
    dispute = climb(make_dispute(people, now=now, by=by, case=case), now=now)
    row = ask(dispute, theirs, by, now)
    assert permissions.readable_stages(fresh(dispute), theirs) == [1, 2]  # the stage inside the agency that asks as well
    answer(row, theirs, now)
    housing.commissioner = people.health.agency
    housing.save()
    assert may_be_asked(fresh(dispute), by, now=now) == []


def test_the_lead_is_told_and_everybody_of_the_agency_that_asked_hears_the_answer(
    asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime
) -> None:
    council = people.council
    assert [f"{dispute.reference}: your advice is asked." in text for text in notices(dispute, council.lead)] == [True]
    assert [line.reference for line in blocks(council.line_manager, now)["advice-awaited"].lines] == [dispute.reference]
    answer(asked, council.lead, now)
    for who in (council.line_manager, council.practitioner):
        assert "is there" in notices(dispute, who)[-1]
    assert "advice-awaited" not in blocks(council.line_manager, now)
    assert not any("advice" in text for text in notices(dispute, people.health.practitioner))


def test_whoever_stands_in_answers_in_their_own_name(
    client: Client, asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime
) -> None:
    lead, senior = people.council.lead, people.council.senior_manager
    go_away(lead, senior, now=now)
    act_for(client, lead, senior)
    assert "Your advice is asked" in client.get("/").content.decode()
    assert client.post(f"/disputes/{dispute.reference}/advice/{asked.pk}/answer/", {"advice": ADVICE}).status_code == 302
    asked.refresh_from_db()
    assert asked.answered_by == place_of(lead, senior)
    assert senior.user.name in dispute.chronology.get(body=ADVICE).headline


def test_a_lead_who_leaves_hands_the_question_on(asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime) -> None:
    lead, to = people.council.lead, make_appointment(Role.SAFEGUARDING_LEAD, people.council.agency)
    found = handover.hand_over(held=lead, to=to, by=people.board_manager, now=now)
    assert [item.theirs for item in found.items] == ["question for advice"] or "1 question" in found.items[0].theirs
    assert "advice" in blocks(to, now)
    assert answer(asked, to, now).answered_by == to


def test_it_comes_back_unanswered_where_the_protocol_says_so(people: Cast, now: datetime) -> None:
    rules = source_protocol("dundee")
    clock = rules.clock.model_copy(update={"remind_after_hours": 20})
    publish(people.partnership, now=now, version="recalled", clock=clock)
    dispute = climb(make_dispute(people, now=now), now=now)
    row = ask(dispute, people.council.lead, people.council.line_manager, now)
    for days in (1, 2):
        sweep.sweep(now=now + timedelta(days=days))
        sweep.sweep(now=now + timedelta(days=days))
        assert len(notices(dispute, people.council.lead)) == 1 + days
    assert "still awaited" in notices(dispute, people.council.lead)[-1]
    answer(row, people.council.lead, now + timedelta(days=2))
    sweep.sweep(now=now + timedelta(days=9))
    assert len(notices(dispute, people.council.lead)) == 3


def test_an_ended_dispute_wants_no_advice(asked: AdviceRequest, dispute: Dispute, people: Cast, now: datetime) -> None:
    moves.withdraw(dispute=fresh(dispute), reason="Settled.", by=people.council.practitioner, now=now)
    with pytest.raises(Refused):
        answer(asked, people.council.lead, now)
    assert "advice" not in blocks(people.council.lead, now)
    assert not permissions.advises(fresh(dispute), people.council.lead)


@pytest.mark.parametrize("change", ["question = 'x'", "advice = 'x'", "asked_at = now()", "taken_back_why = 'x'"])
def test_the_database_keeps_a_question_and_its_answer(
    asked: AdviceRequest, people: Cast, now: datetime, change: str
) -> None:
    answer(asked, people.council.lead, now)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE escalation_advicerequest SET {change}")  # noqa: S608
    with pytest.raises(DatabaseError), transaction.atomic():
        asked.delete()
