"""How a dispute ends: an agreement, the last word by its kind, and each agency's written confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Permission
from cases.rows import one_act
from decisions import permissions
from decisions.actions.afterwards import NewIssue, add_issues, in_full, open_routes_for_refusal, open_standing_routes
from decisions.actions.people import bring_in_holder
from decisions.models import Outcome, OutcomeConcurrence, OutcomeConfirmation
from decisions.tied import said_of_answer, said_of_outcome
from decisions.voices import still_awaited, voices_of
from escalation import chronology, duties, leads, notifications
from escalation.actions.moves import gates_in_words
from escalation.models import ChronologyEntry, Dispute
from escalation.models.dispute import Status
from escalation.protocol import AuthorityKind, Event, Side
from escalation.transitions import MOVED_ON, NOT_YOURS, apply_transition, lock

READ_FIRST = "Somebody proposed words meanwhile. Read them, then agree to them or propose yours in their place."


def standing_outcome(dispute: Dispute) -> Outcome | None:
    """The outcome that is proposed or holds; one that was contested does not."""
    return dispute.outcomes.filter(contested_at=None).select_related("recorded_by__user", "recorded_by__agency").first()


@one_act
def record_agreement(
    *,
    dispute: Dispute,
    text: str,
    reasons: str,
    by: Appointment,
    now: datetime,
    issues: Sequence[NewIssue] = (),
    seen: str | None = None,
) -> Outcome:
    """Write down what the agencies agreed, why, and what stays open; each agency is then asked to confirm it in writing."""
    dispute = lock(dispute, seen=seen)
    if dispute.status not in permissions.AT_WORK:
        raise Refused(MOVED_ON, code="stale")
    if not permissions.may_agree_now(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not text.strip():
        raise Refused("Say what was agreed: who does what, by when.", field="text")
    if not reasons.strip():
        raise Refused("Say why this resolves the concern.", field="reasons")
    return _agree(dispute, Outcome.Source.AGREED, text, reasons, issues, by=by, now=now)


def settle_by_decision(dispute: Dispute, *, text: str, reasons: str, by: Appointment, now: datetime) -> Outcome:
    """A signed decision settles the disagreement; in the caller's transaction, the dispute being locked."""
    if dispute.status not in permissions.AT_WORK:
        raise Refused(
            "This decision says that it settles the disagreement, which can no longer be settled by one agency. "
            "Return it to its author to take that out.",
            code="stale",
        )
    if not permissions.may_agree(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    return _agree(dispute, Outcome.Source.DECISION, text, reasons, (), by=by, now=now)


def _agree(
    dispute: Dispute, source: Outcome.Source, text: str, reasons: str, issues: Sequence[NewIssue], *,
    by: Appointment, now: datetime,
) -> Outcome:
    if gates := duties.closed_gates(dispute, "agree"):
        raise Refused(gates_in_words(tuple(gates)), code="shut")
    outcome = Outcome.objects.create(
        dispute=dispute, stage=dispute.stage, source=source, kind=AuthorityKind.AGREEMENT, text=text, reasons=reasons,
        recorded_by=by, recorded_at=now, effective_at=now,
    )
    add_issues(outcome, issues, now=now)
    bring_in_confirmers(dispute, now=now)
    headline = "Agreed" if source == Outcome.Source.AGREED else "A signed decision settles it"
    apply_transition(
        dispute, "agree", by=by, now=now, headline=headline, body=in_full(outcome), kind=ChronologyEntry.Kind.DECISION
    )
    _note(outcome, "outcome_recorded", by=by, now=now, source=str(source), **said_of_outcome(outcome))
    tell_hidden_side(dispute, Event.AGREED, "an agreement was recorded; your agency is asked to confirm it.", by=by, now=now)
    return outcome


def bring_in_confirmers(dispute: Dispute, *, now: datetime) -> None:
    """Every agency has somebody on the dispute who can confirm for it, and knows what it owes before it does."""
    duties.owe_learning(dispute, now=now)
    for party in dispute.parties.select_related("agency"):
        bring_in_holder(dispute, party.agency, Permission.CONFIRM_FOR_AGENCY, now=now)


def tell_hidden_side(dispute: Dispute, event: Event, words: str, *, by: Appointment, now: datetime) -> None:
    """What ends in a stage that the other agencies do not see concerns them all the same: they are told of the end."""
    if not dispute.rules_now.single_agency:
        return
    others = dispute.participants.filter(side=Side.RESPONDING).exclude(appointment=by.seat_id)
    people = [row.appointment for row in others.select_related("appointment__user", "appointment__agency")]
    notifications.tell(dispute, event, people, text=f"{dispute.reference}: {words}", now=now,
                       key=f"{dispute.pk}:hidden:{event}:{now.isoformat()}")


# --- the last word -------------------------------------------------------------------------------------------------


@one_act
def give_last_word(
    *,
    dispute: Dispute,
    text: str,
    reasons: str,
    by: Appointment,
    now: datetime,
    issues: Sequence[NewIssue] = (),
    instead_of: int | None = None,
    seen: str | None = None,
) -> Outcome:
    """Give the last word, of the kind the protocol gives it; where several must speak it is proposed until all have.

    ``instead_of`` is the proposal that the writer has read and replaces by other words.
    """
    dispute = lock(dispute, seen=seen)
    _check_may_speak(dispute, by)
    if gates := duties.closed_gates(dispute, "give_last_word"):
        raise Refused(gates_in_words(tuple(gates)), code="shut")
    if not text.strip():
        raise Refused(f"Write the last word: {dispute.rules.final_authority.title}.", field="text")
    if not reasons.strip():
        raise Refused("Give the reasons, so that everybody concerned can follow them.", field="reasons")
    _set_aside(dispute, instead_of, by=by, now=now)
    outcome = Outcome.objects.create(
        dispute=dispute, stage=dispute.stage, source=Outcome.Source.LAST_WORD, kind=dispute.rules.final_authority.kind,
        text=text, reasons=reasons, recorded_by=by, recorded_at=now,
    )
    add_issues(outcome, issues, now=now)
    _note(outcome, "outcome_recorded", by=by, now=now, source="last_word", **said_of_outcome(outcome))
    _speak(dispute, outcome, "", by=by, now=now)
    return outcome


@one_act
def concur(
    *, dispute: Dispute, outcome: Outcome, by: Appointment, now: datetime, comment: str = "", seen: str | None = None
) -> Outcome:
    """Join in the words that another proposed; with the last of those who must speak, the last word is given."""
    dispute = lock(dispute, seen=seen)
    _check_may_speak(dispute, by)
    proposed = standing_outcome(dispute)
    if proposed is None or proposed.pk != outcome.pk:
        raise Refused(READ_FIRST, code="stale")
    if proposed.concurrences.filter(by__user=by.user_id).exists():
        awaited = still_awaited(voices_of(dispute, proposed))
        raise Refused(f"You have agreed to these words already. It waits for {awaited}.", code="stale")
    _speak(dispute, proposed, comment, by=by, now=now)
    return proposed


def _check_may_speak(dispute: Dispute, by: Appointment) -> None:
    if dispute.status != Status.REFERRED:
        raise Refused(MOVED_ON, code="stale")
    if permissions.is_chair_of_a_party(dispute, by):
        raise Refused(
            "Your own agency is a party to this, so a deputy gives the last word. The board manager can name one.",
            code="forbidden",
        )
    if not permissions.may_give_last_word(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")


def _set_aside(dispute: Dispute, instead_of: int | None, *, by: Appointment, now: datetime) -> None:
    proposed = standing_outcome(dispute)
    if proposed is None:
        return
    if proposed.pk != instead_of:
        raise Refused(READ_FIRST, code="stale")
    set_aside(proposed, "Other words were proposed", by=by, now=now)


def set_aside(proposed: Outcome, headline: str, *, by: Appointment, now: datetime) -> None:
    """A proposal that was not agreed to makes way; it stays in the record."""
    proposed.contested_at = now
    proposed.save(update_fields=["contested_at"])
    chronology.tell(proposed.dispute, headline, by=by, now=now, body=f"Not agreed to: {proposed.text}")
    _note(proposed, "proposal_set_aside", by=by, now=now)


def _speak(dispute: Dispute, outcome: Outcome, comment: str, *, by: Appointment, now: datetime) -> None:
    OutcomeConcurrence.objects.create(outcome=outcome, by=by, comment=comment, at=now)
    awaited = still_awaited(voices_of(dispute, outcome))
    if not awaited:
        _take_effect(dispute, outcome, by=by, now=now)
        return
    own_words = outcome.recorded_by_id == by.pk
    said = f"Proposed: {outcome.text}" if own_words else comment
    headline = "Words for the last word were proposed" if own_words else "Agreed to the words proposed"
    entry = chronology.tell(
        dispute, headline, by=by, now=now, kind=ChronologyEntry.Kind.DECISION,
        body=f"{said}\n\nIt counts once everybody has spoken. It waits for {awaited}.".strip(),
    )
    _note(outcome, "outcome_concurred", by=by, now=now)
    notifications.tell_all(
        dispute, Event.OUTCOME, by=by, now=now, key=f"{dispute.pk}:proposed:{entry.pk}",
        text=f"{dispute.reference}: words for the last word are proposed; it waits for {awaited}.",
    )


def _take_effect(dispute: Dispute, outcome: Outcome, *, by: Appointment, now: datetime) -> None:
    outcome.effective_at = now
    outcome.save(update_fields=["effective_at"])
    bring_in_confirmers(dispute, now=now)
    apply_transition(
        dispute, "give_last_word", by=by, now=now, headline=f"{outcome.verb}: {dispute.rules.final_authority.title}",
        body=in_full(outcome), kind=ChronologyEntry.Kind.DECISION,
    )
    _note(outcome, "outcome_took_effect", by=by, now=now)
    open_standing_routes(dispute, by=by, now=now)


# --- confirmation --------------------------------------------------------------------------------------------------


@one_act
def confirm_outcome(
    *, dispute: Dispute, accepts: bool, text: str, by: Appointment, now: datetime, seen: str | None = None
) -> OutcomeConfirmation:
    """One agency's written answer to the outcome; the last one ends the dispute.

    A refused agreement puts the dispute back to where it stood; a refused last word is the agency's answer, with reasons (F21).
    """
    dispute = lock(dispute, seen=seen)
    outcome = standing_outcome(dispute)
    if dispute.status != Status.AWAITING_CONFIRMATION or outcome is None:
        raise Refused(MOVED_ON, code="stale")
    agency = leads.stands_for(dispute, by)
    if not permissions.may_confirm(dispute, by) or agency is None:
        raise Refused(_not_confirming(dispute, by), code="forbidden")
    if not text.strip():
        ask = "Say what your agency will do, in writing." if accepts else "Say why your agency does not accept it."
        raise Refused(ask, field="text")
    is_the_end = accepts or outcome.source == Outcome.Source.LAST_WORD
    if is_the_end and (gates := duties.closed_to_confirm(dispute, agency.pk)):
        raise Refused(gates_in_words(tuple(gates)), code="shut")
    given = OutcomeConfirmation.objects.create(
        outcome=outcome, agency=agency, accepts=accepts, text=text, by=by, by_words=by.described, at=now
    )
    words = "confirmed the outcome in writing" if accepts else "does not accept the outcome"
    chronology.tell(dispute, f"{agency.short_name} {words}", by=by, now=now, body=text, kind=ChronologyEntry.Kind.DECISION)
    _note(outcome, "outcome_confirmed", by=by, now=now, **said_of_answer(given))
    if is_the_end:
        _confirmed(dispute, given, by=by, now=now)
    else:
        _contested(dispute, outcome, text, by=by, now=now)
    return given


def _not_confirming(dispute: Dispute, by: Appointment) -> str:
    own = dispute.parties.filter(agency=leads.stands_for(dispute, by)).first()
    if own and own.confirmed_at:
        return "Your agency has given its written answer already."
    return "A manager, lead or board representative on this dispute confirms for each agency."


def _confirmed(dispute: Dispute, given: OutcomeConfirmation, *, by: Appointment, now: datetime) -> None:
    dispute.parties.filter(agency=given.agency).update(confirmed_at=now)
    if not given.accepts:
        open_routes_for_refusal(dispute, given.agency, given.text, by=by, now=now)
    silent = dispute.parties.filter(confirmed_at=None).select_related("agency")
    if dispute.rules.closure.written_confirmation_by_each and silent:
        names = " and ".join(party.agency.short_name for party in silent)
        notifications.tell_all(
            dispute, Event.OUTCOME, by=by, now=now, key=f"{dispute.pk}:confirmed:{given.pk}",
            text=f"{dispute.reference}: {given.agency.short_name} has answered in writing; it waits for {names}.",
        )
        return
    apply_transition(dispute, "close", by=by, now=now, headline="Closed", body="Every agency has answered in writing.")
    tell_hidden_side(dispute, Event.CLOSED, "it is closed; every agency has confirmed.", by=by, now=now)


def _contested(dispute: Dispute, outcome: Outcome, text: str, *, by: Appointment, now: datetime) -> None:
    outcome.contested_at = now
    outcome.save(update_fields=["contested_at"])
    apply_transition(
        dispute, "contest", by=by, now=now, headline="What was recorded as agreed is not confirmed", body=text, reason=text,
        is_referral=dispute.rules_now.is_referral,
    )


def _note(outcome: Outcome, action: str, *, by: Appointment, now: datetime, **data: object) -> None:
    scope = audit.scope_of_case(outcome.dispute.case_id)
    audit.record(action, outcome, scope=scope, by=by, now=now, data={"stage": outcome.stage, "kind": outcome.kind, **data})
