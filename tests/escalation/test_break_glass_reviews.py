"""Looking at break-glass afterwards: by somebody else, in time, with a finding that those concerned hear of (T16)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent, Case
from cases.roles import Role
from escalation.actions import break_glass as acts
from escalation.models import BreakGlass, Dispute, Notification
from tests.clock import Clock
from tests.escalation.test_break_glass import TITLE, WHY, fresh_row, opened
from tests.factories import Cast, make_appointment
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return fresh(make_dispute(people, now=now))


def test_the_reviewer_is_not_the_user(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    row, lead = opened(dispute, people.health.lead, now), people.health.lead
    others = {"lead": people.council.lead, "manager": people.council.senior_manager, "practitioner": people.health.practitioner}
    also = make_appointment(people.board_manager.role, partnership=people.partnership, user=lead.user)  # type: ignore[arg-type]
    for who in (lead, also, *others.values()):
        with pytest.raises(Refused, match="does not look at it themselves"):
            acts.review_break_glass(opening=row, is_justified=True, finding="Yes.", by=who, now=now)
    may = (people.health.senior_manager, people.chair, people.chief_social_work_officer, people.board_manager, people.auditor)
    assert [acts.may_review(fresh_row(row), who) for who in may] == [True] * 5
    with pytest.raises(DatabaseError), transaction.atomic():
        BreakGlass.objects.filter(pk=row.pk).update(reviewed_by=lead, reviewed_at=now, is_justified=True, finding="Yes.")
    client.force_login(people.chair.user)
    form = f"/break-glass/reviews/{row.pk}/"
    assert WHY in client.get(form).content.decode()
    assert client.post(form, {"is_justified": "no", "finding": "The duty manager was there."}).status_code == 302
    assert client.post(form, {"is_justified": "yes", "finding": "Again."}).status_code == 409
    with pytest.raises(DatabaseError), transaction.atomic():
        BreakGlass.objects.filter(pk=row.pk).update(finding="Other words.")
    event = AuditEvent.objects.get(action="broken_glass_reviewed")
    assert event.data == {"dispute": dispute.pk, "is_justified": False}
    client.force_login(lead.user)
    assert "Not justified: The duty manager was there." in client.get("/break-glass/").content.decode()


def test_who_did_it_and_who_was_alerted_hear_of_the_finding_by_reference(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    manager, finding = make_appointment(Role.LINE_MANAGER, people.health.agency), "The duty manager was there."
    row = opened(dispute, manager, now)
    clock.advance(hours=2)
    acts.review_break_glass(opening=row, is_justified=False, finding=finding, by=people.chair, now=now + timedelta(hours=2))
    told = Notification.objects.filter(event="break-glass").order_by("pk")
    assert {notice.recipient for notice in told} == {people.health.lead, people.board_manager, manager}
    said = [notice.text + notice.mail_text for notice in told]
    assert not [words for words in said for word in (finding, "ustified", WHY, TITLE, manager.user.name) if word in words]
    own = told.get(recipient=manager)
    assert (own.dispute, own.mail_text) == (None, f"{dispute.reference}: there is news.")
    assert not Dispute.objects.visible_to(manager).exists()  # to be told opened nothing again
    client.force_login(manager.user)
    page_of_own = client.get(f"/notices/{own.pk}/open/", follow=True)
    assert page_of_own.redirect_chain[-1][0] == "/break-glass/"
    assert finding in page_of_own.content.decode()
    again = opened(dispute, manager, now)
    Case.objects.filter(pk=dispute.case_id).update(shut_to=[manager.user_id])
    acts.review_break_glass(opening=again, is_justified=True, finding="Yes.", by=people.health.lead, now=now)
    told = Notification.objects.filter(key__endswith=f"break-glass-found:{again.pk}")
    assert {notice.recipient for notice in told} == {people.board_manager}


def test_what_nobody_looked_at_in_two_working_days_is_red_and_told_once(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    row = opened(dispute, people.health.line_manager, now)
    assert f"{row.review_by}" == "2026-04-08"  # Good Friday, the weekend and Easter Monday are not worked
    client.force_login(people.health.lead.user)
    home = client.get("/").content.decode()
    assert "Opened by break-glass" in home
    assert f"/break-glass/reviews/{row.pk}/" in home
    in_time = now + timedelta(days=6)
    assert acts.warn_of_overdue(now=in_time) == 0
    late = now + timedelta(days=7)
    assert [acts.warn_of_overdue(now=late) for _ in range(2)] == [1, 0]
    told = Notification.objects.filter(key=f"{dispute.pk}:break-glass-late:{row.pk}")
    assert {notice.recipient for notice in told} == {people.health.lead, people.board_manager}
    clock.move_to(late)
    client.force_login(people.health.lead.user)
    home = client.get("/").content.decode()
    assert "1 not looked at in time" in home
    assert '<span class="app-overdue">1 day overdue</span>' in home
    assert "Not looked at in time" in client.get("/break-glass/reviews/").content.decode()
    client.force_login(people.health.line_manager.user)  # never on the page of the person who did it
    assert "Opened by break-glass" not in client.get("/").content.decode()
    assert client.get("/break-glass/reviews/").status_code == 404


def test_how_often_each_person_did_is_counted_by_month(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    for day in (0, 1, 40):
        clock.move_to(now + timedelta(days=day))
        opened(dispute, people.health.line_manager, now + timedelta(days=day))
    ours = opened(dispute, people.council.line_manager, now)
    acts.review_break_glass(opening=ours, is_justified=False, finding="No.", by=people.council.lead, now=now)
    counted = [(f"{one.month:%Y-%m}", one.who, one.times, one.not_justified) for one in acts.by_month(people.board_manager)]
    assert counted == [
        ("2026-05", people.health.line_manager, 1, 0), ("2026-04", people.health.line_manager, 2, 0),
        ("2026-04", people.council.line_manager, 1, 1),
    ]  # fmt: skip
    assert {one.who for one in acts.by_month(people.council.lead)} == {people.council.line_manager}
    client.force_login(people.board_manager.user)
    assert "April 2026" in client.get("/break-glass/reviews/").content.decode()
