"""Contradictions between the settings of a whole protocol, each with its place and its remedy, and advice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol as Shape

from escalation.protocol_limits import Finding, limit_advice, limit_contradictions
from escalation.protocol_parts import (
    BoardFormField,
    Choice,
    Clock,
    FinalAuthority,
    Ground,
    ImmediateRisk,
    NoticeSpec,
    OnwardRoute,
    ScopeQuestion,
    Stage,
)
from escalation.protocol_stages import OF_THE_PARTNERSHIP, stage_contradictions, used_twice, vetoes
from escalation.protocol_words import AuthorityKind, Of

PREFILL_PATHS = (
    "person.name",
    "person.date_of_birth",
    "person.address",
    "board.members",
    "dispute.theme",
    "dispute.summary",
    "dispute.methodology",
    "dispute.desired_outcomes",
    "dispute.safety",
    "dispute.positions",
    "dispute.ground",
)
STAGE_PREFILL = re.compile(r"^stage([1-8])\.(escalated_by|concluded_on)$")
NEEDS_SOMEBODY = (AuthorityKind.RECOMMENDATION, AuthorityKind.DETERMINATION, AuthorityKind.MEDIATION)


class Whole(Shape):
    """What these checks read of a protocol."""

    @property
    def effective_from(self) -> date: ...
    @property
    def review_due(self) -> date | None: ...
    @property
    def subjects(self) -> tuple[Choice, ...]: ...
    @property
    def grounds(self) -> tuple[Ground, ...]: ...
    @property
    def categories(self) -> tuple[Choice, ...]: ...
    @property
    def out_of_scope(self) -> tuple[ScopeQuestion, ...]: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def stages(self) -> tuple[Stage, ...]: ...
    @property
    def notices(self) -> tuple[NoticeSpec, ...]: ...
    @property
    def immediate_risk(self) -> ImmediateRisk: ...
    @property
    def final_authority(self) -> FinalAuthority: ...
    @property
    def onward_routes(self) -> tuple[OnwardRoute, ...]: ...
    @property
    def board_form(self) -> tuple[BoardFormField, ...]: ...


def contradictions(protocol: Whole) -> Iterator[Finding]:
    """Everything that cannot be meant; a file with any of these is not a protocol."""
    misnumbered = list(_numbering(protocol.stages))
    yield from misnumbered
    if misnumbered:
        return  # every later message speaks of stages by number
    yield from _dates(protocol)
    yield from _codes(protocol)
    yield from stage_contradictions(protocol.stages, protocol.notices)
    yield from limit_contradictions(protocol.stages, protocol.clock)
    yield from _last_word(protocol.stages[-1], protocol.final_authority)
    yield from _board_form(protocol)
    yield from _risk(protocol)
    yield from _lists_of_bodies(protocol)


def advice(protocol: Whole) -> Iterator[Finding]:
    """What is allowed, and often not meant."""
    yield from limit_advice(protocol.stages, protocol.clock)
    yield from vetoes(protocol.stages)
    if protocol.stages[-1].is_referral and not protocol.board_form:
        yield Finding(("stages", len(protocol.stages) - 1, "is_referral"), "a referral without a form: see board_form")


def _numbering(stages: Sequence[Stage]) -> Iterator[Finding]:
    for index, stage in enumerate(stages):
        if stage.order != index + 1:
            said = f"stages are numbered 1, 2, 3 … in the order of the file: write {index + 1}, not {stage.order}"
            yield Finding(("stages", index, "order"), said)


def _dates(protocol: Whole) -> Iterator[Finding]:
    if protocol.review_due and protocol.review_due <= protocol.effective_from:
        said = "the review is due before the protocol takes effect: write a later date, or leave it out"
        yield Finding(("review_due",), said)


def _codes(protocol: Whole) -> Iterator[Finding]:
    lists: dict[str, Sequence[Choice | ScopeQuestion | OnwardRoute | BoardFormField]] = {
        "subjects": protocol.subjects,
        "grounds": protocol.grounds,
        "categories": protocol.categories,
        "out_of_scope": protocol.out_of_scope,
        "onward_routes": protocol.onward_routes,
        "board_form": protocol.board_form,
    }
    for name, entries in lists.items():
        yield from used_twice((name,), "code", [entry.code for entry in entries])


def _risk(protocol: Whole) -> Iterator[Finding]:
    """Stages for immediate risk are later stages of this file, and those told at once are somebody's."""
    risk = protocol.immediate_risk
    for index, order in enumerate(risk.stages):
        if not 1 < order <= len(protocol.stages):
            said = f"write the number of a later stage of this file, 2 to {len(protocol.stages)}"
            yield Finding(("immediate_risk", "stages", index), said)
    if risk.stages and not risk.may_enter_any_stage:
        said = "no stage can be entered for immediate risk: write 'may_enter_any_stage: true', or remove this"
        yield Finding(("immediate_risk", "stages"), said)
    for index, told in enumerate(risk.told):
        if (told.of is Of.BOARD) is not (told.role in OF_THE_PARTNERSHIP):
            said = "the board's own roles are told 'of: board', and an agency's role of each, raising, responding or commissioner"
            yield Finding(("immediate_risk", "told", index, "of"), said)


