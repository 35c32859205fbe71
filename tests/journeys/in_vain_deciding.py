"""What the acts of deciding refuse, to whom, and what opens them: decision records, referral, last word, what follows."""

from __future__ import annotations

from datetime import datetime, timedelta

from cases.models import Appointment
from decisions.actions import afterwards, outcomes
from decisions.actions.records import edit_record, return_record, submit_record
from escalation import leads
from escalation.actions import moves, raiser, restrictions
from escalation.actions.restrictions import Wanted
from escalation.models import Dispute
from escalation.protocol import Side
from tests.factories import Cast
from tests.factories_decisions import complete_content, make_record, referred, speakers, who_may_refer, with_last_word
from tests.factories_disputes import climb_to_last_stage, fresh, make_dispute, people_under
from tests.journeys.in_vain import JOURNEYS, InVain, halton, journey, reader_only

WORDS = "The sitter starts on Monday."


@journey("decision_new", "a supporter writes no decision")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    said = {"decision": WORDS}
    return InVain(
        dispute, "decisions/new/", said | {"seen": ""}, "decisions/", said, reader_only(people, dispute, now),
        people.council.practitioner,
    )


@journey("decision_new", "nobody signs off their own decision (F39)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    manager, said = people.council.line_manager, {"rationale": "I read the ward's notes."}
    leads.join(dispute, manager, Side.RAISING, now=now)
    record = make_record(fresh(dispute), people.council.practitioner, now=now)
    submit_record(record=record, by=people.council.practitioner, now=now)
    path = f"decisions/{record.pk}/sign/"
    return InVain(dispute, path, said, path, said, people.council.practitioner, manager)


@journey("decision_new", "an incomplete decision is not signed off before its author has completed it (A-10)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    author, manager, said = people.council.practitioner, people.council.line_manager, {"rationale": "I read the notes."}
    leads.join(dispute, manager, Side.RAISING, now=now)
    record = make_record(fresh(dispute), author, now=now, rationale="", options=())
    submit_record(record=record, by=author, now=now)
    path = f"decisions/{record.pk}/sign/"

    def completes() -> None:
        return_record(record=record, rationale="Say why.", by=manager, now=now)
        edit_record(record=record, content=complete_content(), seen_edits=record.edits, by=author, now=now)
        submit_record(record=record, by=author, now=now)

    return InVain(
        dispute, path, said, path, said, manager, manager, code="shut", opens=completes,
        reads="cannot be signed off while something is missing", reads_status=200,
    )


@journey("referral", "the referral is sent by those the protocol names")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    dispute = climb_to_last_stage(dispute, now=now)
    by = who_may_refer(dispute)
    return InVain(
        dispute, "referral/", {"seen": "0"}, "referral/", {}, people.council.practitioner, by, reads="is to send the referral",
        reads_status=200,
    )


def _last_word(now: datetime) -> tuple[Cast, Dispute]:
    people, dispute = halton(now)
    return people, referred(dispute, now=now)


@journey("give_outcome", "the chair gives the last word, not a party")
def _(now: datetime) -> InVain:
    people, dispute = _last_word(now)
    said = {"text": WORDS, "reasons": "Nights."}
    return InVain(
        dispute, "outcome/give/", said, "outcome/", said,
        people.council.board_representative, people.chair,
    )


@journey("return_referral", "a referral is sent back by whoever it went to")
def _(now: datetime) -> InVain:
    people, dispute = _last_word(now)
    said = {"reason": "The ward's position is missing."}
    return InVain(
        dispute, "referral/return/", said, "referral/return/", said, people.health.board_representative, people.chair
    )


@journey("confirm_outcome", "each agency confirms for itself, and not whoever gave the last word (F23)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    dispute, said = with_last_word(dispute, now=now), {"text": "We arrange it."}
    return InVain(
        dispute, "outcome/confirm/", said | {"accepts": "yes"}, "outcome/confirm/", said | {"accepts": True},
        people.chair, people.council.senior_manager,
    )


@journey("confirm_outcome", "a practitioner does not bind their agency (F23)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    dispute, said = with_last_word(dispute, now=now), {"text": "We arrange it."}
    return InVain(
        dispute, "outcome/confirm/", said | {"accepts": "yes"}, "outcome/confirm/", said | {"accepts": True},
        people.council.practitioner, people.health.line_manager,
    )


@journey("dispute_decisions", "what stays open is done when its owner says so (F23)")
def _(now: datetime) -> InVain:
    people, dispute = _last_word(now)
    issue = afterwards.NewIssue("Who pays?", people.council.senior_manager, now.date() + timedelta(days=7))
    outcomes.give_last_word(dispute=dispute, text=WORDS, reasons="Nights.", by=people.chair, now=now, issues=[issue])
    row = fresh(dispute).outcomes.get().outstanding_issues.get()
    path, said = f"issues/{row.pk}/complete/", {"note": "The council pays."}
    return InVain(dispute, path, said, path, said, people.health.senior_manager, people.council.senior_manager)


@journey("dispute_decisions", "the role the protocol names takes it to a further body (F22)")
def _(now: datetime) -> InVain:
    people = people_under("dundee", now=now)
    dispute = with_last_word(make_dispute(people, now=now), now=now)
    said = {"code": "apc", "reason": "The threshold is not clear."}
    return InVain(
        dispute, "onward/add/", said, "onward/", said, people.council.practitioner, people.chief_social_work_officer
    )


@journey("give_outcome", "of two who speak jointly, the first does not end it; nobody confirms before both have spoken (F8)")
def _(now: datetime) -> InVain:
    people = people_under("south_lanarkshire", now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    first, second = speakers(dispute)
    given = outcomes.give_last_word(dispute=dispute, text=WORDS, reasons="Nights.", by=first, now=now)
    said = {"text": "We arrange it."}
    confirms = people.health.senior_manager
    return InVain(
        fresh(dispute), "outcome/confirm/", said | {"accepts": "yes"}, "outcome/confirm/", said | {"accepts": True},
        confirms, confirms, code="stale", reads="to give the last word",
        opens=lambda: outcomes.concur(dispute=fresh(dispute), outcome=given, by=second, now=now),
    )


def named(people: Cast) -> list[int]:
    """Who may know of a restricted case."""
    return [people.council.practitioner.pk, people.council.senior_manager.pk]


def ask_to_restrict(people: Cast, dispute: Dispute, by: Appointment, now: datetime) -> None:
    """Restrict the case, or ask for it, as the role of ``by`` says."""
    wanted = Wanted([people.council.practitioner, people.council.senior_manager], WORDS)
    restrictions.restrict(dispute=dispute, wanted=wanted, by=by, now=now)


@journey("restrict", "a board representative restricts no case (F53)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    said = {"people": named(people), "reason": WORDS}
    by, then = people.council.board_representative, people.council.senior_manager
    return InVain(dispute, "restriction/restrict/", said, "restriction/", said, by, then)


@journey("decide_restriction", "what a practitioner asks is decided by somebody who may restrict alone (F53)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    ask_to_restrict(people, dispute, people.council.practitioner, now)
    path = "restriction/decide/"
    by, then = people.council.lead, people.council.senior_manager
    return InVain(dispute, path, {"agrees": "yes"}, path, {"agrees": True}, by, then)


@journey("protect_raiser", "nobody but a lead of their agency asks on somebody's behalf that their name is kept (T9)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    path, by, then = "raiser/protect/", people.health.practitioner, people.council.practitioner
    return InVain(dispute, path, {"protect_reason": WORDS}, path, {"reason": WORDS}, by, then)


@journey("name_raiser", "nobody gives the name again but the person themselves, not their lead (T9)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    raiser.protect_raiser(dispute=dispute, reason=WORDS, by=people.council.practitioner, now=now)
    leads.join(dispute, people.council.lead, Side.RAISING, now=now)
    path, by, then = "raiser/name/", people.council.lead, people.council.practitioner
    return InVain(dispute, path, {"is_sure": "on"}, path, {}, by, then)


@journey("review_restriction", "who is only named on the list does not lift it (F53)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    ask_to_restrict(people, dispute, people.council.senior_manager, now)
    path, said = "restriction/review/", {"reason": WORDS}
    by, then = people.council.practitioner, people.council.senior_manager
    return InVain(dispute, path, said | {"keeps": "no"}, path, said | {"keeps": False, "people": []}, by, then)


@journey("grant_access", "an auditor gives nobody access to what has ended; a lead does, to one of their own (quality 3.1)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    moves.withdraw(dispute=dispute, reason=WORDS, by=people.council.practitioner, now=now)
    Dispute.objects.filter(pk=dispute.pk).update(closed_at=now - timedelta(days=30))
    holder, last = people.council.practitioner.pk, now.date() + timedelta(days=7)
    page = {"holder": holder, "reason": WORDS, "until_on_day": last.day, "until_on_month": last.month, "until_on_year": last.year}
    said = {"holder": holder, "reason": WORDS, "until_on": f"{last}"}
    return InVain(dispute, "access/grant/", page, "access/", said, people.auditor, people.council.lead)


ALL = JOURNEYS  # those of working and those of deciding
