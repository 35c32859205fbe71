"""Contradictions between the limits of a protocol: what cannot be met, moved, ordered or counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from escalation.protocol_parts import Clock, Limit, Stage
from escalation.protocol_words import Anchor, DayKind, LimitKind, OnMissed, Unit

Place = tuple[str | int, ...]

HOURS = (Unit.HOURS, Unit.WORKING_DAY_HOURS)
COUNTED_FROM_A_LIMIT = (Anchor.PREVIOUS_LIMIT_DUE, Anchor.PREVIOUS_LIMIT_MET)
ORDER_WITHIN_STAGE = tuple(LimitKind)


@dataclass(frozen=True)
class Finding:
    """One thing found in a protocol: its place, as keys and positions from the top, and what to do about it."""

    place: Place
    message: str


@dataclass(frozen=True)
class Placed:
    """A limit with where it stands."""

    stage: Stage
    limit: Limit
    place: Place


def placed_limits(stages: Sequence[Stage]) -> list[Placed]:
    """Every limit in the order of the file."""
    return [
        Placed(stage, limit, ("stages", index, "limits", number))
        for index, stage in enumerate(stages)
        for number, limit in enumerate(stage.limits)
    ]


def limit_contradictions(stages: Sequence[Stage], clock: Clock) -> Iterator[Finding]:
    """Everything about limits that cannot be meant."""
    if clock.anchor in COUNTED_FROM_A_LIMIT:
        yield Finding(
            ("clock", "anchor"),
            "the protocol's clock starts with an event, not with a limit: write concern_arose or dispute_raised",
        )
    if (clock.quiet_from is None) != (clock.quiet_until is None):
        missing = "quiet_from" if clock.quiet_from is None else "quiet_until"
        yield Finding(("clock", missing), "quiet hours have a beginning and an end: write both, or neither")
    yield from _whole(stages, clock)
    limits = placed_limits(stages)
    seen: dict[str, Placed] = {}
    for placed in limits:
        if placed.limit.key in seen:
            yield Finding(
                (*placed.place, "key"),
                f"'{placed.limit.key}' names another limit already: give this one a key of its own",
            )
        yield from _number(placed, clock)
        yield from _anchor(placed, clock, seen)
        yield from _on_missed(placed, clock, len(stages))
        seen.setdefault(placed.limit.key, placed)
    for index, later in enumerate(limits):
        for earlier in limits[:index]:
            yield from _order(earlier, later, clock)


def _whole(stages: Sequence[Stage], clock: Clock) -> Iterator[Finding]:
    """The limit of the whole is counted from how it began, and no other limit has its name."""
    whole, place = clock.total_limit, ("clock", "total_limit")
    if whole is None:
        return
    if (whole.anchor or clock.anchor) not in FROM_ITS_BEGINNING:
        said = "the whole is counted from how it began: write concern_arose, dispute_raised or decision_received"
        yield Finding((*place, "anchor"), said)
    if whole.unit in HOURS and whole.after:
        yield Finding((*place, "after"), "hours are always counted after the event: remove this")
    for placed in placed_limits(stages):
        if placed.limit.key == WHOLE:
            yield Finding((*placed.place, "key"), f"'{WHOLE}' is the limit of the whole: give this one another key")


FROM_ITS_BEGINNING = (Anchor.CONCERN_AROSE, Anchor.DISPUTE_RAISED, Anchor.DECISION_RECEIVED)
WHOLE = "whole-process"


def limit_advice(stages: Sequence[Stage], clock: Clock) -> Iterator[Finding]:
    """A next stage that must start before the one before it has to be concluded."""
    limits = placed_limits(stages)
    for start in limits:
        for end in limits:
            if _follows(start, end) and _certainly_before(start, end, clock):
                said = f"this stage must start before '{end.limit.key}' has to be met, so the two stages overlap"
                yield Finding((*start.place, "number"), said)


def _follows(start: Placed, end: Placed) -> bool:
    kinds = (start.limit.kind, end.limit.kind)
    return kinds == (LimitKind.START, LimitKind.CONCLUDE) and end.stage.order == start.stage.order - 1


def _number(placed: Placed, clock: Clock) -> Iterator[Finding]:
    limit, place = placed.limit, (*placed.place, "number")
    if limit.unit in HOURS:
        if limit.by_time is not None:
            yield Finding((*placed.place, "by_time"), "a limit in hours ends when the hours are over: remove this")
        if limit.number < 1:
            yield Finding(place, "a limit of 0 hours is missed the moment it begins: write 1 or more")
        if limit.after:
            yield Finding((*placed.place, "after"), "hours are always counted after the event: remove this")
    elif not limit.after and limit.number < clock.first_day_number:
        yield Finding(place, f"the first day of this protocol is Day {clock.first_day_number}: write that or more")


def _anchor(placed: Placed, clock: Clock, before: dict[str, Placed]) -> Iterator[Finding]:
    limit = placed.limit
    anchor = limit.anchor or clock.anchor
    if anchor not in COUNTED_FROM_A_LIMIT:
        if limit.anchor_limit:
            said = "this limit is counted from an event: remove this, or write 'anchor: previous_limit_due' (or _met)"
            yield Finding((*placed.place, "anchor_limit"), said)
        if limit.kind is LimitKind.START and placed.stage.order == 1 and anchor in AFTER_RAISING:
            said = (
                "the start of the first stage is the raising itself: count it from concern_arose or decision_received"
            )
            yield Finding((*placed.place, "anchor"), said)
        return
    if limit.anchor_limit not in before:
        names = ", ".join(before) or "none stands before this one"
        said = f"no limit before this one has the key '{limit.anchor_limit}': write one of them ({names})"
        yield Finding((*placed.place, "anchor_limit"), said)


AFTER_RAISING = (Anchor.DISPUTE_RAISED, Anchor.STAGE_OPENED, Anchor.FIRST_DISCUSSION, Anchor.REQUEST_SENT)


def _on_missed(placed: Placed, clock: Clock, stages: int) -> Iterator[Finding]:
    limit, place = placed.limit, (*placed.place, "on_missed")
    if limit.on_missed is not OnMissed.ESCALATE:
        return
    indicative = clock.indicative if limit.indicative is None else limit.indicative
    if indicative:
        yield Finding(
            place, "an indicative limit is only a guide and moves nothing: write tell, or 'indicative: false'"
        )
    if limit.kind is LimitKind.START and placed.stage.order == 1:
        yield Finding(place, "there is no stage before the first to move on from: write tell")
    if limit.kind is not LimitKind.START and placed.stage.order == stages:
        yield Finding(place, "this is the last stage; there is none to move to: write tell")


def _order(earlier: Placed, later: Placed, clock: Clock) -> Iterator[Finding]:
    """A limit that would be due before another that must come first."""
    one, two = (later, earlier) if _must_precede(later, earlier) else (earlier, later)
    if _must_precede(one, two) and _certainly_before(two, one, clock):
        said = (
            f"'{two.limit.key}' ({two.limit.kind}) would be due before '{one.limit.key}' ({one.limit.kind}): "
            "write a later limit here, or an earlier one there"
        )
        yield Finding((*two.place, "number"), said)


def _must_precede(one: Placed, two: Placed) -> bool:
    if one.stage.order == two.stage.order:
        if LimitKind.DISCUSS in (one.limit.kind, two.limit.kind) and LimitKind.RESPOND in (one.limit.kind, two.limit.kind):
            return False  # they may talk before or after the reply
        by_kind = ORDER_WITHIN_STAGE.index(one.limit.kind) < ORDER_WITHIN_STAGE.index(two.limit.kind)
        comparable = (
            one.limit.owner is two.limit.owner
            or one.limit.kind is LimitKind.START
            or two.limit.kind is LimitKind.CONCLUDE
        )
        return by_kind and comparable
    edges = (LimitKind.START, LimitKind.CONCLUDE)
    return one.stage.order < two.stage.order and one.limit.kind is two.limit.kind and one.limit.kind in edges


def _certainly_before(one: Placed, two: Placed, clock: Clock) -> bool:
    """Whether ``one`` always falls due before ``two``; never so when they are counted from different events."""
    if _counted_from(one, clock) != _counted_from(two, clock):
        return False
    first, second = one.limit, two.limit
    if first.unit not in HOURS and second.unit not in HOURS and _day_kind(first, clock) is _day_kind(second, clock):
        return _days(first, clock) < _days(second, clock)
    return _span(first, clock)[1] < _span(second, clock)[0]


def _counted_from(placed: Placed, clock: Clock) -> tuple[Anchor, str]:
    """The event, and which one of its kind: that of the stage open while the limit is watched, or the named limit's."""
    limit = placed.limit
    anchor = limit.anchor or clock.anchor
    if anchor in (Anchor.STAGE_OPENED, Anchor.FIRST_DISCUSSION, Anchor.REQUEST_SENT):
        return anchor, str(placed.stage.order - (limit.kind is LimitKind.START))
    if anchor in COUNTED_FROM_A_LIMIT:
        return anchor, limit.anchor_limit
    return anchor, ""


def _day_kind(limit: Limit, clock: Clock) -> DayKind:
    return clock.days if limit.unit is Unit.DAYS else DayKind(limit.unit.value)


def _days(limit: Limit, clock: Clock) -> int:
    """How many days after the day of the event the limit's day is."""
    return limit.number if limit.after else limit.number - clock.first_day_number


def _span(limit: Limit, clock: Clock) -> tuple[float, float]:
    """The fewest and the most hours that can lie between the event and the limit."""
    if limit.unit is Unit.HOURS:
        return limit.number, limit.number
    if limit.unit is Unit.WORKING_DAY_HOURS:
        return limit.number, inf
    days = _days(limit, clock)
    most = inf if _day_kind(limit, clock) is DayKind.WORKING_DAYS else 24 * (days + 1) + 1
    return max(0, 24 * (days - 1)), most
