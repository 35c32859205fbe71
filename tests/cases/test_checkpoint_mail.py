"""Each agency gets the newest checkpoint once a day at its records address, which those who keep the agency name."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from cases import checkpoint_mail, checkpoints, signing
from cases.actions.directory import set_records_address
from cases.errors import Refused
from cases.models import Agency, AuditEvent, CheckpointMail
from tests import factories
from tests.factories import Cast
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    made = factories.cast()
    factories.make_case(made, now=now)
    return made


def keep(people: Cast, now: datetime, address: str = "records@council.example") -> None:
    set_records_address(agency=people.council.agency, records_email=address, by=people.council.lead, now=now)


def test_the_newest_checkpoint_comes_once_a_day(people: Cast, now: datetime) -> None:
    keep(people, now)
    newest = checkpoints.seal(now=now)
    assert newest is not None
    assert [checkpoint_mail.send_daily(now=now + timedelta(hours=hour)) for hour in (0, 1, 2, 24)] == [1, 0, 0, 1]
    assert [message.to for message in mail.outbox] == [["records@council.example"]] * 2
    said = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert newest.text in said
    assert bytes(newest.signature).hex() in said
    assert signing.public_key().hex() in said
    for word in ("Margaret", "Elsworth", "HAL-2026"):
        assert word not in said


def test_nothing_is_mailed_before_the_first_checkpoint_or_without_an_address(people: Cast, now: datetime) -> None:
    assert checkpoint_mail.send_daily(now=now) == 0
    checkpoints.seal(now=now)
    assert checkpoint_mail.send_daily(now=now) == 0
    assert mail.outbox == []


def test_what_the_mail_server_does_not_take_is_tried_again(
    people: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(people, now)
    checkpoints.seal(now=now)

    def refuse(message: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        assert checkpoint_mail.send_daily(now=now) == 0
    assert not CheckpointMail.objects.exists()
    assert checkpoint_mail.send_daily(now=now) == 1


def test_those_who_keep_the_agency_name_the_address_and_see_that_it_is_missing(client: Client, people: Cast) -> None:
    address = f"/directory/agencies/{people.council.agency.pk}/"
    for who, others in ((people.council.lead, 0), (people.board_manager, 3)):
        client.force_login(who.user)
        assert client.get("/directory/").content.decode().count("No records address") == 1 + others
    client.force_login(people.council.lead.user)
    assert client.post(address, {"records_email": "no address"}).status_code == 200
    assert client.post(address, {"records_email": "records@council.example"}).status_code == 302
    assert "Records address: records@council.example" in client.get("/directory/").content.decode()
    assert Agency.objects.get(pk=people.council.agency.pk).records_email == "records@council.example"
    changed = AuditEvent.objects.get(action="agency_changed")
    assert changed.data == {"fields": ["records_email"]}
    client.force_login(people.council.practitioner.user)
    assert "records@council.example" not in client.get("/directory/").content.decode()


def test_nobody_else_names_it(people: Cast, now: datetime) -> None:
    for by in (people.council.practitioner, people.health.lead, people.auditor):
        with pytest.raises(Refused):
            set_records_address(agency=people.council.agency, records_email="x@example.org", by=by, now=now)


def test_anybody_can_read_the_key(client: Client) -> None:
    page = client.get("/audit/key/").content.decode()
    assert signing.public_key().hex() in page
    assert signing.key_id(signing.public_key()) in page
