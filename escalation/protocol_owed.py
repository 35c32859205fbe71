"""What a stage of a protocol owes, for real cases and simulated ones alike."""

from __future__ import annotations

from escalation.protocol import DutyKind, DutySpec, Gate, Protocol, Side

PLAN_ASKED = "The protocol asks here what protects the person meanwhile"


def owed_at(rules: Protocol, order: int, following: int | None = None) -> list[DutySpec]:
    """The duties of stage ``order``: its own, and those that must be done before the next stage (``following``) opens."""
    stage = rules.stage(order)
    own = [spec for spec in stage.duties if spec.gate is not Gate.ENTER]
    if stage.interim_plan and DutyKind.INTERIM_PLAN not in {spec.kind for spec in own}:
        own.append(DutySpec(kind=DutyKind.INTERIM_PLAN, by=Side.RAISING, gate=Gate.NONE, why=PLAN_ASKED))
    if order == len(rules.stages):
        return own
    barring = [spec for spec in own if spec.gate in (Gate.ESCALATE, Gate.LEAVE)]
    have = {(spec.kind, spec.by, spec.role) for spec in barring}
    for_next = [
        spec.model_copy(update={"gate": Gate.ESCALATE})
        for spec in rules.stage(following or order + 1).duties
        if spec.gate is Gate.ENTER and (spec.kind, spec.by, spec.role) not in have
    ]
    # Of two rows for one thing the first is kept, so what bars the way up comes before what bars nothing.
    return barring + for_next + [spec for spec in own if spec not in barring]
