"""Disputes for tests, made only by the real actions, so that no test starts from an impossible row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from cases.actions.cases import open_theme
from cases.models import Appointment, Partnership
from cases.roles import Role
from decisions.actions import learning
from decisions.actions.learning import Learned
from escalation import protocol_files
from escalation.actions import debriefs, feedback, moves, plans, positions, safety, talks
from escalation.actions.protocols import publish_protocol
from escalation.actions.raising import Raised, raise_dispute
from escalation.models import Dispute, ProtocolVersion
from escalation.models.dispute import Status
from escalation.protocol import DutyKind, OnwardRoute, Protocol
from tests.factories import Cast, cast, make_appointment, make_case, make_partnership

PROTOCOLS = Path(protocol_files.__file__).parent / "protocols"
SAFE = safety.Safety(answer="safe", how="Seen on the ward at nine this morning; nurse in charge agrees.")
ONE_MORE_BODY = OnwardRoute(
    code="executive", body="The chief executives", when="If unresolved", by_role=Role.BOARD_REPRESENTATIVE
)
LEARNED = Learned("nothing", "Both sides knew the way.")


@cache
def source_protocol(key: str) -> Protocol:
    """One of the four protocols that come with the product."""
    return protocol_files.load(PROTOCOLS / f"{key}.yaml")


def publish(partnership: Partnership, key: str | None = None, *, now: datetime, **changes: Any) -> ProtocolVersion:
    """Publish a source protocol, changed where told, for a partnership."""
    document = source_protocol(key or partnership.key)
    return publish_protocol(
        partnership=partnership, document=document.model_copy(update=changes) if changes else document, by=None, now=now
    )


def people_under(key: str, *, now: datetime) -> Cast:
    """The cast of a partnership whose protocol is published; South Lanarkshire gets its two heads of service."""
    people = cast(make_partnership(key))
    publish(people.partnership, key, now=now)
    if key == "south_lanarkshire":
        for remit in ("adult", "children-and-justice"):
            make_appointment(Role.SENIOR_MANAGER, people.council.agency, remit=remit)
    return people


def people_with_a_further_body(now: datetime) -> Cast:
    """Halton's cast under its protocol with one body more, to which a board representative may take a dispute."""
    people = cast(make_partnership("halton"))
    publish(people.partnership, "halton", now=now, onward_routes=(*source_protocol("halton").onward_routes, ONE_MORE_BODY))
    return people


def raised(now: datetime, **changes: Any) -> Raised:
    """What somebody worried says."""
    return replace(
        Raised(
            decision_disputed="Discharge home without a care package.",
            worry="She cannot get out of bed alone and lives by herself.",
            proposed_resolution="Delay the discharge until the night sitter can start.",
            concern_arose_at=now,
        ),
        **changes,
    )


def make_dispute(people: Cast, *, now: datetime, **changes: Any) -> Dispute:
    """The council's practitioner raises it with health's practitioner."""
    given: dict[str, Any] = {
        "case": changes.pop("case", None) or make_case(people, now=now),
        "responding": changes.pop("responding", [people.health.agency]),
        "safety": changes.pop("safety", SAFE),
        "by": changes.pop("by", people.council.practitioner),
        "now": now,
        "addressee": changes.pop("addressee", people.health.practitioner),
        "track": changes.pop("track", ""),
    }
    return raise_dispute(raised=raised(now, **changes), **given)


def make_theme(people: Cast, *, now: datetime, track: str = "system", **changes: Any) -> Dispute:
    """The council's head of service raises a theme with health, under a protocol that has a thematic track."""
    by = changes.pop("by", people.council.senior_manager)
    given = {
        "decision_disputed": "Discharge letters reach the council after the weekend.",
        "worry": "Care starts two days late, again and again.",
        "proposed_resolution": "A shared inbox that somebody reads on Saturdays.",
    }
    case = changes.pop("case", None) or open_theme(
        theme="Weekend discharges", agencies=[people.health.agency], by=by, now=now
    )
    return raise_dispute(
        case=case, responding=[people.health.agency], raised=raised(now, **(given | changes)), safety=None, by=by, now=now,
        track=track,
    )


def fresh(dispute: Dispute) -> Dispute:
    """The dispute as it stands now."""
    return Dispute.objects.with_page_data().get(pk=dispute.pk)


