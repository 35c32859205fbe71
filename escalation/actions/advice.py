"""Advice of a named lead: asked by whoever works on a dispute, given by the lead in their own name (B-27)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases import audit, locks
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from escalation import at_hand, chronology, duties, leads, notifications, permissions, sharing
from escalation.actions.talks import working_agency
from escalation.deadlines import LONDON
from escalation.models import AdviceRequest, ChronologyEntry, Dispute, Participant, Sharing
from escalation.models.dispute import RUNNING
from escalation.protocol import DutyKind, Event
from escalation.transitions import NOT_YOURS, lock

SETTLED = "This was answered or taken back meanwhile. Its story says what came of it."


@dataclass(frozen=True)
class Asked:
    """Who is asked, and what."""

    adviser: Appointment
    question: str


def may_be_asked(dispute: Dispute, by: Appointment, *, now: datetime) -> list[Appointment]:
    """The leads whose advice ``by`` may seek here, each once: of the agency they speak for, and of their own.

    Never somebody on another side, in conflict with the case, or without their name on the list of a restricted one.
    """
    spoken_for, on = leads.stands_for(dispute, by), now.astimezone(LONDON).date()
    if spoken_for is None:
        return []
    side = permissions.side_of_agency(dispute, spoken_for.pk) or ""
    agencies = {agency.pk: agency for agency in (spoken_for, by.agency) if agency is not None}
    found = {who.pk: who for agency in agencies.values() for who in leads.advisers(dispute, agency, on=on)}
    others = [who for who in found.values() if who.user_id != by.user_id and not dispute.case.is_shut_to(who)]
    return [who for who in others if not permissions.is_on_another_side(dispute, who, side)]


@one_act
def ask_advice(*, dispute: Dispute, asked: Asked, by: Appointment, now: datetime) -> AdviceRequest:
    """Put a question to a lead, who is told and reads along until they have answered."""
    dispute = lock(dispute)
    agency = working_agency(dispute, by)
    who = next((one for one in may_be_asked(dispute, by, now=now) if one.pk == asked.adviser.pk), None)
    if who is None:
        raise Refused("Choose a lead on the list: one of your own agency.", field="adviser")
    if not asked.question.strip():
        raise Refused("Write what you want advice on.", field="question")
    if any(row.adviser_id == who.pk and row.agency_id == agency.pk for row in open_requests(dispute)):
        raise Refused("Your agency has asked them already, and waits for the answer.", field="adviser", code="stale")
    hours = dispute.rules.clock.remind_after_hours
    row = AdviceRequest.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, adviser=who, question=asked.question, asked_by=by, asked_at=now,
        remind_at=now + timedelta(hours=hours) if hours else None,
    )
    sharing.begin_outside_the_parties(dispute, Sharing.Occasion.ADVICE, who, by=by, now=now, shared_by=agency)
    _write(row, f"Asked {who.described} for advice", asked.question, "advice_asked", by=by, now=now)
    notifications.tell(
        dispute, Event.STAGE_OPENED, [who], now=now, key=f"{dispute.pk}:advice:{row.pk}", waits=True,
        text=f"{dispute.reference}: your advice is asked.",
    )
    return row


def open_requests(dispute: Dispute) -> Iterable[AdviceRequest]:
    """Those of a dispute that wait for their answer."""
    return dispute.advice_requests.filter(answered_at=None, taken_back_at=None)


def may_answer_advice(row: AdviceRequest, dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may answer: whoever was asked, or stands in for them, and never whoever asked."""
    asked = row.is_open and row.adviser_id == by.seat_id and row.asked_by.user_id != by.user_id
    is_here = permissions.advises(dispute, by) and permissions.may_read_stage(dispute, by, row.stage)
    return asked and is_here and dispute.status in RUNNING


