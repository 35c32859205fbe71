"""The disagreement map: independent columns, agreed only by all, then locked by everybody and by the database (F71)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from decisions.exports import assemble
from escalation.actions.points import Column, add_point, say_on_point
from escalation.models import Dispute, Point, PointView
from tests.calling import signed_in
from tests.factories import Cast
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
OURS = Column("disputed", "She fell twice at night.", "high", "Threshold document, section 3")
THEIRS = Column("agreed", "We saw the same.", "medium")


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@shared
def point(dispute: Dispute, people: Cast, now: datetime) -> Point:
    return add_point(
        dispute=dispute, text="She cannot be alone at night.", column=OURS, by=people.council.practitioner, now=now
    )


def agree(point: Point, people: Cast, now: datetime) -> None:
    say_on_point(point=point, column=THEIRS, by=people.health.practitioner, now=now)
    say_on_point(point=point, column=Column("agreed", "Yes.", "high"), by=people.council.practitioner, now=now)
    point.refresh_from_db()


def test_a_point_is_agreed_only_when_every_agency_has_said_so(point: Point, people: Cast, now: datetime) -> None:
    say_on_point(point=point, column=THEIRS, by=people.health.practitioner, now=now)
    point.refresh_from_db()
    assert point.agreed_at is None
    say_on_point(point=point, column=Column("agreed", "Yes.", "high"), by=people.council.practitioner, now=now)
    point.refresh_from_db()
    assert point.agreed_at == now
    assert AuditEvent.objects.filter(action="point_agreed").count() == 1


def test_each_agency_writes_its_own_column_only(point: Point, people: Cast, now: datetime) -> None:
    say_on_point(point=point, column=THEIRS, by=people.health.practitioner, now=now)
    said = {view.agency_id: view.says for view in point.views.all()}
    assert said == {people.council.agency.pk: OURS.says, people.health.agency.pk: THEIRS.says}
    with pytest.raises(Refused) as refusal:
        say_on_point(point=point, column=THEIRS, by=people.stranger, now=now)
    assert refusal.value.code == "forbidden"


def test_an_agreed_point_is_locked_by_action_and_by_database(point: Point, people: Cast, now: datetime) -> None:
    agree(point, people, now)
    with pytest.raises(Refused, match="locked") as refusal:
        say_on_point(point=point, column=OURS, by=people.council.practitioner, now=now)
    assert refusal.value.code == "stale"
    with pytest.raises(DatabaseError), transaction.atomic():
        PointView.objects.filter(point=point).update(says="Something else.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Point.objects.filter(pk=point.pk).update(agreed_at=None)


def test_the_database_agrees_no_point_for_an_agency(point: Point, now: datetime) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Point.objects.filter(pk=point.pk).update(agreed_at=now)


def test_a_colleagues_newer_words_are_not_written_over(point: Point, people: Cast, now: datetime) -> None:
    say_on_point(point=point, column=OURS, by=people.council.practitioner, now=now, seen_updates=0)
    with pytest.raises(Refused, match="colleague"):
        say_on_point(point=point, column=THEIRS, by=people.council.practitioner, now=now, seen_updates=0)


def test_the_map_lies_between_the_agencies_never_inside_one(now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    assert dispute.rules_now.single_agency
    with pytest.raises(Refused):
        add_point(dispute=dispute, text="A point.", column=OURS, by=people.council.practitioner, now=now)


def test_pages(client: Client, dispute: Dispute, people: Cast, now: datetime) -> None:
    client.force_login(people.council.practitioner.user)
    given = {"text": "She cannot be alone.", "stance": "disputed", "says": "She fell.", "weight": "high", "threshold": "S3"}
    assert client.post(f"/disputes/{dispute.reference}/points/add/", {"text": "x"}).status_code == 200
    assert client.post(f"/disputes/{dispute.reference}/points/add/", given).status_code == 302
    point = dispute.points.get()
    client.force_login(people.health.practitioner.user)
    page = client.get(f"/disputes/{dispute.reference}/positions/").content.decode()
    assert "She cannot be alone." in page
    assert "Goes by:" in page
    address = f"/disputes/{dispute.reference}/points/{point.pk}/say/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"stance": "agreed", "says": "So we saw.", "weight": "low"}).status_code == 302
    assert point.views.count() == 2
    assert client.get(f"/disputes/{dispute.reference}/points/999999/say/").status_code == 404


def test_api_and_document(point: Point, dispute: Dispute, people: Cast, now: datetime) -> None:
    api = signed_in(people.health.practitioner)
    address = f"/api/disputes/{dispute.reference}/points/"
    assert api.post(f"{address}{point.pk}/say/", THEIRS.__dict__).status_code == 200
    shown = api.get(f"/api/disputes/{dispute.reference}/work/").json()["points"]
    assert [column["agency"] for column in shown[0]["columns"]] == [people.council.agency.key, people.health.agency.key]
    agree(point, people, now)
    assert api.post(f"{address}{point.pk}/say/", THEIRS.__dict__).status_code == 409
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.council.practitioner, now=now)
    (part,) = [one for one in made["sections"] if one["key"] == "points"]
    assert "We saw the same." in str(part)


def test_what_is_said_on_points_at_a_later_stage_stays_there(
    client: Client, point: Point, dispute: Dispute, people: Cast, now: datetime
) -> None:
    by, reader = people.council.line_manager, people.health.practitioner
    climb(dispute, now=now)
    later = add_point(dispute=fresh(dispute), text="Who pays the sitter.", column=OURS, by=by, now=now)
    say_on_point(point=point, column=Column("disputed", "Our new doctor says so.", "high"), by=by, now=now)
    client.force_login(reader.user)
    texts = [
        client.get(f"/disputes/{dispute.reference}/positions/").content.decode(),
        str(signed_in(reader).get(f"/api/disputes/{dispute.reference}/work/").json()),
        str(assemble(fresh(dispute), kind="case_history", reason="r", by=reader, now=now)["sections"]),
    ]
    for text in texts:
        assert point.text in text
        assert later.text not in text
        assert "Our new doctor" not in text
    assert client.get(f"/disputes/{dispute.reference}/points/{later.pk}/say/").status_code == 404
    client.force_login(by.user)
    assert later.text in client.get(f"/disputes/{dispute.reference}/positions/").content.decode()
