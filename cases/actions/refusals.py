"""Writing refused attempts into the audit trail: the first of a kind in a minute at once, the others as a count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F

from cases import audit
from cases.models import Appointment, Refusal
from cases.rows import one_act

MOST_IN_A_MINUTE = 60
MANY = "many"


@dataclass(frozen=True)
class Attempt:
    """What somebody tried in vain: the address's name, how it was refused, and what it was about where that is known.

    ``asked`` is what was named, whether it exists or not; only its digest is kept, and not for long.
    """

    asked: str
    data: dict[str, Any]
    about: models.Model | None = None
    scope: str = ""


@one_act
def record_refusal(*, attempt: Attempt, by: Appointment, now: datetime) -> None:
    """One event for one thing refused to one person in one minute; what is unknown to us goes to the person's own chain.

    The work is the same whether the thing exists or not. Beyond a number of different things in a minute they are counted
    together, so that a flood of attempts writes a bounded number of rows.
    """
    minute = now.replace(second=0, microsecond=0)
    if Refusal.objects.filter(user=by.user_id, minute=minute).count() >= MOST_IN_A_MINUTE:
        attempt = Attempt(MANY, {"code": MANY})
    about, scope = (attempt.about, attempt.scope) if attempt.about is not None else (by, own_scope(by))
    parts = "\n".join([str(by.pk), attempt.asked, *(f"{name}={value}" for name, value in sorted(attempt.data.items()))])
    held = {
        "appointment": by, "scope": scope, "object_type": about._meta.label_lower, "object_id": str(about.pk),
        "data": attempt.data,
    }  # fmt: skip
    counted, is_first = Refusal.objects.get_or_create(
        user_id=by.user_id, minute=minute, key=hashlib.sha256(parts.encode()).hexdigest(), defaults=held
    )
    if is_first:
        audit.record("refused", about, scope=scope, by=by, now=now, data=attempt.data)
    else:
        Refusal.objects.filter(pk=counted.pk).update(times=F("times") + 1)


def own_scope(by: Appointment) -> str:
    """The chain of the person's agency, or of the partnership for those of the board."""
    return audit.scope_of_agency(by.agency_id) if by.agency_id else audit.scope_of_partnership(by.partnership_id)


def record_repeats(*, now: datetime) -> int:
    """Write how often the same was refused again in the minutes that are over; returns how many counts were closed."""
    over = Refusal.objects.filter(minute__lt=now - timedelta(minutes=2)).order_by("pk")
    return sum(_close(pk, now) for pk in over.values_list("pk", flat=True)[:1000])


@one_act
def _close(pk: int, now: datetime) -> int:
    counted = Refusal.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(pk=pk).first()
    if counted is None:
        return 0
    if counted.times > 1:
        about = apps.get_model(counted.object_type)(pk=counted.object_id)
        audit.record(
            "refused_again", about, scope=counted.scope, by=counted.appointment, now=now,
            data=counted.data | {"times": counted.times - 1, "minute": counted.minute.isoformat()},
        )  # fmt: skip
    counted.delete()
    return 1
