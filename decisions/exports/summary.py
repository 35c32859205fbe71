"""The first pages of a case history: whom it is for, the rules it ran under, and the whole of it in short."""

from __future__ import annotations

from datetime import date, datetime

from cases.templatetags.dates import long_date
from decisions.exports.parts import Part, Reader, card, facts, items, made_for, note, plain_date, section, when, who
from escalation.actions.raiser import protection_of
from escalation.models import Dispute
from escalation.permissions import may_know_raiser
from escalation.protocol import Anchor, DayKind, Protocol, Side
from escalation.turn import turn_of

SEEN = "What is seen"
STARTS = {
    Anchor.CONCERN_AROSE: "the day the concern arose",
    Anchor.DISPUTE_RAISED: "the day the disagreement was raised",
    Anchor.DECISION_RECEIVED: "the day the decision was received",
}


def choice(options: object, code: str) -> str:
    """The label of a code in one of the protocol's lists."""
    return next((option.label for option in options if option.code == code), code)  # type: ignore[attr-defined]


def about_this_document(reader: Reader, *, reason: str, made_at: datetime) -> Part:
    """Who asked for it and why, when it was made, and what it leaves out because of whom it is for."""
    dispute = reader.dispute
    return section(
        "about", "About this document",
        facts(
            ("Partnership", dispute.partnership.name),
            ("Reference", dispute.reference),
            ("Case", dispute.case.reference),
            ("Made for", made_for(reader)),
            ("Why", reason),
            ("Made", when(made_at)),
            *handled_with_care(reader),
        ),
        card("What is left out", items(left_out(reader))),
    )  # fmt: skip


def handled_with_care(reader: Reader) -> list[tuple[str, str]]:
    """What whoever holds the copy has to know before they show it to somebody: a restriction, a name that is kept."""
    dispute = reader.dispute
    found = []
    if dispute.case.is_restricted:
        found.append(("Restricted", "Only named people may know of this. Show this copy to nobody else."))
    if protection_of(dispute) is not None and may_know_raiser(dispute, reader.by):
        agency = dispute.raising_agency.short_name
        found.append(("Name kept", f"This copy names who raised it. To everybody else, speak of a practitioner of {agency}."))
    return found


def left_out(reader: Reader) -> list[str]:
    """Everything this reader's copy does not hold, in words."""
    agency = reader.dispute.raising_agency.name
    found = [
        f"{reader.label(order)}: it belongs to {agency} alone. What was said there is not in this copy."
        for order in reader.hidden_stages
    ]
    found += [
        f"{reader.label(order)}: what was said there. What came of it, feedback, safety and its dates are in this copy."
        for order in reader.later_stages
    ]
    if not reader.may_see_drafts_of_all:
        found.append("Decision records that another agency is still writing.")
    if not reader.may_see_who_looked:
        found.append("The list of who has read the record. Auditors and safeguarding leads have it in their copy.")
    if not reader.dispute.case.is_theme:
        found.append("The person's address. Wherever the record repeats it, this copy says so instead.")
    return found


def rules_used(reader: Reader) -> Part:
    """The protocol, its version, how days are counted, and the days that were not counted."""
    dispute = reader.dispute
    rules, version = dispute.rules, dispute.protocol
    return section(
        "rules", "The rules it ran under",
        facts(
            ("Protocol", version.name),
            ("Track", version.track_label(dispute.track)),
            ("Version", f"{rules.version}, published here as version {version.version} on {when(version.published_at)}"),
            ("Fingerprint (SHA-256)", version.sha256),
            ("Days", how_days_count(rules)),
            ("Hours", "Counted as real hours, through nights and weekends." if rules.has_limits else ""),
            ("Calendar", "; ".join(calendars_used(dispute))),
            ("Last word", f"{rules.final_authority.title}. {rules.final_authority.text}".strip()),
        ),
        items(days_not_counted(dispute), heading="Days that were not counted"),
    )  # fmt: skip


def how_days_count(rules: Protocol) -> str:
    """How this protocol counts its days, in one or two sentences."""
    if not rules.has_limits:
        return "This protocol sets no time limits."
    kind = "Working days are counted" if rules.clock.days is DayKind.WORKING_DAYS else "Calendar days are counted"
    start = STARTS.get(rules.clock.anchor, "the day it is counted from")
    end = rules.clock.day_end
    ends = "the end of the day" if (end.hour, end.minute) == (23, 59) else f"{end:%H:%M}"
    return f"{kind}. Day {rules.clock.first_day_number} is {start}. A limit in days runs until {ends}."


def calendars_used(dispute: Dispute) -> list[str]:
    """The calendars behind the dates of this dispute."""
    return sorted({row.explanation["calendar"] for row in dispute.deadlines.all() if row.explanation.get("calendar")})


def days_not_counted(dispute: Dispute) -> list[str]:
    """The weekends and holidays that moved a date of this dispute."""
    skipped = {(one["day"], one["why"]) for row in dispute.deadlines.all() for one in row.explanation.get("skipped", ())}
    return [f"{long_date(date.fromisoformat(day))}: {why}" for day, why in sorted(skipped)]


