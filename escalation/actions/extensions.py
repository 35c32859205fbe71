"""A later date for a limit, and a pause of its time: asked before it is due, agreed where the protocol says so (F36)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Permission
from cases.rows import one_act
from escalation import chronology, moved_dates, notifications, permissions
from escalation.clock import date_in_words
from escalation.deadlines import LONDON
from escalation.models import ChronologyEntry, DateRequest, Deadline, DeadlineChange, Dispute, LocalClosure
from escalation.protocol import Event, Side
from escalation.transitions import NOT_YOURS, lock

EXTEND, PAUSE = DateRequest.Kind.EXTEND, DateRequest.Kind.PAUSE
Kind = DateRequest.Kind
TOO_LATE = "Its date has passed. What has passed stays recorded as it was; talk to the other side and record what you agree."


def may_ask(dispute: Dispute, row: Deadline, by: Appointment, kind: str = EXTEND) -> bool:
    """Whether the protocol lets ``by`` ask for time here: those it names, or whoever leads or manages this stage."""
    rules = dispute.rules.clock.extension
    if not (rules.pause if kind == PAUSE else rules.allowed) or not permissions.may_work(dispute, by):
        return False
    where = permissions.standing(dispute, by)
    if where.side not in (Side.RAISING, Side.RESPONDING):
        return False
    if rules.by:
        return by.role in rules.by
    return where.leads_now or by.has(Permission.REVIEW_AS_MANAGER)


def may_answer(dispute: Dispute, asked: DateRequest, by: Appointment) -> bool:
    """The other side's lead answers; inside one agency another manager of it."""
    if asked.answer != DateRequest.Answer.OPEN or not permissions.may_work(dispute, by):
        return False
    where = permissions.standing(dispute, by)
    leads = where.leads_now or by.has(Permission.CONFIRM_FOR_AGENCY)
    if dispute.rules_now.single_agency:
        return leads and not by.is_one_with(asked.asked_by)
    return leads and where.side in (Side.RAISING, Side.RESPONDING) and where.side != asked.side


def is_ahead(row: Deadline, now: datetime) -> bool:
    """Whether the limit is still awaited, not due yet and not paused."""
    return row.is_open and row.missed_at is None and row.paused_at is None and now <= row.due_at


@one_act
def ask_for_extension(*, limit: Deadline, day: date, reason: str, by: Appointment, now: datetime) -> DateRequest | None:
    """A later day for a limit; at once where the protocol asks nobody else, otherwise when the other side agrees."""
    dispute, row = _to_change(limit, EXTEND, reason, by, now)
    new_due_at = _on_day(row, day)
    if new_due_at <= row.due_at:
        raise Refused(f"Give a day after the present date: it is due {date_in_words(row.due_at)}.", field="day")
    longest = dispute.rules.clock.extension.longest_days
    if new_due_at > _first_due_at(row) + timedelta(days=longest):
        raise Refused(f"The protocol allows {longest} days at most, counted from the first date of this limit.", field="day")
    return _asked_or_done(dispute, row, EXTEND, new_due_at, reason, by, now)


@one_act
def ask_for_pause(*, limit: Deadline, reason: str, by: Appointment, now: datetime) -> DateRequest | None:
    """Time stands still for a limit until somebody lets it go on, at most as long as the protocol allows."""
    dispute, row = _to_change(limit, PAUSE, reason, by, now)
    return _asked_or_done(dispute, row, PAUSE, None, reason, by, now)


@one_act
def answer_request(*, asked: DateRequest, agrees: bool, reason: str, by: Appointment, now: datetime) -> DateRequest:
    """The other side agrees or not; an agreement counts only while the limit is still ahead."""
    dispute = lock(asked.deadline.dispute)
    rows = DateRequest.objects.select_for_update(no_key=True, of=("self",))
    asked = rows.select_related("deadline", "asked_by__user").get(pk=asked.pk)
    if asked.answer != DateRequest.Answer.OPEN:
        raise Refused("This was answered meanwhile.", code="stale")
    if not may_answer(dispute, asked, by):
        raise Refused(NOT_YOURS, code="forbidden")
    row = asked.deadline
    if agrees and not is_ahead(row, now):
        raise Refused(TOO_LATE, code="shut")
    if not agrees and not reason.strip():
        raise Refused("Say why your agency does not agree.", field="reason")
    asked.answer = DateRequest.Answer.AGREED if agrees else DateRequest.Answer.REFUSED
    asked.answer_reason, asked.answered_by, asked.answered_at = reason, by, now
    asked.save(update_fields=["answer", "answer_reason", "answered_by", "answered_at"])
    if agrees:
        both = f"{asked.asked_by.described}, agreed by {by.described}"
        _do(dispute, row, asked.kind, asked.new_due_at, asked.reason, by, now, both)
    else:
        _tell(dispute, row, f"{Kind(asked.kind).label.capitalize()} was not agreed: {row.label}", reason, by, now)
    return asked


