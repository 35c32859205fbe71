"""Somebody outside who has no account: a code, a short time inside, reading what is shared, answering; nothing else (F55)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.utils.crypto import salted_hmac

from cases import audit
from cases.errors import Refused
from cases.rows import one_act
from escalation import chronology, outside_mail
from escalation.actions.evidence import opened
from escalation.actions.outside import hash_of, locked_row
from escalation.models import (
    ChronologyEntry,
    Evidence,
    OutsideEntry,
    OutsideInvitation,
    OutsideMail,
    OutsideQuestion,
    OutsideShare,
)
from escalation.models.dispute import RUNNING
from escalation.transitions import lock

TRIES, CODES_AN_HOUR, CODES_A_LINK = 5, 5, 20
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=8)
OVER = "You are not in any more. Open the link in your e-mail again and ask for a new code. What you typed is kept."
ANSWERED = "You have answered already."


@dataclass(frozen=True)
class Inside:
    """All that somebody outside gets to see, and nothing else of the dispute."""

    entry: OutsideEntry
    invitation: OutsideInvitation
    reference: str
    partnership: str
    asked_by: str
    questions: Sequence[OutsideQuestion]
    shares: Sequence[OutsideShare]


def _is_open(row: OutsideInvitation, now: datetime) -> bool:
    return row.is_open and row.expires_at > now and row.dispute.status in RUNNING


def _of_link(token: str, now: datetime) -> OutsideInvitation | None:
    found = OutsideInvitation.objects.filter(link_hash=hash_of(token)).select_related("dispute").first()
    return found if found is not None and _is_open(found, now) else None


# --- the way in ------------------------------------------------------------------------------------------------------


@one_act
def send_code(*, token: str, now: datetime) -> None:
    """Send a code to the address that was asked; nothing happens for a link that opens nothing, and nobody can tell."""
    row = _of_link(token, now)
    if row is None:
        return
    row = (
        OutsideInvitation.objects.select_for_update(no_key=True, of=("self",)).select_related("dispute").get(pk=row.pk)
    )
    made = row.entries.filter(made_at__gte=row.link_made_at)
    if made.count() >= CODES_A_LINK or made.filter(made_at__gt=now - timedelta(hours=1)).count() >= CODES_AN_HOUR:
        return
    code = f"{secrets.randbelow(1_000_000):06}"
    OutsideEntry.objects.create(invitation=row, code_hash=_hash_of_code(row, code, now), made_at=now)
    outside_mail.owe(row, OutsideMail.Kind.CODE, code, now=now)
    _record("outside_code_asked", row, now=now)


def _hash_of_code(row: OutsideInvitation, code: str, made_at: datetime) -> str:
    """With the service's own key, since six digits alone would be found by trying."""
    said = f"{row.pk} {made_at.timestamp()} {code}"
    return salted_hmac("escalation.outside.code", said, algorithm="sha256").hexdigest()


@one_act
def enter(*, token: str, code: str, now: datetime) -> str:
    """The key to a short time inside for the code sent last, used once; nothing for anything else, whatever is wrong."""
    row = _of_link(token, now)
    if row is None:
        return ""
    newest = row.entries.filter(made_at__gte=row.link_made_at).order_by("-pk")
    entry = newest.select_for_update(no_key=True).first()
    if entry is None or entry.key_hash or entry.tries >= TRIES or entry.made_at + outside_mail.CODE_LASTS <= now:
        return ""
    entry.tries += 1
    if not hmac.compare_digest(entry.code_hash, _hash_of_code(row, code, entry.made_at)):
        entry.save(update_fields=["tries"])
        _record("outside_code_wrong", row, now=now, tries=entry.tries)
        return ""
    key = secrets.token_urlsafe(32)
    entry.key_hash, entry.entered_at, entry.seen_at = hash_of(key), now, now
    entry.save(update_fields=["tries", "key_hash", "entered_at", "seen_at"])
    _record("outside_entered", row, now=now)
    return key


# --- inside ----------------------------------------------------------------------------------------------------------


def _entry(key: str, now: datetime) -> OutsideEntry | None:
    """Where this key leads now, when it leads anywhere."""
    rows = OutsideEntry.objects.select_related("invitation__dispute__partnership", "invitation__invited_by")
    entry = rows.filter(key_hash=hash_of(key), left_at=None).first() if key else None
    if entry is None or entry.entered_at is None or entry.seen_at is None:
        return None
    is_of_this_link = entry.made_at >= entry.invitation.link_made_at and _is_open(entry.invitation, now)
    is_in_time = now < min(entry.seen_at + IDLE, entry.entered_at + LONGEST)
    return entry if is_of_this_link and is_in_time else None


