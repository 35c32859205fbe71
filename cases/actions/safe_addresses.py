"""Writing down where somebody is safe, and showing it to one person at a time for a reason that is kept (T6)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from cases import audit, sealed
from cases.errors import Refused
from cases.models import Appointment, Case, SafeAddress, SafeAddressShown
from cases.permissions import may_see_safe_address
from cases.rows import one_act

NOT_YOURS = "Only practitioners, line managers and safeguarding leads who are on the case can do this. Ask one of them."
NOTHING = "No safe address is kept for this case."


@dataclass(frozen=True)
class Kept:
    """Where the person is safe, and how they can be reached without danger."""

    address: str = ""
    contact: str = ""


@one_act
def write_safe_address(*, case: Case, kept: Kept | None, by: Appointment, now: datetime) -> None:
    """Keep this in place of what was there; None: nothing is kept any more."""
    if not may_see_safe_address(by, case):
        raise Refused(NOT_YOURS, code="forbidden")
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    before = SafeAddress.objects.filter(case=locked).first()
    if kept is None:
        if before is None:
            raise Refused(NOTHING, code="stale")
        audit.record("safe_address_removed", before, scope=audit.scope_of_case(case.pk), by=by, now=now)
        before.delete()
        return
    if not (kept.address.strip() or kept.contact.strip()):
        raise Refused("Write the address, or how the person can be reached.", field="safe_address")
    row = before or SafeAddress(case=locked)
    row.sealed = sealed.SAFE_ADDRESSES.seal(json.dumps(asdict(kept)))
    row.written_by, row.written_at = by, now
    row.save()
    audit.record("safe_address_written", row, scope=audit.scope_of_case(case.pk), by=by, now=now)


@one_act
def show_safe_address(*, case: Case, reason: str, by: Appointment, now: datetime) -> Kept:
    """What is kept, for this one answer; who asked, when and why is written down first."""
    if not may_see_safe_address(by, case):
        raise Refused(NOT_YOURS, code="forbidden")
    if not reason.strip():
        raise Refused("Say why you need it now.", field="reason")
    row = SafeAddress.objects.filter(case=case).first()
    if row is None:
        raise Refused(NOTHING, code="stale")
    shown = SafeAddressShown.objects.create(case=case, by=by, at=now, reason=reason.strip())
    audit.record("safe_address_shown", shown, scope=audit.scope_of_case(case.pk), by=by, now=now)
    return Kept(**json.loads(sealed.SAFE_ADDRESSES.unseal(row.sealed)))
