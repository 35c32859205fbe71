"""What each act of a dispute refuses, to whom, what they read before they try, and what opens it: one row for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Appointment
from cases.roles import Role
from escalation import leads
from escalation.actions import advice, meetings, plans, points
from escalation.actions.agreed import add_action
from escalation.actions.debriefs import offer_debrief
from escalation.actions.evidence import HandedIn, add_evidence
from escalation.actions.support import Asked, ask_support
from escalation.models import Dispute, Support
from escalation.protocol import Side
from tests.escalation.outside import steps as outside_steps
from tests.factories import Cast, make_appointment
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.journeys.walking import moment

NOT_YOURS = "This is not yours to do now"
WORDS = "The sitter starts on Monday."


@dataclass(frozen=True)
class InVain:
    """One attempt that is refused, and the same by whoever may, once what was missing is there; None when nobody ever may."""

    dispute: Dispute
    page: str
    data: dict[str, Any]
    api: str
    api_data: dict[str, Any]
    refused: Appointment
    then: Appointment | None
    reads: str = NOT_YOURS
    reads_at: str = ""
    reads_status: int = 403
    code: str = "forbidden"
    opens: Callable[[], object] = field(default=lambda: None)


Begin = Callable[[datetime], InVain]
JOURNEYS: dict[str, tuple[str, Begin]] = {}


def journey(verb: str, name: str) -> Callable[[Begin], Begin]:
    """Put a row in the table, under the verb of the dispute that it is about."""

    def keep(begin: Begin) -> Begin:
        JOURNEYS[name] = (verb, begin)
        return begin

    return keep


def halton(now: datetime) -> tuple[Cast, Dispute]:
    """A dispute at Halton's first stage."""
    people = people_under("halton", now=now)
    return people, make_dispute(people, now=now)


def reader_only(people: Cast, dispute: Dispute, now: datetime) -> Appointment:
    """Somebody whom the originator asked to stand by: reads along and does nothing (F72)."""
    asked = Asked(people.council.lead, Support.Kind.SUPPORT)
    ask_support(dispute=dispute, asked=asked, by=people.council.practitioner, now=now)
    return people.council.lead


@journey("acknowledge", "nobody says for another agency that it has it")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    by, theirs = people.council.practitioner, people.health.practitioner
    return InVain(dispute, "acknowledgement/give/", {"sent": "yes"}, "acknowledge/", {}, by, theirs)


