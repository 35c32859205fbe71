"""A case tried through a protocol before anybody's real one goes through it: every stage, date, notice and duty (F83)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from escalation.deadlines import LONDON, WHOLE, Due, anchor_of, schedule, warnings_before
from escalation.protocol import (
    Anchor,
    Event,
    Limit,
    LimitKind,
    NoticeSpec,
    OnMissed,
    Protocol,
    Side,
    Stage,
)
from escalation.protocol_owed import owed_at
from escalation.recalls import recalled
from escalation.simulated import Answer, Course, Dated, Simulated, Step, ToldWhen
from escalation.working_days import Calendar

A_DAY = timedelta(days=1)


@dataclass
class _Run:
    """What is known while the case goes on."""

    protocol: Protocol
    calendar: Calendar
    events: dict[str, datetime]
    met: dict[str, datetime] = field(default_factory=dict)
    extended: dict[str, Due] = field(default_factory=dict)
    flat: Collection[int] = ()

    def dated(self, order: int) -> list[Dated]:
        """The limits watched while a stage is open: its own, and the start of the next."""
        found = []
        for of_stage, limit, due in schedule(self.protocol, self.events, self.calendar, stage=order):
            watched_at = max(1, of_stage - 1) if limit.kind is LimitKind.START else of_stage
            due = self.extended.get(limit.key, due)
            if watched_at == order or limit.key == WHOLE:
                waits = "" if due else anchor_of(limit, self.protocol.clock).value
                found.append(Dated(limit, of_stage, due, self.met.get(limit.key), waits_for=waits))
        return found

    def following(self, order: int) -> int:
        """The stage after this one, without the optional ones that an agency does not have."""
        after = order + 1
        while after in self.flat and after < len(self.protocol.stages) and self.protocol.stage(after).optional:
            after += 1
        return after

    def meet(self, limit: Limit, at: datetime) -> None:
        self.met[limit.key] = at
        self.events[f"{Anchor.PREVIOUS_LIMIT_MET}.{limit.key}"] = at


def simulate(
    protocol: Protocol,
    calendar: Calendar,
    *,
    concern_arose_at: datetime,
    answers: Sequence[Answer] | Mapping[int, Answer],
    raised_at: datetime | None = None,
    decision_received_at: datetime | None = None,
    flat: Collection[int] = (),
) -> Simulated:
    """The course of a case in which each stage gets its answer, in turn or by its order; one without gets silence.

    A reply and an agreement come a day after the stage opened, or when the answer falls due if that is sooner. After a
    reply without agreement the matter is taken further when the time of the stage is over, or after another day. With an
    extension the reply comes at the end of the time that was added. ``flat`` are the stages of which an agency has no such
    level: those that are optional are passed over.
    """
    raised_at = raised_at or concern_arose_at
    events = {Anchor.CONCERN_AROSE.value: concern_arose_at, Anchor.DISPUTE_RAISED.value: raised_at}
    if decision_received_at is not None:
        events[Anchor.DECISION_RECEIVED.value] = decision_received_at
    run = _Run(protocol, calendar, events, flat=flat)
    steps, skipped, passed, order, opened_at = list[Step](), list[Stage](), list[Stage](), 1, raised_at
    while True:
        answer = _answer_at(order, len(steps), answers)
        step = _step(run, order, answer, opened_at)
        steps.append(step)
        if step.moves_to is None or step.ended_at is None:
            break
        between = protocol.stages[order : step.moves_to - 1]
        skipped, passed = [*skipped, *(between if step.course is Course.JUMPED else ())], [
            *passed, *(() if step.course is Course.JUMPED else between)
        ]
        order, opened_at = step.moves_to, step.ended_at
    closed_at = steps[-1].ended_at if steps[-1].course in (Course.AGREED, Course.LAST_WORD) else None
    return Simulated(protocol, calendar, concern_arose_at, raised_at, tuple(steps), tuple(skipped), tuple(passed), closed_at)


def _answer_at(order: int, step: int, answers: Sequence[Answer] | Mapping[int, Answer]) -> Answer:
    """What happens at a stage: by its order, or by how many stages it has gone through."""
    if isinstance(answers, Mapping):
        return answers.get(order, Answer.SILENCE)
    return answers[step] if step < len(answers) else Answer.SILENCE


def _step(run: _Run, order: int, answer: Answer, opened_at: datetime) -> Step:
    stage = run.protocol.stage(order)
    run.events[f"{Anchor.STAGE_OPENED}.{order}"] = opened_at
    if not stage.is_referral or answer is not Answer.SILENCE:  # in silence nobody sends the referral either
        run.events[f"{Anchor.REQUEST_SENT}.{order}"] = opened_at
    for dated in run.dated(order):
        if dated.limit.kind is LimitKind.START and dated.of_stage == order:
            run.meet(dated.limit, opened_at)
    for limit in stage.limits:
        if limit.kind is LimitKind.START and limit.key not in run.met:
            run.meet(limit, opened_at)
    if answer is Answer.RISK and order == len(run.protocol.stages):
        answer = Answer.REPLY
    course, ended_at, moves_to, heard_at = _COURSES[answer](run, stage, opened_at)
    owed = owed_at(run.protocol, order, min(run.following(order), len(run.protocol.stages)))
    return _told(run, Step(
        stage, answer, opened_at, ended_at, course, tuple(_standing(run, order, ended_at)), tuple(owed),
        (), tuple(_happened(order, opened_at, ended_at, course, heard_at)), moves_to,
    ))  # fmt: skip


def _answered(run: _Run, stage: Stage, opened_at: datetime, kinds: tuple[LimitKind, ...]) -> datetime:
    """When the answer comes, with the limits that it meets."""
    awaited = [one for one in run.dated(stage.order) if one.due and one.limit.kind in kinds[:3] and one.of_stage == stage.order]
    longer = [one.due.due_at for one in awaited if one.due and one.limit.key in run.extended]
    due = [one.due.due_at for one in awaited if one.due]
    at = max(opened_at, min(longer) if longer else min([opened_at + A_DAY, *due]))
    run.events[f"{Anchor.FIRST_DISCUSSION}.{stage.order}"] = at
    for one in run.dated(stage.order):
        if one.limit.kind in kinds and one.of_stage == stage.order:
            run.meet(one.limit, at)
    return at


Way = tuple[Course, datetime | None, int | None, datetime | None]
REPLIED = (LimitKind.ACKNOWLEDGE, LimitKind.DISCUSS, LimitKind.RESPOND)
ENDED = (*REPLIED, LimitKind.CONCLUDE, LimitKind.WRITTEN_OUTCOME)


def _silence(run: _Run, stage: Stage, opened_at: datetime) -> Way:
    if stage.order == len(run.protocol.stages):
        return Course.UNENDED, None, None, None
    moved_at = _moved_by_clock(run, stage.order)
    if moved_at is not None:
        return Course.BY_CLOCK, max(moved_at, opened_at), run.following(stage.order), None
    asked = (Side.RAISING,) if stage.single_agency else (Side.RESPONDING, Side.EACH)
    own = [one for one in run.dated(stage.order) if one.of_stage == stage.order and one.limit.owner in asked]
    own = [one for one in own if one.limit.kind is not LimitKind.START and one.limit.key != WHOLE]
    passed = [one.due.due_at for one in own if one.due]
    patience = opened_at + timedelta(days=run.protocol.clock.silence_days)
    return Course.ON_SILENCE, max(opened_at, min(passed, default=patience)), run.following(stage.order), None


def _moved_by_clock(run: _Run, order: int) -> datetime | None:
    due = [
        one.due.due_at
        for one in run.dated(order)
        if one.due and one.limit.on_missed is OnMissed.ESCALATE and not one.met_at
    ]
    return min(due, default=None)


def _reply(run: _Run, stage: Stage, opened_at: datetime) -> Way:
    if stage.order == len(run.protocol.stages):
        at = _answered(run, stage, opened_at, ENDED)
        return (Course.LAST_WORD if stage.is_referral else Course.UNENDED), at if stage.is_referral else None, None, at
    at = _answered(run, stage, opened_at, REPLIED)
    by_clock = _moved_by_clock(run, stage.order)
    open_now = [one for one in run.dated(stage.order) if not one.met_at and one.limit.key != WHOLE]
    rest = [one.due.due_at for one in open_now if one.due and one.due.due_at > at]
    until = min(rest, default=at + A_DAY)
    if by_clock is not None and by_clock <= until:
        return Course.BY_CLOCK, max(by_clock, at), run.following(stage.order), at
    for one in run.dated(stage.order):
        if one.limit.kind is LimitKind.CONCLUDE and one.of_stage == stage.order and one.due and one.due.due_at >= until:
            run.meet(one.limit, until)
    return Course.TAKEN_FURTHER, until, run.following(stage.order), at


def _agreement(run: _Run, stage: Stage, opened_at: datetime) -> Way:
    at = _answered(run, stage, opened_at, ENDED)
    return (Course.LAST_WORD if stage.is_referral else Course.AGREED), at, None, at


def _risk(run: _Run, stage: Stage, opened_at: datetime) -> Way:
    later = [one.order for one in run.protocol.risk_stages if one.order > stage.order]
    to = later[-1] if later else stage.order + 1
    return Course.JUMPED, opened_at, to, None


def _extension(run: _Run, stage: Stage, opened_at: datetime) -> Way:
    """Every limit of the stage gets as much more time as the protocol allows, and then comes the reply."""
    rules = run.protocol.clock.extension
    if rules.allowed:
        for one in run.dated(stage.order):
            if one.due and not one.met_at and one.of_stage == stage.order:
                local = one.due.due_at.astimezone(LONDON) + timedelta(days=rules.longest_days)
                rule = f"{one.due.rule}, extended by {rules.longest_days} days"
                run.extended[one.limit.key] = replace(one.due, due_at=local.astimezone(UTC), rule=rule)
    return _reply(run, stage, opened_at)


_COURSES = {
    Answer.SILENCE: _silence, Answer.REPLY: _reply, Answer.EXTENSION: _extension, Answer.AGREEMENT: _agreement,
    Answer.RISK: _risk,
}  # fmt: skip


def _standing(run: _Run, order: int, ended_at: datetime | None) -> Iterator[Dated]:
    """Each limit with whether it was met, and when it was recorded as missed."""
    for one in run.dated(order):
        if one.due is None:
            yield one
            continue
        until = one.met_at or ended_at
        late = until is None or until > one.due.due_at or (until == one.due.due_at and one.met_at is None)
        yield replace(one, missed_at=one.due.due_at if late else None)


def _happened(
    order: int, opened_at: datetime, ended_at: datetime | None, course: Course, heard_at: datetime | None
) -> Iterator[tuple[datetime, Event]]:
    yield opened_at, Event.RAISED if order == 1 else Event.STAGE_OPENED
    if order == 1:
        yield opened_at, Event.STAGE_OPENED
    if heard_at is not None and course not in (Course.AGREED, Course.LAST_WORD):
        yield heard_at, Event.REPLIED
    if ended_at is None:
        return
    ends = {
        Course.AGREED: (Event.AGREED, Event.CLOSED), Course.LAST_WORD: (Event.REFERRED, Event.OUTCOME, Event.CLOSED),
        Course.JUMPED: (Event.STAGE_SKIPPED,),
    }  # fmt: skip
    for event in ends.get(course, (Event.ESCALATED,)):
        yield ended_at, event


def _told(run: _Run, step: Step) -> Step:
    """Whom the protocol names for what happened at this stage, in the order in which it happened."""
    happened = list(step.happened)
    for one in step.limits:
        if one.due is not None:
            before = warnings_before(one.due.due_at, run.protocol.clock, one.due.anchor_at)
            until = one.met_at or step.ended_at or one.due.due_at
            happened += [(at, Event.LIMIT_NEAR) for at in before if step.opened_at < at < until]
        if one.missed_at is not None:
            happened.append((one.missed_at, Event.LIMIT_MISSED))
    happened.sort(key=lambda one: one[0])
    notices = run.protocol.notices_at(step.stage.order)
    told = [ToldWhen(notice, at) for at, event in happened for notice in notices if notice.on is event]
    if step.course is Course.JUMPED:
        at_once = [NoticeSpec(on=Event.STAGE_SKIPPED, role=one.role, of=one.of) for one in run.protocol.immediate_risk.told]
        told += [ToldWhen(notice, step.opened_at) for notice in at_once]
    return replace(step, happened=tuple(happened), told=tuple(told), recalled=tuple(recalled(step, run.protocol, run.calendar)))



def too_late_to_be_met(simulated: Simulated) -> list[tuple[Stage, Limit, datetime, datetime]]:
    """Limits that were over before their stage could open: their stage, the limit, when it was due, when the stage opened."""
    found = []
    for step in simulated.steps:
        for one in step.limits:
            is_own = one.of_stage == step.stage.order and one.limit.kind is not LimitKind.START
            if is_own and one.due is not None and one.due.due_at < step.opened_at:
                found.append((step.stage, one.limit, one.due.due_at, step.opened_at))
    return found
