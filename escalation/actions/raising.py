"""Raising a dispute: one transaction makes the dispute, its first stage, limits, duties, story and notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cases import audit
from cases.actions.cases import open_case, open_theme
from cases.actions.references import next_reference
from cases.errors import Refused
from cases.models import Agency, Appointment, Case
from cases.models.case import Capacity
from cases.roles import Role
from cases.rows import one_act
from escalation import chronology, leads, notifications, sharing, stages
from escalation.actions.extensions import set_own_date_on_raising
from escalation.actions.raiser import keep_name
from escalation.actions.raising_checks import (
    Raised,
    check_choices,
    check_concern,
    check_raised,
    completed,
    own_agency,
)
from escalation.actions.safety import Safety, record_safety
from escalation.deadlines import LONDON
from escalation.models import Dispute, Draft, Party, ProtocolVersion, Sharing
from escalation.models.dispute import Status
from escalation.protocol import Event, Of, Protocol, Side

__all__ = [
    "NewPerson", "Raised", "check_choices", "check_concern", "raise_dispute", "raise_for_new_person", "same_track",
]  # fmt: skip

NO_FACTS = ("immediate_risk_reason", "own_date", "lawful", "protect_reason")  # of the dispute's own row


@dataclass(frozen=True)
class NewPerson:
    """The least that must be known of somebody in order to open their case."""

    name: str
    own_reference: str = ""
    date_of_birth: date | None = None
    address: str = ""
    is_child: bool = False


@one_act
def raise_dispute(
    *,
    case: Case,
    responding: Sequence[Agency],
    raised: Raised,
    safety: Safety | None,
    by: Appointment,
    now: datetime,
    track: str = "",
    addressee: Appointment | None = None,
    draft: Draft | None = None,
) -> Dispute:
    """A dispute under the partnership's current protocol, with nobody's approval (B-11).

    ``track`` is one of the protocol's where it has several; of a theme nobody's ``safety`` is asked.
    A ``draft`` becomes one dispute only: sent twice, the second call returns the first one's dispute. ``addressee`` is
    the person at a responding agency who should receive it; without one, the directory's lead of the stage does.
    """
    if draft is not None:
        draft = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        if draft.became is not None:
            return draft.became
    version, rules = _rules_for(by, track, now)
    raised = completed(raised, rules)
    check_raised(case, responding, raised, rules, by, now)
    dispute = _create(case, version, track, raised, by, now)
    shared = _add_parties(dispute, responding, raised, by, now)
    leads.join(dispute, by, Side.RAISING, now=now, is_originator=True)
    if addressee is not None:
        _add_addressee(dispute, addressee, now)
    _begin(dispute, shared, by=by, now=now)
    _keep_what_was_asked(dispute, raised, by, now)
    if not rules.is_thematic:
        record_safety(dispute, _said(safety), by=by, now=now)
    if draft is not None:
        draft.became, draft.data = dispute, {}
        draft.save(update_fields=["became", "data"])
    return dispute


@one_act
def raise_for_new_person(
    *,
    about: NewPerson | str,
    responding: Sequence[Agency],
    raised: Raised,
    safety: Safety | None,
    by: Appointment,
    now: datetime,
    draft: Draft,
    track: str = "",
    addressee: Appointment | None = None,
) -> Dispute:
    """The same about somebody, or a theme, on no case of one's own yet: case and dispute are made together or not at all."""
    locked = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if locked.became is not None:
        return locked.became
    case = _case_about(about, responding, raised, by, now)
    return raise_dispute(
        case=case, responding=responding, raised=raised, safety=safety, by=by, now=now, track=track, addressee=addressee,
        draft=draft,
    )  # fmt: skip


def _case_about(
    about: NewPerson | str, responding: Sequence[Agency], raised: Raised, by: Appointment, now: datetime
) -> Case:
    if isinstance(about, str):
        return open_theme(theme=about, agencies=responding, by=by, now=now)
    return open_case(
        name=about.name, agencies=responding, by=by, now=now, date_of_birth=about.date_of_birth,
        own_reference=about.own_reference,
        details={
            "address": about.address, "is_child": about.is_child, "desired_outcomes": raised.persons_view,
            "capacity": raised.capacity,
        },
    )  # fmt: skip


def _said(safety: Safety | None) -> Safety:
    if safety is None:
        raise Refused("Say whether the person is safe now.", field="safety")
    return safety


def _rules_for(by: Appointment, track: str, now: datetime) -> tuple[ProtocolVersion, Protocol]:
    version = ProtocolVersion.objects.current_for(by.partnership, on=now.astimezone(LONDON).date())
    if version is None:
        raise Refused("Your partnership has not published its protocol yet. Ask the board manager.", code="shut")
    try:
        return version, version.rules_of(track)
    except LookupError as error:
        raise Refused(f"Choose how to raise it: {error}.", field="track") from error


def same_track(version: ProtocolVersion, dispute: Dispute) -> str:
    """The track of a version on which something of the same kind goes: that of the same name, else the first of its kind."""
    tracks = version.protocol.tracks
    alike = [track.key for track in tracks if (track.about == "theme") is dispute.rules.is_thematic]
    return dispute.track if dispute.track in alike else next(iter(alike), "")


