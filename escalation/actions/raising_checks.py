"""What is said when a dispute is raised, and everything for which it can be refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.errors import Refused
from cases.models import Agency, Appointment, Case
from cases.models.case import Capacity
from cases.roles import Permission
from escalation.deadlines import LONDON
from escalation.lawful import Lawful
from escalation.personal_data import personal_data_in
from escalation.protocol import Protocol

OLDEST_CONCERN = timedelta(days=365)
SAID_OF_A_THEME = ("decision_disputed", "decided_by", "worry", "evidence", "aim", "proposed_resolution", "earlier_forum")


@dataclass(frozen=True)
class Raised:
    """What the person who raises it says; everything here is kept as it was said."""

    decision_disputed: str
    worry: str
    proposed_resolution: str
    concern_arose_at: datetime
    subject: str = ""
    ground: str = ""
    category: str = ""
    decided_by: str = ""
    evidence: str = ""
    aim: str = ""
    capacity: str = Capacity.NOT_KNOWN
    persons_view: str = ""
    earlier_forum: str = ""
    danger_answer: str = "not_in_danger"
    decision_received_at: datetime | None = None
    entry_stage: int = 1
    immediate_risk_reason: str = ""
    own_date: datetime | None = None
    lawful: Lawful | None = None  # why it may be shared; the usual reason unless told
    protect_reason: str = ""  # why only safeguarding leads may know who raised it; empty: everybody may


def completed(raised: Raised, rules: Protocol) -> Raised:
    """The protocol's first choice stands where nothing was chosen; its last category, which is 'something else'."""
    defaults = {
        "subject": raised.subject or rules.subjects[0].code,
        "ground": raised.ground or rules.grounds[0].code,
        "category": raised.category or rules.categories[-1].code,
    }
    return Raised(**(raised.__dict__ | defaults))


def check_raised(
    case: Case, responding: Sequence[Agency], raised: Raised, rules: Protocol, by: Appointment, now: datetime
) -> None:
    """Refused, with what to do, unless everything that was said can be raised under these rules."""
    own_agency(by)
    _check_agencies(responding, by)
    check_concern(raised.concern_arose_at, now)
    for field in ("decision_disputed", "worry", "proposed_resolution"):
        if not getattr(raised, field).strip():
            raise Refused(_MISSING[field], field=field)
    check_choices(raised, rules)
    _check_entry(raised, rules)
    _check_case(case, rules, by)
    if rules.is_thematic:
        _check_names_nobody(case, raised, now)


def _check_agencies(responding: Sequence[Agency], by: Appointment) -> None:
    if not responding:
        raise Refused("Say which agency made the decision.", field="responding")
    if any(agency.pk == by.agency_id for agency in responding):
        raise Refused("Choose the other agency, not your own.", field="responding")
    if any(agency.partnership_id != by.partnership_id for agency in responding):
        raise Refused("Choose an agency of your partnership.", field="responding")


def _check_case(case: Case, rules: Protocol, by: Appointment) -> None:
    if case.partnership_id != by.partnership_id:
        raise Refused("This case belongs to another partnership.", code="forbidden")
    if case.is_theme is not rules.is_thematic:
        about = "a theme, and this case is about a person" if rules.is_thematic else "a person, and this case is a theme"
        raise Refused(f"This is about {about}. Choose another case.", field="case")


def _check_names_nobody(case: Case, raised: Raised, now: datetime) -> None:
    """Where it is about no person, what would plainly lead to one is refused at its question."""
    for field in ("persons_view", "immediate_risk_reason"):
        if getattr(raised, field).strip():
            raise Refused("A theme is about no person: leave this empty.", field=field)
    check_names_nobody("theme", case.theme, now)
    for field in SAID_OF_A_THEME:
        check_names_nobody(field, getattr(raised, field), now)


def check_names_nobody(field: str, text: str, now: datetime) -> None:
    """Refused when the text holds a date of birth or a health service number."""
    if found := personal_data_in(text, today=now.astimezone(LONDON).date()):
        raise Refused(f"This looks like {found}. A theme holds no personal data: take it out.", field=field)


def own_agency(by: Appointment) -> Agency:
    """The agency for which it is raised; refused in a role that raises nothing."""
    if by.agency is None or not by.has(Permission.RAISE_DISPUTE):
        raise Refused("In this role you cannot raise a disagreement. Switch to a role at your agency.", code="forbidden")
    return by.agency


_MISSING = {
    "decision_disputed": "Say what was decided, or what was not done.",
    "worry": "Say what worries you.",
    "proposed_resolution": "Say what would resolve it.",
}


def check_concern(arose_at: datetime, now: datetime) -> None:
    """Refused unless the concern arose within the last year."""
    if arose_at > now:
        raise Refused("The concern cannot have arisen in the future. Check the date and time.", field="concern_arose_at")
    if arose_at < now - OLDEST_CONCERN:
        raise Refused("Give a date within the last year: when this concern arose.", field="concern_arose_at")


def check_choices(raised: Raised, rules: Protocol) -> None:
    """Refused unless subject, ground and category are the protocol's, and the ground fits what is known of capacity."""
    for field, choices in (("subject", rules.subjects), ("ground", rules.grounds), ("category", rules.categories)):
        if getattr(raised, field) not in {choice.code for choice in choices}:
            raise Refused("Choose one of the answers listed.", field=field)
    ground = next(choice for choice in rules.grounds if choice.code == raised.ground)
    if not ground.requires_capacity:
        return
    if raised.capacity == Capacity.NOT_KNOWN:
        raise Refused("For this ground, say what is known of the person's capacity for this decision.", field="capacity")
    if raised.capacity == Capacity.HAS:
        raise Refused(
            "Somebody with capacity may make a decision that others think unwise. If you believe the agency's decision is "
            "not safe, choose that ground instead.",
            field="ground",
        )


def _check_entry(raised: Raised, rules: Protocol) -> None:
    if raised.entry_stage == 1:
        return
    if raised.entry_stage not in [stage.order for stage in rules.risk_stages]:
        raise Refused("Under this protocol it cannot begin at this stage.", field="entry_stage")
    if not raised.immediate_risk_reason.strip():
        raise Refused("Say what the immediate risk is, and why it cannot wait for the earlier stages.",
                      field="immediate_risk_reason")
