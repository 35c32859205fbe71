"""Checkpoints: a signed root over the ends of all chains, when they are made, and the file outside the database."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cases import audit, checkpoints, merkle, outside, signing
from cases.models import AuditCheckpoint, AuditHead, AuditSeal, Case
from decisions.actions import records
from escalation.models import Deadline
from escalation.tasks import seal_audit_trail, sweep_deadlines
from tests import factories
from tests.clock import Clock
from tests.factories_decisions import make_record
from tests.factories_disputes import make_dispute, people_under

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(now: datetime) -> Case:
    return factories.make_case(factories.cast(), now=now)


def read(case: Case, now: datetime) -> None:
    with transaction.atomic():
        audit.record("case_read", case, scope=audit.scope_of_case(case.pk), by=case.opened_by, now=now)


def rfc6962(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, over leaves that are hashed already."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + rfc6962(leaves[:half]) + rfc6962(leaves[half:])).digest()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 31, 32, 33])
def test_the_tree_is_that_of_rfc_6962_and_every_leaf_is_proved(size: int) -> None:
    leaves = [random.Random(number).randbytes(32) for number in range(size)]
    root = merkle.root_of(leaves)
    assert root == rfc6962(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle.prove(leaves, index)
        assert merkle.root_from(leaf, proof) == root
        assert merkle.root_from(b"\x00" * 32, proof) != root


def test_a_proof_that_is_too_short_or_too_long_is_refused() -> None:
    leaves = [random.Random(number).randbytes(32) for number in range(5)]
    proof = merkle.prove(leaves, 2)
    for path in (proof.path[:-1], (*proof.path, b"\x00" * 32)):
        with pytest.raises(ValueError):
            merkle.root_from(leaves[2], merkle.Proof(2, 5, path))
    with pytest.raises(ValueError):
        merkle.root_from(leaves[2], merkle.Proof(7, 5, proof.path))


def test_a_checkpoint_covers_the_end_of_every_chain_and_is_signed(case: Case, now: datetime) -> None:
    made = checkpoints.seal(now=now)
    assert made is not None
    heads = sorted(AuditHead.objects.all(), key=lambda head: head.scope.encode())
    assert bytes(made.root) == merkle.root_of([merkle.leaf_of(head.scope, head.seq, bytes(head.hash)) for head in heads])
    assert (made.number, made.heads, made.events) == (1, len(heads), sum(head.seq for head in heads))
    assert made.text == checkpoints.text_of(made)
    assert signing.is_signed(made.text, bytes(made.signature), signing.public_key())
    assert not signing.is_signed(made.text.replace("events", "event"), bytes(made.signature), signing.public_key())


def test_nothing_new_makes_no_checkpoint_and_the_next_names_the_one_before(case: Case, now: datetime) -> None:
    first = checkpoints.seal(now=now)
    assert checkpoints.seal(now=now) == first
    read(case, now)
    second = checkpoints.seal(now=now)
    assert first is not None
    assert second is not None
    assert (second.number, bytes(second.previous)) == (2, bytes(first.hash))


def test_an_empty_trail_needs_no_checkpoint(now: datetime) -> None:
    assert checkpoints.seal(now=now) is None


def test_the_file_outside_holds_the_same_and_catches_up(case: Case, now: datetime) -> None:
    checkpoints.seal(now=now)
    outside.file().unlink()
    read(case, now)
    checkpoints.seal(now=now)
    rows = list(AuditCheckpoint.objects.order_by("number"))
    assert [(line.number, line.text, line.signature) for line in outside.lines()] == [
        (row.number, row.text, bytes(row.signature)) for row in rows
    ]
    assert outside.newest() == list(outside.lines())[-1]
    assert outside.file().stat().st_mode & 0o022 == 0


def test_a_line_that_a_crash_cut_short_is_written_again(case: Case, now: datetime) -> None:
    checkpoints.seal(now=now)
    whole = outside.file().read_bytes()
    outside.file().write_bytes(whole + whole[:50])
    assert len(list(outside.lines())) == 1
    read(case, now)
    checkpoints.seal(now=now)
    assert [line.number for line in outside.lines()] == [1, 2]


def test_a_file_of_another_history_is_left_as_it_is(case: Case, now: datetime) -> None:
    checkpoints.seal(now=now)
    outside.file().write_text(outside.file().read_text().replace("heads: 1", "heads: 9"))
    before = outside.file().read_bytes()
    read(case, now)
    checkpoints.seal(now=now)
    assert outside.file().read_bytes() == before
    assert "is not the one of" in outside.what_is_older()


def test_a_file_that_cannot_be_written_stops_nobody(case: Case, now: datetime, settings: object) -> None:
    settings.AUDIT_CHECKPOINT_FILE = "/dev/null/checkpoints"  # type: ignore[attr-defined]
    assert checkpoints.seal(now=now) is not None
    assert AuditCheckpoint.objects.count() == 1


def test_a_signature_is_sealed_at_once(now: datetime) -> None:
    people = people_under("halton", now=now)
    record = make_record(make_dispute(people, now=now), people.council.practitioner, now=now)
    records.submit_record(record=record, by=record.author, now=now)
    assert not AuditCheckpoint.objects.exists()
    records.sign_record(record=record, rationale="The risk is at night.", by=people.council.line_manager, now=now)
    scope = audit.scope_of_case(record.dispute.case_id)
    assert AuditSeal.objects.get(scope=scope).seq == AuditHead.objects.get(scope=scope).seq
    assert AuditCheckpoint.objects.count() == len(list(outside.lines())) == 1


def test_a_missed_limit_is_sealed_at_once(clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    dispute = make_dispute(people_under("halton", now=now), now=now)
    due = Deadline.objects.filter(dispute=dispute, next_look_at__isnull=False).order_by("due_at")[0].due_at
    clock.move_to(due + timedelta(minutes=1))
    sweep_deadlines()
    scope = audit.scope_of_case(dispute.case_id)
    missed = AuditHead.objects.get(scope=scope).events.filter(action="limit_missed").order_by("-seq")[0]
    assert AuditSeal.objects.get(scope=scope).seq >= missed.seq


def test_everything_else_is_sealed_by_the_timetable(case: Case) -> None:
    seal_audit_trail()
    assert AuditCheckpoint.objects.count() == 1
    assert len(list(outside.lines())) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_auditcheckpoint SET events = 0",
        "DELETE FROM cases_auditcheckpoint",
        "TRUNCATE cases_auditcheckpoint CASCADE",
        "UPDATE cases_auditseal SET seq = seq - 1",
        "UPDATE cases_audithead SET seq = seq - 1",
        "UPDATE cases_audithead SET hash = '\\x00'",
        "UPDATE cases_audithead SET scope = 'case:0', seq = seq + 1",
        "DELETE FROM cases_audithead",
        "DELETE FROM cases_auditseal",
    ],
)
def test_the_product_itself_cannot_take_a_checkpoint_back(case: Case, now: datetime, statement: str) -> None:
    checkpoints.seal(now=now)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_end_of_each_chain_is_proved(case: Case, now: datetime) -> None:
    for _ in range(4):
        factories.make_case(factories.cast(), now=now)
    scope = audit.scope_of_case(case.pk)
    sealed = checkpoints.proof_for(scope, now=now)
    assert sealed is not None
    leaf = merkle.leaf_of(scope, sealed.seal.seq, bytes(sealed.seal.hash))
    assert merkle.root_from(leaf, sealed.proof) == bytes(sealed.checkpoint.root)
    assert checkpoints.proof_for("case:0", now=now) is None
