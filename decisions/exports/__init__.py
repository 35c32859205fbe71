"""Assembles what a document holds: a frozen bundle of plain data with only what the person it is for may read."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from cases.checkpoints import Sealed
from cases.models import Appointment
from decisions.exports import between, brief, course, decided, learning, proof, summary
from decisions.exports.parts import Part, Reader, made_for, when, without
from decisions.models import Export
from escalation.access import opens_somewhere
from escalation.models import Dispute
from escalation.raisers import covered_parts, covers_for

FORMAT = 1


def may_export(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may have a document made of what they may read."""
    return opens_somewhere("export", dispute, by)


def assemble(
    dispute: Dispute, *, kind: str, reason: str, by: Appointment, now: datetime, sealed: Sealed | None = None
) -> dict[str, Any]:
    """The bundle of one document; the dispute must be locked, so that all of it is of one moment.

    ``sealed`` is the newest checkpoint over the case's chain; frozen in the bundle, so that the same document is made again.
    """
    reader = Reader.of(dispute, by)
    sections: list[Part | None]
    if Export.Kind(kind) == Export.Kind.CASE_HISTORY:
        sections = [*_case_history(reader, reason=reason, made_at=now), proof.in_full(dispute, sealed)]
    else:
        sections = [*brief.sections_of(reader, reason=reason, made_at=now), proof.in_short(sealed)]
    return {
        "format": FORMAT,
        "kind": str(kind),
        "language": "en-GB",
        "reference": dispute.reference,
        "title": str(Export.Kind(kind).label),
        "terms": dispute.rules.terminology.dispute,
        "partnership": dispute.partnership.name,
        "made_for": f"Confidential. Made for {made_for(reader)}, {when(now)}",
        "made_at": now.astimezone(UTC).replace(microsecond=0).isoformat(),
        "sections": covered_parts([part for part in sections if part], covers_for(by, reference=dispute.reference)),
    }


def fingerprint(bundle: dict[str, Any]) -> str:
    """The SHA-256 of everything a bundle says, as 64 hexadecimal digits."""
    written = json.dumps(bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def _case_history(reader: Reader, *, reason: str, made_at: datetime) -> list[Part]:
    dispute = reader.dispute
    found = [
        summary.about_this_document(reader, reason=reason, made_at=made_at),
        summary.rules_used(reader),
        summary.in_short(reader),
        summary.is_the_person_safe(reader),
        between.plans(reader),
        summary.persons_voice(reader),
        summary.practitioners_account(reader),
        summary.managers_commentary(reader),
        course.stages_and_limits(reader),
        course.chronology(reader),
        course.positions(reader),
        between.points(reader),
        between.evidence(reader),
        between.meetings(reader),
        between.advice(reader),
        between.asked_outside(reader),
        decided.decision_records(reader),
        decided.referrals(reader),
        decided.outcomes(reader),
        course.actions(reader),
        course.feedback(reader),
        between.debriefs(reader),
        learning.learning(reader),
        between.supporters(reader),
        between.sharings(reader),
        between.links(reader),
        course.own_records(reader),
        course.still_owed(reader),
        summary.people(reader),
        decided.who_has_looked(reader),
    ]
    kept = [one for one in found if one]
    shared: list[Part] = without(kept, decided.addresses(dispute), decided.ADDRESS_LEFT_OUT)
    return shared
