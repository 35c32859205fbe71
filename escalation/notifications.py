"""Who is told what: the only writer of the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings

from cases.models import Appointment
from cases.roles import Role
from escalation import leads
from escalation.clock import date_in_words
from escalation.deadlines import LONDON, after_quiet_hours
from escalation.models import Dispute, Notification, Participant
from escalation.passing import way_on
from escalation.protocol import Event, Of, Side
from escalation.turn import Turn, is_turn_of, turn_of

IMMEDIATE = (Event.SAFETY_CHANGED, Event.STAGE_SKIPPED)
ABOUT_THE_PROTOCOL = "protocol"


def tell(
    dispute: Dispute,
    event: Event,
    recipients: Iterable[Appointment],
    *,
    text: str,
    key: str,
    now: datetime,
    immediate: bool = False,
) -> None:
    """Queue one notice to each recipient in the caller's transaction; a key already used for a person queues nothing.

    In quiet hours the e-mail of ordinary notices waits for the morning; immediate risk never does (F35).
    """
    told = {person.pk: person for person in recipients}
    if not told:
        return
    as_it_stands = Dispute.objects.with_page_data().prefetch_related("positions").get(pk=dispute.pk)
    line, is_immediate = turn_of(as_it_stands), immediate or event in IMMEDIATE
    Notification.objects.bulk_create(
        [
            Notification(
                dispute=dispute,
                recipient=who,
                event=event,
                key=key,
                text=f"{text} What happens now: {line.sentence}"[:500],
                mail_text=mail_line(dispute, line, is_yours=is_turn_of(as_it_stands, who)),
                is_immediate=is_immediate,
                created_at=now,
                next_attempt_at=now if is_immediate else after_quiet_hours(now, dispute.rules.clock),
                message_id=make_msgid(domain=urlsplit(settings.BASE_URL).hostname),
            )
            for who in told.values()
        ],
        ignore_conflicts=True,
    )


def tell_of_protocol(recipients: Iterable[Appointment], *, text: str, key: str, now: datetime) -> None:
    """Queue one notice about the partnership's protocol to each recipient; it belongs to no dispute."""
    Notification.objects.bulk_create(
        [
            Notification(
                recipient=who,
                event=ABOUT_THE_PROTOCOL,
                key=key,
                text=text[:500],
                mail_text="There is news about the protocol of your partnership.",
                created_at=now,
                next_attempt_at=now,
                message_id=make_msgid(domain=urlsplit(settings.BASE_URL).hostname),
            )
            for who in {person.pk: person for person in recipients}.values()
        ],
        ignore_conflicts=True,
    )


def mail_line(dispute: Dispute, line: Turn, *, is_yours: bool) -> str:
    """What an e-mail may say (T14): reference, act, time; no name, agency, stage or category."""
    when = f" {date_in_words(line.due_at)}" if line.due_at else ""
    if is_yours:
        return f"{dispute.reference}: something waits for you{when}."
    if dispute.has_ended:
        return f"{dispute.reference}: there is news. It has ended; nothing waits for you."
    return f"{dispute.reference}: there is news. What happens now is with somebody else{when}."


def followers(dispute: Dispute, *, but: Appointment | None = None) -> list[Appointment]:
    """Everybody on the dispute who may know of its present stage, except ``but``, who did it."""
    on_it = dispute.participants.filter(handed_to=None).select_related(
        "appointment__user", "appointment__agency", "appointment__partnership"
    )
    inside = dispute.rules_now.single_agency
    return [
        participant.appointment
        for participant in on_it
        if participant.appointment_id != (but.pk if but else None)
        and not (inside and participant.side == Side.RESPONDING)
    ]


def tell_all(
    dispute: Dispute,
    event: Event,
    *,
    text: str,
    key: str,
    by: Appointment | None,
    now: datetime,
    stages: tuple[int, ...] = (),
    immediate: bool = False,
) -> None:
    """Tell everybody on the dispute, and those whom the protocol names for this event at ``stages`` (or the present one)."""
    told = followers(dispute, but=by)
    for order in stages or (dispute.stage,):
        for notice in dispute.rules.stage(order).notices:
            if notice.on is event:
                told += leads.told_by_protocol(dispute, notice.role, notice.of, now=now)
    others = [who for who in told if by is None or who.pk != by.pk]
    tell(dispute, event, others, text=text, key=key, now=now, immediate=immediate)


def owners(dispute: Dispute, side: Side) -> list[Participant]:
    """Those on the dispute who owe what a side owes."""
    on_it = dispute.participants.filter(handed_to=None).select_related(
        "appointment__user", "appointment__agency", "appointment__manager__user", "appointment__manager__agency"
    )
    return [row for row in on_it if side is Side.EACH or row.side == side]


def next_up(dispute: Dispute, side: Side, *, now: datetime) -> list[Appointment]:
    """Who is up from those whose limit passed: their managers, else whoever leads the next stage, else the board manager."""
    managers = [row.appointment.manager for row in owners(dispute, side) if row.appointment.manager]
    return managers or _leads_of_next_stage(dispute, side, now=now) or list(
        leads.told_by_protocol(dispute, Role.BOARD_MANAGER, Of.BOARD, now=now)
    )


def _leads_of_next_stage(dispute: Dispute, side: Side, *, now: datetime) -> list[Appointment]:
    if dispute.is_last_stage:
        return []
    following, today = dispute.rules.stage(way_on(dispute, now=now).to_stage), now.astimezone(LONDON).date()
    parties = dispute.parties.select_related("agency")
    return [
        lead
        for party in parties
        if side is Side.EACH or party.side == side
        for lead in leads.proposed_leads(following, party.agency, on=today)
    ]
