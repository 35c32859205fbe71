"""Cases whose disputes have all ended some weeks ago: nobody sees them any more but those to whom a dispute is still open."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from cases.models import Appointment
from escalation.models.dispute import Dispute
from escalation.models.reach import still_open


def cases_within(acting: Appointment) -> Q:
    """The cases in which there is no dispute yet, or one that is still open to this person."""
    here = Dispute.objects.filter(case=OuterRef("pk"))
    return ~Exists(here) | Exists(here.filter(still_open(acting)))
