"""The audit trail can be added to, never changed, and says so when somebody did."""

from __future__ import annotations

import json
from datetime import datetime
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from cases import audit, together
from cases.models import AuditEvent, AuditHead, Case
from escalation.embedded import OWNER_ROLE
from tests import factories
from tests.services import database_name, services

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(now: datetime) -> Case:
    made = factories.make_case(factories.cast(), now=now)
    for _ in range(3):
        with transaction.atomic():
            audit.record("case_read", made, scope=audit.scope_of_case(made.pk), by=made.opened_by, now=now)
    return made


def verify(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("audit", "verify", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_auditevent SET action = 'nothing'",
        "DELETE FROM cases_auditevent",
        "UPDATE cases_auditevent SET at = at - interval '1 day'",
        "TRUNCATE cases_auditevent",
        "ALTER TABLE cases_auditevent DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_product_itself_cannot_change_the_trail(case: Case, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(audit.broken_links()) == []
    assert AuditEvent.objects.count() == 4


def test_the_trail_holds_ids_and_field_names_and_no_words(case: Case) -> None:
    written = json.dumps(list(AuditEvent.objects.order_by("pk").values("action", "object_type", "object_id", "data")))
    for word in ("Margaret", "Elsworth", "Quarry", "LAS-55120", "sitter"):
        assert word not in written


def test_each_chain_counts_from_one_and_never_forks(case: Case) -> None:
    head = AuditHead.objects.get(scope=audit.scope_of_case(case.pk))
    assert list(head.events.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4]
    event = head.events.order_by("seq")[1]
    event.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        event.save(force_insert=True)


def test_the_database_and_python_put_the_same_bytes_together(case: Case, now: datetime) -> None:
    """One event is hashed by the database as it is added, many by Python; both are read back by either."""
    odd = {"fields": ["é", "b"], "a": {"c": None, "b": 1.5}, "words": "%s \\ \" \U0001f642"}
    with transaction.atomic():
        audit.record("case_read", case, scope="case:odd", by=case.opened_by, now=now, data=odd)
    with together.together():
        audit.record("case_read", case, scope="case:odd", by=None, now=now, data=odd)
    events = list(AuditEvent.objects.filter(head__scope="case:odd").order_by("seq"))
    assert [event.seq for event in events] == [1, 2]
    assert [bytes(event.hash) for event in events] == [audit.digest(event) for event in events]
    assert list(audit.broken_links("case:odd")) == []


def test_an_untouched_trail_verifies(case: Case) -> None:
    assert verify() == (
        0, "4 events in 1 chains, 4 of them after the newest of 0 checkpoints: the trail is as it was written.\n"
    )  # fmt: skip
    status, told = verify("--json")
    numbers = {"chains": 1, "events": 4, "checkpoints": 0, "unsealed": 4}
    assert (status, json.loads(told)) == (0, numbers | {"broken": [], "declared": []})
    assert verify("--scope", "case:0")[0] == 0


TAMPERED = {
    "an event was rewritten": ("UPDATE cases_auditevent SET action = 'x' WHERE seq = 2", "event 2 is not as it was written"),
    "its author was replaced": ("UPDATE cases_auditevent SET user_id = NULL WHERE seq = 3", "event 3 is not as it was written"),
    "its time was moved": (
        "UPDATE cases_auditevent SET at = at + interval '1 microsecond' WHERE seq = 1", "event 1 is not as it was written",
    ),
    "one in the middle was removed": ("DELETE FROM cases_auditevent WHERE seq = 2", "event 2 is missing"),
    "the last was removed": ("DELETE FROM cases_auditevent WHERE seq = 4", "the end of the chain is missing"),
    "all were removed": ("DELETE FROM cases_auditevent", "the end of the chain is missing"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", TAMPERED)
def test_what_the_owner_of_the_database_changes_is_found(case: Case, how: str) -> None:
    statement, told = TAMPERED[how]
    with psycopg.connect(services().url(OWNER_ROLE, database_name())) as owner:
        owner.execute("ALTER TABLE cases_auditevent DISABLE TRIGGER USER")
        owner.execute(statement)
        owner.execute("ALTER TABLE cases_auditevent ENABLE TRIGGER USER")
    status, text = verify()
    assert status == 1
    assert told in text
    assert "the trail is NOT as it was written" in text
    status, answer = verify("--json")
    assert status == 1
    assert json.loads(answer)["broken"]
