"""A lost phone or key: one keeper of the directory records it, another agrees, and the person sets up a new second factor."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases import audit
from cases.actions.directory import NOT_YOURS, scope_of
from cases.actions.second_factors import has_second_factor, take_away_all
from cases.actions.sign_ins import record_account
from cases.errors import Refused
from cases.models import AccountNotice, Appointment, Recovery, User
from cases.models.recovery import WAITS
from cases.permissions import may_change_appointment
from cases.rows import one_act

Answer = Recovery.Answer
ASKER = ("asked_by__user", "asked_by__agency", "asked_by__partnership")
NOT_TWICE = "This takes a second person: neither who asked nor the person themselves."
NONE_TO_LOSE = "This person signs in with the password alone: there is nothing to take away."
GOES_ON = "This is recorded already, and waits for a second person."


def waiting(by: Appointment, *, now: datetime) -> list[Recovery]:
    """What this person could agree to now."""
    found = Recovery.objects.visible_to(by).filter(answer=Answer.OPEN, asked_at__gt=now - WAITS)
    return [one for one in found.select_related("user", "held__user", "held__agency", *ASKER) if may_answer(by, one)]


def may_answer(by: Appointment, asked: Recovery) -> bool:
    """Somebody else who keeps the same entry."""
    asker = asked.asked_by
    is_second = asked.user_id not in by.people and not by.is_one_with(asker)
    return is_second and may_change_appointment(by, asked.held)


@one_act
def ask_recovery(*, held: Appointment, checked_how: str, by: Appointment, now: datetime) -> Recovery:
    """Record that somebody has lost their device, and how one knows that it is them."""
    User.objects.select_for_update(no_key=True).get(pk=held.user_id)
    if not may_change_appointment(by, held):
        raise Refused(NOT_YOURS, code="forbidden")
    if not has_second_factor(held.user):
        raise Refused(NONE_TO_LOSE, code="shut")
    if Recovery.objects.filter(user=held.user, answer=Answer.OPEN, asked_at__gt=now - WAITS).exists():
        raise Refused(GOES_ON, code="stale")
    asked = Recovery.objects.create(held=held, user=held.user, checked_how=checked_how, asked_by=by, asked_at=now)
    _record("recovery_asked", asked, by, now)
    AccountNotice.objects.create(user=held.user, kind=AccountNotice.Kind.DEVICE_LOST, owed_at=now)
    for user_id in _second_people(asked, now):
        AccountNotice.objects.create(user_id=user_id, kind=AccountNotice.Kind.RECOVERY_WAITS, owed_at=now)
    return asked


@one_act
def answer_recovery(*, asked: Recovery, agrees: bool, by: Appointment, now: datetime) -> Recovery:
    """Agree, and the second factors are gone; or refuse."""
    related = Recovery.objects.select_related("user", "held__agency", "asked_by")
    found = related.select_for_update(no_key=True, of=("self",)).get(pk=asked.pk)
    if not may_change_appointment(by, found.held):
        raise Refused(NOT_YOURS, code="forbidden")
    if not may_answer(by, found):
        raise Refused(NOT_TWICE, code="forbidden")
    if found.answer != Answer.OPEN or found.asked_at <= now - WAITS:
        raise Refused("This was answered already, or is older than a day. Record it anew.", code="stale")
    found.answer, found.answered_by, found.answered_at = Answer.AGREED if agrees else Answer.REFUSED, by, now
    found.save(update_fields=["answer", "answered_by", "answered_at"])
    _record("recovery_agreed" if agrees else "recovery_refused", found, by, now)
    if agrees:
        take_away_all(user=found.user, now=now)
    return found


def _second_people(asked: Recovery, now: datetime) -> set[int]:
    """The accounts of all who could agree."""
    day = now.date()
    others = Appointment.objects.active_on(day).filter(partnership=asked.held.partnership_id).select_related("agency")
    return {other.user_id for other in others if may_answer(other, asked)}


def _record(action: str, asked: Recovery, by: Appointment, now: datetime) -> None:
    """In the chain of the account and in that of the agency that knows the person."""
    data: dict[str, Any] = {"user": asked.user_id}
    audit.record(action, asked, scope=scope_of(asked.held), by=by, now=now, data=data)
    record_account(action, asked.user, by=by, now=now, data={"recovery": asked.pk})
