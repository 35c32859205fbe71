"""A dispute at Halton's stage 1 and somebody outside who has been asked."""

from __future__ import annotations

from datetime import datetime

from escalation.models import Dispute, OutsideInvitation
from tests.clock import Clock
from tests.escalation.outside.steps import (
    invited,
    newest_mail,
    token_in,
)
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    """At Halton's stage 1, which practitioners lead."""
    return make_dispute(people, now=now)


@shared
def asked(dispute: Dispute, people: Cast, now: datetime) -> OutsideInvitation:
    return invited(dispute, people.council.practitioner, now)


@shared
def token(asked: OutsideInvitation, now: datetime) -> str:
    return token_in(newest_mail(now))
