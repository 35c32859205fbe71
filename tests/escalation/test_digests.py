"""Digest or at once, as each person chooses: every notice in exactly one, nothing personal in it, what is grave never held."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from cases.models import Appointment, AuditEvent, User
from cases.roles import Role
from escalation import deliveries, digests, notifications
from escalation.actions import safety
from escalation.actions.calendars import add_closure
from escalation.actions.notice_choice import choose_digest
from escalation.deadlines import LONDON, next_digest
from escalation.models import Notification, Undelivered
from escalation.protocol import Event, NoticeSpec, Of
from escalation.working_days import Calendar
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, cast, make_appointment, make_partnership
from tests.factories_disputes import make_dispute, people_under, publish, source_protocol

pytestmark = pytest.mark.django_db
HALF_PAST_EIGHT = time(8, 30)
MONDAY = datetime(2026, 4, 6, 7, 30, tzinfo=UTC)  # 8:30 in London, after Good Friday; Easter Monday is worked in Scotland


@pytest.fixture
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("south_lanarkshire", now=now)  # no limits: nothing falls due before a digest


@pytest.fixture
def reader(people: Cast, now: datetime) -> Appointment:
    choose_digest(digest_at=HALF_PAST_EIGHT, by=people.health.practitioner, now=now)
    return people.health.practitioner


def mails_to(who: Appointment) -> list[Any]:
    return [message for message in mail.outbox if message.to == [who.user.email]]


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-04-02T08:29", "2026-04-02T08:30"), ("2026-04-02T08:30", "2026-04-07T08:30"),
        ("2026-04-04T03:00", "2026-04-07T08:30"), ("2026-03-27T09:00", "2026-03-30T08:30"),
        ("2026-12-24T09:00", "2026-12-29T08:30"),
    ],
)  # fmt: skip
def test_a_digest_is_due_at_its_time_on_the_next_working_day(after: str, due: str) -> None:
    days = [date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25), date(2026, 12, 28)]
    calendar = Calendar(holidays=dict.fromkeys(days, "Bank holiday"))
    found = next_digest(datetime.fromisoformat(after).replace(tzinfo=LONDON), HALF_PAST_EIGHT, calendar)
    assert found == datetime.fromisoformat(due).replace(tzinfo=LONDON)


def test_notices_of_a_day_come_as_one_e_mail_the_next_working_day(people: Cast, reader: Appointment, now: datetime) -> None:
    disputes = [make_dispute(people, now=now + timedelta(minutes=number)) for number in range(3)]
    deliveries.deliver_due(now=now + timedelta(hours=1))
    assert not mails_to(reader)
    assert mails_to(people.council.line_manager), "others get theirs at once"
    deliveries.deliver_due(now=MONDAY - timedelta(minutes=1))
    assert not mails_to(reader)
    deliveries.deliver_due(now=MONDAY)
    (digest,) = mails_to(reader)
    assert digest.subject == deliveries.SUBJECT
    references = "\n".join(sorted(dispute.reference for dispute in disputes))
    assert digest.body.startswith(f"3 things to read.\n\n{references}\n\nSign in to read it: http")
    deliveries.deliver_due(now=MONDAY + timedelta(days=1))
    assert len(mails_to(reader)) == 1
    rows = Notification.objects.filter(recipient=reader)
    assert {row.delivery for row in rows} == {"sent"}
    assert rows.filter(carried_by=None).count() == 1


def test_a_digest_holds_a_time_where_something_is_due_and_no_personal_data(now: datetime) -> None:
    people = people_under("halton", now=now)
    choose_digest(digest_at=time(10, 30), by=people.health.practitioner, now=now)
    dispute = make_dispute(people, now=now)
    deliveries.deliver_due(now=now + timedelta(minutes=30))
    (digest,) = mails_to(people.health.practitioner)
    assert digest.body.startswith(f"1 thing to read.\n\n{dispute.reference} by Sat 4 April 2026, end of day\n")
    secrets = ["Elsworth", "discharge", "Stage", "stage", people.council.agency.short_name, people.health.agency.short_name]
    secrets += [user.name for user in User.objects.all()]
    assert not [secret for secret in secrets if secret in f"{digest.subject}\n{digest.body}\n{digest.extra_headers}"]


def test_what_falls_due_before_the_digest_goes_at_once(now: datetime) -> None:
    people = people_under("halton", now=now)
    choose_digest(digest_at=HALF_PAST_EIGHT, by=people.health.practitioner, now=now)
    make_dispute(people, now=now)
    assert Notification.objects.get(recipient=people.health.practitioner).next_attempt_at == now, "due before Tuesday morning"


def test_immediate_risk_and_a_passed_limit_are_never_held(people: Cast, reader: Appointment, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    unsafe = safety.Safety(answer="not_safe", how="She fell again.")
    safety.confirm_safety(dispute=dispute, safety=unsafe, by=people.council.practitioner, now=now)
    notifications.tell(dispute, Event.LIMIT_MISSED, [reader], text="Passed.", key="passed", now=now)
    deliveries.deliver_due(now=now)
    assert len(mails_to(reader)) == 2
    assert Notification.objects.filter(recipient=reader, for_digest=True).count() == 1


def test_what_the_protocol_marks_as_urgent_is_never_held(now: datetime) -> None:
    people = cast(make_partnership("south_lanarkshire"))
    first, *rest = source_protocol("south_lanarkshire").stages
    told = tuple(NoticeSpec(on=Event.RAISED, role=Role.SAFEGUARDING_LEAD, of=Of.EACH, urgent=side) for side in (True, False))
    for side in (0, 1):
        stages = (first.model_copy(update={"notices": (told[side],)}), *rest)
        publish(people.partnership, "south_lanarkshire", now=now + timedelta(seconds=side), stages=stages, version=f"9{side}")
        choose_digest(digest_at=HALF_PAST_EIGHT, by=people.health.lead, now=now)
        dispute = make_dispute(people, now=now + timedelta(minutes=1))
        notice = Notification.objects.get(recipient=people.health.lead, dispute=dispute, event=Event.RAISED)
        assert notice.for_digest is bool(side)


def test_a_closure_of_the_partnership_moves_the_digest_and_quiet_hours_hold_it(people: Cast, now: datetime) -> None:
    add_closure(day=MONDAY.date(), name="Town holiday", reason="Decided.", by=people.board_manager, now=now)
    choose_digest(digest_at=time(6, 0), by=people.health.practitioner, now=now)
    quiet = source_protocol("south_lanarkshire").clock.model_copy(update={"quiet_from": time(20), "quiet_until": time(8)})
    publish(people.partnership, "south_lanarkshire", now=now, clock=quiet, version="quiet")
    make_dispute(people, now=now)
    tuesday = datetime(2026, 4, 7, 7, 0, tzinfo=UTC)
    assert Notification.objects.get(recipient=people.health.practitioner).next_attempt_at == tuesday


def test_one_digest_for_all_roles_of_a_person(people: Cast, reader: Appointment, now: datetime) -> None:
    other = make_appointment(Role.PRACTITIONER, people.council.agency, user=reader.user)
    dispute = make_dispute(people, now=now)
    notifications.tell(dispute, Event.REPLIED, [other], text="x", key="k", now=now)
    deliveries.deliver_due(now=MONDAY)
    (digest,) = mails_to(reader)
    assert digest.body.startswith("2 things to read.\n\n" + dispute.reference + "\n\n")


def test_a_leaver_and_a_closed_account_get_none(people: Cast, reader: Appointment, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    Appointment.objects.filter(pk=reader.pk).update(ends_on=now.date())
    User.objects.filter(pk=people.council.line_manager.user_id).update(is_active=False)
    deliveries.deliver_due(now=now)
    deliveries.deliver_due(now=MONDAY)
    assert not mails_to(reader)
    assert not mails_to(people.council.line_manager)
    assert {row.delivery for row in Notification.objects.filter(recipient=reader)} == {"left_out"}
    assert not Undelivered.objects.exists(), "nothing grave"
    notifications.tell(dispute, Event.SAFETY_CHANGED, [reader], text="x", key="k", now=MONDAY)
    deliveries.deliver_due(now=MONDAY)
    assert Undelivered.objects.get().reason == "left"
    assert people.health.lead in {row.recipient for row in Notification.objects.filter(event="undelivered")}


def test_a_digest_that_fails_is_one_task_and_goes_again_whole(
    client: Client, people: Cast, reader: Appointment, now: datetime
) -> None:
    for _ in range(2):
        make_dispute(people, now=now)
    digests.make_digests(now=MONDAY)
    carrier = Notification.objects.get(recipient=reader, carried_by=None)
    deliveries.give_up(carrier, Undelivered.Reason.REFUSED, now=MONDAY)
    failure = Undelivered.objects.get()
    assert {row.delivery for row in Notification.objects.filter(recipient=reader)} == {"failed"}
    client.force_login(people.health.lead.user)
    assert "2 notices in one digest" in client.get(f"/notices/undelivered/{failure.pk}/").content.decode()
    assert client.post(f"/notices/undelivered/{failure.pk}/try-again/").status_code == 302
    deliveries.deliver_due(now=MONDAY + timedelta(days=1))
    assert len(mails_to(reader)) == 1
    assert {row.delivery for row in Notification.objects.filter(recipient=reader)} == {"sent"}


def test_choosing_on_the_page(client: Client, people: Cast, now: datetime) -> None:
    who = people.health.practitioner
    client.force_login(who.user)
    assert "Each comes at once" in client.get("/notices/").content.decode()
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "Choose when you want e-mail"), ({"how": "digest"}, "Enter the time like 08:30"),
        ({"how": "digest", "at": "noon\x00"}, "Enter the time like 08:30"), ({"how": "x"}, "Select a valid choice"),
    ]  # fmt: skip
    for given, said in wrong:
        assert said in client.post("/account/e-mail/", given).content.decode(), given
    page = client.post("/account/e-mail/", {"how": "digest", "at": "08:30"}, follow=True).content.decode()
    assert "You get one e-mail at 08:30 on working days." in page
    assert "one digest, at 08:30 on working days" in page
    assert 'value="08:30"' in client.get("/account/e-mail/").content.decode()
    event = AuditEvent.objects.get(action="notice_choice_made")
    assert (event.appointment, event.data) == (who, {"digest_at": "08:30"})
    dispute = make_dispute(people, now=now)
    assert "Comes with the next digest" in client.get("/notices/").content.decode()
    client.post("/account/e-mail/", {"how": "at_once"})
    deliveries.deliver_due(now=now + timedelta(minutes=1))
    (sent,) = mails_to(who)
    assert dispute.reference in sent.body


def test_choosing_another_time_moves_what_waits(people: Cast, reader: Appointment, now: datetime) -> None:
    make_dispute(people, now=now)
    choose_digest(digest_at=time(16, 0), by=reader, now=now)
    deliveries.deliver_due(now=now.replace(hour=15))
    assert len(mails_to(reader)) == 1


def test_choosing_over_the_api(people: Cast) -> None:
    api = signed_in(people.health.practitioner)
    assert api.get("/api/notices/choice/").data == {"digest_at": None}
    assert api.put("/api/notices/choice/", {"digest_at": "17:15"}).data == {"digest_at": "17:15"}
    assert api.get("/api/notices/choice/").data == {"digest_at": "17:15"}
    refused: tuple[dict[str, object], ...] = ({}, {"digest_at": "25:00"}, {"digest_at": "noon\x00"}, {"digest_at": []})
    for wrong in refused:
        assert api.put("/api/notices/choice/", wrong).status_code == 400, wrong
    assert api.put("/api/notices/choice/", {"digest_at": None}).data == {"digest_at": None}


def test_quiet_hours_hold_news_of_the_protocol_and_what_a_worker_missed(people: Cast, now: datetime) -> None:
    quiet = source_protocol("south_lanarkshire").clock.model_copy(update={"quiet_from": time(20), "quiet_until": time(8)})
    publish(people.partnership, "south_lanarkshire", now=now, clock=quiet, version="quiet")
    late, morning = datetime(2026, 4, 2, 22, 0, tzinfo=UTC), datetime(2026, 4, 3, 7, 0, tzinfo=UTC)
    notifications.tell_of_protocol([people.chair], text="A draft waits.", key="p", now=late)
    assert Notification.objects.get(key="p").next_attempt_at == morning
    make_dispute(people, now=now)
    assert deliveries.deliver_due(now=late) == 0, "written by day, but no worker ran until the night"
    assert deliveries.deliver_due(now=morning) == Notification.objects.count()
