"""Contradictions inside the stages of a protocol: leads, duties, gates, notices, and single-agency stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cases.roles import Permission, Role, allows
from escalation.protocol_limits import Finding, Place
from escalation.protocol_parts import DutySpec, LeadRole, NoticeSpec, Stage
from escalation.protocol_words import DutyKind, Gate, LeadMode, Of, Side

OF_AN_AGENCY = frozenset(
    {Role.PRACTITIONER, Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD, Role.SENIOR_MANAGER, Role.BOARD_REPRESENTATIVE}
)
OF_THE_PARTNERSHIP = frozenset(
    {Role.CHAIR, Role.CHIEF_SOCIAL_WORK_OFFICER, Role.INDEPENDENT_SCRUTINEER, Role.BOARD_MANAGER, Role.AUDITOR}
)
HIDDEN = "the other agencies do not see a single-agency stage"
DONE_BY_AN_AUTHORITY = (DutyKind.FEEDBACK_GIVEN,)
BEFORE_A_REFERRAL = (DutyKind.POSITION_STATED, DutyKind.MANAGER_REVIEWED, DutyKind.REVIEW_AGREES, DutyKind.AGREED_BY)
BARS_THE_WAY_UP = (Gate.ENTER, Gate.ESCALATE, Gate.LEAVE)


def stage_contradictions(stages: Sequence[Stage], notices: Sequence[NoticeSpec] = ()) -> Iterator[Finding]:
    """Everything inside the stages that cannot be meant, and in the notices of the whole."""
    yield from _notices((), notices, stages)
    yield from used_twice(("stages",), "label", [stage.label for stage in stages])
    for index, stage in enumerate(stages):
        place: Place = ("stages", index)
        yield from used_twice((*place, "triggers"), "code", [choice.code for choice in stage.triggers])
        yield from _leads(place, stage)
        if stage.single_agency:
            yield from _single_agency(place, stage)
        yield from _duties(place, stage, len(stages))
        yield from _notices(place, stage.notices, stages)
        yield from _referral(place, stage, len(stages))
        if stage.order == 1:
            yield from _first_stage(place, stage)
        elif stage.optional and stage.order == len(stages):
            yield Finding((*place, "optional"), "nothing comes after the last stage, so it cannot be passed over: remove this")


def vetoes(stages: Sequence[Stage]) -> Iterator[Finding]:
    """Gates on the way up that only the other side can open."""
    for index, stage in enumerate(stages):
        for number, duty in enumerate(stage.duties):
            if duty.by in (Side.RESPONDING, Side.EACH) and duty.gate in BARS_THE_WAY_UP:
                said = (
                    f"{duty.kind} by {duty.by} bars the way up, so the other side's silence bars it too: "
                    "'gate: none' keeps it owed without barring"
                )
                yield Finding(("stages", index, "duties", number, "gate"), said)


def used_twice(place: Place, setting: str, values: Iterable[str]) -> Iterator[Finding]:
    """Entries of a list that use a name another entry has."""
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in seen:
            said = f"'{value}' is used twice in this list, first in entry {seen[value] + 1}: give this one its own"
            yield Finding((*place, index, setting), said)
        seen.setdefault(value, index)


def _leads(place: Place, stage: Stage) -> Iterator[Finding]:
    leads, here = stage.leads, (*place, "leads")
    yield from used_twice((*here, "roles"), "role", [f"{lead.role} {lead.remit}".strip() for lead in leads.roles])
    for index, lead in enumerate(leads.roles):
        yield from _who_can_lead((*here, "roles", index, "role"), lead, leads.of_partnership)
    if leads.joint and (leads.mode is not LeadMode.ALL_OF or len(leads.roles) < 2):
        yield Finding((*here, "joint"), "joint leads need 'mode: all_of' and two or more roles")
    if leads.borrowed_from and leads.of_partnership:
        yield Finding((*here, "borrowed_from"), "the partnership leads this stage, so no agency needs to borrow: remove this")
    if leads.mode is LeadMode.PAIR_PER_AGENCY and leads.of_partnership:
        said = "pair_per_agency pairs the agencies' own leads; with of_partnership write any_of or all_of"
        yield Finding((*here, "mode"), said)
    if leads.mode is LeadMode.PAIR_PER_AGENCY and stage.single_agency:
        yield Finding((*here, "mode"), "a single-agency stage has nobody to pair: write any_of or all_of")


def _who_can_lead(place: Place, lead: LeadRole, of_partnership: bool) -> Iterator[Finding]:
    if lead.role is Role.AUDITOR:
        yield Finding(place, "an auditor reads and never leads a stage: name another role")
    elif lead.role in OF_THE_PARTNERSHIP and not of_partnership:
        said = f"no agency has a {lead.role.title}: add 'of_partnership: true' to these leads, or name another role"
        yield Finding(place, said)


def _single_agency(place: Place, stage: Stage) -> Iterator[Finding]:
    if stage.leads.of_partnership:
        said = "a single-agency stage is led inside the raising agency: remove this"
        yield Finding((*place, "leads", "of_partnership"), said)
    for number, duty in enumerate(stage.duties):
        if duty.by is not Side.RAISING:
            yield Finding((*place, "duties", number, "by"), f"{HIDDEN}: write 'by: raising'")
    for number, notice in enumerate(stage.notices):
        if notice.of not in (Of.RAISING, Of.BOARD):
            yield Finding((*place, "notices", number, "of"), f"{HIDDEN}: write 'of: raising'")
    for number, limit in enumerate(stage.limits):
        if limit.owner is not Side.RAISING:
            yield Finding((*place, "limits", number, "owner"), f"{HIDDEN}: write 'owner: raising'")


def _duties(place: Place, stage: Stage, stages: int) -> Iterator[Finding]:
    owed: set[tuple[DutyKind, Side, Role | None]] = set()
    for number, duty in enumerate(stage.duties):
        here: Place = (*place, "duties", number)
        sides = (Side.RAISING, Side.RESPONDING) if duty.by is Side.EACH else (duty.by,)
        for side in sides:
            if (duty.kind, side, duty.role) in owed:
                yield Finding((*here, "kind"), f"this stage already owes {duty.kind} by {side}: keep one of the two")
            owed.add((duty.kind, side, duty.role))
        yield from _who_agrees((*here, "role"), duty)
        yield from _gate((*here, "gate"), duty.gate, stage, stages)
        yield from _at_a_referral(here, duty, stage)
        if duty.by is Side.AUTHORITY and not (stage.is_referral or stage.leads.of_partnership):
            said = "only a referral, or a stage led by the partnership, has an authority: write raising or each"
            yield Finding((*here, "by"), said)


def _who_agrees(place: Place, duty: DutySpec) -> Iterator[Finding]:
    """A role where one is asked for, and one that an agency has and that may agree."""
    if duty.kind is not DutyKind.AGREED_BY:
        if duty.role is not None:
            yield Finding(place, f"only agreed_by is bound to a role: remove this, or write 'kind: agreed_by' for {duty.kind}")
    elif duty.role is None or not allows(duty.role, Permission.REVIEW_AS_MANAGER):
        able = [role.value for role in Role if allows(role, Permission.REVIEW_AS_MANAGER)]
        yield Finding(place, f"say who must agree: write one of {', '.join(able)}")


def _at_a_referral(place: Place, duty: DutySpec, stage: Stage) -> Iterator[Finding]:
    if duty.by is Side.AUTHORITY and duty.kind not in DONE_BY_AN_AUTHORITY:
        said = f"whoever has the last word records no {duty.kind}, so nobody could do this: let an agency owe it"
        yield Finding((*place, "by"), said)
    if stage.is_referral and duty.gate in (Gate.LEAVE, Gate.RESOLVE):
        yield from _bars_the_last_word(place, duty, stage)
    if stage.is_referral and duty.kind in BEFORE_A_REFERRAL and duty.gate is not Gate.ENTER:
        said = f"{duty.kind} belongs before a referral, which carries it: write 'gate: enter', or remove this"
        yield Finding((*place, "kind"), said)


def _bars_the_last_word(place: Place, duty: DutySpec, stage: Stage) -> Iterator[Finding]:
    """At a referral the raising side bars its sending, and the authority its own word; nobody else bars either."""
    if duty.by in (Side.RESPONDING, Side.EACH):
        said = "no agency's silence holds up a referral or its last word: write 'gate: none', 'by: raising' or 'gate: enter'"
        yield Finding((*place, "gate"), said)
    if duty.by is Side.AUTHORITY and not stage.leads.of_partnership:
        yield Finding((*place, "gate"), "here the agencies' own leads give the last word: write 'gate: none'")


def _gate(place: Place, gate: Gate, stage: Stage, stages: int) -> Iterator[Finding]:
    if gate is Gate.ENTER and stage.order == 1:
        yield Finding(place, "nothing comes before the first stage that could be barred: write leave, escalate or none")
    if gate is Gate.ESCALATE and stage.order == stages:
        yield Finding(place, "there is no stage after this one to bar: write leave, resolve or none")


def _notices(place: Place, notices: Sequence[NoticeSpec], stages: Sequence[Stage]) -> Iterator[Finding]:
    for number, notice in enumerate(notices):
        here: Place = (*place, "notices", number, "of")
        if notice.of is Of.BOARD and notice.role in OF_AN_AGENCY and not _leads_for_partnership(stages, notice.role):
            yield Finding(here, f"the board has no {notice.role.title}; agencies do: write each, raising or responding")
        if notice.of is not Of.BOARD and notice.role in OF_THE_PARTNERSHIP:
            yield Finding(here, f"no agency has a {notice.role.title}: write 'of: board'")


def _leads_for_partnership(stages: Sequence[Stage], role: Role) -> bool:
    return any(stage.leads.of_partnership and any(lead.role is role for lead in stage.leads.roles) for stage in stages)


def _referral(place: Place, stage: Stage, stages: int) -> Iterator[Finding]:
    if stage.is_referral and stage.order != stages:
        said = "only the last stage can be a referral: remove this, or move the stage to the end"
        yield Finding((*place, "is_referral"), said)
    if stage.referred_by and not stage.is_referral:
        said = "this stage is not a referral: add 'is_referral: true', or remove this"
        yield Finding((*place, "referred_by"), said)
    for number, lead in enumerate(stage.referred_by):
        if lead.role in OF_THE_PARTNERSHIP:
            said = f"an agency refers, and no agency has a {lead.role.title}: name an agency's role"
            yield Finding((*place, "referred_by", number, "role"), said)


def _first_stage(place: Place, stage: Stage) -> Iterator[Finding]:
    if stage.triggers:
        said = "what may start the first stage are the protocol's grounds: write them there"
        yield Finding((*place, "triggers"), said)
    if "previous_leads" in stage.feedback_to:
        yield Finding((*place, "feedback_to"), "nobody has led a stage before the first: write [originator]")
    if stage.optional:
        yield Finding((*place, "optional"), "the first stage cannot be passed over: remove this")
