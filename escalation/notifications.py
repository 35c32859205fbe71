"""Who is told what: the only writer of the outbox."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from urllib.parse import urlsplit

from django.conf import settings

from cases import together
from cases.models import Appointment
from cases.roles import Role
from escalation import at_hand, covering, leads
from escalation.clock import date_in_words
from escalation.deadlines import LONDON
from escalation.mail_times import Going, chosen_times, clock_in_force, first_attempts
from escalation.models import Dispute, Notification, Participant, Party
from escalation.passing import way_on
from escalation.protocol import Event, Of, Side
from escalation.turn import Turn, is_turn_of, turn_of

IMMEDIATE = (Event.SAFETY_CHANGED, Event.STAGE_SKIPPED)
NEVER_IN_A_DIGEST = (Event.LIMIT_MISSED,)
ABOUT_THE_PROTOCOL = "protocol"
ABOUT_LEARNING = "learning"
ABOUT_ABSENCES = "absence"
ABOUT_DELIVERY = "undelivered"
ABOUT_ENGAGEMENTS = "engagement"
ABOUT_BREAK_GLASS = "break-glass"


def tell(
    dispute: Dispute,
    event: Event | str,
    recipients: Iterable[Appointment],
    *,
    text: str,
    key: str,
    now: datetime,
    immediate: bool = False,
    by: Appointment | None = None,
    urgent: Collection[int] = (),
    waits: bool = False,
) -> None:
    """Queue one notice to each recipient in the caller's transaction; a key already used for a person queues nothing.

    In quiet hours the e-mail of ordinary notices waits for the morning, and a digest takes them up where a person chose
    one; immediate risk waits for nothing, a passed limit and what is ``urgent`` for somebody for no digest (F35). Whoever
    stands in for somebody away is told as well, unless it was they who acted (``by``); the absent person gets e-mail of
    risk only (F34). ``waits`` says that something is asked of them besides the dispute's own turn.
    """
    is_immediate = immediate or event in IMMEDIATE
    if told := covering.with_stand_ins(dispute, recipients, is_immediate=is_immediate, by=by, now=now):
        together.at_the_end(_queue, News(dispute, event, told, text, key, now, is_immediate, urgent, waits))


@dataclass(frozen=True)
class News:
    """What is to be told, and to whom."""

    dispute: Dispute
    event: Event | str
    told: list[covering.Told]
    text: str
    key: str
    now: datetime
    is_immediate: bool
    urgent: Collection[int]
    waits: bool


class _Standing:
    """A dispute when everything else has been written: what happens now, and who waits for it, each worked out once."""

    def __init__(self, dispute: Dispute) -> None:
        self.dispute, self.line = dispute, turn_of(dispute)
        self.sentence = f"What happens now: {self.line.sentence}"
        self._waits_for: dict[int, bool] = {}

    def mail_line(self, who: Appointment, *, waits: bool) -> str:
        """What an e-mail to ``who`` may say."""
        if who.pk not in self._waits_for:
            self._waits_for[who.pk] = is_turn_of(self.dispute, who)
        return mail_line(self.dispute, self.line, is_yours=self._waits_for[who.pk], waits=waits)


def _queue(told: list[News]) -> None:
    """Each with what happens now, as its dispute stands when everything else has been written."""
    standing = {pk: _Standing(dispute) for pk, dispute in _as_they_stand(news.dispute for news in told).items()}
    chosen = chosen_times([one.who for news in told for one in news.told])
    notices = [notice for news in told for notice in _notices(news, standing[news.dispute.pk], chosen)]
    together.write(notices, is_once=True)


def _as_they_stand(disputes: Iterable[Dispute]) -> dict[int, Dispute]:
    """Those with everything at hand as they are, the others read again."""
    each_once = {id(dispute): dispute for dispute in disputes}.values()
    found = {dispute.pk: dispute for dispute in each_once if at_hand.as_it_stands(dispute)}
    if missing := {dispute.pk for dispute in each_once} - set(found):
        found |= Dispute.objects.with_page_data().prefetch_related("positions").in_bulk(missing)
    return found


def _notices(news: News, standing: _Standing, chosen: Mapping[int, time]) -> list[Notification]:
    now, case = news.now, standing.dispute.case
    told = [one for one in news.told if not case.is_shut_to(one.who)]
    if news.is_immediate:
        going = {one.who.pk: Going(now) for one in told}
    else:
        held = () if news.event in NEVER_IN_A_DIGEST else [one.who for one in told if not _is_urgent(one.who, news.urgent)]
        people, rules = [one.who for one in told], standing.dispute.rules
        going = first_attempts(people, held, rules.clock, due_at=standing.line.due_at, now=now, chosen=chosen)
    return [
        Notification(
            dispute=standing.dispute,
            recipient=one.who,
            event=news.event,
            key=news.key,
            text=f"{one.lead_in}{news.text} {standing.sentence}"[:500],
            mail_text=standing.mail_line(one.who, waits=news.waits),
            is_immediate=news.is_immediate,
            for_digest=going[one.who.pk].in_digest and one.is_mailed,
            created_at=now,
            next_attempt_at=going[one.who.pk].at if one.is_mailed else None,
            message_id=new_message_id(),
        )
        for one in told
    ]


def _is_urgent(who: Appointment, urgent: Collection[int]) -> bool:
    return who.pk in urgent or who.in_place_of_id in urgent


def tell_of_protocol(recipients: Iterable[Appointment], *, text: str, key: str, now: datetime) -> None:
    """Queue one notice about the partnership's protocol to each recipient; it belongs to no dispute."""
    mail_text = "There is news about the protocol of your partnership."
    tell_outside_disputes(recipients, ABOUT_THE_PROTOCOL, text=text, mail_text=mail_text, key=key, now=now)


