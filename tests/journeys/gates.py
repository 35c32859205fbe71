"""Every kind of duty a protocol can put before a gate: how it is done on its page and by a program, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.models import Appointment
from cases.roles import Role
from escalation.actions.protocols import publish_protocol
from escalation.actions.safety import Safety
from escalation.models import Dispute
from escalation.protocol import DutyKind, DutySpec, Gate, Protocol, Side
from escalation.protocol_files import loads
from escalation.protocol_reading import ask_of
from tests.factories import Cast, cast
from tests.factories_disputes import make_dispute
from tests.journeys.walking import moment

WHY = "Our policy, paragraph nine, asks for it"
UNSAFE = Safety(answer="not_safe", how="Seen on the ward at nine; nobody is there at night.")
# Two stages and one gate: whatever duty is put into the first stage bars the way out of it.
ONE_GATE = """
format: 1
key: one-gate
name: A policy with one gate
version: 1
effective_from: 2026-01-01
source: Invented for a test
nation: england-and-wales
populations: [adult]
subjects: [{code: decision, label: A decision}]
grounds: [{code: unsafe, label: It is not safe}]
categories: [{code: other, label: Anything}]
clock: {anchor: dispute_raised, days: working_days, first_day_number: 0}
immediate_risk: {may_enter_any_stage: true, text: Go to whoever can act tonight.}
final_authority: {kind: none, title: What the representatives settle}
stages:
  - order: 1
    label: Stage 1
    name: Line managers
    about: The line managers try to settle it.
    leads: {roles: [{role: line_manager}]}
  - order: 2
    label: Stage 2
    name: Senior managers
    about: The senior managers settle it.
    leads: {roles: [{role: senior_manager}]}
  - order: 3
    label: Stage 3
    name: Board representatives
    about: The representatives settle it.
    leads: {roles: [{role: board_representative}]}
"""


@dataclass(frozen=True)
class Opening:
    """How one kind of duty is done: the page with its button and answers, the program's address, and who can do it."""

    page: str
    button: str
    answers: Mapping[str, Any]
    api: str
    data: Mapping[str, Any]
    by: str = "line_manager"
    asks_when: str = ""
    written_with_the_move: str = ""
    raised_with: Mapping[str, Any] = field(default_factory=dict)


TALK = {"mode": "phone", "with_whom": "Jo Price, ward manager", "result": "No agreement about the night."}
HAPPENED = {"happened_at": "2026-04-02T08:30:00Z"}
REVIEW = {"rationale": "Two falls at night in March."}


def _talk(kind: str) -> Opening:
    data = {"kind": kind, **TALK}
    return Opening("discussions/record/", "Save", data, "discussions/", data | HAPPENED, asks_when="happened_at")


def _review() -> Opening:
    return Opening(
        "reviews/record/", "Record the review", REVIEW | {"agrees": "yes"}, "reviews/", REVIEW | {"agrees": True}
    )


