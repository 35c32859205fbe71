"""Referring a dispute for the last word: the board's own form, prefilled, sent with a receipt, handed back for more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from decisions import permissions
from decisions.actions.outcomes import set_aside, standing_outcome
from decisions.models import Referral
from decisions.prefill import prefilled
from escalation import duties, leads, sharing
from escalation.actions.moves import gates_in_words
from escalation.lawful import Lawful
from escalation.models import ChronologyEntry, Dispute, Sharing
from escalation.models.dispute import Status
from escalation.permissions import holds_one_of
from escalation.protocol import BoardFormField
from escalation.transitions import MOVED_ON, NOT_YOURS, apply_transition, lock
from escalation.turn import roles_in_words

CHANGED = "A colleague changed this referral since you opened it. What you typed is below; look at theirs, then save again."
LONGEST_ANSWER = 20_000


def live_referral(dispute: Dispute) -> Referral | None:
    """The referral being written or sent; one that came back is not."""
    return dispute.referrals.filter(returned_at=None).first()


def missing_fields(referral: Referral) -> list[BoardFormField]:
    """The required fields of the form that are empty."""
    form = referral.dispute.rules.board_form
    return [field for field in form if field.required and not referral.answers.get(field.code, "").strip()]


@one_act
def open_referral(*, dispute: Dispute, by: Appointment, now: datetime) -> Referral:
    """The referral to work on: begun from what the record knows, or the one that a colleague has begun."""
    dispute = lock(dispute)
    _check_may_write(dispute, by)
    if there := live_referral(dispute):
        return there
    number = dispute.referrals.count() + 1
    referral = Referral.objects.create(
        dispute=dispute, number=number, answers=prefilled(dispute, now=now), prepared_by=by, prepared_at=now
    )
    _note(referral, "referral_begun", by=by, now=now)
    return referral


@one_act
def edit_referral(
    *, referral: Referral, answers: Mapping[str, str], seen_edits: int, by: Appointment, now: datetime
) -> Referral:
    """Change answers of the form; ``seen_edits`` is the count the writer saw (F50)."""
    referral = _lock(referral)
    _check_may_write(referral.dispute, by)
    if referral.submitted_at is not None:
        raise Refused("This referral has been sent and is kept as it was.", code="stale")
    if seen_edits != referral.edits:
        raise Refused(CHANGED, code="stale")
    codes = [field.code for field in referral.dispute.rules.board_form]
    for code, text in answers.items():
        if code not in codes:
            raise Refused(f"The form has no field '{code}'.", field=code)
        if len(text) > LONGEST_ANSWER:
            raise Refused(f"Shorten this to {LONGEST_ANSWER} characters or fewer.", field=code)
    merged = {**referral.answers, **answers}
    referral.answers = {code: merged.get(code, "") for code in codes}
    referral.edits += 1
    referral.save(update_fields=["answers", "edits"])
    _note(referral, "referral_edited", by=by, now=now)
    return referral


@one_act
def submit_referral(
    *, referral: Referral, by: Appointment, now: datetime, seen: str | None = None, lawful: Lawful | None = None
) -> Referral:
    """Send it to whoever has the last word, who is put on the dispute; nothing required may be missing.

    ``lawful`` is why it may be shared with them, the usual reason unless told.
    """
    lock(referral.dispute, seen=seen)
    referral = _lock(referral)
    dispute = referral.dispute
    _check_may_write(dispute, by)
    if missing := missing_fields(referral):
        labels = "; ".join(field.label for field in missing)
        raise Refused(f"Before it can be sent, fill in: {labels}.", field=missing[0].code)
    if gates := duties.closed_gates(dispute, "refer"):
        raise Refused(gates_in_words(tuple(gates)), code="shut")
    _bring_in_authority(dispute, now=now)
    sharing.begin(
        dispute, Sharing.Occasion.REFERRED, with_agencies=[None], by=by, now=now, lawful=lawful, shared_by=by.agency
    )
    referral.submitted_by, referral.submitted_at = by, now
    referral.save(update_fields=["submitted_by", "submitted_at"])
    apply_transition(
        dispute, "refer", by=by, now=now, headline=f"Referred: {referral}", kind=ChronologyEntry.Kind.DECISION,
        body="\n\n".join(f"{field.label}: {referral.answers.get(field.code, '')}" for field in dispute.rules.board_form),
    )
    _note(referral, "referral_submitted", by=by, now=now)
    return referral


@one_act
def return_referral(
    *, dispute: Dispute, reason: str, by: Appointment, now: datetime, seen: str | None = None
) -> Referral:
    """Hand it back because something is missing; the next one begins with its answers, and is returned here."""
    dispute = lock(dispute, seen=seen)
    referral = live_referral(dispute)
    if dispute.status != Status.REFERRED or referral is None or referral.submitted_by is None:
        raise Refused(MOVED_ON, code="stale")
    if not permissions.may_give_last_word(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not reason.strip():
        raise Refused("Say what is missing, so that it can be added.", field="reason")
    if proposed := standing_outcome(dispute):
        set_aside(proposed, "The proposed words are set aside: the referral went back", by=by, now=now)
    referral.returned_by, referral.returned_at, referral.returned_reason = by, now, reason
    referral.save(update_fields=["returned_by", "returned_at", "returned_reason"])
    apply_transition(
        dispute, "return_referral", by=by, now=now, headline=f"Referral {referral} came back for more", body=reason,
        kind=ChronologyEntry.Kind.DECISION,
    )
    _note(referral, "referral_returned", by=by, now=now)
    following = Referral.objects.create(
        dispute=dispute, number=referral.number + 1, answers=referral.answers, prepared_by=referral.submitted_by,
        prepared_at=now,
    )
    _note(following, "referral_begun", by=by, now=now)
    return following


def _check_may_write(dispute: Dispute, by: Appointment) -> None:
    if dispute.status != Status.AWAITING_REFERRAL:
        raise Refused(MOVED_ON, code="stale")
    if not permissions.may_prepare_referral(dispute, by):
        roles = roles_in_words(dispute.rules_now.referred_by or dispute.rules_now.leads.roles)
        raise Refused(f"{dispute.raising_agency.short_name}'s {roles} writes and sends the referral.", code="forbidden")


def _bring_in_authority(dispute: Dispute, *, now: datetime) -> None:
    stage = dispute.rules_now
    if not stage.leads.of_partnership:
        return
    there = leads.bring_in_authority(dispute, now=now)
    for lead in stage.leads.roles:
        if not any(holds_one_of(who, (lead,)) for who in there):
            raise Refused(
                f"Nobody in the partnership can act as {roles_in_words((lead,))} for this. "
                "Ask the board manager to name somebody in the directory.",
                code="shut",
            )


def _lock(referral: Referral) -> Referral:
    dispute = lock(referral.dispute)
    fresh = Referral.objects.select_for_update(no_key=True, of=("self",)).select_related("submitted_by").get(pk=referral.pk)
    fresh.dispute = dispute
    return fresh


def _note(referral: Referral, action: str, *, by: Appointment, now: datetime) -> None:
    scope = audit.scope_of_case(referral.dispute.case_id)
    audit.record(action, referral, scope=scope, by=by, now=now,
                 data={"number": referral.number, "edits": referral.edits})
