"""The outbox: written with the act, delivered after it, at least once, to each person once, without personal data."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction

from cases.models import Appointment
from escalation import deliveries, notifications
from escalation.actions import safety, sweep
from escalation.models import Dispute, Notification
from escalation.protocol import Event
from tests.factories import Cast
from tests.factories_disputes import climb, climb_to_last_stage, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def told(dispute: Dispute, event: Event) -> set[Appointment]:
    return {notice.recipient for notice in Notification.objects.filter(dispute=dispute, event=event)}


def test_raising_tells_the_addressee_the_raiser_and_the_raisers_manager(people: Cast, dispute: Dispute) -> None:
    council, health = people.council, people.health
    assert told(dispute, Event.RAISED) == {council.practitioner, council.line_manager, health.practitioner}


def test_an_act_that_fails_leaves_no_notice(dispute: Dispute, now: datetime) -> None:
    def act() -> None:
        with transaction.atomic():
            notifications.tell(dispute, Event.REPLIED, [dispute.raised_by], text="x", key="k", now=now)
            raise RuntimeError

    before = Notification.objects.count()
    with pytest.raises(RuntimeError):
        act()
    assert Notification.objects.count() == before


def test_the_same_key_reaches_a_person_once(dispute: Dispute, now: datetime) -> None:
    before = Notification.objects.count()
    for _ in range(3):
        notifications.tell(dispute, Event.REPLIED, [dispute.raised_by] * 2, text="x", key="k", now=now)
    assert Notification.objects.count() == before + 1


def test_delivery_sends_each_once(dispute: Dispute, now: datetime) -> None:
    waiting = Notification.objects.count()
    assert deliveries.deliver_due(now=now) == waiting == len(mail.outbox)
    assert deliveries.deliver_due(now=now) == 0
    assert not Notification.objects.filter(sent_at=None).exists()


def test_a_slow_mail_server_holds_few_notices_and_gets_all(
    dispute: Dispute, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "LONGEST_HELD", -1.0)  # each e-mail takes longer than a transaction may
    waiting = Notification.objects.count()
    assert deliveries.deliver_due(now=now) == waiting == len(mail.outbox)
    assert not Notification.objects.filter(sent_at=None).exists()


def test_a_mail_server_that_is_down_loses_nothing(dispute: Dispute, now: datetime, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    waiting = Notification.objects.count()
    assert deliveries.deliver_due(now=now) == 0
    assert Notification.objects.filter(attempts=1, sent_at=None).count() == waiting
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    assert deliveries.deliver_due(now=now) == 0, "tried again only after a pause"
    assert deliveries.deliver_due(now=now + timedelta(minutes=5)) == waiting
    identities = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(set(identities)) == waiting


def test_after_a_day_of_refusals_it_is_given_up_and_marked(dispute: Dispute, now: datetime, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    for hour in range(deliveries.GIVE_UP_AFTER + 1):
        deliveries.deliver_due(now=now + timedelta(hours=2 * hour))
    assert not Notification.objects.filter(failed_at=None).exists()


def test_no_mail_holds_a_name_an_agency_or_a_word_from_the_case(people: Cast, now: datetime) -> None:
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now)
    for day in range(25):
        sweep.sweep(now=now + timedelta(days=day))
    deliveries.deliver_due(now=now + timedelta(days=30))
    secrets = [dispute.case.about, "Elsworth", "discharge", "bed alone", "stage", "Stage", "challenge"]
    secrets += [party.agency.short_name for party in dispute.parties.all()]
    secrets += [row.appointment.user.name for row in dispute.participants.select_related("appointment__user")]
    assert len(mail.outbox) > 20
    for message in mail.outbox:
        whole = f"{message.subject}\n{message.body}\n{message.extra_headers}"
        assert dispute.reference in whole
        assert not [secret for secret in secrets if secret in whole]
        assert message.subject == deliveries.SUBJECT


def test_a_person_who_is_not_safe_is_told_of_at_once(people: Cast, dispute: Dispute, now: datetime) -> None:
    unsafe = safety.Safety(answer="not_safe", how="She fell this morning.")
    safety.confirm_safety(dispute=dispute, safety=unsafe, by=people.health.practitioner, now=now)
    notices = Notification.objects.filter(event=Event.SAFETY_CHANGED)
    assert {notice.recipient for notice in notices} == {people.council.practitioner}
    assert all(notice.is_immediate for notice in notices)


def test_dundees_own_managers_stage_is_told_to_the_own_side_only(now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = make_dispute(people, now=now)
    dispute = climb(dispute, now=now)
    assert dispute.rules_now.single_agency
    moved = {notice.recipient for notice in Notification.objects.filter(key__startswith=f"{dispute.pk}:escalated:")}
    assert people.health.practitioner not in moved
    assert people.council.line_manager in moved


def test_lutons_commissioner_hears_at_stage_three(now: datetime) -> None:
    people = people_under("luton", now=now)
    people.health.agency.commissioner = people.council.agency
    people.health.agency.save()
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now)
    assert people.council.lead in told(dispute, Event.STAGE_OPENED) | told(dispute, Event.ESCALATED)
