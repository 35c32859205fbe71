"""The line: what happens now, whose turn it is, by when; one sentence for every page, notice and document (F69)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cases.models import Appointment
from escalation import covering, permissions
from escalation.clock import date_in_words
from escalation.models import Deadline, Dispute, Position
from escalation.models.dispute import Status
from escalation.models.stage import ENDINGS
from escalation.protocol import LimitKind, OnMissed, Side
from escalation.protocol_reading import roles_in_words as roles_in_words


@dataclass(frozen=True)
class Turn:
    """Whose turn it is and what is awaited of them; ``due`` is None where the protocol sets no limit."""

    whose: str
    act: str
    side: Side | None
    due: Deadline | None
    then: str = ""
    cover: str = ""

    @property
    def due_at(self) -> datetime | None:
        """When the limit falls due (UTC); None while its time is paused."""
        return self.due.due_at if self.due and self.due.paused_at is None else None

    @property
    def is_overdue(self) -> bool:
        """Whether the limit was recorded as missed; never where there is no limit or only a guide (F31)."""
        return self.due is not None and self.due.missed_at is not None and not self.due.is_indicative

    @property
    def sentence(self) -> str:
        """The line in full."""
        when = f" {date_in_words(self.due_at)}" if self.due_at else ""
        when = " (the time for this is paused)" if self.due and self.due.paused_at else when
        has_passed = self.due_at is not None and self.due is not None and self.due.missed_at is not None
        late = " (this date has passed)" if has_passed else ""
        return f"{self.whose} {self.act}{when}{late}. {self.cover}".strip()


def turn_of(dispute: Dispute) -> Turn:
    """Whose turn it is; reads parties, deadlines and positions (prefetch them for lists)."""
    return replace(_TURNS[Status(dispute.status)](dispute), cover=_cover(dispute))


def _cover(dispute: Dispute) -> str:
    """Who stands in for those of them who are away; of a stage inside one agency nobody is named (B-26)."""
    if dispute.has_ended or dispute.rules_now.single_agency:
        return ""
    away = covering.away_in(dispute)
    return " ".join(
        covering.in_words(away, row.appointment)
        for row in dispute.participants.all()
        if row.appointment_id in away.of and row.handed_to_id is None and is_turn_of(dispute, row.appointment)
    )


def is_turn_of(dispute: Dispute, acting: Appointment) -> bool:
    """Whether the dispute waits for ``acting``, by side and by what they may do."""
    checks = {
        Status.AWAITING_REPLY: permissions.may_reply,
        Status.IN_DISCUSSION: _may_take_further_or_agree,
        Status.AWAITING_REFERRAL: permissions.may_refer,
        Status.REFERRED: permissions.may_give_last_word,
        Status.AWAITING_CONFIRMATION: permissions.may_confirm,
    }
    check = checks.get(Status(dispute.status))
    return bool(check and check(dispute, acting))


def _may_take_further_or_agree(dispute: Dispute, by: Appointment) -> bool:
    where = permissions.standing(dispute, by)
    return where.side is Side.RAISING and (where.leads_now or (where.is_originator and dispute.stage == 1))


def possessive(name: str) -> str:
    """Halton ASC's, Mersey Hospitals'."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _next_due(dispute: Dispute, *sides: Side) -> Deadline | None:
    waiting = [row for row in dispute.deadlines.all() if row.is_open]
    own = [row for row in waiting if row.stage == dispute.stage and row.kind != LimitKind.START and row.owner in sides]
    anyones = [row for row in waiting if row.stage == dispute.stage and row.kind != LimitKind.START]
    following = [row for row in waiting if row.stage == dispute.stage + 1]
    for rows in (own, anyones, following):
        if rows:
            return min(rows, key=lambda row: (row.due_at, row.pk))
    return None


def _clock_will(dispute: Dispute) -> str:
    for row in dispute.deadlines.all():
        watched_at = row.stage - 1 if row.kind == LimitKind.START else row.stage
        is_watched = row.is_open and row.paused_at is None and watched_at == dispute.stage
        if is_watched and row.on_missed == OnMissed.ESCALATE:
            following = dispute.rules.stage(dispute.stage + 1)
            label = "the next stage" if following.optional else following.label
            return f"If nothing is agreed {date_in_words(row.due_at)}, the clock moves this to {label} by itself."
    return ""


