"""No path moves a dispute as the machine does not allow: not the ORM, not SQL, not the constructor, not a stale copy."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from cases.errors import Refused
from cases.models import AuditEvent
from escalation.actions import moves, positions
from escalation.models import ChronologyEntry, Deadline, Dispute, DisputeStage, Position, ProtocolVersion
from escalation.models.dispute import Status, allowed_moves
from escalation.state_diagram import states_document
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db

ALLOWED = {(source, target) for _, source, target in allowed_moves()}


@shared
def dispute(now: datetime) -> Dispute:
    return make_dispute(people_under("halton", now=now), now=now)


def refused_by_the_database(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError:
        return True
    return False


def test_the_database_refuses_every_move_that_the_machine_does_not_know(dispute: Dispute) -> None:
    start = Status.AWAITING_REPLY.value
    for target in set(Status.values) - {start}:
        if (start, target) not in ALLOWED:
            update = partial(Dispute.objects.filter(pk=dispute.pk).update, status=target)
            assert refused_by_the_database(update), target


def test_an_ended_dispute_never_moves_again(dispute: Dispute, now: datetime) -> None:
    moves.withdraw(dispute=dispute, reason="Raised twice.", by=dispute.raised_by, now=now)
    for target in set(Status.values) - {Status.WITHDRAWN.value}:
        update = partial(Dispute.objects.filter(pk=dispute.pk).update, status=target, closed_at=None)
        assert refused_by_the_database(update), target


def test_a_dispute_cannot_begin_in_the_middle(dispute: Dispute) -> None:
    values = {f.attname: getattr(dispute, f.attname) for f in Dispute._meta.concrete_fields if f.attname != "id"}
    values |= {"status": Status.REFERRED.value, "reference": "HAL-2026-9999"}
    assert refused_by_the_database(lambda: Dispute.objects.create(**values))


def test_the_field_cannot_be_assigned(dispute: Dispute) -> None:
    with pytest.raises(AttributeError):
        dispute.status = Status.CLOSED


def test_reloading_takes_the_new_status_and_leaves_the_field_protected(dispute: Dispute, now: datetime) -> None:
    stale = Dispute.objects.get(pk=dispute.pk)
    climb(dispute, now=now)
    stale.refresh_from_db()
    assert stale.stage == 2
    with pytest.raises(AttributeError):
        stale.status = Status.CLOSED


def test_what_is_written_stays_written(dispute: Dispute, now: datetime) -> None:
    replying = dispute.participants.get(side="responding").appointment
    positions.state_position(dispute=dispute, by=replying, now=now, stance="stands", text="The ward judged it safe.")
    climb(dispute, now=now)
    closed = DisputeStage.objects.filter(dispute=dispute, order=1)
    attacks: list[Callable[[], object]] = [
        lambda: Dispute.objects.filter(pk=dispute.pk).update(worry="Nothing much."),
        lambda: Dispute.objects.filter(pk=dispute.pk).update(stage=1),
        lambda: Dispute.objects.filter(pk=dispute.pk).delete(),
        lambda: closed.update(closed_at=now),
        lambda: closed.delete(),
        lambda: ChronologyEntry.objects.filter(dispute=dispute).update(body="otherwise"),
        lambda: ChronologyEntry.objects.filter(dispute=dispute).delete(),
        lambda: ProtocolVersion.objects.update(name="another"),
        lambda: Deadline.objects.filter(dispute=dispute).delete(),
        lambda: Position.objects.filter(dispute=dispute).update(text="otherwise"),
        lambda: AuditEvent.objects.update(action="nothing"),
        lambda: AuditEvent.objects.all()._raw_delete(using="default"),
        lambda: connection.cursor().execute("TRUNCATE cases_auditevent"),
    ]
    for number, attack in enumerate(attacks):
        assert refused_by_the_database(attack), number


def test_a_stale_form_is_told_so_and_changes_nothing(dispute: Dispute, now: datetime) -> None:
    seen = dispute.token
    climb(dispute, now=now)
    with pytest.raises(Refused) as refusal:
        moves.escalate(dispute=dispute, by=dispute.raised_by, now=now, reason="No reply.", seen=seen)
    assert refusal.value.code == "stale"
    assert fresh(dispute).stage == 2


def test_a_stranger_moves_nothing_and_leaves_no_trace_of_a_move(dispute: Dispute, now: datetime) -> None:
    stranger = people_under("luton", now=now).council.line_manager
    before = ChronologyEntry.objects.count()
    for act in (
        lambda: moves.escalate(dispute=dispute, by=stranger, now=now, reason="x"),
        lambda: moves.withdraw(dispute=dispute, by=stranger, now=now, reason="x"),
        lambda: positions.state_position(dispute=dispute, by=stranger, now=now, stance="stands", text="x"),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "forbidden"
    assert ChronologyEntry.objects.count() == before


def test_the_document_of_the_machine_is_the_machine() -> None:
    assert (Path(settings.BASE_DIR) / "docs" / "states.md").read_text() == states_document()


def test_every_pair_of_statuses_is_either_a_move_or_refused() -> None:
    pairs = {pair for pair in product(Status.values, repeat=2) if pair[0] != pair[1]}
    assert len(ALLOWED & pairs) == 17
    assert not {source for source, _ in ALLOWED} & {Status.CLOSED.value, Status.WITHDRAWN.value}
