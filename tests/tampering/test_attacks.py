"""Nobody rewrites the record unseen: every attack of the table is refused by the database or found by the verifier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cases import audit, checkpoints, outside, verifying
from cases.models import AuditCheckpoint, Case
from escalation.actions import sweep
from escalation.embedded import SUPERUSER
from tests.factories import make_case
from tests.factories_decisions import confirm_all, make_record, sign, with_last_word
from tests.factories_disputes import make_dispute, people_under
from tests.tampering import hands
from tests.tampering.attacks import ATTACKS, MASTER, OWNER, REFUSED, WEB, Attack

pytestmark = pytest.mark.django_db(transaction=True)


def read(case: Case, now: datetime) -> None:
    with transaction.atomic():
        audit.record("case_read", case, scope=audit.scope_of_case(case.pk), by=case.opened_by, now=now)


@contextmanager
def as_superuser() -> Iterator[None]:
    """The connection of the test belongs to the superuser, who acts as others one after the other."""
    role = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = SUPERUSER
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = role


@pytest.fixture
def record(now: datetime) -> Iterator[None]:
    """A record with a signed decision, a missed limit, an outcome and answers to it, under several checkpoints."""
    people = people_under("halton", now=now)
    sign(make_record(make_dispute(people, now=now), people.council.practitioner, now=now), people.council.line_manager, now=now)
    confirm_all(with_last_word(make_dispute(people, now=now), now=now), now=now, accepts=False)
    sweep.sweep(now=now + timedelta(days=5))
    case = make_case(people, now=now)
    checkpoints.seal(now=now)
    with as_superuser():
        hands.keep_older_state()
        for _ in range(2):
            read(case, now)
            checkpoints.seal(now=now)
        yield
        hands.forget_older_state()


NOTHING = Attack(WEB, "does nothing", "SELECT 1")


def become(who: str) -> None:
    hands.run(f"SET LOCAL SESSION AUTHORIZATION {who}")


def outcome_of(attack: Attack) -> list[str] | str:
    """What the verifier says after the attack, or that it was refused; everything is as before afterwards."""
    kept = outside.file().read_bytes()
    try:
        with transaction.atomic():
            become(attack.who)
            try:
                with transaction.atomic():
                    hands.run(attack.act) if isinstance(attack.act, str) else attack.act()
            except DatabaseError:
                return REFUSED
            become(WEB)
            told = verifying.verify().broken
            transaction.set_rollback(True)
        return told
    finally:
        outside.file().write_bytes(kept)


def test_every_attack_is_refused_or_found(record: None) -> None:
    assert outcome_of(NOTHING) == []
    wrong = []
    for attack in ATTACKS:
        said = outcome_of(attack)
        is_as_told = said == REFUSED if attack.told == REFUSED else attack.told in "\n".join(said)
        if not is_as_told:
            wrong.append(f"{attack.who} {attack.name}: {'refused' if said == REFUSED else said}")
    assert not wrong, "\n".join(wrong)
    assert outcome_of(NOTHING) == []


def test_the_table_is_as_large_as_promised_and_names_each_attack_once() -> None:
    names = [(attack.who, attack.name) for attack in ATTACKS]
    assert len(set(names)) == len(names) >= 60
    assert {attack.who for attack in ATTACKS} == {WEB, OWNER, MASTER}


def test_the_only_window_is_after_the_newest_checkpoint(record: None, now: datetime) -> None:
    """What docs/audit.md states: an event that no checkpoint covers yet can be taken away unseen by a superuser."""
    read(Case.objects.order_by("-pk")[0], now)
    assert verifying.verify().unsealed == 1
    attack = Attack(MASTER, "cuts off what is not sealed", cut_off_unsealed)
    assert outcome_of(attack) == []
    checkpoints.seal(now=now)
    assert outcome_of(attack) != []


def cut_off_unsealed() -> None:
    """The last event of a chain and its end, while the seal stays as it is."""
    hands.freely()
    hands.run(
        "WITH gone AS (DELETE FROM cases_auditevent WHERE id = (SELECT max(id) FROM cases_auditevent) RETURNING *) "
        "UPDATE cases_audithead SET seq = gone.seq - 1, hash = gone.prev_hash FROM gone WHERE cases_audithead.id = gone.head_id"
    )


def test_signatures_and_missed_limits_are_never_in_the_window(record: None) -> None:
    newest = AuditCheckpoint.objects.order_by("-number")[0]
    assert newest.number > 3
    assert verifying.verify().unsealed == 0
