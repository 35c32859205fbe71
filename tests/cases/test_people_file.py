"""Many people from a file: a dry run that tells every mistake by line and column, all or none, and nothing a formula."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html  # type: ignore[import-untyped]

from cases import people_file
from cases.actions.people_import import import_file, try_file
from cases.models import Appointment, AuditEvent, User
from tests import factories
from tests.factories import Cast
from tests.worlds import shared

HEADER = "name,email,role,starts_on,manager_email,phone,is_contact\n"
TWO = (
    HEADER + "Ines Ferreira,ines@example.org,line_manager,2026-04-02,,01632 960 001,yes\n"
    "Jon Hale,jon@example.org,practitioner,02/04/2026,ines@example.org,'+44 1632 960 002,\n"
)


@shared
def people(db: None) -> Cast:
    return factories.cast()


def told(text: str | bytes) -> list[tuple[int, str]]:
    raw = text.encode() if isinstance(text, str) else text
    lines, wrong = people_file.lines_of(raw)
    return [(one.line, one.column) for one in [*wrong, *(each for line in lines for each in line.wrong)]]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", [(1, name) for name in people_file.NEEDED]),
        ("name,email,role\nA,a@example.org,practitioner\n", [(1, "starts_on")]),
        (HEADER.replace("phone", "fone") + "A", [(1, "fone")]),
        (HEADER.replace("phone", "name") + "A", [(1, "name")]),
        (HEADER, [(1, "")]),
        (HEADER + "\n  ,,\nA,,practitioner,2026-13-01,,,maybe\n", [(4, "email"), (4, "starts_on"), (4, "is_contact")]),
        (HEADER + "A,a@example.org,x,2026-01-01,,,,more\n", [(2, "")]),
        (HEADER + '"A,a@example.org\n', [(1, "")]),
        (HEADER.encode() + b"A\x00,a@example.org,x,2026-01-01\n", [(1, "")]),
        (HEADER.encode() + b"Jos\xe9,a@example.org,x,2026-01-01\n", [(1, "")]),
        (HEADER + "x" * 300_000, [(1, "")]),
        (HEADER + "A,a@example.org,x,2026-01-01\n" * 501, [(502, "")]),
        (TWO, []),
        ("\ufeff" + TWO.replace(",", ";"), []),
    ],
)
def test_what_is_wrong_with_a_file_is_told_where(text: str | bytes, where: list[tuple[int, str]]) -> None:
    assert told(text) == where


@pytest.mark.parametrize("cell", ["=1+1", "+44 1632", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula_and_each_is_read_again(cell: str) -> None:
    assert people_file.guarded(cell) == f"'{cell}"
    assert people_file.guarded("Ines = Ferreira") == "Ines = Ferreira"
    rows = {"name": cell, "email": "a@example.org", "role": "x", "starts_on": "2026-01-01"}
    (line,), _ = people_file.lines_of(people_file.written([rows]).encode())
    assert line.cells["name"] == cell.strip() or line.cells["name"] == cell


def upload(client: Client, text: str) -> Any:
    return client.post("/directory/import/", {"file": SimpleUploadedFile("people.csv", text.encode())})


def test_a_file_is_tried_then_recorded_whole(client: Client, people: Cast) -> None:
    client.force_login(people.council.lead.user)
    before = Appointment.objects.count()
    tried = upload(client, TWO)
    assert "would record 2 roles" in tried.content.decode()
    assert Appointment.objects.count() == before
    assert not AuditEvent.objects.filter(action="appointed").exists()
    (form,) = html.fromstring(tried.content).xpath("//form[.//input[@name='text']]")
    answer = client.post("/directory/import/record/", dict(form.form_values()))
    assert answer.status_code == 302, answer.content.decode()
    jon = Appointment.objects.get(user__email="jon@example.org")
    assert jon.manager is not None
    assert (jon.manager.user.name, jon.manager.is_contact, jon.user.phone) == ("Ines Ferreira", True, "+44 1632 960 002")
    assert AuditEvent.objects.filter(action="people_imported").count() == 1
    again = client.post("/directory/import/record/", {"text": TWO})
    assert again.content.decode().count("already holds this role") == 2


def test_with_one_mistake_nobody_is_recorded(people: Cast, now: datetime) -> None:
    text = TWO + (
        "Mo Reid,mo-example.org,practitioner,2026-04-02,,,\nMo Reid,mo@example.org,chair,2026-04-02,,,\n"
        "Mo Reid,mo@example.org,practitioner,2026-04-02,nobody@example.org,,\n"
        f"{'M' * 121},m@example.org,practitioner,2026-04-02,,,\n,mo,nobody,2026-04-31,,,\n"
    )
    last = [(8, "name"), (8, "starts_on"), (8, "role"), (8, "email")]
    for act in (try_file, import_file):
        result = act(raw=text.encode(), by=people.council.lead, now=now)
        where = [(one.line, one.column) for one in result.wrong]
        assert where == [(4, "email"), (5, "role"), (6, "manager_email"), (7, "name"), *last]
        assert not User.objects.filter(email="ines@example.org").exists()


def test_a_lead_records_nobody_elsewhere_and_a_board_manager_everywhere(people: Cast, now: datetime) -> None:
    text = f"name,email,role,starts_on,agency\nMo Reid,mo@example.org,practitioner,2026-04-02,{people.health.agency.key}\n"
    (wrong,) = try_file(raw=text.encode(), by=people.council.lead, now=now).wrong
    assert "kept by its safeguarding lead" in wrong.message
    elsewhere = factories.cast(factories.make_partnership("luton"))
    (wrong,) = try_file(raw=text.encode(), by=elsewhere.board_manager, now=now).wrong
    assert wrong.column == "agency"
    chair = text + "Di Lowe,di@example.org,chair,2026-04-02,\n"
    assert len(import_file(raw=chair.encode(), by=people.board_manager, now=now).recorded) == 2


def test_ones_entries_are_taken_out_and_that_is_recorded(client: Client, people: Cast) -> None:
    User.objects.filter(pk=people.council.practitioner.user_id).update(phone="+44 1632 960 003", name="=cmd|' /C calc'!A0")
    client.force_login(people.council.lead.user)
    text = client.get("/directory/export/").content.decode()
    assert "'+44 1632 960 003" in text
    assert "'=cmd" in text
    assert people.council.practitioner.user.email in text
    assert people.health.practitioner.user.email not in text
    assert AuditEvent.objects.get(action="people_exported").data == {"roles": 3}
    lines, wrong = people_file.lines_of(text.encode())
    assert (len(lines), wrong) == (3, [])
