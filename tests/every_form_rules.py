"""The protocol under which every form of the product can be met: Halton's own, and what others have besides."""

from __future__ import annotations

from datetime import datetime

from escalation.protocol import Extension, Limit, LimitKind, Unit
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import ONE_MORE_BODY, publish, source_protocol

ALWAYS = ("originator", "responder")  # so that those who raised it come to every stage, as in Luton


def people_of_every_form(now: datetime) -> Cast:
    """The cast of Halton under its protocol, changed."""
    people, rules = cast(make_partnership("halton")), source_protocol("halton")
    first, second, *others = rules.stages
    arrived = Limit(key="arrived", kind=LimitKind.ACKNOWLEDGE, number=4, unit=Unit.HOURS, label="They say that they have it")
    start, *rest = second.limits
    stages = (
        first.model_copy(update={"limits": (*first.limits, arrived)}),
        second.model_copy(
            update={"limits": (start.model_copy(update={"or_sooner": True}), *rest), "participants_always": ALWAYS}
        ),
        *[one.model_copy(update={"participants_always": ALWAYS}) for one in others],
    )
    clock = rules.clock.model_copy(update={"extension": Extension(allowed=True, pause=True, longest_days=7)})
    routes = (*rules.onward_routes, ONE_MORE_BODY)
    publish(people.partnership, "halton", now=now, stages=stages, clock=clock, onward_routes=routes)
    return people
