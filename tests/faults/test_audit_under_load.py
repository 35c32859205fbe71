"""Many who write into the same few chains at once: no fork, no deadlock, nothing lost, while checkpoints are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from threading import Thread

import pytest
from django.db import connection, transaction

from cases import audit, checkpoints, verifying
from cases.models import AuditCheckpoint, AuditEvent, Case
from tests.factories import cast, make_case

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EACH, SEALS = 32, 12, 15


def at_once(acts: list[Callable[[], None]]) -> list[Exception]:
    """Do all at the same time; what went wrong."""
    failed = list[Exception]()

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def write(cases: list[Case], number: int, now: datetime) -> None:
    for turn in range(EACH):
        case = cases[(number + turn) % len(cases)]
        with transaction.atomic():
            audit.record("case_read", case, scope=audit.scope_of_case(case.pk), by=case.opened_by, now=now)


def seal(now: datetime) -> None:
    for _ in range(SEALS):
        checkpoints.seal(now=now)


def test_thirty_two_writers_neither_fork_a_chain_nor_block_each_other(now: datetime) -> None:
    people = cast()
    cases = [make_case(people, now=now) for _ in range(3)]
    before = AuditEvent.objects.count()
    writers = [partial(write, cases, number, now) for number in range(WRITERS)]
    assert at_once([*writers, partial(seal, now), partial(seal, now)]) == []
    checkpoints.seal(now=now)
    assert AuditEvent.objects.count() == before + WRITERS * EACH
    assert AuditCheckpoint.objects.count() > 1
    told = verifying.verify()
    assert (told.broken, told.unsealed) == ([], 0)
