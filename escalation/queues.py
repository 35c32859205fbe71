"""What waits for somebody and what they follow: the reads behind My work and the lists, each from ``visible_to``.

A package above adds a block of its own to My work by appending a function to ``EXTRA_QUEUES`` when it is wired
(``AppConfig.ready``)::

    queues.EXTRA_QUEUES.append(to_sign_off)

    def to_sign_off(acting: Appointment, now: datetime) -> Block | None:
        lines = [Line(reference=…, url=reverse("decision", …), title=…, where="Stage 2", sentence="…") …]
        return Block("sign-off", "To sign off", lines, empty="Decisions that wait for your signature appear here.")

None leaves the block out for this role; a Block without lines is shown as empty. Use a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.urls import reverse

from cases.models import Appointment
from cases.roles import Permission
from escalation import permissions
from escalation.deadlines import LONDON
from escalation.duties import ask_of
from escalation.models import (
    Action,
    Deadline,
    Dispute,
    Draft,
    Duty,
    Feedback,
    InterimPlan,
    Notification,
    ProtocolVersion,
    WithdrawalPressure,
)
from escalation.models.dispute import DisputeQuerySet, Status
from escalation.models.relations import reached
from escalation.protocol import DutyKind
from escalation.reading import theirs
from escalation.turn import Turn, is_turn_of, turn_of

LOOKED_AT = 200
SHOWN = 25
NEWS_KEPT = timedelta(days=30)
RAISE_FORM = "raise"


@dataclass(frozen=True)
class Line:
    """One thing in one line; without ``url`` it leads to the dispute."""

    reference: str
    where: str = ""
    sentence: str = ""
    title: str = ""
    url: str = ""
    due_at: datetime | date | None = None
    is_missed: bool = False
    is_risk: bool = False
    note: str = ""


@dataclass(frozen=True)
class Block:
    """A heading and its lines; ``empty`` says what will appear there."""

    key: str
    heading: str
    lines: Sequence[Line]
    empty: str
    more: int = 0


EXTRA_QUEUES: list[Callable[[Appointment, datetime], Block | None]] = []


class Looked:
    """A dispute as one person looks at it, its line worked out once."""

    def __init__(self, dispute: Dispute, acting: Appointment) -> None:
        self.dispute, self.acting = dispute, acting
        self.turn: Turn = turn_of(dispute)
        self.is_mine = is_turn_of(dispute, acting)
        self.is_ours = self.is_mine or self._is_our_side(self.turn)

    def _is_our_side(self, turn: Turn) -> bool:
        where = permissions.standing(self.dispute, self.acting)
        if self.dispute.status == Status.AWAITING_CONFIRMATION:
            ours = [party for party in self.dispute.parties.all() if party.agency_id == where.agency_id]
            return any(party.confirmed_at is None for party in ours)
        side = permissions.side_of_agency(self.dispute, where.agency_id)
        return side is not None and side == turn.side

    def line(self, note: str = "") -> Line:
        """As one line: its title only for those who may read what was said."""
        dispute = self.dispute
        return Line(
            reference=dispute.reference,
            where=dispute.rules_now.label,
            sentence=self.turn.sentence,
            title=dispute.title if permissions.may_read(dispute, self.acting) else "",
            due_at=self.turn.due_at,
            is_missed=self.turn.is_overdue,
            is_risk=dispute.is_immediate_risk and not dispute.has_ended,
            note=note,
        )

    def is_due_by(self, day: date) -> bool:
        """Whether what is awaited of our side falls due on this day or before."""
        due = self.turn.due_at
        return self.is_ours and due is not None and due.astimezone(LONDON).date() <= day


def unread_notices(acting: Appointment) -> int:
    """How many notices somebody has not read; counted to a hundred, which is as many as anybody needs to know."""
    return len(Notification.objects.visible_to(acting).filter(read_at__isnull=True).values_list("pk")[:100])


def shared(rows: Iterable[Dispute]) -> list[Dispute]:
    """The rows with one protocol object for each version, so that each document is read and checked once."""
    found = list(rows)
    versions: dict[int, ProtocolVersion] = {}
    for row in found:
        row.protocol = versions.setdefault(row.protocol_id, row.protocol)
    return found


def lines_of(rows: Iterable[Dispute], acting: Appointment) -> list[Line]:
    """Disputes as lines."""
    return [Looked(row, acting).line() for row in reached(shared(rows), acting)]


def with_line_data(disputes: DisputeQuerySet) -> DisputeQuerySet:
    """Everything a line needs, in a fixed number of queries."""
    return disputes.with_page_data().prefetch_related("positions")


def running_for(acting: Appointment) -> list[Looked]:
    """The running disputes somebody may see, the nearest limit first; those without one by how long they have stood."""
    nearest = (
        Deadline.objects.filter(dispute=OuterRef("pk"), met_at__isnull=True, ended_at__isnull=True)
        .order_by().values("dispute").annotate(first=Min("due_at")).values("first")
    )  # fmt: skip
    rows = with_line_data(Dispute.objects.visible_to(acting).running()).annotate(nearest=Subquery(nearest))
    found = rows.order_by(F("nearest").asc(nulls_last=True), "moved_at", "pk")[:LOOKED_AT]
    return [Looked(row, acting) for row in reached(shared(found), acting)]


def block(key: str, heading: str, looked: Sequence[Looked | Line], empty: str) -> Block:
    """A block with at most so many lines, and how many more there are."""
    lines = [one.line() if isinstance(one, Looked) else one for one in looked[:SHOWN]]
    return Block(key, heading, lines, empty, more=max(0, len(looked) - SHOWN))


def from_above(acting: Appointment, now: datetime, running: Sequence[Looked] = ()) -> list[Block]:
    """The blocks of the packages above."""
    plans = plans_overdue(acting, now.astimezone(LONDON).date(), running)
    own = [block("plans", "Interim plans to look at again", plans, "")] if plans else []
    if words := pressed_to_withdraw(acting, now):
        own.append(block("pressure", "Withdrawn under pressure", words, ""))
    return own + [found for queue in EXTRA_QUEUES if (found := queue(acting, now)) is not None]


def raised_by(acting: Appointment, now: datetime) -> list[Line]:
    """What somebody raised and what has newly ended of it, each with the newest feedback they were given."""
    newest = Feedback.objects.filter(dispute=OuterRef("pk"), receipts__recipient=acting.seat_id).order_by("-recorded_at", "-pk")
    mine = Dispute.objects.visible_to(acting).filter(raised_by=acting.seat_id)
    mine = mine.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=now - NEWS_KEPT))
    rows = with_line_data(mine).annotate(told=Subquery(newest.values("text")[:1]))
    known = reached(shared(rows.order_by("-raised_at", "-pk")[:LOOKED_AT]), acting)
    return [Looked(row, acting).line(note=_news(getattr(row, "told", None))) for row in known]


def drafts_of(acting: Appointment) -> list[Draft]:
    """What somebody has begun to raise in this role and not sent, the latest first."""
    mine = Draft.objects.visible_to(acting).filter(form=f"{RAISE_FORM}:{acting.pk}", became__isnull=True)
    return list(mine.order_by("-updated_at")[:SHOWN])


def actions_owned(acting: Appointment, now: datetime) -> list[Line]:
    """What somebody has agreed to do and not yet done."""
    mine = Action.objects.filter(owner=acting.seat_id, done_at__isnull=True, dispute__in=Dispute.objects.visible_to(acting))
    rows = mine.order_by("due_on", "pk").select_related("dispute__protocol")[:LOOKED_AT]
    return _action_lines(rows, acting, now.astimezone(LONDON).date())


def actions_overdue(acting: Appointment, today: date, running: Sequence[Looked] = ()) -> list[Line]:
    """What the agency's people should have done by now, as far as one may read it."""
    ours = Action.objects.filter(
        agency=acting.agency_id, done_at__isnull=True, due_on__lt=today, dispute__in=Dispute.objects.visible_to(acting)
    )
    rows = ours.order_by("due_on", "pk").select_related("dispute__protocol", "owner__user")[:LOOKED_AT]
    return _action_lines(theirs(rows, "actions", acting, [one.dispute for one in running]), acting, today)


