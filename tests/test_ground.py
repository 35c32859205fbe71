"""What every page and every connection rests on: headers, static files, the role that owns nothing."""

import re
from pathlib import Path

import psycopg
import pytest
from django.contrib.staticfiles import finders
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from cases.models import User
from cases.roles import Role
from escalation.celery import app
from escalation.static import clean_css
from tests.factories import make_agency, make_appointment, make_partnership
from tests.services import services

RESTRICTED = re.compile(r"GDS.?Transport|/assets/fonts|govuk-crest|govuk-logotype|sourceMappingURL", re.IGNORECASE)


@pytest.mark.django_db
def test_the_databases_own_log_holds_errors_and_no_words() -> None:
    with pytest.raises(IntegrityError, match="Canary-4b7e"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {User._meta.db_table} (name) VALUES (%s)", ["Canary-4b7e"])  # noqa: S608
    log = (Path(services().state) / "postgres.log").read_text()
    assert "violates not-null constraint" in log
    assert "Canary-4b7e" not in log


@pytest.mark.django_db
def test_pages_are_never_stored_and_allow_only_our_own_scripts(client: Client) -> None:
    answer = client.get("/account/login/")
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    for name in ("Referrer-Policy", "Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy"):
        assert answer[name] == "same-origin"
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert "messages" not in answer.cookies


def served() -> list[Path]:
    return [Path(storage.path(name)) for finder in finders.get_finders() for name, storage in finder.list(None)]


def test_nothing_served_is_restricted_to_gov_uk() -> None:
    files = served()
    assert len(files) > 10
    for file in files:
        assert not RESTRICTED.search(file.name), file
        if file.suffix in {".css", ".js", ".svg", ".html"}:
            assert not RESTRICTED.search(file.read_text()), file


def test_third_party_style_is_cleaned() -> None:
    css = '@font-face{font-family:GDS Transport;src:url(/assets/fonts/a.woff2)}p{font-family:GDS Transport,arial}'
    css += "a{background:url(/assets/images/govuk-crest.svg)}i{background:url(/assets/images/icon-tag.svg)}"
    css += "/*# sourceMappingURL=x.map */"
    assert clean_css(css) == (
        'p{font-family:"Source Sans 3",arial}a{background:none}i{background:url(images/icon-tag.svg)}'
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        f"ALTER TABLE {User._meta.db_table} DISABLE TRIGGER ALL",
        f"TRUNCATE {User._meta.db_table} CASCADE",
        f"DROP TABLE {User._meta.db_table} CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_the_web_role_owns_nothing(statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        cursor.execute(statement)


def test_other_accounts_of_the_machine_cannot_reach_the_servers() -> None:
    assert services().sockets.stat().st_mode & 0o077 == 0
    with psycopg.connect(services().environment()["DATABASE_URL"]) as direct:
        assert direct.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_timetable_names_real_tasks_and_every_message_expires() -> None:
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks, entry["task"]
        assert 0 < entry["options"]["expires"] <= entry["schedule"]


@pytest.mark.django_db
def test_nobody_signs_up_by_themselves(client: Client) -> None:
    person = {"email": "someone@example.org", "password1": "a-long-enough-pass-phrase", "password2": "a-long-enough-pass-phrase"}
    assert client.post("/account/signup/", person).status_code == 404
    assert not User.objects.filter(email="someone@example.org").exists()


@pytest.mark.django_db
def test_the_address_of_a_button_says_what_to_do_when_it_is_opened(client: Client) -> None:
    reader = make_appointment(Role.PRACTITIONER, make_agency(make_partnership()))
    client.force_login(reader.user)
    page = client.get("/notices/read/")
    assert page.status_code == 405
    assert page["Allow"] == "POST"
    assert "Nothing was changed" in page.content.decode()
