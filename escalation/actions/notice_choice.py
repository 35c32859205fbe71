"""Choosing when one's e-mail comes: each notice at once, or one digest at a time of day on working days."""

from __future__ import annotations

from datetime import datetime, time

from cases import audit
from cases.models import Appointment
from cases.rows import one_act
from escalation.mail_times import closures_of, digest_for
from escalation.models import NoticeChoice, Notification


def digest_time_of(by: Appointment) -> time | None:
    """The time of day of this person's digest; None where each e-mail comes at once."""
    return NoticeChoice.objects.filter(user=by.user_id).values_list("digest_at", flat=True).first()


@one_act
def choose_digest(*, digest_at: time | None, by: Appointment, now: datetime) -> NoticeChoice:
    """From now on at once (None) or as a digest; what already waits for a digest goes now, or with the next one."""
    NoticeChoice.objects.bulk_create([NoticeChoice(user_id=by.user_id, chosen_at=now)], ignore_conflicts=True)
    choice = NoticeChoice.objects.select_for_update(no_key=True).get(user=by.user_id)
    if choice.digest_at == digest_at:
        return choice
    choice.digest_at, choice.chosen_at = digest_at, now
    choice.save(update_fields=["digest_at", "chosen_at"])
    _plan_again(choice, now=now)
    audit.record("notice_choice_made", choice, scope=audit.scope_of_partnership(by.partnership_id), by=by, now=now,
                 data={"digest_at": f"{digest_at:%H:%M}" if digest_at else None})
    return choice


def _plan_again(choice: NoticeChoice, *, now: datetime) -> None:
    """What already waits; quiet hours are seen to when it is sent."""
    waiting = Notification.objects.filter(recipient__user=choice.user_id, for_digest=True)
    list(waiting.select_for_update(no_key=True, of=("self",)).order_by("created_at", "pk"))
    if choice.digest_at is None:
        waiting.update(for_digest=False, next_attempt_at=now)
        return
    held = Appointment.objects.filter(user=choice.user_id).select_related("partnership")
    closures = closures_of(held)
    for who in held:
        at = digest_for(who, choice.digest_at, closures, now=now)
        waiting.filter(recipient=who).update(next_attempt_at=at)