def _create(
    case: Case, version: ProtocolVersion, track: str, raised: Raised, by: Appointment, now: datetime
) -> Dispute:
    stage = version.rules_of(track).stage(raised.entry_stage)
    first_line = case.theme or raised.decision_disputed.strip().splitlines()[0]
    title = first_line if len(first_line) <= 100 else f"{first_line[:97].rsplit(' ', 1)[0]} …"
    if case.is_theme:
        raised = replace(raised, danger_answer="not_asked", capacity=Capacity.NOT_RELEVANT)
    facts = {name: value for name, value in raised.__dict__.items() if name not in NO_FACTS}
    return Dispute.objects.create(
        partnership=by.partnership,
        reference=next_reference(by.partnership, kind="D", now=now),
        case=case,
        protocol=version,
        track=track,
        status=Status.AWAITING_REFERRAL if stage.is_referral else Status.AWAITING_REPLY,
        stage=raised.entry_stage,
        raised_by=by,
        raised_at=now,
        raising_agency=own_agency(by),
        title=title,
        is_immediate_risk=bool(raised.immediate_risk_reason),
        immediate_risk_reason=raised.immediate_risk_reason,
        moved_at=now,
        **facts,
    )


def _keep_what_was_asked(dispute: Dispute, raised: Raised, by: Appointment, now: datetime) -> None:
    if raised.protect_reason.strip():
        keep_name(dispute, raised.protect_reason, by=by, now=now)
    if raised.own_date is not None:
        set_own_date_on_raising(dispute, raised.own_date, by=by, now=now)


def _add_parties(
    dispute: Dispute, responding: Sequence[Agency], raised: Raised, by: Appointment, now: datetime
) -> Sharing:
    """The agencies on their sides, and why it may be shared with those asked: the first row, each like it."""
    sides = [(dispute.raising_agency, Side.RAISING), *((agency, Side.RESPONDING) for agency in dict.fromkeys(responding))]
    Party.objects.bulk_create(
        [Party(dispute=dispute, agency=agency, side=side, joined_at=now) for agency, side in sides]
    )
    dispute.case.agencies.add(*(agency for agency, _ in sides))
    asked = [agency for agency, side in sides if side is Side.RESPONDING]
    return sharing.begin(dispute, Sharing.Occasion.RAISED, with_agencies=asked, by=by, now=now, lawful=raised.lawful)[0]


def _add_addressee(dispute: Dispute, addressee: Appointment, now: datetime) -> None:
    side = dispute.parties.filter(agency=addressee.agency_id, side=Side.RESPONDING).first()
    if side is None:
        raise Refused("Choose somebody at the agency that made the decision.", field="addressee")
    leads.join(dispute, addressee, Side.RESPONDING, now=now)


def _begin(dispute: Dispute, shared: Sharing, *, by: Appointment, now: datetime) -> None:
    words = dispute.rules.terminology.dispute
    if dispute.entry_stage > 1:
        stages.skip_stages(dispute, 0, dispute.entry_stage, by=by, now=now, reason=dispute.immediate_risk_reason)
    entry = chronology.tell(
        dispute, f"Raised a {words}: {dispute.title}", by=by, now=now, body=_story(dispute, shared), stage=dispute.stage
    )
    stages.open_stage(dispute, by=by, now=now, reason=dispute.immediate_risk_reason)
    audit.record(
        "dispute_raised", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
        data={"stage": dispute.stage, "protocol": dispute.protocol_id, "immediate_risk": dispute.is_immediate_risk}
        | ({"track": dispute.track} if dispute.track else {}),
    )
    urgent = dispute.is_immediate_risk
    notifications.tell_all(
        dispute, Event.RAISED, by=by, now=now, key=f"{dispute.pk}:raised:{entry.pk}", immediate=urgent,
        text=f"{dispute.reference}: {dispute.raising_agency.short_name} raised a {words}.",
    )
    _say_whom_the_protocol_is_about(dispute, now=now)
    if urgent:
        notifications.tell_of_immediate_risk(dispute, by=by, now=now)
    notifications.tell(
        dispute, Event.RAISED, [by], now=now, key=f"{dispute.pk}:raised:{entry.pk}",
        text=f"{dispute.reference}: you raised a {words}.",
    )


def _say_whom_the_protocol_is_about(dispute: Dispute, *, now: datetime) -> None:
    """A child under a protocol for adults is not turned away: the story says so, and the board manager is told."""
    person = dispute.case.person
    if dispute.rules.is_thematic or person is None or not person.is_child or "child" in dispute.rules.populations:
        return
    said = "The protocol is about adults, and this is about a child"
    chronology.tell(dispute, said, by=None, now=now, stage=dispute.stage,
                    body="Look whether the procedure for children applies as well. Nothing waits for that here.")
    notifications.tell(
        dispute, Event.RAISED, leads.told_by_protocol(dispute, Role.BOARD_MANAGER, Of.BOARD, now=now), now=now,
        key=f"{dispute.pk}:population", text=f"{dispute.reference}: {said[0].lower()}{said[1:]}.",
    )


def _story(dispute: Dispute, shared: Sharing) -> str:
    parts = [
        ("What is seen" if dispute.rules.is_thematic else "What was decided or not done", dispute.decision_disputed),
        ("What worries me", dispute.worry),
        ("Evidence", dispute.evidence),
        ("Aim", dispute.aim),
        ("What would resolve it", dispute.proposed_resolution),
        ("Immediate risk", dispute.immediate_risk_reason),
        ("Why it is shared", sharing.basis_in_words(shared)),
    ]
    return "\n\n".join(f"{heading}: {text}" for heading, text in parts if text)