def plans_overdue(acting: Appointment, today: date, running: Sequence[Looked] = ()) -> list[Line]:
    """Interim protection plans whose day of review has passed: one's own, and for managers those of the agency."""
    whose = Q(owner=acting.seat_id) | (Q(agency=acting.agency_id) if acting.has(Permission.REVIEW_AS_MANAGER) else Q(pk__in=()))
    known, lines = Dispute.objects.visible_to(acting).running(), []
    rows = InterimPlan.objects.filter(whose, ended_at__isnull=True, review_on__lt=today, dispute__in=known)
    found = rows.order_by("review_on", "pk").select_related("dispute", "owner__user")[:LOOKED_AT]
    for row in theirs(found, "plans", acting, [one.dispute for one in running]):
        who = "You look" if row.owner_id == acting.seat_id else f"{row.owner.user.name} looks"
        said = _short(f"{who} again at: {row.measures}")
        lines.append(Line(row.dispute.reference, sentence=said, due_at=row.review_on, is_missed=True))
    return lines


def pressed_to_withdraw(acting: Appointment, now: datetime) -> list[Line]:
    """Confidential words on withdrawals of late, for the agency's safeguarding leads and the board manager alone (F26)."""
    rows = WithdrawalPressure.objects.visible_to(acting).filter(said_at__gte=now - NEWS_KEPT)
    return [
        Line(
            row.dispute.reference, sentence=f"{row.said_by.user.name} said that they were pressed to withdraw.",
            url=reverse("withdrawal_pressure", args=[row.dispute.reference]),
        )
        for row in rows.select_related("dispute", "said_by__user")[:LOOKED_AT]
    ]  # fmt: skip


