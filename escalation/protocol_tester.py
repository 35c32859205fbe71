"""What a protocol would run into before it is published: nobody to lead or to tell, dates that cannot be, gates nobody opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from cases.roles import Permission, Role, allows
from escalation import simulation
from escalation.deadlines import LONDON
from escalation.protocol import (
    DutyKind,
    DutySpec,
    Finding,
    Gate,
    LeadMode,
    LeadRole,
    NoticeSpec,
    Of,
    Protocol,
    Side,
    Stage,
)
from escalation.protocol_reading import GATES, ask_of, moment_in_words, roles_in_words
from escalation.protocol_tracks import in_each_track
from escalation.simulated import Answer
from escalation.working_days import Calendar

Place = tuple[str | int, ...]
Held = frozenset[tuple[str, str]]
TRIED_AT = (
    datetime(2026, 4, 2, 10, 0, tzinfo=LONDON), datetime(2026, 7, 15, 9, 0, tzinfo=LONDON),
    datetime(2026, 12, 23, 16, 0, tzinfo=LONDON),
)  # fmt: skip
NEEDS = {
    DutyKind.MANAGER_REVIEWED: Permission.REVIEW_AS_MANAGER,
    DutyKind.REVIEW_AGREES: Permission.REVIEW_AS_MANAGER,
    DutyKind.AGREED_BY: Permission.REVIEW_AS_MANAGER,
    DutyKind.SAFETY_CONFIRMED: Permission.CONFIRM_SAFETY,
}
SEEN_BY_RAISING_ONLY = "the other agencies do not see the stage before it"


@dataclass(frozen=True)
class Agencies:
    """Who holds which role: by agency, at the board, and which agencies are commissioned by another."""

    by_agency: Mapping[str, Held] = field(default_factory=dict)
    board: Held = frozenset()
    commissioners: Mapping[str, str] = field(default_factory=dict)
    councils: tuple[str, ...] = ()
    everybody: Held = frozenset()


@dataclass(frozen=True)
class Trial:
    """What was found: what must be corrected, and what should be looked at again."""

    protocol: Protocol | None
    problems: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def may_be_published(self) -> bool:
        """Whether nothing stands against publishing."""
        return self.protocol is not None and not self.problems


def tried(
    protocol: Protocol,
    calendar: Calendar,
    directory: Agencies | None = None,
    *,
    on: date | None = None,
    after: date | None = None,
) -> Trial:
    """Everything found in a protocol that is valid by itself; with a directory also who is missing from it."""
    problems = [*in_each_track(protocol, shut_for_ever)]
    warnings = [*protocol.advice(), *in_each_track(protocol, lambda rules: _tried(rules, calendar, directory))]
    if on is not None and protocol.effective_from < on:
        said = "this day is past: disputes raised since then keep their version; those raised from now on begin under this one"
        warnings.append(Finding(("effective_from",), said))
    if after is not None and protocol.effective_from < after:
        said = f"the version published last applies from {after:%-d %B %Y}: this one would stand in its place then too"
        warnings.append(Finding(("effective_from",), said))
    return Trial(protocol, tuple(_once(problems)), tuple(_once(warnings)))


def _tried(rules: Protocol, calendar: Calendar, directory: Agencies | None) -> Iterator[Finding]:
    """What one track would run into."""
    yield from over_before_they_begin(rules, calendar)
    yield from _routes(rules)
    if directory is not None:
        yield from without_leads(rules, directory)
        yield from untold(rules, directory)
        yield from unopened(rules, directory)


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    yield from dict.fromkeys(findings)


def shut_for_ever(protocol: Protocol) -> Iterator[Finding]:
    """Gates that nobody could open, whoever works there."""
    for index, stage in enumerate(protocol.stages):
        for number, duty in enumerate(stage.duties):
            here = ("stages", index, "duties", number, "gate")
            if duty.gate is not Gate.ENTER or index == 0:
                continue
            before = protocol.stages[index - 1]
            if before.single_agency and duty.by is not Side.RAISING:
                yield Finding(
                    here, f"nobody could open this gate: {SEEN_BY_RAISING_ONLY}; write 'by: raising' or 'gate: none'"
                )
            if duty.by is Side.AUTHORITY and not before.leads.of_partnership:
                said = "nobody could open this gate: whoever has the last word joins when this stage opens; write 'gate: none'"
                yield Finding(here, said)


def over_before_they_begin(protocol: Protocol, calendar: Calendar) -> Iterator[Finding]:
    """Limits that are over when their stage opens, if everybody before takes the time allowed."""
    found: dict[Place, str] = {}
    for at in TRIED_AT:
        for answer in (Answer.SILENCE, Answer.REPLY):
            answers = [answer] * len(protocol.stages)
            course = simulation.simulate(
                protocol, calendar, concern_arose_at=at, answers=answers, decision_received_at=at
            )
            for stage, limit, due_at, opened_at in simulation.too_late_to_be_met(course):
                said = (
                    f"this limit can be over before its stage opens: with a concern on {moment_in_words(at)} it is due on "
                    f"{moment_in_words(due_at)}, and the stage opens on {moment_in_words(opened_at)}"
                )
                found.setdefault(("stages", stage.order - 1, "limits", stage.limits.index(limit), "number"), said)
    for place, said in found.items():
        yield Finding(place, said)


def _routes(protocol: Protocol) -> Iterator[Finding]:
    """Ways on that are missing."""
    last = protocol.last_stage
    if not last.is_referral and not protocol.onward_routes:
        said = "nothing says where a matter goes when the last stage brings no agreement: add a route, or a referral"
        yield Finding(("onward_routes",), said)
    if last.is_referral and not last.referred_by and last.leads.of_partnership:
        place = ("stages", len(protocol.stages) - 1, "referred_by")
        yield Finding(place, "no role of the raising agency is named that writes the referral: name one")


def without_leads(protocol: Protocol, directory: Agencies) -> Iterator[Finding]:
    """Stages for which the directory has nobody who could lead them (F58)."""
    for index, stage in enumerate(protocol.stages):
        if stage.leads.of_partnership:
            missing = [] if _is_led(stage, directory.everybody) else ["the partnership"]
        elif stage.optional:
            continue  # an agency without this level passes it over
        else:
            missing = [name for name in directory.by_agency if not _is_led_there(stage, name, directory)]
        if missing:
            roles = roles_in_words(stage.leads.roles, stage.leads.mode is LeadMode.ALL_OF)
            said = (
                f"nobody in the directory leads this stage ({roles}) for {_and(missing)}: appoint one, or name another"
            )
            yield Finding(("stages", index, "leads"), said)
        for number, lead in enumerate(stage.referred_by):
            without = [name for name, held in directory.by_agency.items() if not _holds(held, lead)]
            if without and len(stage.referred_by) == 1:
                said = (
                    f"nobody in the directory could write the referral ({roles_in_words((lead,))}) for {_and(without)}"
                )
                yield Finding(("stages", index, "referred_by", number), said)


def _is_led_there(stage: Stage, agency: str, directory: Agencies) -> bool:
    """Whether the agency has a lead of its own, or one that another lends it."""
    lent = {"commissioner": [directory.commissioners.get(agency, "")], "council": list(directory.councils)}
    places = [agency, *(name for lender in stage.leads.borrowed_from for name in lent[lender] if name != agency)]
    return any(_is_led(stage, directory.by_agency.get(name, frozenset())) for name in places)


def _is_led(stage: Stage, held: Held) -> bool:
    have = [_holds(held, lead) for lead in stage.leads.roles]
    return all(have) if stage.leads.mode is LeadMode.ALL_OF else any(have)


def _holds(held: Held, lead: LeadRole) -> bool:
    return any(role == lead.role and (not lead.remit or remit == lead.remit) for role, remit in held)


def untold(protocol: Protocol, directory: Agencies) -> Iterator[Finding]:
    """Notices that would reach nobody."""
    for index, stage in enumerate(protocol.stages):
        for number, notice in enumerate(stage.notices):
            missing = _nobody(notice, directory)
            if missing:
                said = (
                    f"this notice would reach nobody at {_and(missing)}: the directory has no {Role(notice.role).title}"
                )
                yield Finding(("stages", index, "notices", number, "role"), said)
    for number, route in enumerate(protocol.onward_routes):
        if not any(role == route.by_role for role, _ in directory.everybody):
            said = f"nobody in the directory is a {Role(route.by_role).title} who could take it there"
            yield Finding(("onward_routes", number, "by_role"), said)
        if route.takes and not any(role in route.read_by for role, _ in directory.everybody):
            yield Finding(("onward_routes", number, "read_by"), "nobody in the directory would read this body's list")


def _nobody(notice: NoticeSpec, directory: Agencies) -> list[str]:
    lead = LeadRole(role=notice.role)
    if notice.of is Of.BOARD:
        return [] if _holds(directory.everybody, lead) else ["the board"]
    if notice.of is Of.COMMISSIONER:
        names = sorted(set(directory.commissioners.values()))
        return [name for name in names if not _holds(directory.by_agency.get(name, frozenset()), lead)]
    return [name for name, held in directory.by_agency.items() if not _holds(held, lead)]


def unopened(protocol: Protocol, directory: Agencies) -> Iterator[Finding]:
    """Gates for which the directory has nobody who could open them."""
    for index, stage in enumerate(protocol.stages):
        for number, duty in enumerate(stage.duties):
            needed = NEEDS.get(duty.kind)
            if needed is None or duty.gate not in GATES or duty.by is Side.AUTHORITY:
                continue
            without = [name for name, held in directory.by_agency.items() if not _anybody_may(held, needed, duty.role)]
            if without:
                yield Finding(("stages", index, "duties", number), _not_opened(duty, without))


def _anybody_may(held: Held, permission: Permission, needed: Role | None) -> bool:
    return any(allows(role, permission) and needed in (None, role) for role, _ in held)


def _not_opened(duty: DutySpec, without: Sequence[str]) -> str:
    asked = ask_of(duty.kind, duty.role).lower()
    return f"nobody in the directory could open this gate for {_and(without)} ({asked}): appoint somebody"


def _and(names: Sequence[str]) -> str:
    shown = list(names[:4]) + ([f"{len(names) - 4} more"] if len(names) > 4 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
