"""What a stage owes: opened with the stage, done by recording, carried when the dispute moves on; and the gates they shut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases import together
from cases.models import Agency, Appointment
from escalation import at_hand
from escalation.models import Dispute, Duty, Party
from escalation.passing import way_on
from escalation.protocol import DutyKind, DutySpec, Gate, Side
from escalation.protocol_owed import owed_at
from escalation.protocol_reading import ASKS as ASKS
from escalation.protocol_reading import ask_of as ask_of

BARRED: dict[str, tuple[tuple[Gate, ...], tuple[Side, ...]]] = {
    "escalate": ((Gate.ESCALATE, Gate.LEAVE), tuple(Side)),
    "agree": ((Gate.RESOLVE, Gate.LEAVE), tuple(Side)),
    "refer": ((Gate.LEAVE,), (Side.RAISING,)),
    "give_last_word": ((Gate.RESOLVE, Gate.LEAVE), (Side.AUTHORITY,)),
}
BARRED_EVEN_BY_SILENCE = (DutyKind.SAFETY_CONFIRMED, DutyKind.ATTEMPT_LOGGED)


@dataclass(frozen=True)
class ClosedGate:
    """One thing that must be done before a move, and who can do it."""

    duty: Duty
    ask: str
    owner: str
    why: str


def specs_of(dispute: Dispute, *, now: datetime) -> list[DutySpec]:
    """What the present stage owes: its own duties, and those that must be done before the next stage opens."""
    following = None if dispute.is_last_stage else way_on(dispute, now=now).to_stage
    return owed_at(dispute.rules, dispute.stage, following)


def open_duties(dispute: Dispute, *, now: datetime) -> None:
    """One row for each duty of the present stage and each agency that owes it."""
    rows = []
    for spec in specs_of(dispute, now=now):
        for agency in _owners(dispute, spec.by):
            rows.append(
                Duty(
                    dispute=dispute, stage=dispute.stage, kind=spec.kind, side=spec.by, agency=agency,
                    gate=spec.gate, why=spec.why[:300], opened_at=now, role=spec.role or "",
                )
            )
    together.write(rows, is_once=True)
    at_hand.add(dispute, rows)


def _owners(dispute: Dispute, side: Side) -> Iterable[Agency | None]:
    if side is Side.AUTHORITY:
        return [None]
    parties = at_hand.rows(dispute, Party)
    return [party.agency for party in parties if side is Side.EACH or party.side == side]


def fulfil(
    dispute: Dispute, kind: DutyKind, *, agency: Agency | None, by: Appointment, now: datetime, role: str = ""
) -> None:
    """Mark the agency's duty done, at this stage and wherever it was carried along from an earlier one.

    ``role`` is whose doing counts, of a duty that is bound to one.
    """
    dispute.duties.filter(kind=kind, agency=agency, role=role, stage__lte=dispute.stage, done_at__isnull=True).update(
        done_at=now, done_by=by
    )


def carry_undone(dispute: Dispute, order: int, *, now: datetime) -> None:
    """Stage ``order`` ends: whatever it still owes stays owed."""
    duties = [row for row in at_hand.rows(dispute, Duty) if row.stage == order and row.is_owed]
    left = [row for row in duties if row.carried_at is None]
    for row in left:
        row.carried_at = now
    together.change(left, "carried_at")


def closed_gates(dispute: Dispute, move: str, *, on_silence: bool = False) -> list[ClosedGate]:
    """What bars ``escalate``, ``agree``, ``refer`` or ``give_last_word`` at the present stage, in the order of its list.

    The sending of a referral is barred by what the raising side owes there, the last word by what its authority owes.
    On silence only safety and a recorded attempt bar: nobody can hold a person's safety up by not answering (B-23, F70).
    """
    gates, sides = BARRED[move]
    undone = dispute.duties.filter(stage=dispute.stage, done_at__isnull=True, gate__in=gates).select_related("agency")
    return [
        ClosedGate(duty, ask_of(duty.kind, duty.role), owner_words(duty), duty.why)
        for duty in undone.filter(side__in=sides)
        if not on_silence or duty.kind in BARRED_EVEN_BY_SILENCE
    ]


def owe_learning(dispute: Dispute, *, now: datetime) -> None:
    """Where the closure asks for it, each agency owes what was learned from when there is a result to confirm (B-41)."""
    if not dispute.rules.closure.learning_required:
        return
    done = set(dispute.duties.filter(kind=DutyKind.LEARNING_RECORDED, done_at__isnull=False).values_list("agency", flat=True))
    rows = [
        Duty(
            dispute=dispute, stage=dispute.stage, kind=DutyKind.LEARNING_RECORDED, side=party.side, agency=party.agency,
            gate=Gate.NONE, why="The protocol asks for it before an agency confirms the end", opened_at=now,
        )
        for party in dispute.parties.select_related("agency")
        if party.agency_id not in done
    ]  # fmt: skip
    Duty.objects.bulk_create(rows, ignore_conflicts=True)


def closed_to_confirm(dispute: Dispute, agency_id: int | None) -> list[ClosedGate]:
    """What bars an agency's confirmation: that it has not said what was learned, where the closure asks for it."""
    if not dispute.rules.closure.learning_required:
        return []
    owed = dispute.duties.filter(kind=DutyKind.LEARNING_RECORDED, agency=agency_id, done_at__isnull=True)
    ask = ASKS[DutyKind.LEARNING_RECORDED]
    return [ClosedGate(duty, ask, owner_words(duty), duty.why) for duty in owed.select_related("agency")[:1]]


def owner_words(duty: Duty) -> str:
    """Who owes it, in words."""
    return duty.agency.short_name if duty.agency else "whoever has the last word"