def _action_lines(actions: Iterable[Action], acting: Appointment, today: date) -> list[Line]:
    return [
        Line(
            action.dispute.reference, sentence=_short(f"{who} agreed to: {action.what}"), due_at=action.due_on,
            is_missed=action.due_on < today,
        )
        for action in actions
        for who in ["You" if action.owner_id == acting.seat_id else action.owner.user.name]
    ]  # fmt: skip


def owed_since(duty: Duty, now: datetime) -> str:
    """For how long a duty has been owed, and whether its stage has ended without it: then it is late (F16)."""
    days = (now.astimezone(LONDON).date() - duty.opened_at.astimezone(LONDON).date()).days
    age = "Owed since today" if days == 0 else f"Owed for {days} day{'' if days == 1 else 's'}"
    return f"{age}. Late: the stage has ended" if duty.carried_at else age


def feedback_owed(acting: Appointment, now: datetime, running: Sequence[Looked] = ()) -> list[Line]:
    """Where the agency still owes the people who raised it word of what was done; their name for those who may read."""
    readable = {one.dispute.pk for one in running if permissions.may_read(one.dispute, acting)}
    owed = Duty.objects.filter(
        kind=DutyKind.FEEDBACK_GIVEN, agency=acting.agency_id, done_at__isnull=True,
        dispute__in=Dispute.objects.visible_to(acting).running(),
    ).order_by("opened_at", "pk").select_related("dispute__protocol", "dispute__raised_by__user")[:LOOKED_AT]  # fmt: skip
    versions: dict[int, ProtocolVersion] = {}
    lines: dict[str, Line] = {}
    for duty in owed:
        version = versions.setdefault(duty.dispute.protocol_id, duty.dispute.protocol)
        label = version.rules_of(duty.dispute.track).stage(duty.stage).label
        name = duty.dispute.raised_by.user.name if duty.dispute_id in readable else "Whoever raised it"
        line = Line(duty.dispute.reference, label, f"{name} is to hear what was done.", note=owed_since(duty, now))
        lines.setdefault(duty.dispute.reference, line)
    return list(lines.values())


def duties_owed(running: Sequence[Looked]) -> list[Line]:
    """What somebody who leads the present stage still owes there for their own agency, one line for each dispute."""
    leading = {one.dispute.pk: one for one in running if permissions.standing(one.dispute, one.acting).leads_now}
    if not leading:
        return []
    stands_for = {pk: permissions.standing(one.dispute, one.acting).agency_id for pk, one in leading.items()}
    owed = Duty.objects.filter(
        dispute__in=leading, agency__in=set(stands_for.values()), stage=F("dispute__stage"), done_at__isnull=True
    ).order_by("dispute_id", "pk")
    asks: dict[int, list[str]] = {}
    for duty in [duty for duty in owed if duty.agency_id == stands_for[duty.dispute_id]]:
        asks.setdefault(duty.dispute_id, []).append(ask_of(duty.kind, duty.role))
    return [
        replace(leading[pk].line(), sentence=". ".join(said) + ".", due_at=None, is_missed=False)
        for pk, said in asks.items()
    ]


def is_overdue() -> Exists:
    """Of a dispute: a limit was recorded as missed and is still awaited."""
    return Exists(
        Deadline.objects.filter(
            dispute=OuterRef("pk"), missed_at__isnull=False, met_at__isnull=True, ended_at__isnull=True
        )
    )


def sees_whole_agency(acting: Appointment) -> bool:
    """Whether this role follows all of the agency's disputes, and not only those it is on."""
    return acting.has(Permission.SEE_OWN_AGENCY)


def _news(feedback: str | None) -> str:
    return _short(f"Feedback: {feedback}") if feedback else ""


def _short(text: str, length: int = 160) -> str:
    first = " ".join(text.split())
    return first if len(first) <= length else f"{first[: length - 2].rsplit(' ', 1)[0]} …"