OPENINGS: dict[DutyKind, Opening] = {
    DutyKind.ATTEMPT_LOGGED: _talk("attempt"),
    DutyKind.DISCUSSION_HELD: _talk("talk"),
    DutyKind.ADVICE_SOUGHT: _talk("advice"),
    DutyKind.POSITION_STATED: Opening(
        "positions/state/", "Save the position", {"text": "It is not safe at night."},
        "positions/", {"text": "It is not safe at night."},
    ),
    DutyKind.MANAGER_REVIEWED: _review(),
    DutyKind.REVIEW_AGREES: _review(),
    DutyKind.AGREED_BY: _review(),
    DutyKind.SAFETY_CONFIRMED: Opening(
        "safety/confirm/", "Save", {"answer": "safe", "how": "A sitter is there."},
        "safety/", {"answer": "safe", "how": "A sitter is there."}, by="practitioner", raised_with={"safety": UNSAFE},
    ),
    DutyKind.OUTCOMES_RECONFIRMED: Opening(
        "voice/record/", "Save", {"desired_outcomes": "To go home with a sitter.", "told": "yes"},
        "voice/", {"desired_outcomes": "To go home with a sitter.", "told": "yes"}, by="practitioner",
    ),
    DutyKind.OWN_RECORD_ATTESTED: Opening(
        "own-record/attest/", "Save", {"own_reference": "LAS-55120/7"},
        "own-records/", {"own_reference": "LAS-55120/7", "recorded_on": "2026-04-02"}, by="practitioner",
    ),
    DutyKind.INTENTION_NOTIFIED: Opening(
        "intention/notify/", "Tell them", {"text": "We intend to take this further tomorrow."},
        "intentions/", {"text": "We intend to take this further tomorrow."}, written_with_the_move="intention",
    ),
    DutyKind.EXHAUSTION_ATTESTED: Opening(
        "exhaustion/attest/", "Save", {"statement": "Two calls and a visit."},
        "exhaustion/", {"statement": "Two calls and a visit."}, by="practitioner",
    ),
    DutyKind.FEEDBACK_GIVEN: Opening(
        "feedback/give/", "Send the feedback", {"text": "We spoke to the ward; they keep to it."},
        "feedback/", {"text": "We spoke to the ward; they keep to it."}, written_with_the_move="feedback",
    ),
    DutyKind.DEBRIEF_OFFERED: Opening(
        "debrief/offer/", "Offer it", {"text": "Thursday at ten."}, "debriefs/", {"text": "Thursday at ten."},
    ),
    DutyKind.INTERIM_PLAN: Opening(
        "plans/open/", "Save", {"needed": "no", "why": "She stays on the ward until then."},
        "plans/", {"not_needed_because": "She stays on the ward until then."}, by="practitioner",
    ),
    DutyKind.LEARNING_RECORDED: Opening(
        "learning/write/", "Save", {"kind": "nothing", "text": "We knew the policy and kept to it."},
        "learning/", {"kind": "nothing", "text": "We knew the policy and kept to it."}, by="practitioner",
    ),
}  # fmt: skip


def answers_of(opening: Opening, now: datetime) -> dict[str, Any]:
    """What is filled in on the page, with the moment where one is asked for."""
    return dict(opening.answers) | (moment(opening.asks_when, now) if opening.asks_when else {})


def one_gate(*duties: DutySpec, at_second: tuple[DutySpec, ...] = (), **changes: Any) -> Protocol:
    """The policy with these duties at its first stage, and others at its second."""
    rules = loads(ONE_GATE)
    first, second, third = rules.stages
    stages = (
        first.model_copy(update={"duties": duties}), second.model_copy(update={"duties": at_second}), third,
    )  # fmt: skip
    return rules.model_copy(update={"stages": stages} | changes)


def owes(kind: DutyKind, *, by: Side = Side.RAISING, gate: Gate = Gate.LEAVE, role: Role | None = None) -> DutySpec:
    """A duty with a gate; where somebody in one role must agree, the line manager unless another is named."""
    bound = (role or Role.LINE_MANAGER) if kind is DutyKind.AGREED_BY else None
    return DutySpec(kind=kind, by=by, gate=gate, why=WHY, role=bound)


def asked(kind: DutyKind) -> str:
    """What the duty of ``owes`` asks."""
    return ask_of(kind, owes(kind).role)


def cast_under(rules: Protocol, *, now: datetime) -> Cast:
    """Everybody, in a partnership with this policy."""
    people = cast()
    publish_protocol(partnership=people.partnership, document=rules, by=None, now=now)
    return people


def dispute_behind(gate: Protocol, *, now: datetime, **raised: Any) -> tuple[Cast, Dispute]:
    """Everybody, and a dispute raised under this policy."""
    people = cast_under(gate, now=now)
    return people, make_dispute(people, now=now, **raised)


def who(people: Cast, dotted: str) -> Appointment:
    """Somebody of the council unless another agency is named, as in ``health.line_manager``."""
    agency, _, role = dotted.rpartition(".")
    found: Appointment = getattr(getattr(people, agency or "council"), role)
    return found