def in_short(reader: Reader) -> Part:
    """Who it is about, who disagrees about what, and where it stands."""
    dispute = reader.dispute
    stage = dispute.rules_now
    return section(
        "summary", "In short",
        facts(
            *_about(dispute),
            ("Raised by", f"{who(dispute.raised_by)}, on {when(dispute.raised_at)}"),
            ("Raised with", ", ".join(_responding(dispute))),
            ("The concern arose", when(dispute.concern_arose_at)),
            (SEEN if dispute.rules.is_thematic else "What is disagreed", dispute.decision_disputed),
            ("Stage", f"{stage.label}: {stage.name}"),
            ("Where it stands", turn_of(dispute).sentence),
            ("Ended", when(dispute.closed_at)),
        ),
    )  # fmt: skip


def _about(dispute: Dispute) -> list[tuple[str, str]]:
    """Whom it is about; of a theme its name, which is nobody's."""
    person = dispute.case.person
    if person is None:
        return [("Theme", dispute.case.theme), ("Person", "None: it is about how agencies work together")]
    return [
        (dispute.rules.terminology.person.capitalize(), person.name),
        ("Date of birth", plain_date(person.date_of_birth)),
        ("What they want", person.desired_outcomes),
    ]


def _responding(dispute: Dispute) -> list[str]:
    return [party.agency.name for party in dispute.parties.all() if party.side == Side.RESPONDING]


def practitioners_account(reader: Reader) -> Part:
    """What the practitioner wrote when raising it, under their name (E-10)."""
    dispute = reader.dispute
    rules = dispute.rules
    return section(
        "practitioner", "The practitioner's account",
        facts(
            ("What it is about", choice(rules.subjects, dispute.subject)),
            ("Ground", choice(rules.grounds, dispute.ground)),
            ("Category", choice(rules.categories, dispute.category)),
            (SEEN if rules.is_thematic else "What was decided", dispute.decision_disputed),
            ("Where" if rules.is_thematic else "Who decided it", dispute.decided_by),
            ("What worries me", dispute.worry),
            ("What supports this", dispute.evidence),
            ("What it should achieve", dispute.aim),
            ("What I propose", dispute.proposed_resolution),
            ("The person's own view", dispute.persons_view),
            ("Capacity for this decision", "" if rules.is_thematic else dispute.get_capacity_display()),
            ("Raised elsewhere before", dispute.earlier_forum),
            ("Immediate risk", dispute.immediate_risk_reason if dispute.is_immediate_risk else ""),
        ),
        intro=f"Written by {who(dispute.raised_by)}, on {when(dispute.raised_at)}.",
    )  # fmt: skip


def managers_commentary(reader: Reader) -> Part:
    """What managers wrote of it, each under their name (E-10)."""
    reviews = reader.reads(reader.dispute.reviews.select_related(*_PEOPLE))
    cards = [
        card(
            "Agrees that it should be taken up" if review.agrees else "Does not agree that it should be taken up",
            facts(("Why", review.rationale), ("Next steps", review.next_steps)),
            under=f"{who(review.recorded_by)}, {when(review.recorded_at)}, {reader.label(review.stage)}",
        )
        for review in reviews
    ]
    return section("managers", "The managers' views", *(cards or [note("No manager has written a view in this copy.")]))


def is_the_person_safe(reader: Reader) -> Part | None:
    """Every answer to the first question, in order; a theme is about nobody."""
    if reader.dispute.rules.is_thematic:
        return None
    rows = reader.hears(reader.dispute.safety_confirmations.select_related(*_PEOPLE))
    cards = [
        card(
            f"Safe now? {row.get_answer_display()}",
            facts(
                ("How this is known", row.how), ("Measures", row.measures), ("Who sees to them", row.measures_owner),
                ("Looked at again on", when(row.review_on)),
            ),
            under=f"{who(row.recorded_by)}, {when(row.recorded_at)}, {reader.label(row.stage)}",
            stands_out=row.answer == row.Answer.NOT_SAFE,
        )
        for row in rows
    ]  # fmt: skip
    return section("safety", "Is the person safe?", *(cards or [note("Nothing about this is recorded in this copy.")]))


def persons_voice(reader: Reader) -> Part | None:
    """What the person wanted and thought, stage by stage."""
    rows = reader.reads(reader.dispute.voices.select_related(*_PEOPLE))
    cards = [
        card(
            reader.label(row.stage),
            facts(
                ("What they want", row.desired_outcomes), ("What they think", row.own_view),
                ("Told of the disagreement", row.get_told_display()), ("Why not", row.not_told_reason),
                ("Looked at again on", when(row.review_on)), ("Advocate", row.advocate),
            ),
            under=f"Recorded by {who(row.recorded_by)}, {when(row.recorded_at)}",
        )
        for row in rows
    ]  # fmt: skip
    return section("voice", "What the person says", *cards) if cards else None


def people(reader: Reader) -> Part:
    """Everybody on it, and since which stage."""
    sides = {Side.RAISING: "Raised it", Side.RESPONDING: "Was asked", Side.AUTHORITY: "Has the last word"}
    rows = reader.dispute.participants.all()
    listed = []
    for side, words in sides.items():
        here = [row for row in rows if row.side == side]
        names = "\n".join(f"{who(row.appointment)}, since {when(row.joined_at)}" for row in here)
        listed.append((words, names))
    confirmed = "\n".join(
        f"{party.agency.name}: {when(party.confirmed_at) or 'not yet'}" for party in reader.dispute.parties.all()
    )
    return section("people", "Who is on it", facts(*listed, ("Confirmed in writing", confirmed)))


_PEOPLE = ("recorded_by__user", "recorded_by__agency", "recorded_by__partnership", "agency")
