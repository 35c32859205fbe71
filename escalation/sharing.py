"""Where a dispute begins to be shared with another agency: written down with what for and on what basis (F54)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from cases import audit, together
from cases.errors import Refused
from cases.models import Agency, Appointment
from escalation.access import heard_stages
from escalation.lawful import Lawful, law_of, usual, wrong_with
from escalation.models import Dispute, OutsideInvitation, Sharing

PURPOSES = {
    Sharing.Occasion.RAISED: "To settle a professional disagreement",
    Sharing.Occasion.BORROWED: "So that somebody leads the stage for an agency that has nobody",
    Sharing.Occasion.BOARD: "So that the board’s own people can settle the disagreement",
    Sharing.Occasion.REFERRED: "So that whoever has the last word can give it",
    Sharing.Occasion.ADVICE: "To get the advice of a lead",
    Sharing.Occasion.SUPPORT: "So that a colleague can stand by the person who raised it",
}
OF_A_PERSON = " so that the person at risk is safe"


def begin(
    dispute: Dispute,
    occasion: Sharing.Occasion,
    *,
    with_agencies: Sequence[Agency | None],
    by: Appointment | None,
    now: datetime,
    lawful: Lawful | None = None,
    shared_by: Agency | None = None,
) -> list[Sharing]:
    """Write down that it is shared with each of these from now on; None is the board. Without an answer the usual one holds."""
    is_thematic = dispute.rules.is_thematic
    why = reasons(dispute, lawful, by=by)
    rows = [
        Sharing(
            dispute=dispute, stage=dispute.stage, occasion=occasion, shared_by=shared_by or dispute.raising_agency,
            shared_with=agency, by=by, at=now,
            purpose=PURPOSES[occasion] + ("" if is_thematic or occasion != Sharing.Occasion.RAISED else OF_A_PERSON), **why,
        )
        for agency in with_agencies
    ]  # fmt: skip
    together.write(rows)
    for row in rows:
        audit.record(
            "sharing_begun", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
            data={"with": row.shared_with_id, "from": row.shared_by_id, "occasion": str(occasion), "basis": why["basis"],
                  "consent": why["consent"]},
        )
    return rows


def reasons(dispute: Dispute, lawful: Lawful | None, *, by: Appointment | None) -> dict[str, str]:
    """Why it may be shared, as it is written down with the law of now; without an answer the usual one holds."""
    is_thematic = dispute.rules.is_thematic
    said = lawful or usual(is_thematic=is_thematic)
    if wrong := wrong_with(said, is_thematic=is_thematic):
        raise Refused(wrong[1], field=wrong[0])
    law = law_of(said.basis, dispute.rules.nation, _about(dispute, by))
    return {"basis": str(said.basis), "law": law, "consent": str(said.consent), "consent_why": said.consent_why.strip()}


def begin_outside_the_parties(
    dispute: Dispute, occasion: Sharing.Occasion, who: Appointment, *, by: Appointment, now: datetime, shared_by: Agency | None
) -> None:
    """The same for somebody who is brought in, where their agency is neither a party nor the one that brings them in."""
    known = {party.agency_id for party in dispute.parties.all()} | {shared_by.pk if shared_by else None}
    if who.agency is None or who.agency_id not in known:
        begin(dispute, occasion, with_agencies=[who.agency], by=by, now=now, shared_by=shared_by)


def _about(dispute: Dispute, by: Appointment | None) -> set[str]:
    """Whose protection the law is asked about: the person's, or for the clock that of everybody the protocol is about."""
    person = dispute.case.person if by is not None else None
    if person is None:
        return {str(one) for one in dispute.rules.populations}
    return {"child"} if person.is_child else {"adult"}


def told_to(dispute: Dispute, reader: Appointment) -> QuerySet[Sharing]:
    """Every sharing that is for ``reader``: of the stages of which they hear, and with their own agency."""
    mine = Q(shared_with=reader.agency_id) if reader.agency_id else Q(pk__in=())
    found = dispute.sharings.filter(Q(stage__in=heard_stages(dispute, reader)) | mine)
    return found.select_related("shared_by", "shared_with", "by__user", "by__agency", "by__partnership")


def basis_in_words(row: Sharing | OutsideInvitation) -> str:
    """The basis with its law, and what was said of consent."""
    law = f" ({row.law})" if row.law else ""
    why = f" {row.consent_why}" if row.consent_why else ""
    return f"{row.get_basis_display()}{law}. {row.get_consent_display()}.{why}"