def _last_word(last: Stage, authority: FinalAuthority) -> Iterator[Finding]:
    if not last.is_referral:
        if authority.kind in NEEDS_SOMEBODY:
            said = f"a {authority.kind} needs a referral: add 'is_referral: true' to the last stage, or write agreement"
            yield Finding(("final_authority", "kind"), said)
        return
    if authority.kind is AuthorityKind.NONE:
        return  # those who lead the last stage record the result
    led_by = [lead.role for lead in last.leads.roles]
    names = ", ".join(led_by)
    if authority.role is None:
        said = f"somebody makes this {authority.kind}: add 'role:' with one of those who lead the last stage ({names})"
        yield Finding(("final_authority",), said)
    elif authority.role not in led_by:
        said = f"{authority.role.title} is none of those who lead the last stage: name one of those who lead it ({names})"
        yield Finding(("final_authority", "role"), said)


def _board_form(protocol: Whole) -> Iterator[Finding]:
    for index, field in enumerate(protocol.board_form):
        of_stage = STAGE_PREFILL.match(field.prefill)
        known = field.prefill in ("", *PREFILL_PATHS) or (of_stage and int(of_stage[1]) <= len(protocol.stages))
        if not known:
            said = (
                f"the record has no '{field.prefill}': write one of {', '.join(PREFILL_PATHS)}, stageN.escalated_by, "
                "stageN.concluded_on (N is a stage of this file), or leave prefill out"
            )
            yield Finding(("board_form", index, "prefill"), said)


def _lists_of_bodies(protocol: Whole) -> Iterator[Finding]:
    """A body that takes learning has readers and gets no matters; only such a body has readers."""
    for index, route in enumerate(protocol.onward_routes):
        place = ("onward_routes", index)
        if route.told is not None and route.told not in OF_THE_PARTNERSHIP:
            said = f"the partnership has no {route.told.title}: name the chair, the scrutineer or another of its own"
            yield Finding((*place, "told"), said)
        if route.if_not_accepted and not protocol.stages[-1].is_referral:
            said = "there is no last word to accept without a referral: remove this"
            yield Finding((*place, "if_not_accepted"), said)
        if route.takes and not route.read_by:
            yield Finding((*place, "read_by"), "nobody would read this body's list: add 'read_by:' with one role or more")
        if route.read_by and not route.takes:
            said = "only a list of learning or policy issues has readers: add 'takes:' or leave read_by out"
            yield Finding((*place, "read_by"), said)
        if route.takes and route.always:
            said = "a body that takes learning gets no matters: leave 'always: true' out, or add a second route"
            yield Finding((*place, "always"), said)
