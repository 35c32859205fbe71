"""The one door through which a dispute changes status: check, move, save, follow up, tell the story, audit, notify."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django_fsm import can_proceed, has_transition_perm

from cases import audit, together
from cases.errors import Refused
from cases.models import Appointment
from escalation import chronology, clock, notifications, stages
from escalation.models import ChronologyEntry, Dispute, DisputeStage
from escalation.protocol import Event, LimitKind

ANSWERED = (LimitKind.ACKNOWLEDGE, LimitKind.DISCUSS, LimitKind.RESPOND)
MOVED_ON = "This has moved on since you opened the page. Look at where it stands now, then decide again. What you typed is below."
NOT_YOURS = "This is not yours to do at this stage. The page of the dispute says whose turn it is."


@dataclass(frozen=True)
class Move:
    """What happened, besides the change of status: for the follow-up, the story and the notices."""

    by: Appointment | None
    now: datetime
    from_stage: int
    to_stage: int
    reason: str = ""
    passed: Mapping[int, str] = field(default_factory=dict)
    trigger: str = ""
    ending: DisputeStage.ClosedHow = DisputeStage.ClosedHow.WITHDRAWN


def lock(dispute: Dispute, *, seen: str | None = None) -> Dispute:
    """The dispute as it is now, locked until the caller's transaction ends.

    ``seen`` is its ``token`` as the person saw it: refused as stale when somebody has moved it since.
    """
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).defer("protocol__document")
    fresh = rows.select_related("protocol", "case", "raised_by").get(pk=dispute.pk)
    if seen and seen != fresh.token:
        raise Refused(MOVED_ON, code="stale")
    return fresh


def apply_transition(
    dispute: Dispute,
    name: str,
    *,
    by: Appointment | None,
    now: datetime,
    headline: str,
    body: str = "",
    reason: str = "",
    event: Event | None = None,
    kind: str = ChronologyEntry.Kind.MOVE,
    passed: Mapping[int, str] | None = None,
    trigger: str = "",
    ending: DisputeStage.ClosedHow = DisputeStage.ClosedHow.WITHDRAWN,
    **facts: object,
) -> None:
    """Make one move of a locked dispute in the caller's transaction; ``by=None`` is the clock.

    Refused as stale when the machine does not allow it from here, as forbidden when ``by`` may not make it; nothing
    has changed then. ``facts`` go to the transition (``to_stage``, ``is_referral``).
    """
    move = getattr(dispute, name)
    if not can_proceed(move):
        raise Refused(MOVED_ON, code="stale")
    if not has_transition_perm(move, by):  # type: ignore[arg-type]  # people act as appointments here, the clock as None
        raise Refused(NOT_YOURS, code="forbidden")
    status_before, stage_before = dispute.status, dispute.stage
    move(now=now, **facts)
    together.change([dispute], "status", "stage", "moved_at", "closed_at")
    made = Move(by, now, stage_before, dispute.stage, reason, passed or {}, trigger, ending)
    entry = chronology.tell(dispute, headline, by=by, now=now, body=body, kind=kind, stage=stage_before)
    _FOLLOW_UPS[name](dispute, made)
    about = {"from": status_before, "to": dispute.status, "stage_from": stage_before, "stage_to": dispute.stage}
    about |= {"ending": str(ending)} if name == "withdraw" else {}
    audit.record(f"dispute_{name}", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now, data=about)
    if told := event or _EVENTS[name]:
        notifications.tell_all(
            dispute, told, text=f"{dispute.reference}: {_NOTICE_TEXTS[name]}", by=by, now=now,
            key=f"{dispute.pk}:{told}:{entry.pk}", stages=(stage_before,),
        )


def _after_reply(dispute: Dispute, made: Move) -> None:
    clock.meet(dispute, (LimitKind.ACKNOWLEDGE, LimitKind.RESPOND), by=made.by, now=made.now, stage=dispute.stage)


def _after_escalate(dispute: Dispute, made: Move) -> None:
    how = DisputeStage.ClosedHow.BY_CLOCK if made.by is None else DisputeStage.ClosedHow.ESCALATED
    stages.close_stage(dispute, made.from_stage, how, by=made.by, now=made.now)
    stages.skip_stages(
        dispute, made.from_stage, made.to_stage, by=made.by, now=made.now, reason=made.reason, passed=made.passed
    )
    stages.open_stage(dispute, by=made.by, now=made.now, reason=made.reason, trigger=made.trigger)
    clock.end_watch(dispute, now=made.now, before_stage=made.to_stage)


def _after_agree(dispute: Dispute, made: Move) -> None:
    dispute.parties.update(confirmed_at=None)
    clock.meet(
        dispute, (*ANSWERED, LimitKind.CONCLUDE), by=made.by, now=made.now,
        stage=dispute.stage, settles=True,
    )
    clock.meet(dispute, (LimitKind.WRITTEN_OUTCOME,), by=made.by, now=made.now, stage=dispute.stage)
    clock.hold_next_start(dispute)


def _after_last_word(dispute: Dispute, made: Move) -> None:
    dispute.parties.update(confirmed_at=None)
    clock.meet(
        dispute, (*ANSWERED, LimitKind.CONCLUDE), by=made.by, now=made.now,
        stage=dispute.stage, settles=True,
    )
    clock.meet(dispute, (LimitKind.WRITTEN_OUTCOME,), by=made.by, now=made.now, stage=dispute.stage)


def _after_contest(dispute: Dispute, made: Move) -> None:
    dispute.parties.update(confirmed_at=None)
    clock.watch_again(dispute, now=made.now)


def _after_close(dispute: Dispute, made: Move) -> None:
    agreed = not dispute.rules_now.is_referral
    how = DisputeStage.ClosedHow.AGREED if agreed else DisputeStage.ClosedHow.OUTCOME
    stages.close_stage(dispute, dispute.stage, how, by=made.by, now=made.now)
    clock.end_watch(dispute, now=made.now)


def _after_withdraw(dispute: Dispute, made: Move) -> None:
    stages.close_stage(dispute, dispute.stage, made.ending, by=made.by, now=made.now)
    clock.end_watch(dispute, now=made.now)


def _after_refer(dispute: Dispute, made: Move) -> None:
    clock.meet(dispute, (LimitKind.RESPOND,), by=made.by, now=made.now, stage=dispute.stage)
    clock.open_deadlines(dispute, now=made.now)


def _nothing_more(dispute: Dispute, made: Move) -> None:
    """This move touches no stage, duty or limit."""


_FOLLOW_UPS: dict[str, Callable[[Dispute, Move], None]] = {
    "reply": _after_reply,
    "escalate": _after_escalate,
    "agree": _after_agree,
    "refer": _after_refer,
    "return_referral": _nothing_more,
    "give_last_word": _after_last_word,
    "contest": _after_contest,
    "close": _after_close,
    "withdraw": _after_withdraw,
}

_EVENTS: dict[str, Event] = {
    "reply": Event.REPLIED,
    "escalate": Event.ESCALATED,
    "agree": Event.AGREED,
    "refer": Event.REFERRED,
    "return_referral": Event.REFERRED,
    "give_last_word": Event.OUTCOME,
    "contest": Event.CONTESTED,
    "close": Event.CLOSED,
    "withdraw": Event.WITHDRAWN,
}

_NOTICE_TEXTS = {
    "reply": "there is a reply.",
    "escalate": "it has gone to the next stage.",
    "agree": "an agreement was recorded; each agency is asked to confirm it in writing.",
    "refer": "it was referred for the last word.",
    "return_referral": "the referral came back for more.",
    "give_last_word": "the last word was given; each agency is asked to confirm it in writing.",
    "contest": "what was recorded as agreed is not confirmed.",
    "close": "it is closed; every agency has confirmed.",
    "withdraw": "it was withdrawn.",
}
