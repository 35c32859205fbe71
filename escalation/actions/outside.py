"""Asking somebody outside the partnership who has no account: invited, sent again, taken back, ended by the clock (F55)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Count, Max, Min, Q

from cases import audit, locks, parts
from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from cases.roles import Permission
from cases.rows import one_act
from escalation import chronology, clock, outside_mail, permissions, sharing
from escalation.deadlines import LONDON
from escalation.lawful import Lawful
from escalation.models import Dispute, Evidence, OutsideInvitation, OutsideMail, OutsideQuestion, OutsideShare
from escalation.models.dispute import RUNNING
from escalation.transitions import NOT_YOURS, lock
from escalation.working_days import add_working_days

MOST_QUESTIONS, MOST_OPEN, MOST_LINKS = 5, 10, 5
USUAL_WORKING_DAYS, LONGEST_DAYS = 5, 28
SETTLED = "This was answered, taken back or over meanwhile. The list says what came of it."
ONLY_CLEAN = "Choose files on the list: those that a scanner has found clean and that are not withdrawn."


@dataclass(frozen=True)
class Wanted:
    """Who is asked what, what they are told and what for, and until when; of the case nothing is shared by itself."""

    organisation: str
    name: str
    email: str
    purpose: str
    questions: Sequence[str]
    shared: str
    until_on: date
    files: Sequence[Evidence] = ()
    lawful: Lawful | None = None  # why it may be shared; the usual reason unless told


@dataclass(frozen=True)
class Reading:
    """That somebody outside looked."""

    invitation: OutsideInvitation
    times: int
    first: datetime
    last: datetime


def hash_of(secret: str) -> str:
    """What is kept of a token: it is random enough for nobody to find it again."""
    return hashlib.sha256(secret.encode()).hexdigest()


def usual_day(dispute: Dispute, *, now: datetime) -> date:
    """Five working days from now."""
    closed = clock.closures_of(dispute.partnership_id)
    calendar = clock.calendar_for(dispute.rules, now, closed)
    return add_working_days(now.astimezone(LONDON).date(), USUAL_WORKING_DAYS, calendar).day


def may_be_shared(dispute: Dispute, by: Appointment) -> list[Evidence]:
    """The files that ``by`` may read and that a scanner has found clean."""
    stages = permissions.readable_stages(dispute, by)
    found = dispute.evidence_files.filter(stage__in=stages, state=Evidence.State.CLEAN, withdrawn_at=None)
    return list(found.order_by("stage", "number"))


@one_act
def invite(*, dispute: Dispute, wanted: Wanted, by: Appointment, now: datetime) -> OutsideInvitation:
    """Ask them: they get a link by e-mail, which opens nothing without a code sent to the same address."""
    dispute = lock(dispute)
    if not permissions.may_invite_outside(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    questions = _checked(dispute, wanted, by, now=now)
    why = sharing.reasons(dispute, wanted.lawful, by=by)
    token = secrets.token_urlsafe(32)
    row = OutsideInvitation.objects.create(
        dispute=dispute, stage=dispute.stage, agency_id=permissions.standing(dispute, by).agency_id,
        organisation=wanted.organisation.strip(), name=wanted.name.strip(), email=wanted.email.strip(),
        purpose=wanted.purpose.strip(), shared=wanted.shared.strip(), invited_by=by, invited_at=now,
        expires_at=datetime.combine(wanted.until_on + timedelta(days=1), time(), LONDON), link_hash=hash_of(token),
        link_made_at=now, **why,
    )  # fmt: skip
    OutsideQuestion.objects.bulk_create(
        [OutsideQuestion(invitation=row, number=number, text=text) for number, text in enumerate(questions, start=1)]
    )
    OutsideShare.objects.bulk_create([OutsideShare(invitation=row, evidence=one) for one in wanted.files])
    outside_mail.owe(row, OutsideMail.Kind.LINK, token, now=now)
    asked = [f"{number}. {text}" for number, text in enumerate(questions, start=1)]
    files = [f"Files: {', '.join(one.label for one in wanted.files)}"] if wanted.files else []
    may = f"Why it may be shared: {sharing.basis_in_words(row)}"
    body = "\n".join([f"What for: {row.purpose}", may, f"What they are told: {row.shared}", *files, *asked])
    _write(
        row,
        f"Asked {row.described}, outside the partnership",
        body,
        "outside_invited",
        by=by,
        now=now,
        questions=len(questions),
        files=[one.pk for one in wanted.files],
        until=wanted.until_on.isoformat(),
        basis=why["basis"],
        consent=why["consent"],
    )
    return row


def _checked(dispute: Dispute, wanted: Wanted, by: Appointment, *, now: datetime) -> list[str]:
    """The questions; refused when something is missing, too long, or cannot be shared."""
    asks = {"organisation": "Say which organisation they work for.", "name": "Say who is asked.",
            "purpose": "Say what you share it for.", "shared": "Write what they are told."}  # fmt: skip
    for field, ask in asks.items():
        if not getattr(wanted, field).strip():
            raise Refused(ask, field=field)
    _check_email(dispute, wanted.email.strip())
    questions = [text.strip() for text in wanted.questions if text.strip()]
    if not questions:
        raise Refused("Write at least one question.", field="question_1")
    if len(questions) > MOST_QUESTIONS:
        raise Refused(f"Ask {MOST_QUESTIONS} questions or fewer.", field="question_1")
    today = now.astimezone(LONDON).date()
    if not today <= wanted.until_on <= today + timedelta(days=LONGEST_DAYS):
        raise Refused(f"Choose a day from today on, at most {LONGEST_DAYS} days ahead.", field="until_on")
    can_be_shared = {one.pk for one in may_be_shared(dispute, by)}
    if not {one.pk for one in wanted.files} <= can_be_shared:
        raise not_to_be_shared()
    return questions


def not_to_be_shared() -> Refused:
    """Why a file cannot be chosen."""
    return Refused(ONLY_CLEAN, field="files")


def _check_email(dispute: Dispute, email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused("Enter an e-mail address in the correct form, like name@example.org.", field="email") from error
    asked = dispute.outside_invitations.filter(ended_at=None)
    if asked.filter(email__iexact=email, answered_at=None).exists():
        raise Refused(
            "They are asked already, and have not answered. Send the link again instead.", field="email", code="stale"
        )
    if asked.count() >= MOST_OPEN:
        raise Refused(f"{MOST_OPEN} people outside are asked already. Take back what is not needed.", code="shut")


def may_look_after(row: OutsideInvitation, dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may send it again or take it back: whoever asked, and who leads or manages for the same agency."""
    where = permissions.standing(dispute, by)
    is_here = row.is_open and dispute.status in RUNNING and where.is_participant
    if not (is_here and permissions.may_read_stage(dispute, by, row.stage)):
        return False
    is_lead = where.agency_id == row.agency_id and (where.leads_now or by.has(Permission.CONFIRM_FOR_AGENCY))
    return is_lead or row.invited_by.seat_id == by.seat_id


