"""What two people state of the audit trail: a restored database starts only then, and another key signs only then."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cases import audit, checkpoints, keys, outside, signing, starting, verifying
from cases.actions import witnessed
from cases.actions.witnesses import Shown, two_people
from cases.errors import Refused
from cases.models import AuditCheckpoint, AuditEvent, Case, Restore, SigningKey
from decisions.exports import proof
from escalation.embedded import SUPERUSER
from escalation.supervisor import REFUSES, Child, RefusesToStart, Supervisor
from tests import factories
from tests.factories import Cast
from tests.services import database_name, services

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "verify_audit.py"
REASON = "The disk failed; last night's backup was brought back."
PASSWORD = "a long enough password 1"
NEW = base64.b64encode(b"the key of the year afterwards!!").decode()


@pytest.fixture
def people() -> Cast:
    made = factories.cast()
    for held in (made.board_manager, made.chair):
        held.user.set_password(PASSWORD)
        held.user.save()
    return made


@pytest.fixture
def case(people: Cast, now: datetime) -> Case:
    made = factories.make_case(people, now=now)
    checkpoints.seal(now=now)
    return made


def read(case: Case, now: datetime) -> None:
    with transaction.atomic():
        audit.record("case_read", case, scope=audit.scope_of_case(case.pk), by=case.opened_by, now=now)
    checkpoints.seal(now=now)


def program(name: str, *arguments: str) -> None:
    where = ["--host", str(services().sockets), "--username", SUPERUSER]
    subprocess.run([str(services().program(name)), *where, *arguments], check=True, timeout=120, capture_output=True)


@pytest.fixture
def brought_back(case: Case, now: datetime, tmp_path: Path) -> Case:
    """A real dump, three checkpoints more, and the dump in place of them; the file of checkpoints is as it was left."""
    dump = str(tmp_path / "older.dump")
    program("pg_dump", "--format=custom", "--file", dump, "--data-only", "--table=cases_*", database_name())
    for _ in range(3):
        read(case, now)
    with psycopg.connect(services().url(SUPERUSER, database_name()), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        found = superuser.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'cases\\_%'"
        ).fetchall()
        superuser.execute(f"TRUNCATE {', '.join(name for (name,) in found)} CASCADE")
    program("pg_restore", "--data-only", "--disable-triggers", "--exit-on-error", "--dbname", database_name(), dump)
    return case


def typed(monkeypatch: pytest.MonkeyPatch, *people: Any, password: str = PASSWORD) -> None:
    lines = [line for held in people for line in (held.user.email, password, "")]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))


def at_console(monkeypatch: pytest.MonkeyPatch, people: tuple[Any, Any], *arguments: str, **options: str) -> str:
    typed(monkeypatch, *people, password=options.pop("password", PASSWORD))
    out = io.StringIO()
    call_command("audit", *arguments, stdout=out)
    return out.getvalue()


def test_nothing_starts_over_an_older_database_until_two_people_have_declared_it(
    brought_back: Case, people: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outside.newest() is not None
    assert verifying.verify().broken != []
    with pytest.raises(SystemExit) as ended:
        starting.refuse_if_older()
    assert ended.value.code == starting.REFUSED == REFUSES
    assert "is older than checkpoint 4" in capsys.readouterr().err
    sick = Client().get("/healthy")
    assert (sick.status_code, "is older" in sick.content.decode()) == (503, True)
    read(brought_back, now)
    assert AuditCheckpoint.objects.count() == 1  # nothing is sealed that could be taken for the history that was lost
    both = (people.board_manager, people.chair)
    for wrong in ({"password": "not the password at all"}, {"reason": "short"}):
        with pytest.raises(CommandError):
            at_console(monkeypatch, both, "restored", "--reason", wrong.pop("reason", REASON), **wrong)
    with pytest.raises(CommandError, match="two different people"):
        at_console(monkeypatch, (both[0], both[0]), "restored", "--reason", REASON)
    assert not Restore.objects.exists()
    said = at_console(monkeypatch, both, "restored", "--reason", REASON)
    assert "checkpoints 2 to 4 were lost when the database was restored" in said
    starting.refuse_if_older()
    assert Client().get("/healthy").content == b"ok"
    read(brought_back, now)
    told = verifying.verify()
    assert (told.broken, len(told.declared)) == ([], 1)
    assert list(AuditCheckpoint.objects.values_list("number", flat=True)) == [1, 5, 6]
    assert [line.number for line in outside.lines()] == [1, 2, 3, 4, 5, 6]
    event = AuditEvent.objects.get(action="restore_declared")
    assert (event.data["first_lost"], event.data["last_lost"], event.data["second"]) == (2, 4, both[1].pk)
    assert REASON not in json.dumps(event.data)
    assert any(REASON in text and "Checkpoints 2 to 4 were lost" in text for text in proof._stated())
    page = Client().get("/audit/key/").content.decode()
    assert "Checkpoints 2 to 4" in page
    assert people.chair.user.name not in page
    with pytest.raises(CommandError, match="nothing to declare"):
        at_console(monkeypatch, both, "restored", "--reason", REASON)


def test_a_declaration_that_is_changed_or_slipped_in_is_found(brought_back: Case, people: Cast, now: datetime) -> None:
    made = witnessed.declare_restore(reason=REASON, by=people.board_manager, second=people.chair, now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Restore.objects.filter(pk=made.pk).update(reason="Nothing happened.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{pgtrigger_restore_is_append_only}', true)")
    with psycopg.connect(services().url(SUPERUSER, database_name())) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE cases_restore SET last_hash = '\\x00'")
    broken = "\n".join(verifying.verify().broken)
    assert "declared restore" in broken
    assert "is not as the audit trail says" in broken
    assert "checkpoint 4 of the file is not the one that was declared lost" in broken


def test_a_file_of_another_history_cannot_be_declared_away(case: Case, people: Cast, now: datetime) -> None:
    outside.file().write_text(outside.file().read_text().replace("heads: ", "heads: 9"))
    assert "is not the one of" in starting.why_not()
    with pytest.raises(Refused, match="another history"):
        witnessed.declare_restore(reason=REASON, by=people.board_manager, second=people.chair, now=now)


def test_worker_beat_and_web_end_with_the_same_code(case: Case, tmp_path: Path) -> None:
    """As processes of their own; each says why in plain words."""
    outside.file().write_text(outside.file().read_text().replace("heads: ", "heads: 9"))
    celery = [sys.executable, "-m", "celery", "-A", "escalation"]
    beat = [*celery, "beat", "-s", str(tmp_path / "beat")]
    worker = [*celery, "worker", "-P", "solo", "--without-gossip", "--without-mingle"]
    web = [sys.executable, "-m", "gunicorn", "escalation.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for command in ([*web, "--preload"], worker, beat)
    ]
    for process in started:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 3, (process.args, said[-2000:])
        assert "This does not start: checkpoint 1 of the database is not the one of" in said, process.args


def test_what_refuses_to_start_is_not_started_again_and_its_words_are_told(tmp_path: Path) -> None:
    """As ./start does with web and worker."""
    supervisor, told = Supervisor(tell=print), "This does not start: the database is older than checkpoint 4."
    child = supervisor.add(Child("web", ["sh", "-c", f"echo '{told}' >&2; exit 3"], {}, tmp_path / "web.log"))
    assert child.process is not None
    child.process.wait(30)
    with pytest.raises(RefusesToStart, match="older than checkpoint 4"):
        supervisor.look_after()


@pytest.fixture
def sign_with(settings: Any) -> Callable[[str], None]:
    """From now on this key is the one of the settings, and no other is named there."""

    def change(private: str) -> None:
        settings.AUDIT_SIGNING_KEY = private

    return change


def test_another_key_is_introduced_by_two_people_and_the_one_before(
    case: Case,
    people: Cast,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sign_with: Callable[[str], None],
) -> None:
    old, both = signing.public_key(), (people.board_manager, people.chair)
    sign_with(NEW)
    assert "nobody introduced it" in starting.why_not()
    read(case, now)
    assert AuditCheckpoint.objects.count() == 1
    sign_with("A" * 43 + "=")
    file = tmp_path / "new_key"
    file.write_text(NEW)
    said = at_console(monkeypatch, both, "rotate", str(file), "--reason", "Yearly change of the signing key.")
    assert "which signed that" in said
    assert starting.why_not() == ""
    read(case, now)
    sign_with(NEW)
    assert starting.why_not() == ""
    read(case, now)
    assert AuditCheckpoint.objects.values("key_id").distinct().count() == 2
    assert keys.known_keys()[signing.key_id(old)] == old
    assert verifying.verify().broken == []
    bundle = tmp_path / "bundle.json"
    call_command("audit", "bundle", str(bundle), "--scope", f"case:{case.pk}", stdout=io.StringIO())
    for key in (old, signing.public_key()):
        assert check(bundle, key) == []
    sign_with("A" * 43 + "=")  # the old one may not come back by itself
    assert "nobody introduced it" in starting.why_not()


def check(bundle: Path, key: bytes) -> list[str]:
    command = [sys.executable, "-I", str(SCRIPT), str(bundle), "--json", "--key", key.hex()]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert len(told["stated"]) == SigningKey.objects.count()
    return list(told["broken"])


def test_a_lost_key_is_replaced_openly_and_nobody_follows_it_blindly(
    case: Case, people: Cast, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    old, both = signing.public_key(), (people.board_manager, people.chair)
    with pytest.raises(CommandError, match="while it can still sign"):
        at_console(monkeypatch, both, "key-lost", "--reason", "The server burned, and the key with it.")
    settings.AUDIT_SIGNING_KEY = NEW
    with pytest.raises(CommandError, match="AUDIT_PUBLIC_KEYS"):
        at_console(monkeypatch, both, "key-lost", "--reason", "The server burned, and the key with it.")
    settings.AUDIT_PUBLIC_KEYS = [base64.b64encode(old).decode()]
    said = at_console(monkeypatch, both, "key-lost", "--reason", "The server burned, and the key with it.")
    assert "WITHOUT its signature because that key was lost" in said
    settings.AUDIT_PUBLIC_KEYS = []
    read(case, now)
    assert (starting.why_not(), verifying.verify().broken) == ("", [])
    assert AuditEvent.objects.get(action="signing_key_lost").data["before_signature"] == ""
    bundle = tmp_path / "bundle.json"
    call_command("audit", "bundle", str(bundle), "--scope", f"case:{case.pk}", stdout=io.StringIO())
    assert check(bundle, signing.public_key()) == []
    assert check(bundle, old) == ["the checkpoint was signed with another key"]
    assert "that key was lost" in Client().get("/audit/key/").content.decode()


def test_only_two_who_answer_for_the_record_state_such_a_thing(people: Cast, now: datetime) -> None:
    for held in (people.council.practitioner, people.council.line_manager):
        held.user.set_password(PASSWORD)
        held.user.save()
        with pytest.raises(Refused, match="No account that may do this"):
            two_people(Shown(people.chair.user.email, PASSWORD), Shown(held.user.email, PASSWORD), now=now)
    assert AuditEvent.objects.filter(action="sign_in_failed").count() == 2


def test_with_a_second_factor_the_code_is_asked_as_well(people: Cast, now: datetime, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    with pytest.raises(Refused):
        two_people(Shown(people.chair.user.email, PASSWORD), Shown(people.board_manager.user.email, PASSWORD), now=now)