def leader_of(dispute: Dispute, side: str) -> Appointment:
    """Somebody on this side who leads the present stage, or else manages there."""
    dispute = fresh(dispute)
    here = [row.appointment for row in dispute.participants.all() if row.side == side]
    roles = {lead.role for lead in dispute.rules_now.leads.roles}
    leads = [who for who in here if who.role in roles]
    return leads[0] if leads else here[-1]


def do_raising_duties(dispute: Dispute, *, now: datetime) -> None:
    """Do what the raising side owes at this stage, each by its own action."""
    by = leader_of(dispute, "raising")
    for duty in dispute.duties.filter(stage=dispute.stage, agency=by.agency, done_at__isnull=True).order_by("pk"):
        _do_duty(fresh(dispute), DutyKind(duty.kind), by, now)


def _do_duty(dispute: Dispute, kind: DutyKind, by: Appointment, now: datetime) -> None:
    manager = by if by.role != Role.PRACTITIONER else by.manager or by
    talk = {"mode": "phone", "happened_at": now, "with_whom": "Ward manager", "result": "No agreement."}
    acts: dict[DutyKind, tuple[Callable[..., object], dict[str, Any]]] = {
        DutyKind.SAFETY_CONFIRMED: (safety.confirm_safety, {"safety": SAFE}),
        DutyKind.OUTCOMES_RECONFIRMED: (
            safety.record_voice, {"voice": safety.Voice(desired_outcomes="To go home.", told="yes")},
        ),
        DutyKind.OWN_RECORD_ATTESTED: (
            talks.attest_own_record, {"own_reference": "LAS-55120/7", "recorded_on": now.date()},
        ),
        DutyKind.EXHAUSTION_ATTESTED: (talks.attest_exhaustion, {"statement": "Two calls and one visit; no agreement."}),
        DutyKind.INTENTION_NOTIFIED: (talks.notify_intention, {"text": "We intend to take this further."}),
        DutyKind.POSITION_STATED: (positions.state_position, {"stance": "raises", "text": "We hold it is not safe."}),
        DutyKind.MANAGER_REVIEWED: (positions.review, {"by": manager, "agrees": True, "rationale": "The risk is real."}),
        DutyKind.REVIEW_AGREES: (positions.review, {"by": manager, "agrees": True, "rationale": "The risk is real."}),
        DutyKind.AGREED_BY: (positions.review, {"by": manager, "agrees": True, "rationale": "The risk is real."}),
        DutyKind.FEEDBACK_GIVEN: (feedback.give_feedback, {"text": "We spoke to the hospital.", "no_action": False}),
        DutyKind.INTERIM_PLAN: (plans.need_no_plan, {"why": "She is safe on the ward."}),
        DutyKind.DEBRIEF_OFFERED: (debriefs.offer_debrief, {"text": "Thursday at ten."}),
        DutyKind.LEARNING_RECORDED: (learning.write_learning, {"learned": LEARNED}),
        DutyKind.ATTEMPT_LOGGED: (talks.log_discussion, {"kind": "talk", **talk}),
        DutyKind.DISCUSSION_HELD: (talks.log_discussion, {"kind": "meeting", **talk}),
        DutyKind.ADVICE_SOUGHT: (talks.log_discussion, {"kind": "advice", **talk}),
    }
    act, given = acts[kind]
    act(**({"dispute": dispute, "by": by, "now": now} | given))


def climb(dispute: Dispute, *, now: datetime) -> Dispute:
    """Do what is owed and take it to the next stage."""
    do_raising_duties(dispute, now=now)
    moves.escalate(
        dispute=dispute, by=leader_of(dispute, "raising"), now=now, reason="Nothing was agreed.",
        trigger=first_reason_for_next(dispute),
    )
    return fresh(dispute)


def first_reason_for_next(dispute: Dispute) -> str:
    """The first reason that the protocol lists for the next stage; nothing where it lists none."""
    listed = dispute.rules.stage(min(dispute.stage + 1, len(dispute.rules.stages))).triggers
    return listed[0].code if listed else ""


def climb_to_last_stage(dispute: Dispute, *, now: datetime) -> Dispute:
    """Take it stage by stage to the last one."""
    while not dispute.is_last_stage and dispute.status in (Status.AWAITING_REPLY, Status.IN_DISCUSSION):
        dispute = climb(dispute, now=now)
    return fresh(dispute)