@one_act
def send_again(*, invitation: OutsideInvitation, by: Appointment, now: datetime) -> OutsideInvitation:
    """A new link; the one before it opens nothing any more, and whoever was in by it is out."""
    dispute, row = _locked(invitation, by)
    if row.mails.filter(kind=OutsideMail.Kind.LINK).count() >= MOST_LINKS:
        raise Refused(
            "It was sent often enough. Ring them, then take it back and ask again at another address.", code="shut"
        )
    token = secrets.token_urlsafe(32)
    row.link_hash, row.link_made_at = hash_of(token), now
    row.save(update_fields=["link_hash", "link_made_at"])
    outside_mail.owe(row, OutsideMail.Kind.LINK, token, now=now)
    audit.record("outside_sent_again", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    return row


@one_act
def take_back(*, invitation: OutsideInvitation, why: str, by: Appointment, now: datetime) -> OutsideInvitation:
    """From now on the link opens nothing; what was answered stays."""
    _, row = _locked(invitation, by)
    if not why.strip():
        raise Refused("Say why it is taken back.", field="why")
    _end(row, OutsideInvitation.End.TAKEN_BACK, by=by, why=why.strip(), now=now)
    _write(row, f"{row.described} is not asked any more", why, "outside_taken_back", by=by, now=now)
    return row


def _locked(invitation: OutsideInvitation, by: Appointment) -> tuple[Dispute, OutsideInvitation]:
    dispute = lock(invitation.dispute)
    row = locked_row(invitation.pk, dispute)
    if not row.is_open or dispute.status not in RUNNING:
        raise Refused(SETTLED, code="stale")
    if not may_look_after(row, dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    return dispute, row


def locked_row(pk: int, dispute: Dispute) -> OutsideInvitation:
    """The invitation as it is now, locked after its dispute."""
    rows = OutsideInvitation.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("invited_by").get(pk=pk)
    row.dispute = dispute
    return row


def end_those_of(case_id: int, why: str, *, by: Appointment, now: datetime) -> None:
    """Nobody outside is asked any more on any dispute of a case; in the caller's transaction."""
    rows = OutsideInvitation.objects.select_for_update(no_key=True, of=("self",)).select_related("dispute__protocol")
    for row in rows.filter(dispute__case=case_id, ended_at=None).order_by("pk"):
        _end(row, OutsideInvitation.End.TAKEN_BACK, by=by, why=why, now=now)
        _write(row, f"{row.described} is not asked any more", why, "outside_taken_back", by=by, now=now)


def end_those_over(*, now: datetime) -> int:
    """End what nobody can answer any more, because its time or its dispute is over; a second run finds nothing."""
    over = OutsideInvitation.objects.filter(ended_at=None).filter(
        Q(expires_at__lte=now) | ~Q(dispute__status__in=RUNNING)
    )
    return parts.one_by_one(_end_by_clock, list(over.order_by("expires_at", "pk").values_list("pk", flat=True)), now=now)


@one_act
def _end_by_clock(pk: int, *, now: datetime) -> bool:
    locks.give_way()
    dispute = lock(OutsideInvitation.objects.select_related("dispute").get(pk=pk).dispute)
    row = locked_row(pk, dispute)
    if not row.is_open or (row.expires_at > now and dispute.status in RUNNING):
        return False
    _end(row, OutsideInvitation.End.TIME_OVER, by=None, why="", now=now)
    audit.record(
        "outside_time_over",
        row,
        scope=audit.scope_of_case(dispute.case_id),
        by=None,
        now=now,
        data={"answered": row.answered_at is not None},
    )
    if row.answered_at is None and dispute.status in RUNNING:
        chronology.tell(
            dispute,
            f"{row.described}, outside the partnership, did not answer in time",
            by=None,
            now=now,
            stage=row.stage,
        )
        outside_mail.tell_those_who_asked(
            row, dispute, "unanswered", now=now, text="somebody outside was asked, and did not answer in time."
        )
    return True


def _end(
    row: OutsideInvitation, how: OutsideInvitation.End, *, by: Appointment | None, why: str, now: datetime
) -> None:
    """What was typed and not sent goes; nobody is to read it."""
    if row.answered_at is None:
        row.questions.update(draft="")
    row.ended_at, row.ended_how, row.ended_by, row.ended_why = now, how, by, why
    row.save(update_fields=["ended_at", "ended_how", "ended_by", "ended_why"])


def readings_of(dispute: Dispute, stages: Collection[int]) -> list[Reading]:
    """How often and when those asked at these stages looked."""
    rows = {str(row.pk): row for row in dispute.outside_invitations.filter(stage__in=stages)}
    found = AuditEvent.objects.filter(
        action="outside_read", object_type="escalation.outsideinvitation", object_id__in=rows,
        head__scope=audit.scope_of_case(dispute.case_id),
    )  # fmt: skip
    counted = found.values("object_id").annotate(times=Count("pk"), first=Min("at"), last=Max("at")).order_by("first")
    return [Reading(rows[one["object_id"]], one["times"], one["first"], one["last"]) for one in counted]


def _write(
    row: OutsideInvitation, headline: str, body: str, action: str, *, by: Appointment, now: datetime, **data: object
) -> None:
    chronology.tell(row.dispute, headline, by=by, now=now, body=body, stage=row.stage)
    audit.record(
        action,
        row,
        scope=audit.scope_of_case(row.dispute.case_id),
        by=by,
        now=now,
        data={"dispute": row.dispute_id, "stage": row.stage} | data,
    )
