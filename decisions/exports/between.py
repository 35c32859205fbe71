"""What the agencies worked out between them: the points they agree and dispute, meetings, advice, plans and debriefs."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat

from decisions.exports.parts import Part, Reader, card, facts, items, pair, section, when, who
from escalation import sharing
from escalation.models import Debrief, Evidence, Invitation, Point, PointView
from escalation.permissions import may_read
from escalation.reading import mapped


def points(reader: Reader) -> Part | None:
    """The disagreement map: each point with a column for each agency (F71)."""
    rows = mapped(reader.dispute, reader.by)
    cards = [
        card(
            row.text,
            pair([_column(view) for view in row.views.all()]),
            under=_stands(row),
        )
        for row in rows
    ]
    return section("points", "What the agencies agree and what they dispute", *cards) if cards else None


def _stands(point: Point) -> str:
    if point.agreed_at:
        return f"Agreed by every agency on {when(point.agreed_at)}"
    is_disputed = any(view.stance == PointView.Stance.DISPUTED for view in point.views.all())
    return "Disputed" if is_disputed else "Not agreed by all yet"


def _column(view: PointView) -> Part:
    more = f"Weight for the risk: {view.weight_words}"
    return {
        "heading": view.agency.name,
        "stance": view.get_stance_display(),
        "text": view.says,
        "more": f"{more}. Goes by: {view.threshold}" if view.threshold else more,
        "by": f"{who(view.recorded_by)}, {when(view.recorded_at)}",
    }


def meetings(reader: Reader) -> Part | None:
    """Meetings with who was there, what was said and decided, and who did not agree (F18)."""
    rows = reader.reads(reader.dispute.meetings.prefetch_related(*_of("invitations__who")).select_related(*_of("recorded_by")))
    cards = [
        card(
            row.kind,
            facts(
                ("When", when(row.held_at or row.starts_at)), ("Proposed by", who(row.recorded_by)), ("To settle", row.aim),
                ("Called off", row.cancelled_why), ("Also there", row.also_there), ("What was said", row.said),
                ("What was decided", row.decisions), ("Who did not agree", row.dissent),
            ),
            items([_guest(one) for one in row.invitations.all()], heading="Invited"),
            under=f"{'Held' if row.held_at else 'Called off' if row.cancelled_at else 'Proposed'}, {reader.label(row.stage)}",
        )
        for row in rows
    ]  # fmt: skip
    return section("meetings", "Meetings", *cards) if cards else None


def advice(reader: Reader) -> Part | None:
    """What was asked of a lead, and their answer in their own name (B-27)."""
    people = [part for name in ("adviser", "asked_by", "answered_by", "taken_back_by") for part in _of(name)]
    rows = reader.reads(reader.dispute.advice_requests.select_related(*people).order_by("pk"))
    cards = [
        card(
            f"Advice asked of {who(row.adviser)}",
            facts(
                ("Question", row.question), ("Advice", row.advice),
                ("Given by", f"{who(row.answered_by)}, {when(row.answered_at)}" if row.answered_at else ""),
                ("Not needed any more", f"{row.taken_back_why} ({who(row.taken_back_by)}, {when(row.taken_back_at)})"
                 if row.taken_back_at else ""),
                ("Answer", "None yet" if row.is_open else ""),
            ),
            under=f"{who(row.asked_by)}, {when(row.asked_at)}, {reader.label(row.stage)}",
        )
        for row in rows
    ]  # fmt: skip
    return section("advice", "Advice of a lead", *cards) if cards else None


def asked_outside(reader: Reader) -> Part | None:
    """What was asked of people outside the partnership, what they were told, and what they answered (F55)."""
    people = [part for name in ("invited_by", "ended_by") for part in _of(name)]
    rows = reader.dispute.outside_invitations.select_related(*people).prefetch_related("questions", "shares__evidence")
    cards = [
        card(
            f"Asked of {row.described}",
            facts(
                ("What for", row.purpose), ("Basis", row.get_basis_display()), ("Law", row.law),
                ("Consent", row.get_consent_display()), ("Why all the same", row.consent_why),
                ("What they were told", row.shared),
                ("Files they could take out", ", ".join(share.evidence.label for share in row.shares.all())),
                *((one.text, one.answer or "No answer") for one in row.questions.all()),
                ("Answered", when(row.answered_at)),
                ("Taken back", f"{row.ended_why} ({who(row.ended_by)}, {when(row.ended_at)})" if row.ended_by else ""),
            ),
            under=f"{who(row.invited_by)}, {when(row.invited_at)}, {reader.label(row.stage)}",
        )
        for row in reader.reads(rows.order_by("pk"))
    ]  # fmt: skip
    return section("outside", "Asked outside the partnership", *cards) if cards else None


def _guest(row: Invitation) -> str:
    came = {True: ": was there", False: ": was not there", None: ""}[row.attended]
    return f"{who(row.who)}{came}"


def _of(name: str) -> list[str]:
    return [f"{name}__{part}" for part in ("user", "agency", "partnership")]


def evidence(reader: Reader) -> Part | None:
    """What was handed in as evidence, with the fingerprint of each file; the files themselves are not part of it (F48)."""
    rows = reader.reads(reader.dispute.evidence_files.select_related(*_of("recorded_by"), *_of("withdrawn_by")).order_by("pk"))
    cards = [
        card(
            f"{row.label}: {row.kind}, {filesizeformat(row.size)}",
            facts(
                ("What it shows", row.shows), ("Scanned", _scanned(row)), ("SHA-256", row.sha256),
                ("SHA-256 as it was handed in", "" if row.received_sha256 == row.sha256 else row.received_sha256),
                ("Withdrawn", _withdrawn(row)),
            ),
            under=f"{who(row.recorded_by)}, {when(row.recorded_at)}, {reader.label(row.stage)}",
        )
        for row in rows
    ]  # fmt: skip
    return section("evidence", "Evidence handed in", *cards) if cards else None


def _withdrawn(row: Evidence) -> str:
    return f"{row.withdrawn_why} ({who(row.withdrawn_by)}, {when(row.withdrawn_at)})" if row.withdrawn_at else ""


def _scanned(row: Evidence) -> str:
    found = f": {row.reason}" if row.reason else ""
    return f"{row.get_state_display()}{found} ({row.scanner}, {when(row.scanned_at)})" if row.scanned_at else "Not scanned"


def plans(reader: Reader) -> Part | None:
    """Interim protection plans with every look at them (F14)."""
    rows = reader.hears(
        reader.dispute.plans.select_related(*_of("owner"), *_of("recorded_by"), "agency").prefetch_related(
            *_of("reviews__recorded_by")
        )
    )
    cards = [
        card(
            f"Plan of {row.agency.name}",
            facts(
                ("Measures", row.measures), ("Who looks after it", who(row.owner)),
                ("Looked at again on", "" if row.ended_at else when(row.review_on)), ("Ended", when(row.ended_at)),
            ),
            items([f"{when(one.recorded_at)}, {who(one.recorded_by)}: {one.note}" for one in row.reviews.all()],
                  heading="Looked at"),
            under=f"{who(row.recorded_by)}, {when(row.recorded_at)}, {reader.label(row.stage)}",
        )
        for row in rows
    ]  # fmt: skip
    return section("plans", "Interim protection plans", *cards) if cards else None


def debriefs(reader: Reader) -> Part | None:
    """For each person whether a debrief was offered, held or declined (F24)."""
    latest: dict[int, Debrief] = {row.participant_id: row for row in reader.hears(reader.dispute.debriefs.order_by("pk"))}
    people = reader.dispute.participants.select_related(*_of("appointment"))
    texts = [f"{who(one.appointment)}: {_became(latest.get(one.pk))}" for one in people]
    return section("debriefs", "Debriefs", items(texts)) if latest else None


def _became(row: Debrief | None) -> str:
    if row is None:
        return "not offered"
    said = f", {row.get_answer_display().lower()} on {when(row.answered_at)}" if row.answer else ""
    return f"offered on {when(row.recorded_at)}{said}"


def supporters(reader: Reader) -> Part | None:
    """Who stood by the person who raised it, and never why (F72)."""
    rows = reader.dispute.supports.select_related(*_of("supporter"))
    ended = {row.pk: f" until {when(row.ended_at)}" if row.ended_at else "" for row in rows}
    texts = [f"{who(row.supporter)}, since {when(row.asked_at)}{ended[row.pk]}" for row in rows]
    return section("supporters", "Support for the person who raised it", items(texts)) if texts else None


def sharings(reader: Reader) -> Part | None:
    """With whom it was shared, by whom, when, what for and on what basis (F54)."""
    cards = [
        card(
            f"With {row.shared_with.name if row.shared_with else reader.dispute.partnership.name}",
            facts(
                ("Shared by", row.shared_by.name), ("Occasion", row.get_occasion_display()), ("What for", row.purpose),
                ("Basis", row.get_basis_display()), ("Law", row.law), ("Consent", row.get_consent_display()),
                ("Why all the same", row.consent_why),
            ),
            under=f"{who(row.by)}, {when(row.at)}, {reader.label(row.stage)}",
        )
        for row in sharing.told_to(reader.dispute, reader.by)
    ]  # fmt: skip
    return section("sharings", "With whom it is shared, and on what basis", *cards) if cards else None


def links(reader: Reader) -> Part | None:
    """Disputes that belong to this one, as far as the reader may read them (F25, F26)."""
    rows = list(reader.dispute.links.select_related("other", *_of("made_by")))
    rows += reader.dispute.linked_from.select_related("dispute", *_of("made_by"))
    texts = []
    for row in rows:
        is_later = row.dispute_id == reader.dispute.pk
        other = row.other if is_later else row.dispute
        if may_read(other, reader.by):
            words = row.get_kind_display()
            how = f"This {words} {other.reference}" if is_later else f"{other.reference} {words} this"
            texts.append(f"{how}: {row.reason} ({who(row.made_by)}, {when(row.made_at)})")
    return section("links", "Disputes that belong to this one", items(texts)) if texts else None
