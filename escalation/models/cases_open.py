"""Cases whose disputes have all ended some weeks ago: nobody sees them any more but those to whom a dispute is still open."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from cases.models import Appointment, Case
from cases.roles import Permission
from escalation.models.dispute import Dispute
from escalation.models.engagement import Engagement
from escalation.models.reach import still_open
from escalation.models.relations import engaged


def read_under(case: Case, acting: Appointment) -> dict[str, int]:
    """The engagement under which somebody reads a case for audit, as the event of that reading says it."""
    if not acting.has(Permission.READ_FOR_AUDIT):
        return {}
    here = Dispute.objects.filter(case=case)
    covers = Q(scope=Engagement.Scope.PARTNERSHIP) | Q(disputes__dispute__in=here) | Q(agency__in=here.values("parties__agency"))
    under = Engagement.objects.of(acting).filter(covers).values_list("pk", flat=True).first()
    return {"engagement": under} if under is not None else {}


def cases_within(acting: Appointment) -> Q:
    """The cases in which there is no dispute yet, or one that is still open to this person; for audit, what is engaged."""
    here = Dispute.objects.filter(case=OuterRef("pk"))
    if acting.has(Permission.READ_FOR_AUDIT):
        whole = Engagement.objects.of(acting).filter(scope=Engagement.Scope.PARTNERSHIP)
        return Q(partnership__in=whole.values("partnership")) | Q(Exists(here.filter(engaged(acting))))
    return ~Q(Exists(here)) | Q(Exists(here.filter(still_open(acting))))