@one_act
def resume(*, limit: Deadline, reason: str, by: Appointment | None, now: datetime) -> Deadline:
    """The time of a paused limit goes on; its date moves by as much as it stood still. Either side may, and the clock does."""
    dispute = lock(limit.dispute)
    row = Deadline.objects.select_for_update(no_key=True).get(pk=limit.pk)
    if by is not None and not _may_resume(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if row.paused_at is None or not row.is_open:
        raise Refused("The time of this limit is not paused.", code="stale")
    if not reason.strip():
        raise Refused("Say why the time goes on.", field="reason")
    old, closures = row.due_at, LocalClosure.objects.days(dispute.partnership_id)
    new = moved_dates.after_pause(row, dispute, row.paused_at, closures, now=now)
    row.paused_at, row.paused_until, row.next_look_at = None, None, now
    row.save(update_fields=["paused_at", "paused_until", "next_look_at"])
    _move(dispute, row, DeadlineChange.Kind.RESUMED, old, new, reason, by, now, "")
    words = f"It was due {date_in_words(old)}, now {date_in_words(new)}."
    _tell(dispute, row, f"The time goes on: {row.label}", f"{reason}\n{words}", by, now)
    return row


def may_set_sooner(dispute: Dispute, row: Deadline, by: Appointment) -> bool:
    """Whether the protocol takes a sooner date of a professional here, and ``by`` works on it for the side that raised it."""
    takes_it = moved_dates.limit_of(dispute, row).or_sooner
    return takes_it and permissions.may_work(dispute, by) and permissions.standing(dispute, by).side is Side.RAISING


@one_act
def set_own_date(*, limit: Deadline, at: datetime, reason: str, by: Appointment, now: datetime) -> Deadline:
    """A professional's own, sooner date counts instead of the limit's, where the protocol says "or sooner"."""
    dispute = lock(limit.dispute)
    row = Deadline.objects.select_for_update(no_key=True).get(pk=limit.pk)
    if not may_set_sooner(dispute, row, by):
        raise Refused("Under this protocol this limit takes no sooner date, or not yours.", code="forbidden")
    if not is_ahead(row, now):
        raise Refused(TOO_LATE, code="shut")
    if not reason.strip():
        raise Refused("Say why it is needed sooner.", field="reason")
    if not now < at < row.due_at:
        raise Refused(f"Give a time from now on that is before {date_in_words(row.due_at).removeprefix('by ')}.", field="at")
    old = row.due_at
    _move(dispute, row, DeadlineChange.Kind.SOONER, old, at, reason, by, now, by.described)
    words = f"It was due {date_in_words(old)}, now {date_in_words(at)}."
    _tell(dispute, row, f"A sooner date was set: {row.label}", f"{reason}\n{words}", by, now)
    return row


def set_own_date_on_raising(dispute: Dispute, at: datetime, *, by: Appointment, now: datetime) -> None:
    """The same, given with the raising: for every limit that takes it and is later."""
    takes_it = [row for row in dispute.deadlines.all() if moved_dates.limit_of(dispute, row).or_sooner]
    later = [row for row in takes_it if is_ahead(row, now) and at < row.due_at]
    if at <= now:
        raise Refused("The date by which you need it must be in the future.", field="own_date")
    for row in later:
        set_own_date(limit=row, at=at, reason="Asked for when it was raised.", by=by, now=now)


def may_resume(dispute: Dispute, row: Deadline, by: Appointment) -> bool:
    """Whether ``by`` may let a paused limit go on: whoever leads or manages for either side."""
    return row.paused_at is not None and row.is_open and _may_resume(dispute, by)


def _may_resume(dispute: Dispute, by: Appointment) -> bool:
    where = permissions.standing(dispute, by)
    leads = where.leads_now or by.has(Permission.REVIEW_AS_MANAGER) or by.has(Permission.CONFIRM_FOR_AGENCY)
    return permissions.may_work(dispute, by) and leads


def _to_change(limit: Deadline, kind: str, reason: str, by: Appointment, now: datetime) -> tuple[Dispute, Deadline]:
    dispute = lock(limit.dispute)
    row = Deadline.objects.select_for_update(no_key=True).get(pk=limit.pk)
    if not may_ask(dispute, row, by, kind):
        raise Refused(
            "Under this protocol its date cannot be changed, or not by you. Its page says who leads this stage.",
            code="forbidden",
        )  # fmt: skip
    if not is_ahead(row, now):
        paused = "The time of this limit is paused already."
        raise Refused(paused if row.paused_at else TOO_LATE, code="shut")
    if not reason.strip():
        meanwhile = "" if dispute.rules.is_thematic else ", and how the person is kept safe meanwhile"
        raise Refused(f"Say why more time is needed{meanwhile}.", field="reason")
    if row.requests.filter(answer=DateRequest.Answer.OPEN).exists():
        raise Refused("Somebody has asked for time here already, and waits for the answer.", code="stale")
    return dispute, row


def _asked_or_done(
    dispute: Dispute, row: Deadline, kind: str, new_due_at: datetime | None, reason: str, by: Appointment, now: datetime
) -> DateRequest | None:
    if not dispute.rules.clock.extension.both_agencies:
        _do(dispute, row, kind, new_due_at, reason, by, now, by.described)
        return None
    side = permissions.standing(dispute, by).side or Side.RAISING
    asked = DateRequest.objects.create(
        deadline=row, kind=kind, old_due_at=row.due_at, new_due_at=new_due_at, reason=reason, side=side, asked_by=by,
        asked_at=now,
    )  # fmt: skip
    words = f"from {date_in_words(row.due_at)} to {date_in_words(new_due_at)}" if new_due_at else "until it is ended"
    _tell(
        dispute, row, f"Asked for {asked.get_kind_display()}: {row.label}",
        f"{reason}\nAsked: {words}. It counts only when the other side agrees.", by, now,
    )  # fmt: skip
    return asked


def _do(
    dispute: Dispute, row: Deadline, kind: str, new_due_at: datetime | None, reason: str, by: Appointment, now: datetime,
    by_words: str,
) -> None:
    old = row.due_at
    if kind == PAUSE or new_due_at is None:
        row.paused_at = now
        row.paused_until = now + timedelta(days=dispute.rules.clock.extension.longest_days)
        row.save(update_fields=["paused_at", "paused_until"])
        _move(dispute, row, DeadlineChange.Kind.PAUSED, old, old, reason, by, now, by_words)
        until = f"It is not watched, until somebody lets it go on, at most {date_in_words(row.paused_until)}."
        _tell(dispute, row, f"The time is paused: {row.label}", f"{reason}\n{until}", by, now, by_words)
        return
    _move(dispute, row, DeadlineChange.Kind.EXTENDED, old, new_due_at, reason, by, now, by_words)
    words = f"It was due {date_in_words(old)}, now {date_in_words(new_due_at)}."
    _tell(dispute, row, f"The date was extended: {row.label}", f"{reason}\n{words}", by, now, by_words)


def _move(
    dispute: Dispute, row: Deadline, kind: DeadlineChange.Kind, old: datetime, new: datetime, why: str,
    by: Appointment | None, now: datetime, by_words: str,
) -> None:
    """Write the change, and move what is counted from this limit falling due along with it."""
    made = moved_dates.Moved(row, old, new, row.explanation)
    moved_dates.move_date(made, dispute, kind=kind, why=why, by=by, now=now, by_words=by_words)
    for after in moved_dates.counted_again(dispute, LocalClosure.objects.days(dispute.partnership_id), now=now):
        follows = f"It is counted from another limit, whose date changed: {row.label}."
        moved_dates.move_date(after, dispute, kind=DeadlineChange.Kind.CALENDAR, why=follows, by=by, now=now, by_words=by_words)


def _tell(
    dispute: Dispute, row: Deadline, headline: str, body: str, by: Appointment | None, now: datetime, by_words: str = ""
) -> None:
    body = f"{body}\nBy {by_words}." if by_words else body
    entry = chronology.tell(dispute, headline, by=by, now=now, kind=ChronologyEntry.Kind.CLOCK, body=body)
    audit.record(
        "limit_date_acted_on", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
        data={"dispute": dispute.pk, "due_at": row.due_at.isoformat(), "paused": row.paused_at is not None},
    )  # fmt: skip
    notifications.tell_all(
        dispute, Event.DATE_CHANGED, by=by, now=now, key=f"{dispute.pk}:dates:{entry.pk}",
        text=f"{dispute.reference}: {headline[0].lower()}{headline[1:]}. {_last_line(body)}"[:300],
    )  # fmt: skip


def _last_line(body: str) -> str:
    return next((line for line in body.splitlines() if line.startswith(("It ", "Asked:"))), "")


def _on_day(row: Deadline, day: date) -> datetime:
    """The same time of day, in London, on another day."""
    local = row.due_at.astimezone(LONDON)
    return datetime.combine(day, local.time(), tzinfo=LONDON)


def _first_due_at(row: Deadline) -> datetime:
    first = row.changes.filter(kind=DeadlineChange.Kind.EXTENDED).first()
    return first.old_due_at if first else row.due_at
