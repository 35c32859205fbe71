"""How somebody can stand to disputes, as rows: what ``visible_to`` is made of, and what row-level security can say in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from cases.access import Relation, relations_that_open
from cases.models import Appointment
from escalation.models.break_glass import BreakGlass
from escalation.models.engagement import EngagedDispute, Engagement
from escalation.models.notification import Notification
from escalation.models.parties import Participant, Party
from escalation.models.reach import long_ended, still_open
from escalation.models.support import Support
from escalation.protocol import Side

if TYPE_CHECKING:
    from escalation.models.dispute import Dispute

def related(acting: Appointment, relation: Relation) -> models.QuerySet[Any, Any]:
    """The ids of the disputes to which somebody stands so; each an index scan."""
    on_it = Participant.objects.filter(appointment=acting.seat_id)
    rows: dict[Relation, models.QuerySet[Any]] = {
        Relation.PARTICIPANT: on_it.exclude(side=Side.AUTHORITY),
        Relation.LAST_WORD: on_it.filter(side=Side.AUTHORITY),
        Relation.TOLD: Notification.objects.filter(recipient=acting.seat_id),
        Relation.SUPPORTER: Support.objects.filter(supporter=acting, ended_at=None),
        Relation.MANAGES: Participant.objects.filter(appointment__manager=acting.seat_id),
        Relation.OWN_AGENCY: Party.objects.filter(agency=acting.agency_id),
        Relation.BREAK_GLASS: BreakGlass.objects.open_now().filter(by=acting),
        Relation.OPENED_SO: BreakGlass.objects.all(),
    }
    return rows[relation].values("dispute_id")


def seen_by(acting: Appointment) -> Q:
    """The disputes of which the access table lets this person know, whatever shuts their cases to some."""
    kept, ends = Q(pk__in=[]), Q(pk__in=[])
    lasting = relations_that_open("see", acting.role, after_the_end=True)
    for relation in sorted(relations_that_open("see", acting.role)):
        theirs = _WHOLE[relation](acting) if relation in _WHOLE else Q(pk__in=related(acting, relation))
        if relation in lasting:
            kept |= theirs
        else:
            ends |= theirs
    return kept | (ends & still_open(acting))


def engaged(acting: Appointment) -> Q:
    """The disputes that somebody reads under an engagement that runs now."""
    mine = Engagement.objects.of(acting)
    of_agency = Party.objects.filter(agency__in=mine.filter(scope=Engagement.Scope.AGENCY).values("agency"))
    named = EngagedDispute.objects.filter(engagement__in=mine.filter(scope=Engagement.Scope.DISPUTES))
    everything = Q(partnership__in=mine.filter(scope=Engagement.Scope.PARTNERSHIP).values("partnership"))
    return everything | Q(pk__in=of_agency.values("dispute_id")) | Q(pk__in=named.values("dispute_id"))


def _everything(acting: Appointment) -> Q:
    return Q(partnership=acting.partnership_id)


_WHOLE: dict[Relation, Callable[[Appointment], Q]] = {Relation.PARTNERSHIP: _everything, Relation.ENGAGEMENT: engaged}


def reads_for_audit(role: str) -> bool:
    """Whether an engagement opens anything to this role."""
    return Relation.ENGAGEMENT in relations_that_open("see", role)


def engagement_of(dispute: Dispute, who: Appointment) -> int | None:
    """The number of the engagement under which ``who`` reads this dispute now; asked of the database once."""
    if not reads_for_audit(who.role):
        return None
    if who.pk not in dispute.__dict__.get("engaged_for", {}):
        _look_up_engagements([dispute], who)
    found: int | None = dispute.__dict__["engaged_for"][who.pk]
    return found


def _look_up_engagements(disputes: Iterable[Dispute], who: Appointment) -> None:
    mine = list(Engagement.objects.of(who).prefetch_related("disputes"))
    for dispute in disputes:
        under = next((row.pk for row in mine if _covers(row, dispute)), None)
        dispute.__dict__.setdefault("engaged_for", {})[who.pk] = under


def _covers(row: Engagement, dispute: Dispute) -> bool:
    if row.scope == Engagement.Scope.PARTNERSHIP:
        return row.partnership_id == dispute.partnership_id
    if row.scope == Engagement.Scope.AGENCY:
        return any(party.agency_id == row.agency_id for party in dispute.parties.all())
    return any(named.dispute_id == dispute.pk for named in row.disputes.all())


# --- access ends some weeks after a dispute has -----------------------------------------------------------------------


def has_long_ended(dispute: Dispute) -> bool:
    """Whether it ended so long ago that access to it has ended; pages and lists read that with the dispute."""
    if dispute.closed_at is None:
        return False
    known = dispute.__dict__
    if known.get("long_ended") is None:
        known["long_ended"] = type(dispute).objects.filter(long_ended(), pk=dispute.pk).exists()
    return bool(known["long_ended"])


def is_over(dispute: Dispute, who: Appointment) -> bool:
    """Whether access to it has ended for ``who``; asked of the database once."""
    if not has_long_ended(dispute):
        return False
    if who.pk not in dispute.__dict__.get("over_for", {}):
        reached([dispute], who)
    return bool(dispute.__dict__["over_for"][who.pk])


def reached(disputes: Iterable[Dispute], acting: Appointment) -> list[Dispute]:
    """The same disputes, with what is asked of the database for each worked out at once: ended for them, read for audit."""
    found = list(disputes)
    if found and reads_for_audit(acting.role):
        _look_up_engagements(found, acting)
    if ended := [dispute for dispute in found if has_long_ended(dispute)]:
        rows = type(ended[0]).objects.filter(still_open(acting), pk__in=[dispute.pk for dispute in ended])
        here = set(rows.values_list("pk", flat=True))
        for dispute in ended:
            dispute.__dict__.setdefault("over_for", {})[acting.pk] = dispute.pk not in here
    return found


def forget_reach(dispute: Dispute) -> None:
    """What was worked out of it is asked again."""
    for name in ("long_ended", "over_for", "engaged_for"):
        dispute.__dict__.pop(name, None)