@one_act
def answer_advice(*, request: AdviceRequest, advice: str, by: Appointment, now: datetime) -> AdviceRequest:
    """The lead's own answer: told where the question was, met is the duty to seek it, and those who asked are told."""
    dispute, row = _locked(request)
    if not may_answer_advice(row, dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not advice.strip():
        raise Refused("Write your advice, also when it is that you cannot give any.", field="advice")
    row.advice, row.answered_by, row.answered_at, row.remind_at = advice, by, now, None
    row.save(update_fields=["advice", "answered_by", "answered_at", "remind_at"])
    duties.fulfil(dispute, DutyKind.ADVICE_SOUGHT, agency=row.agency, by=by, now=now)
    _write(row, f"Advice of {by.described}", advice, "advice_given", by=by, now=now)
    notifications.tell(
        dispute, Event.FEEDBACK, _those_who_asked(dispute, row, by), now=now, key=f"{dispute.pk}:advice-given:{row.pk}", by=by,
        text=f"{dispute.reference}: the advice that {row.agency.short_name} asked for is there.",
    )
    return row


def may_take_back(row: AdviceRequest, dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may take the question back: anybody who works on it for the agency that asked."""
    own = permissions.standing(dispute, by).agency_id == row.agency_id
    return row.is_open and own and permissions.may_work(dispute, by)


@one_act
def take_back_advice(*, request: AdviceRequest, why: str, by: Appointment, now: datetime) -> AdviceRequest:
    """The question is not needed any more, for example because it was answered by phone and that is recorded."""
    dispute, row = _locked(request)
    if not may_take_back(row, dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not why.strip():
        raise Refused("Say why the advice is not needed any more.", field="why")
    row.taken_back_why, row.taken_back_by, row.taken_back_at, row.remind_at = why, by, now, None
    row.save(update_fields=["taken_back_why", "taken_back_by", "taken_back_at", "remind_at"])
    _write(row, f"Advice of {row.adviser.described} is not needed any more", why, "advice_taken_back", by=by, now=now)
    notifications.tell(
        dispute, Event.STAGE_OPENED, [row.adviser], now=now, key=f"{dispute.pk}:advice-taken-back:{row.pk}", by=by,
        text=f"{dispute.reference}: your advice is not needed any more.",
    )
    return row


def _locked(request: AdviceRequest) -> tuple[Dispute, AdviceRequest]:
    dispute = lock(request.dispute)
    rows = AdviceRequest.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("adviser__user", "adviser__agency", "asked_by", "agency").get(pk=request.pk)
    row.dispute = dispute
    if not row.is_open:
        raise Refused(SETTLED, code="stale")
    return dispute, row


def _those_who_asked(dispute: Dispute, row: AdviceRequest, but: Appointment) -> list[Appointment]:
    """Everybody of the agency that asked who is on it, so that a place handed over is told as well."""
    on_it = [place for place in at_hand.rows(dispute, Participant) if place.handed_to_id is None]
    ours = [place.appointment for place in on_it if (place.acts_for_id or place.appointment.agency_id) == row.agency_id]
    return [who for who in ours if who.pk != but.seat_id]


def _write(row: AdviceRequest, headline: str, body: str, action: str, *, by: Appointment, now: datetime) -> None:
    kind = ChronologyEntry.Kind.DISCUSSION
    chronology.tell(row.dispute, headline, by=by, now=now, body=body, kind=kind, stage=row.stage)
    audit.record(action, row, scope=audit.scope_of_case(row.dispute.case_id), by=by, now=now,
                 data={"stage": row.stage, "adviser": row.adviser_id})


@one_act
def recall(pk: int, *, now: datetime) -> bool:
    """Advice was asked and nothing followed: whoever was asked is told again, and again after the same time."""
    locks.give_way()
    found = AdviceRequest.objects.select_related("dispute").get(pk=pk)
    dispute = lock(found.dispute)
    rows = AdviceRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("adviser__user", "adviser__agency")
    row = rows.filter(pk=pk, remind_at__lte=now).first()
    if row is None:
        return False
    waits, hours = dispute.status in RUNNING, dispute.rules.clock.remind_after_hours
    row.remind_at = now + timedelta(hours=hours) if waits and hours else None
    row.save(update_fields=["remind_at"])
    if waits:
        notifications.tell(
            dispute, Event.LIMIT_NEAR, [row.adviser], now=now, key=f"advice:{row.pk}:{now:%Y%m%dT%H%M}", waits=True,
            text=f"{dispute.reference}: your advice is still awaited.",
        )
    return waits
