"""Taking a report on an e-mail that did not arrive: the notice becomes a task of the agency's contact (F37)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from cases import audit
from cases.rows import one_act
from escalation import bounce_reports, outside_mail
from escalation.deliveries import give_up
from escalation.models import Notification, OutsideMail, Undelivered


class Taken(StrEnum):
    """What became of a report."""

    BOUNCED = "bounced"
    STILL_TRYING = "still_trying"
    KNOWN_ALREADY = "known_already"
    NOT_OURS = "not_ours"
    NO_REPORT = "no_report"


@one_act
def take_report(raw: bytes, *, now: datetime) -> Taken:
    """Believe a report only when it names an e-mail that was sent; one of no e-mail of ours changes nothing and is audited.

    A Message-ID cannot be guessed, so that only the mail servers on its way and its recipient can report on it. Taken
    twice, the second changes nothing; a delay changes nothing either.
    """
    report = bounce_reports.read(raw)
    if report is None:
        return _refused(Taken.NO_REPORT, now=now)
    notice, outside = _sent_as(report.tokens), _sent_outside_as(report.tokens)
    if notice is None and outside is not None:
        return _came_back_from_outside(outside, report.is_permanent, now=now)
    if notice is None:
        return _refused(Taken.NOT_OURS, now=now)
    if not report.is_permanent:
        return Taken.STILL_TRYING
    if notice.failed_at is not None:
        return Taken.KNOWN_ALREADY
    give_up(notice, Undelivered.Reason.BOUNCED, now=now)
    return Taken.BOUNCED


def _came_back_from_outside(mail: OutsideMail, is_permanent: bool, *, now: datetime) -> Taken:
    if not is_permanent:
        return Taken.STILL_TRYING
    if mail.failed_at is not None:
        return Taken.KNOWN_ALREADY
    outside_mail.give_up(mail, now=now)
    return Taken.BOUNCED


def _named(tokens: tuple[str, ...]) -> Q:
    named = Q()
    for token in tokens:
        named |= Q(message_id__startswith=f"<{token}@")
    return named


def _sent_outside_as(tokens: tuple[str, ...]) -> OutsideMail | None:
    rows = OutsideMail.objects.select_for_update(no_key=True, of=("self",)).select_related("invitation__dispute")
    return rows.filter(_named(tokens), sent_at__isnull=False).order_by("pk").first() if tokens else None


def _sent_as(tokens: tuple[str, ...]) -> Notification | None:
    rows = Notification.objects.select_for_update(no_key=True, of=("self",)).select_related("recipient__user", "dispute")
    return rows.filter(_named(tokens), sent_at__isnull=False).order_by("pk").first() if tokens else None


def _refused(why: Taken, *, now: datetime) -> Taken:
    audit.record("bounce_refused", Undelivered(), scope=audit.SCOPE_OF_SERVICE, by=None, now=now, data={"why": str(why)})
    return why