@one_act
def look(*, key: str, now: datetime, reads: bool = True) -> Inside | None:
    """Everything that is shared with them; that they read it is recorded. None when their time inside is over."""
    entry = _entry(key, now)
    if entry is None:
        return None
    row, dispute = entry.invitation, entry.invitation.dispute
    entry.seen_at = now
    entry.save(update_fields=["seen_at"])
    if reads:
        _record("outside_read", row, now=now)
    return Inside(
        entry, row, dispute.reference, dispute.partnership.name, row.invited_by.described, list(row.questions.all()),
        list(_shares(row)),
    )  # fmt: skip


def _shares(row: OutsideInvitation) -> list[OutsideShare]:
    """The files that are still given out: found clean, and not withdrawn."""
    found = row.shares.select_related("evidence").filter(
        evidence__state=Evidence.State.CLEAN, evidence__withdrawn_at=None
    )
    return list(found)


@one_act
def keep_draft(*, key: str, answers: Mapping[int, str], now: datetime) -> None:
    """What was typed and could not be sent; also when their time inside has just run out, so that nothing is lost."""
    rows = OutsideEntry.objects.select_related("invitation__dispute")
    found = rows.filter(key_hash=hash_of(key), left_at=None).first() if key else None
    if found is None or found.entered_at is None or now >= found.entered_at + LONGEST:
        return
    if not _is_open(found.invitation, now) or found.made_at < found.invitation.link_made_at:
        return
    for question in found.invitation.questions.select_for_update(no_key=True).filter(answer=""):
        question.draft = answers.get(question.number, "")
        question.save(update_fields=["draft"])


@one_act
def answer(*, key: str, answers: Mapping[int, str], now: datetime) -> OutsideInvitation:
    """All questions at once, once; it is told where they were asked, as theirs, and those who asked are told."""
    entry = _entry(key, now)
    if entry is None:
        raise Refused(OVER, code="shut")
    dispute = lock(entry.invitation.dispute)
    row = locked_row(entry.invitation_id, dispute)
    if not _is_open(row, now):
        raise Refused(OVER, code="shut")
    if row.answered_at is not None:
        raise Refused(ANSWERED, code="stale")
    questions = list(row.questions.all())
    for question in questions:
        question.answer, question.draft = answers.get(question.number, "").strip(), ""
        if not question.answer:
            raise Refused("Write an answer to each question, or that you do not know.", field=f"answer_{question.number}")
    OutsideQuestion.objects.bulk_update(questions, ["answer", "draft"])
    row.answered_at = now
    row.save(update_fields=["answered_at"])
    chronology.tell(
        dispute, "Answer from outside the partnership", by=None, by_words=f"{row.described}, outside the partnership"[:250],
        now=now, kind=ChronologyEntry.Kind.DISCUSSION, stage=row.stage,
        body="\n\n".join(f"{one.text}\n{one.answer}" for one in questions),
    )  # fmt: skip
    _record("outside_answered", row, now=now)
    outside_mail.tell_those_who_asked(row, dispute, "answered", now=now, text="an answer has come from outside.")
    return row


@one_act
def leave(*, key: str, now: datetime) -> None:
    """They close it themselves; the key opens nothing any more."""
    entry = _entry(key, now)
    if entry is not None:
        entry.left_at = now
        entry.save(update_fields=["left_at"])
        _record("outside_left", entry.invitation, now=now)


def take_out(*, key: str, pk: int, now: datetime) -> tuple[Evidence, BinaryIO] | None:
    """A file that is shared with them, whole as it was handed in, after it was recorded that it left; else None."""
    found = _shared_file(key, pk, now)
    if found is None:
        return None
    row, evidence = found
    return evidence, opened(evidence, "outside_took_file", by=None, now=now, invitation=row.pk)


@one_act
def _shared_file(key: str, pk: int, now: datetime) -> tuple[OutsideInvitation, Evidence] | None:
    entry = _entry(key, now)
    share = next((one for one in _shares(entry.invitation) if one.pk == pk), None) if entry else None
    if share is None or entry is None:
        return None
    share.evidence.dispute = entry.invitation.dispute
    return entry.invitation, share.evidence


def _record(action: str, row: OutsideInvitation, *, now: datetime, **data: object) -> None:
    """Who it was says the invitation; nobody signed in did it."""
    known = {"dispute": row.dispute_id, "stage": row.stage}
    audit.record(action, row, scope=audit.scope_of_case(row.dispute.case_id), by=None, now=now, data=known | data)