def _awaiting_reply(dispute: Dispute) -> Turn:
    stage = dispute.rules_now
    roles = roles_in_words(stage.leads.roles, stage.leads.joint)
    if stage.single_agency:
        whose = f"{possessive(dispute.raising_agency.short_name)} {roles}"
        due = _next_due(dispute, Side.RAISING, Side.EACH)
        return Turn(whose, "is to review it: agree or disagree, with reasons", Side.RAISING, due, _clock_will(dispute))
    here = [position for position in dispute.positions.all() if position.stage == dispute.stage]
    answered = {position.agency_id for position in here if position.stance != Position.Stance.TALK}
    asked = [p.agency for p in dispute.parties.all() if p.side == Side.RESPONDING and p.agency_id not in answered]
    names = " and ".join(agency.short_name for agency in asked) or "The other agency"
    whose = names if stage.leads.of_partnership else f"{possessive(names)} {roles}"
    due = _next_due(dispute, Side.RESPONDING, Side.EACH)
    return Turn(whose, f"{_are(len(asked))} to reply", Side.RESPONDING, due, _clock_will(dispute))


def _in_discussion(dispute: Dispute) -> Turn:
    stage = dispute.rules_now
    roles = roles_in_words(stage.leads.roles, stage.leads.joint)
    whose = f"{possessive(dispute.raising_agency.short_name)} {roles}"
    whose = dispute.raising_agency.short_name if stage.leads.of_partnership else whose
    act = "is to record an agreement" if dispute.is_last_stage else "is to record an agreement or take it further"
    return Turn(whose, act, Side.RAISING, _next_due(dispute, Side.RAISING, Side.RESPONDING, Side.EACH), _clock_will(dispute))


def _awaiting_referral(dispute: Dispute) -> Turn:
    stage = dispute.rules_now
    roles = roles_in_words(stage.referred_by or stage.leads.roles)
    whose = f"{possessive(dispute.raising_agency.short_name)} {roles}"
    return Turn(whose, "is to send the referral", Side.RAISING, _next_due(dispute, Side.RAISING, Side.AUTHORITY))


def _referred(dispute: Dispute) -> Turn:
    stage = dispute.rules_now
    roles = roles_in_words(stage.leads.roles, stage.leads.joint)
    prefix = "The" if stage.leads.of_partnership else "Each agency's"
    are = _are(len(stage.leads.roles) if stage.leads.joint else 1)
    act = f"{are} to give the last word ({dispute.rules.final_authority.title})"
    return Turn(f"{prefix} {roles}", act, Side.AUTHORITY, _next_due(dispute, Side.AUTHORITY))


def _awaiting_confirmation(dispute: Dispute) -> Turn:
    silent = [party.agency.short_name for party in dispute.parties.all() if party.confirmed_at is None]
    act = f"{_are(len(silent))} to confirm the outcome in writing"
    return Turn(" and ".join(silent) or "Each agency", act, Side.EACH, None)


def _are(how_many: int) -> str:
    return "are" if how_many > 1 else "is"


def _ended(dispute: Dispute) -> Turn:
    if dispute.status == Status.CLOSED:
        ended = "is closed: every agency has confirmed the outcome"
    else:
        how = next((row for row in dispute.stages.all() if row.closed_how in ENDINGS), None)
        ended = f"was {how.get_closed_how_display()}" if how else "was withdrawn"
    return Turn(f"This {dispute.rules.terminology.dispute}", ended, None, None)


_TURNS = {
    Status.AWAITING_REPLY: _awaiting_reply,
    Status.IN_DISCUSSION: _in_discussion,
    Status.AWAITING_REFERRAL: _awaiting_referral,
    Status.REFERRED: _referred,
    Status.AWAITING_CONFIRMATION: _awaiting_confirmation,
    Status.CLOSED: _ended,
    Status.WITHDRAWN: _ended,
}
