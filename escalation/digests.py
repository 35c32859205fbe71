"""Digests, and what no e-mail takes any more: notices of a case that has been shut to their reader since they were written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from cases import audit
from cases.models import Appointment, Case
from cases.models.case import SHUT_TO_SOME
from cases.rows import one_act
from escalation.clock import date_in_words
from escalation.deadlines import LONDON
from escalation.models import Dispute, NoticeChoice, Notification
from escalation.turn import turn_of


def make_digests(*, now: datetime) -> int:
    """Put the notices that wait for a digest which is due into one e-mail for each person; returns how many."""
    due = Notification.objects.filter(for_digest=True, next_attempt_at__lte=now)
    people = due.order_by("recipient__user").values_list("recipient__user", flat=True).distinct()
    return sum(_make_digest(user_id, now=now) for user_id in list(people))


@one_act
def _make_digest(user_id: int, *, now: datetime) -> bool:
    """One person's digest, made by whoever gets hold of their choice; each notice goes into exactly one."""
    choice = NoticeChoice.objects.select_for_update(no_key=True, skip_locked=True).filter(user=user_id).first()
    if choice is None:
        return False
    waiting = Notification.objects.select_for_update(no_key=True, of=("self",)).select_related("recipient__user", "dispute__case")
    due = list(
        waiting.filter(recipient__user=user_id, for_digest=True, next_attempt_at__lte=now).order_by("created_at", "pk")
    )
    for notice in [one for one in due if _is_shut(one) or not may_be_mailed(one.recipient, now=now)]:
        notice.for_digest = False  # goes alone, and is left out there
        notice.save(update_fields=["for_digest"])
        due.remove(notice)
    if not due:
        return False
    first, *others = due
    first.for_digest, first.mail_text = False, _digest_text(due)
    first.save(update_fields=["for_digest", "mail_text"])
    Notification.objects.filter(pk__in=[one.pk for one in others]).update(
        for_digest=False, carried_by=first, next_attempt_at=None
    )
    return True


def _digest_text(notices: list[Notification]) -> str:
    """How many, the references, and by when what is next there is due: nothing else (T14)."""
    disputes = Dispute.objects.with_page_data().prefetch_related("positions")
    found = disputes.filter(pk__in={one.dispute_id for one in notices if one.dispute_id}).order_by("reference")
    due = [(dispute.reference, turn_of(dispute).due_at) for dispute in found]
    lines = [f"{reference} {date_in_words(at)}" if at else reference for reference, at in due]
    things = "thing" if len(notices) == 1 else "things"
    return "\n".join([f"{len(notices)} {things} to read.", *([""] if lines else []), *lines])


def may_be_mailed(who: Appointment, *, now: datetime) -> bool:
    """Whether the person still holds the role and may still sign in."""
    return who.user.is_active and who.is_active_on(now.astimezone(LONDON).date())


def in_this_mail(notice: Notification) -> QuerySet[Notification]:
    """The notice itself and, where it carries a digest, the others in it."""
    return Notification.objects.filter(Q(pk=notice.pk) | Q(carried_by=notice.pk)).order_by("pk")


# --- of a case that is shut by now ---------------------------------------------------------------------------------------


def _is_shut(notice: Notification) -> bool:
    return notice.dispute is not None and notice.dispute.case.is_shut_to(notice.recipient)


def shut_by_now(mails: Iterable[Notification]) -> set[int]:
    """Of these e-mails the ids of those that tell somebody of a case of which they may not know any more; one statement."""
    ids = [one.pk for one in mails]
    told = Notification.objects.filter(Q(pk__in=ids) | Q(carried_by__in=ids), dispute__case__in=Case.objects.filter(SHUT_TO_SOME))
    return {one.carried_by_id or one.pk for one in told.select_related("dispute__case", "recipient") if _is_shut(one)}


def keep_back(notice: Notification, *, now: datetime) -> None:
    """Nothing of the first such case in this e-mail is sent; what else a digest holds goes without it.

    One case at a time, so that nobody holds the ends of two chains; the next one is found when the e-mail is taken up again.
    """
    held = list(in_this_mail(notice).select_for_update(no_key=True, of=("self",)).select_related("dispute__case", "recipient"))
    shut = [one for one in held if _is_shut(one)]
    if not shut:
        return
    case_id = shut[0].dispute.case_id  # type: ignore[union-attr]  # none is shut without a dispute
    kept = [one for one in shut if one.dispute and one.dispute.case_id == case_id]
    _pass_on([one for one in held if one not in kept], notice)
    for one in kept:
        one.left_out_at, one.left_out_why, one.next_attempt_at, one.carried_by = now, Notification.LeftOut.SHUT, None, None
        one.save(update_fields=["left_out_at", "left_out_why", "next_attempt_at", "carried_by"])
        audit.record("notice_kept_back", one, scope=audit.scope_of_case(case_id), by=None, now=now,
                     data={"recipient": one.recipient_id, "reason": str(one.left_out_why)})


def _pass_on(rest: list[Notification], carrier: Notification) -> None:
    """What stays of a digest goes as one: by the notice that carried it, or by another when that is kept back."""
    if not rest:
        return
    first, *others = sorted(rest, key=lambda one: one.pk != carrier.pk)
    first.carried_by, first.mail_text = None, _digest_text(rest)
    first.next_attempt_at, first.attempts = carrier.next_attempt_at, carrier.attempts
    first.save(update_fields=["carried_by", "mail_text", "next_attempt_at", "attempts"])
    Notification.objects.filter(pk__in=[one.pk for one in others]).update(carried_by=first)
