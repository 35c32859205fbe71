"""What the tests of documents share: a dispute with everything in it, its bundle, and a document asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.models import Appointment, AuditEvent
from decisions import exports
from decisions.actions import exports as actions
from decisions.models import Export
from escalation.actions import positions
from escalation.models import Dispute
from tests.factories import Cast
from tests.factories_decisions import confirm_all, make_record, sign, with_last_word
from tests.factories_disputes import fresh, make_dispute

KEYS = ("halton", "dundee", "luton", "south_lanarkshire")
HISTORY, REFERRAL = Export.Kind.CASE_HISTORY, Export.Kind.REFERRAL


def closed_dispute(people: Cast, now: datetime) -> Dispute:
    """Everything that can be in a document: a signed decision, a referral, the last word, both confirmations."""
    dispute = make_dispute(people, now=now)
    if not dispute.rules.stages[0].single_agency:
        positions.state_position(
            dispute=fresh(dispute), by=people.health.practitioner, now=now, stance="stands", text="The ward sees no risk."
        )
    sign(make_record(fresh(dispute), people.council.practitioner, now=now), people.council.line_manager, now=now)
    return confirm_all(with_last_word(fresh(dispute), now=now), now=now)


def bundle_of(dispute: Dispute, by: Appointment, now: datetime, kind: str = HISTORY) -> dict[str, Any]:
    return exports.assemble(fresh(dispute), kind=kind, reason="For the review on Monday.", by=by, now=now)


def section(bundle: dict[str, Any], key: str) -> str:
    return str(next(one for one in bundle["sections"] if one["key"] == key))


def keys(bundle: dict[str, Any]) -> list[str]:
    return [one["key"] for one in bundle["sections"]]


def asked(dispute: Dispute, by: Appointment, now: datetime, kind: str = HISTORY) -> Export:
    return actions.request_export(dispute=dispute, kind=kind, reason="For the review.", by=by, now=now)


def events(export: Export) -> list[str]:
    found = AuditEvent.objects.filter(object_type="decisions.export", object_id=str(export.pk)).order_by("seq")
    return list(found.values_list("action", flat=True))