@journey("propose_meeting", "a supporter reads along and calls no meeting (F18, F72)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    invited, at = [people.health.practitioner.pk], now + timedelta(days=1)
    said = {"kind": "Strategy Meeting", "aim": "Plan the first night.", "place": "Room 4", "invited": invited}
    return InVain(
        dispute, "meetings/propose/", said | moment("starts_at", at), "meetings/", said | {"starts_at": at.isoformat()},
        reader_only(people, dispute, now), people.council.practitioner,
    )


@journey("propose_meeting", "the minutes of a meeting are for those on the dispute (F18)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    proposed = meetings.Proposed("Strategy Meeting", now + timedelta(minutes=1), "Plan the first night.", "Room 4")
    invited, by = [people.health.practitioner], people.council.practitioner
    row = meetings.propose_meeting(dispute=dispute, proposed=proposed, invited=invited, by=by, now=now)
    said = {"attended": [invited[0].pk], "mode": "face_to_face", "said": WORDS, "dissent": "The ward does not agree."}
    return InVain(
        dispute, f"meetings/{row.pk}/hold/", said | moment("held_at", now), f"meetings/{row.pk}/hold/",
        said | {"held_at": now.isoformat()}, reader_only(people, dispute, now), by,
    )


@journey("add_action", "a supporter agrees to nothing for others (F19)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    by = people.council.practitioner
    said = {"what": "Book the sitter.", "owner": by.pk}
    days = {"due_on_day": "9", "due_on_month": "4", "due_on_year": "2026"}
    return InVain(
        dispute, "actions/add/", said | days, "actions/", said | {"due_on": "2026-04-09"}, reader_only(people, dispute, now), by
    )


@journey("add_action", "an action is done when its own agency says how that can be seen (F19)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    by = people.council.practitioner
    row = add_action(dispute=dispute, what="Book it.", owner=by, due_on=now.date() + timedelta(days=5), by=by, now=now)
    path, said = f"actions/{row.pk}/complete/", {"note": "Booked; the agency confirmed it by mail."}
    return InVain(dispute, path, said, path, said, people.health.practitioner, by)


@journey("add_evidence", "a supporter hands nothing in (F48, F72)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    said = {"shows": "The ward chart of 1 April.", "file": SimpleUploadedFile("chart.txt", b"Seen at nine.")}
    return InVain(
        dispute, "evidence/add/", said, "evidence/", said, reader_only(people, dispute, now), people.council.practitioner
    )


@journey("add_evidence", "a file is withdrawn by the agency that handed it in (F48)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    by, handed_in = people.council.practitioner, HandedIn(b"Seen at nine.", "chart.txt", "The ward chart of 1 April.")
    row = add_evidence(dispute=dispute, handed_in=handed_in, by=by, now=now)
    path, said = f"evidence/{row.pk}/withdraw/", {"why": "It is about another ward."}
    return InVain(dispute, path, said, path, said, people.health.practitioner, by)


@journey("open_plan", "a plan is looked at by those who work on it (F14)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    by = people.council.practitioner
    plan = plans.Plan("A night sitter.", by, now.date() + timedelta(days=5))
    row = plans.open_plan(dispute=dispute, plan=plan, by=by, now=now)
    path, note = f"plans/{row.pk}/review/", {"note": "The sitter came every night."}
    return InVain(dispute, path, note | {"goes_on": "no"}, path, note, reader_only(people, dispute, now), by)


@journey("map_points", "a supporter writes in nobody's column (F71)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    said = {"text": "She cannot be alone at night.", "stance": "disputed", "says": "She fell twice.", "weight": "high"}
    return InVain(
        dispute, "points/add/", said | {"seen": ""}, "points/", said, reader_only(people, dispute, now),
        people.council.practitioner,
    )


@journey("record_review", "nobody reviews as a manager what they raised themselves (F11)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    leads.join(dispute, people.council.line_manager, Side.RAISING, now=now)
    said = {"rationale": "Two falls at night in March."}
    return InVain(
        dispute, "reviews/record/", said | {"agrees": "yes"}, "reviews/", said | {"agrees": True},
        people.council.practitioner, people.council.line_manager,
    )


@journey("give_feedback", "the person who raised it does not give the feedback to themselves (F16)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    said = {"text": "Nothing was done, because the ward is full."}
    by, theirs = people.council.practitioner, people.health.practitioner
    return InVain(dispute, "feedback/give/", said, "feedback/", said, by, theirs)


@journey("ask_support", "whoever raised it asks for support themselves (F72)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    leads.join(dispute, people.council.line_manager, Side.RAISING, now=now)
    said = {"supporter": people.council.lead.pk, "kind": "support"}
    return InVain(
        dispute, "support/ask/", said, "support/", said, people.council.line_manager, people.council.practitioner
    )


@journey("ask_advice", "a supporter asks no lead (B-27)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    to_ask = make_appointment(Role.SAFEGUARDING_LEAD, people.council.agency)
    said = {"adviser": to_ask.pk, "question": "Is this ours?"}
    return InVain(
        dispute, "advice/ask/", said, "advice/", said, reader_only(people, dispute, now), people.council.practitioner
    )


@journey("ask_advice", "advice is given by whoever was asked (B-27)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    by, lead = people.council.practitioner, people.council.lead
    row = advice.ask_advice(dispute=dispute, asked=advice.Asked(lead, "Is this ours?"), by=by, now=now)
    path, said = f"advice/{row.pk}/answer/", {"advice": "It is. Ask for the meeting today."}
    return InVain(dispute, path, said, path, said, by, lead)


@journey("ask_advice", "a question for advice is taken back by the agency that asked (B-27)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    by, lead = people.council.practitioner, people.council.lead
    row = advice.ask_advice(dispute=dispute, asked=advice.Asked(lead, "Is this ours?"), by=by, now=now)
    path, said = f"advice/{row.pk}/take-back/", {"why": "Answered by phone, and recorded."}
    return InVain(dispute, path, said, path, said, lead, by)


@journey("invite_outside", "a supporter asks nobody outside (F55)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    said = outside_steps.form_of(now.date())
    by_program = {name: said[name] for name in ("organisation", "name", "email", "purpose", "shared")}
    return InVain(
        dispute, "outside/invite/", said, "outside/", by_program | {"questions": ["Who was there?"]},
        reader_only(people, dispute, now), people.council.practitioner,
    )  # fmt: skip


@journey("link", "a supporter links nothing (F26)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    other = make_dispute(people, now=now)
    reader_only(people, other, now)
    said = {"kind": "related", "other": other.reference, "reason": "The same ward."}
    return InVain(
        dispute, "links/link/", said, "links/", said, reader_only(people, dispute, now), people.council.practitioner
    )


@journey("bring_in", "a manager brings colleagues in, and nobody those of another agency (F17)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    leads.join(dispute, people.council.line_manager, Side.RAISING, now=now)
    said = {"who": people.council.lead.pk, "reason": "She knows the family."}
    return InVain(
        dispute, "people/bring-in/", said, "people/", said, people.council.practitioner, people.council.line_manager
    )


@journey("withdraw", "only the side that raised it takes it back (F26)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    how = {"ending": "settled_otherwise", "reason": "We found another way."}
    said = how | {"was_pressed": "no"}
    by, theirs = people.council.practitioner, people.health.practitioner
    return InVain(dispute, "withdrawal/withdraw/", said, "withdraw/", how, theirs, by)


@journey("offer_debrief", "a debrief is declined by the person it was offered to (F24)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    leads.join(dispute, people.council.line_manager, Side.RAISING, now=now)
    offer_debrief(dispute=dispute, text="Thursday at ten.", by=people.council.line_manager, now=now)
    by = people.council.practitioner
    row = dispute.debriefs.get(participant__appointment=by)
    path, said = f"debriefs/{row.pk}/answer/", {"answer": "declined"}
    return InVain(dispute, path, said, path, said, people.health.practitioner, by)


@journey("record_discussion", "a stage inside one agency is that agency's own, until the next opens (F9)")
def _(now: datetime) -> InVain:
    people = people_under("dundee", now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    said = {"kind": "talk", "mode": "phone", "with_whom": "Jo Price", "result": "No agreement."}
    return InVain(
        dispute, "discussions/record/", said | moment("happened_at", now), "discussions/",
        said | {"happened_at": now.isoformat()}, people.health.practitioner, people.health.line_manager,
        opens=lambda: climb(fresh(dispute), now=now),
    )


@journey("map_points", "what every agency has agreed is locked (F71)")
def _(now: datetime) -> InVain:
    people, dispute = halton(now)
    column = points.Column("agreed", "She fell twice.", "high")
    by, theirs = people.council.practitioner, people.health.practitioner
    row = points.add_point(dispute=dispute, text="She fell.", column=column, by=by, now=now)
    points.say_on_point(point=row, column=column, by=theirs, now=now)
    path = f"points/{row.pk}/say/"
    said = {"stance": "disputed", "says": "She did not.", "weight": "low"}
    return InVain(dispute, path, said | {"seen": ""}, path, said, theirs, None, code="stale", reads="locked")
