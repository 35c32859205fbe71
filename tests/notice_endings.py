"""The other ways in which a dispute of the walk ends: agreed, agreed inside one agency, withdrawn."""

from __future__ import annotations

from functools import partial

from cases.roles import Permission
from decisions.actions import outcomes
from escalation.actions import (
    links,
    moves,
)
from escalation.models import Dispute
from tests.factories_decisions import confirmers
from tests.factories_disputes import do_raising_duties, fresh, leader_of
from tests.notice_walk import SAFE, WORDS, Walk, do


def agreed_and_taken_up_again(walk: Walk) -> None:
    """Agreed, contested, agreed again, closed; it does not hold and is taken up again; another one is the same."""
    dispute = fresh(walk.step("another is raised, to be agreed", walk.raised))
    own = leader_of(dispute, "raising")
    if dispute.stage == 1 and not own.has(Permission.CONFIRM_FOR_AGENCY):
        own = walk.people.council.practitioner
    walk.step("what it owes is done", lambda: do_raising_duties(dispute, now=walk.now))
    given = {"text": WORDS, "reasons": WORDS, "by": own}
    do(walk, "agreed", outcomes.record_agreement, dispute=fresh(dispute), **given)
    for who in confirmers(dispute)[:1]:
        no = {"accepts": False, "text": WORDS, "by": who}
        do(walk, "it is not confirmed", outcomes.confirm_outcome, dispute=fresh(dispute), **no)
    do(walk, "agreed again", outcomes.record_agreement, dispute=fresh(dispute), **given)
    for who in confirmers(dispute):
        yes = {"accepts": True, "text": WORDS, "by": who}
        do(walk, f"{walk.labels[who.pk]} confirms it", outcomes.confirm_outcome, dispute=fresh(dispute), **yes)
    held = links.NotHeld(WORDS, WORDS, walk.now)
    by = walk.people.council.practitioner
    again = do(walk, "it did not hold", links.reopen, dispute=fresh(dispute), held=held, safety=SAFE, by=by)
    other = walk.step("another is raised", walk.raised)
    if again is not None:
        do(walk, "the two are linked", links.link_related, dispute=again, other=other, reason=WORDS, by=by)
        ended(walk, again)
    ended(walk, other)


def agreed_inside(walk: Walk) -> None:
    """Agreed at a stage that the other agency does not see, which concerns it all the same."""
    dispute = fresh(walk.step("raised, to be agreed inside one agency", walk.raised))
    inside = [stage.order for stage in dispute.rules.stages if stage.single_agency]
    while inside and dispute.stage < inside[0]:
        walk.step("what is owed is done", partial(do_raising_duties, dispute, now=walk.now))
        do(walk, "on towards the inside", moves.escalate, dispute=dispute, by=leader_of(dispute, "raising"), reason=WORDS)
        dispute = fresh(dispute)
    if inside:
        walk.step("what is owed inside is done", partial(do_raising_duties, dispute, now=walk.now))
        given = {"text": WORDS, "reasons": WORDS, "by": leader_of(dispute, "raising")}
        do(walk, "agreed inside", outcomes.record_agreement, dispute=fresh(dispute), **given)
        for who in confirmers(dispute):
            yes = {"accepts": True, "text": WORDS, "by": who}
            do(walk, f"{walk.labels[who.pk]} confirms that", outcomes.confirm_outcome, dispute=fresh(dispute), **yes)
    ended(walk, dispute)


def withdrawn(walk: Walk) -> None:
    """Taken back, with a confidential word."""
    dispute = walk.step("raised, to be withdrawn", walk.raised)
    given = {"reason": WORDS, "was_pressed": True, "pressure": WORDS, "by": walk.people.council.practitioner}
    do(walk, "withdrawn under pressure", moves.withdraw, dispute=dispute, **given)


def ended(walk: Walk, dispute: Dispute) -> None:
    """Nothing more is told of this one."""
    if not fresh(dispute).has_ended:
        do(walk, "it is withdrawn", moves.withdraw, dispute=dispute, reason=WORDS, by=walk.people.council.practitioner)
