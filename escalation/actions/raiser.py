"""Keeping the name of whoever raised a dispute for the few who have to know it; only they themselves give it again (T9)."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Role
from cases.rows import one_act
from escalation import chronology, permissions
from escalation.models import Dispute, RaiserProtection
from escalation.transitions import NOT_YOURS, lock


def protection_of(dispute: Dispute) -> RaiserProtection | None:
    """The one in force."""
    return dispute.raiser_protections.filter(lifted_at=None).first()


def hides_title(dispute: Dispute, reader: Appointment) -> bool:
    """Whether the job title of whoever raised it would lead somebody to a name that is kept from them."""
    return protection_of(dispute) is not None and not permissions.may_know_raiser(dispute, reader)


def _is_the_raiser(dispute: Dispute, by: Appointment) -> bool:
    return by.in_place_of_id is None and dispute.raised_by.user_id == by.user_id


def _leads_the_raiser(dispute: Dispute, by: Appointment) -> bool:
    return by.role == Role.SAFEGUARDING_LEAD and by.agency_id == dispute.raising_agency_id


def may_protect(dispute: Dispute, by: Appointment) -> bool:
    """Ask that the name is kept: whoever raised it, or on their behalf a safeguarding lead of their agency."""
    is_theirs = _is_the_raiser(dispute, by) or (_leads_the_raiser(dispute, by) and permissions.may_read(dispute, by))
    return is_theirs and protection_of(dispute) is None


def may_name(dispute: Dispute, by: Appointment) -> bool:
    """Let the name be known again: whoever raised it, and nobody on their behalf."""
    return _is_the_raiser(dispute, by) and protection_of(dispute) is not None


@one_act
def protect_raiser(*, dispute: Dispute, reason: str, by: Appointment, now: datetime) -> RaiserProtection:
    """From now on only those whom the access table lets know (``know_raiser``) read the name of whoever raised it."""
    dispute = lock(dispute)
    if not (_is_the_raiser(dispute, by) or _leads_the_raiser(dispute, by)):
        raise Refused(NOT_YOURS, code="forbidden")
    return keep_name(dispute, reason, by=by, now=now)


def keep_name(dispute: Dispute, reason: str, *, by: Appointment, now: datetime) -> RaiserProtection:
    """The same in the caller's transaction, as when it is raised."""
    if not reason.strip():
        raise Refused("Say why the name should be kept.", field="protect_reason")
    if protection_of(dispute) is not None:
        raise Refused("The name is kept already.", code="stale")
    row = RaiserProtection.objects.create(dispute=dispute, asked_by=by, asked_at=now, reason=reason.strip())
    audit.record("raiser_protected", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    chronology.tell(dispute, "The name of who raised it is kept", by=by, now=now)
    return row


@one_act
def name_raiser(*, dispute: Dispute, by: Appointment, now: datetime) -> RaiserProtection:
    """Everybody who reads the dispute reads the name again."""
    dispute = lock(dispute)
    if not _is_the_raiser(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    row = protection_of(dispute)
    if row is None:
        raise Refused("The name is known already.", code="stale")
    row.lifted_by, row.lifted_at = by, now
    row.save(update_fields=["lifted_by", "lifted_at"])
    audit.record("raiser_named", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    chronology.tell(dispute, "Whoever raised it lets their name be known", by=by, now=now)
    return row