def tell_of_learning(recipients: Iterable[Appointment], *, text: str, key: str, now: datetime) -> None:
    """Queue one notice about an item on the list of a body to each of its readers; it leads to no dispute."""
    mail_text = "There is something new on a list that you read."
    tell_outside_disputes(recipients, ABOUT_LEARNING, text=text, mail_text=mail_text, key=key, now=now)


def tell_of_absence(recipients: Iterable[Appointment], *, text: str, key: str, now: datetime) -> None:
    """Queue one notice about somebody's absence and who stands in to each recipient; it belongs to no dispute."""
    mail_text = "There is news about who stands in for whom."
    tell_outside_disputes(recipients, ABOUT_ABSENCES, text=text, mail_text=mail_text, key=key, now=now)


def tell_of_engagement(recipients: Iterable[Appointment], *, text: str, key: str, now: datetime) -> None:
    """Queue one notice of what somebody reads for audit, and until when; it leads to no dispute."""
    mail_text = "There is news about what you read for audit."
    tell_outside_disputes(recipients, ABOUT_ENGAGEMENTS, text=text, mail_text=mail_text, key=key, now=now)


def tell_outside_disputes(
    recipients: Iterable[Appointment], event: str, *, text: str, mail_text: str, key: str, now: datetime
) -> None:
    """Queue one notice to each that leads to no dispute; it waits for the end of the quiet hours in force, and for digests."""
    told = {person.pk: person for person in recipients}
    going: dict[int, Going] = {}
    for partnership in {who.partnership_id: who.partnership for who in told.values()}.values():
        here = [who for who in told.values() if who.partnership_id == partnership.pk]
        going |= first_attempts(here, here, clock_in_force(partnership, now=now), due_at=None, now=now)
    Notification.objects.bulk_create(
        [
            Notification(
                recipient=who,
                event=event,
                key=key,
                text=text[:500],
                mail_text=mail_text,
                for_digest=going[who.pk].in_digest,
                created_at=now,
                next_attempt_at=going[who.pk].at,
                message_id=new_message_id(),
            )
            for who in told.values()
        ],
        ignore_conflicts=True,
    )


def new_message_id() -> str:
    """A Message-ID that nobody can guess, so that only a report about this very e-mail can name it."""
    return f"<{secrets.token_hex(16)}@{urlsplit(settings.BASE_URL).hostname}>"


def mail_line(dispute: Dispute, line: Turn, *, is_yours: bool, waits: bool = False) -> str:
    """What an e-mail may say (T14): reference, act, time; no name, agency, stage or category.

    The time is that of the dispute's own turn; what else ``waits`` for a person has none.
    """
    when = f" {date_in_words(line.due_at)}" if line.due_at else ""
    if is_yours:
        return f"{dispute.reference}: something waits for you{when}."
    if waits:
        return f"{dispute.reference}: something waits for you."
    if dispute.has_ended:
        return f"{dispute.reference}: there is news. It has ended; nothing waits for you."
    return f"{dispute.reference}: there is news. What happens now is with somebody else{when}."


def followers(dispute: Dispute, *, but: Appointment | None = None) -> list[Appointment]:
    """Everybody on the dispute who may know of its present stage, except ``but``, who did it."""
    on_it = [row for row in at_hand.rows(dispute, Participant) if row.handed_to_id is None]
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
    urgent = {who.pk for who in told if by is None and event is Event.ESCALATED}
    for order in stages or (dispute.stage,):
        named, at_once = named_by_protocol(dispute, event, order, now=now)
        told += named
        urgent |= at_once
    others = [who for who in told if by is None or who.pk != by.pk]
    tell(dispute, event, others, text=text, key=key, now=now, immediate=immediate, by=by, urgent=urgent)


def named_by_protocol(
    dispute: Dispute, event: Event, order: int, *, now: datetime
) -> tuple[list[Appointment], set[int]]:
    """Whom the notices of a stage name for this event, and those among them for whom one is marked as urgent."""
    found, urgent = list[Appointment](), set[int]()
    for notice in dispute.rules.notices_at(order):
        if notice.on is event:
            people = list(leads.told_by_protocol(dispute, notice.role, notice.of, now=now))
            found += people
            urgent |= {who.pk for who in people if notice.urgent}
    return found, urgent


def tell_of_immediate_risk(dispute: Dispute, *, by: Appointment, now: datetime) -> None:
    """Those whom the protocol names for immediate risk are told at once, whatever the hour (A-14)."""
    told = [
        who
        for one in dispute.rules.immediate_risk.told
        for who in leads.told_by_protocol(dispute, one.role, one.of, now=now)
        if who.pk != by.pk
    ]
    tell(
        dispute, Event.STAGE_SKIPPED, told, now=now, key=f"{dispute.pk}:risk:{dispute.stage}", immediate=True,
        text=f"{dispute.reference}: somebody may be at immediate risk.",
    )


def owners(dispute: Dispute, side: Side) -> list[Participant]:
    """Those on the dispute who owe what a side owes."""
    on_it = [row for row in at_hand.rows(dispute, Participant) if row.handed_to_id is None]
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
    return [
        lead
        for party in at_hand.rows(dispute, Party)
        if side is Side.EACH or party.side == side
        for lead in leads.proposed_leads(following, party.agency, on=today)
    ]
