"""What was learned (F24): written at any time, made anonymous, checked by a second person, sent to the body that takes it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from cases.errors import Refused
from cases.models import Agency, Appointment, AuditEvent
from cases.roles import Role
from decisions.actions import learning as actions
from decisions.actions.learning import Learned
from decisions.actions.learning_items import answer_item, close_item
from decisions.exports import assemble
from decisions.models import Learning, LearningItem
from escalation import leads
from escalation.actions.moves import withdraw
from escalation.models import Dispute, Notification
from escalation.protocol import Side
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_decisions import confirm_all, confirmers, with_last_word
from tests.factories_disputes import climb, fresh, make_dispute, people_under, publish, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db
UNCLEAR = "Margaret Elsworth waited: the discharge policy does not say who pays for nights."
PLAIN = "An adult waited: the discharge policy does not say who pays for nights."


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def scrutineer(people: Cast) -> Appointment:
    return make_appointment(Role.INDEPENDENT_SCRUTINEER, partnership=people.partnership)


@shared
def dispute(people: Cast, scrutineer: Appointment, now: datetime) -> Dispute:
    made = climb(make_dispute(people, now=now), now=now)
    leads.join(made, people.council.line_manager, Side.RAISING, now=now)
    return fresh(made)


def issue(dispute: Dispute, by: Appointment, now: datetime, **changes: object) -> Learning:
    """A policy issue, written by somebody on the dispute."""
    said = {"kind": "policy_issue", "text": UNCLEAR, "category": dispute.rules.categories[0].code} | changes
    return actions.write_learning(dispute=dispute, learned=Learned(**said), by=by, now=now)  # type: ignore[arg-type]


def sent(dispute: Dispute, people: Cast, now: datetime) -> LearningItem:
    """Written, made anonymous and checked."""
    written = issue(dispute, people.council.practitioner, now)
    actions.prepare_learning(learning=written, text=PLAIN, body="", by=people.council.practitioner, now=now)
    return actions.send_learning(learning=written, by=people.council.line_manager, now=now)


def test_anybody_on_it_writes_it_down_also_after_the_end(dispute: Dispute, people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    for by in (people.stranger, people.board_manager, people.auditor):
        with pytest.raises(Refused) as refusal:
            issue(dispute, by, now)
        assert refusal.value.code == "forbidden"
    withdraw(dispute=dispute, reason="Settled otherwise.", by=people.council.practitioner, now=now)
    written = issue(fresh(dispute), people.health.practitioner, now)
    assert (written.agency, written.only_agency) == (people.health.agency, None)
    assert fresh(dispute).chronology.filter(headline="A policy issue is written down", body="").exists()
    assert AuditEvent.objects.filter(action="learning_written", object_id=str(written.pk)).exists()
    told = Notification.objects.filter(key__startswith="learning:")
    assert {row.recipient for row in told} >= {people.council.practitioner, people.council.line_manager}
    assert not any("Elsworth" in row.text + row.mail_text for row in told)


def test_a_change_has_an_owner_and_a_date_and_is_made_once(dispute: Dispute, people: Cast, now: datetime) -> None:
    manager, today = people.council.line_manager, now.date()
    wrong: list[dict[str, object]] = [
        {"owner": manager}, {"change": "A list.", "due_on": today}, {"change": "A list.", "owner": manager},
        {"change": "A list.", "owner": people.stranger, "due_on": today},
        {"change": "A list.", "owner": manager, "due_on": today - timedelta(days=1)},
        {"category": "moon"}, {"text": " "}, {"kind": "gossip"},
    ]
    for changes in wrong:
        with pytest.raises(Refused):
            issue(dispute, people.council.practitioner, now, **changes)
    assert not Learning.objects.exists()
    written = issue(dispute, people.council.practitioner, now, kind="learning", change="A list.", owner=manager, due_on=today)
    for by, note in ((people.health.practitioner, "Done."), (manager, " ")):
        with pytest.raises(Refused):
            actions.make_change(learning=written, note=note, by=by, now=now)
    actions.make_change(learning=written, note="It hangs in the office.", by=manager, now=now)
    with pytest.raises(Refused, match="already"):
        actions.make_change(learning=written, note="Again.", by=manager, now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Learning.objects.filter(pk=written.pk).update(text="Nothing happened.")


def test_no_name_leaves_it_and_a_second_person_checks(dispute: Dispute, people: Cast, now: datetime) -> None:
    by, manager = people.council.practitioner, people.council.line_manager
    written = issue(dispute, by, now)
    with pytest.raises(Refused, match="Take out what is marked"):
        actions.prepare_learning(learning=written, text=UNCLEAR, body="", by=by, now=now)
    for wrong in ("moon", "main_board"):
        with pytest.raises(Refused, match="Choose a body"):
            actions.prepare_learning(learning=written, text=PLAIN, body=wrong, by=by, now=now)
    with pytest.raises(Refused) as refusal:
        actions.prepare_learning(learning=written, text=PLAIN, body="", by=people.health.practitioner, now=now)
    assert refusal.value.code == "forbidden"
    with pytest.raises(Refused, match="no text that waits"):
        actions.send_learning(learning=written, by=manager, now=now)
    actions.prepare_learning(learning=written, text=PLAIN, body="", by=by, now=now)
    for other in (by, people.health.line_manager, people.stranger, people.board_manager):
        with pytest.raises(Refused) as refusal:
            actions.send_learning(learning=written, by=other, now=now)
        assert refusal.value.code == "forbidden"
    actions.return_learning(learning=written, reason="Say which rule.", by=manager, now=now)
    with pytest.raises(Refused, match="no text that waits"):
        actions.send_learning(learning=written, by=manager, now=now)
    actions.prepare_learning(learning=written, text=f"{PLAIN} Rule 4.", body="scrutineer", by=by, now=now)
    with pytest.raises(Refused) as refusal:
        actions.send_learning(learning=written, seen=PLAIN, by=manager, now=now)
    assert refusal.value.code == "stale"
    assert not LearningItem.objects.exists()
    actions.send_learning(learning=written, seen=f"{PLAIN} Rule 4.", by=manager, now=now)
    with pytest.raises(Refused, match="went to its body already"):
        actions.prepare_learning(learning=written, text=PLAIN, body="", by=by, now=now)
    item = LearningItem.objects.get()
    assert (item.body, item.kind, item.text) == ("Independent scrutineer", "policy_issue", f"{PLAIN} Rule 4.")


def test_a_name_that_came_into_the_record_meanwhile_is_still_found(dispute: Dispute, people: Cast, now: datetime) -> None:
    by = people.council.practitioner
    written = issue(dispute, by, now)
    actions.prepare_learning(learning=written, text=f"{PLAIN} Ask Thistlewood.", body="", by=by, now=now)
    person = dispute.case.person
    assert person is not None
    person.name = "Margaret Thistlewood"
    person.save()
    with pytest.raises(Refused, match="1 place"):
        actions.send_learning(learning=written, by=people.council.line_manager, now=now)


def test_the_body_sets_a_meeting_records_a_result_and_ends_it(
    dispute: Dispute, people: Cast, scrutineer: Appointment, now: datetime
) -> None:
    item, later = sent(dispute, people, now), now + timedelta(days=40)
    day = now.date() + timedelta(days=30)
    with pytest.raises(Refused) as refusal:
        answer_item(item=item, meeting_on=day, result="", by=people.chair, now=now)
    assert refusal.value.code == "forbidden"
    with pytest.raises(Refused, match="Give the day"):
        answer_item(item=item, meeting_on=None, result="", by=scrutineer, now=now)
    with pytest.raises(Refused, match="only after the meeting"):
        answer_item(item=item, meeting_on=day, result="Agreed.", by=scrutineer, now=now)
    with pytest.raises(Refused, match="result first"):
        close_item(item=item, closing="Done.", by=scrutineer, now=now)
    answer_item(item=item, meeting_on=day, result="", by=scrutineer, now=now)
    answer_item(item=item, meeting_on=day, result="The policy will say it.", by=people.board_manager, now=later)
    with pytest.raises(Refused, match="recorded already"):
        answer_item(item=item, meeting_on=day, result="Again.", by=scrutineer, now=later)
    close_item(item=item, closing="Section 4 says it now.", by=scrutineer, now=later)
    with pytest.raises(Refused, match="It is closed"):
        close_item(item=item, closing="Again.", by=scrutineer, now=later)
    with pytest.raises(Refused, match="It is closed"):
        answer_item(item=item, meeting_on=day, result="", by=scrutineer, now=later)
    story = list(fresh(dispute).chronology.values_list("headline", "body"))
    assert ("Independent scrutineer: result", "The policy will say it.") in story
    assert ("Independent scrutineer: done", "Section 4 says it now.") in story
    mine = Notification.objects.filter(recipient=people.council.practitioner, dispute=dispute)
    assert mine.filter(text__contains="on the list of the").count() == 4
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.council.practitioner, now=later)
    [part] = [one for one in made["sections"] if one["key"] == "learning"]
    assert "The policy will say it." in str(part)
    assert "Section 4 says it now." in str(part)


def test_the_items_words_and_its_end_are_kept_by_the_database(dispute: Dispute, people: Cast, now: datetime) -> None:
    item = sent(dispute, people, now)
    for wrong in ({"text": "Other words."}, {"result": "No day."}, {"closing": "No result.", "closed_on": now.date()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            LearningItem.objects.filter(pk=item.pk).update(**wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        item.delete()


def test_dundees_learning_goes_to_the_committees_sub_group_and_lutons_stays(now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = make_dispute(people, now=now)
    assert {route.code for route in actions.bodies_for(dispute, "learning")} == {"apc_learning"}
    assert {route.code for route in actions.bodies_for(dispute, "policy_issue")} == {"apc_learning"}
    luton = people_under("luton", now=now)
    stays = make_dispute(luton, now=now)
    written = issue(stays, luton.council.practitioner, now)
    with pytest.raises(Refused, match="Choose a body"):
        actions.prepare_learning(learning=written, text=PLAIN, body="", by=luton.council.practitioner, now=now)


def test_what_is_learned_inside_one_agency_is_that_agencys(now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    assert dispute.rules_now.single_agency
    written = issue(dispute, people.council.practitioner, now)
    assert written.only_agency == people.council.agency
    assert not Notification.objects.filter(key__startswith="learning:", recipient__agency=people.health.agency).exists()
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.health.practitioner, now=now)
    assert not [one for one in made["sections"] if one["key"] == "learning"]


def test_where_the_closure_asks_for_it_no_agency_confirms_before(people: Cast, now: datetime) -> None:
    closure = source_protocol("halton").closure.model_copy(update={"learning_required": True})
    publish(people.partnership, "halton", now=now, closure=closure, version="9")
    dispute = with_last_word(make_dispute(people, now=now), now=now)
    owed = dispute.duties.filter(kind="learning_recorded", done_at=None)
    assert {duty.agency for duty in owed} == {people.council.agency, people.health.agency}
    with pytest.raises(Refused) as refusal:
        confirm_all(dispute, now=now)
    assert refusal.value.code == "shut"
    assert "Write down what was learned" in refusal.value.message
    for by in confirmers(dispute):
        actions.write_learning(dispute=fresh(dispute), learned=Learned("nothing", "Known before."), by=by, now=now)
    assert confirm_all(dispute, now=now).status == "closed"
    assert not dispute.duties.filter(kind="learning_recorded", done_at=None).exists()


def test_agencies_are_named_only_where_the_protocol_says_so_and_they_are_not_few(people: Cast, now: datetime) -> None:
    routes = tuple(
        route.model_copy(update={"agencies_may_be_named": True}) if route.takes else route
        for route in source_protocol("halton").onward_routes
    )
    dispute = make_dispute(people, now=now)
    text = f"{people.council.agency.name} had no rule."
    [route] = [one for one in routes if one.takes]
    written = issue(dispute, people.council.practitioner, now)
    assert [match.what for match in actions.what_names(written, text, route)] == ["an agency"]
    for _ in range(4):
        make_dispute(people, now=now)
    assert actions.what_names(written, text, route) == []
    assert actions.what_names(written, text, None)
    assert Agency.objects.count() >= 2


def test_due_by_the_end_of_the_month_and_what_the_protocol_gives(people: Cast, now: datetime) -> None:
    routes = tuple(
        route.model_copy(update={"answer_within_days": 28}) if route.takes else route
        for route in source_protocol("halton").onward_routes
    )
    publish(people.partnership, "halton", now=now, onward_routes=routes, version="9")
    dispute = make_dispute(people, now=now)
    leads.join(dispute, people.council.line_manager, Side.RAISING, now=now)
    item = sent(fresh(dispute), people, now)
    assert (item.month, item.due_on) == (date(2026, 4, 1), date(2026, 5, 29))
