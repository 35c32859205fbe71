"""What manage.py protocol answers: an export, differences and a simulated case, as lines and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from escalation.deadlines import LONDON
from escalation.protocol import Protocol
from escalation.protocol_differences import Difference
from escalation.protocol_reading import (
    ANCHORS_AWAITED,
    COURSES,
    duty_in_words,
    leads_in_words,
    moment_in_words,
    notice_in_words,
)
from escalation.simulated import Dated, Recalled, Simulated, Step


def difference_data(one: Difference) -> dict[str, str]:
    """A difference as data."""
    return {
        "where": one.where,
        "how": one.how.value,
        "before": one.before,
        "after": one.after,
        "sentence": one.sentence,
    }


def simulated_data(course: Simulated) -> dict[str, Any]:
    """A simulated case as data: every stage, date, notice and duty."""
    return {
        "protocol": {"key": course.protocol.key, "name": course.protocol.name, "version": course.protocol.version},
        "calendar": course.calendar.version,
        "concern_arose_at": course.concern_arose_at.isoformat(),
        "raised_at": course.raised_at.isoformat(),
        "closed_at": course.closed_at.isoformat() if course.closed_at else None,
        "skipped": [stage.label for stage in course.skipped],
        "passed_over": [stage.label for stage in course.passed],
        "stages": [_step(course, step) for step in course.steps],
    }


def _step(course: Simulated, step: Step) -> dict[str, Any]:
    return {
        "order": step.stage.order,
        "label": step.stage.label,
        "answer": step.answer.value,
        "opened_at": step.opened_at.isoformat(),
        "ended_at": step.ended_at.isoformat() if step.ended_at else None,
        "course": step.course.value,
        "course_in_words": course_in_words(course, step),
        "moves_to": step.moves_to,
        "leads": leads_in_words(step.stage),
        "limits": [_limit(course.protocol, one) for one in step.limits],
        "owed": [duty_in_words(spec) for spec in step.owed],
        "recalled": [
            {"limit": one.limit.key, "what": one.what, "at": one.at.isoformat(), "mailed_at": one.mailed_at.isoformat()}
            for one in step.recalled
        ],
        "told": [{"at": one.at.isoformat(), "who": notice_in_words(one.notice)} for one in step.told],
    }


def _limit(protocol: Protocol, one: Dated) -> dict[str, Any]:
    return {
        "key": one.limit.key,
        "stage": protocol.stage(one.of_stage).label,
        "label": one.limit.label,
        "due_at": one.due.due_at.isoformat() if one.due else None,
        "due_local": one.due.due_at.astimezone(LONDON).isoformat() if one.due else None,
        "met_at": one.met_at.isoformat() if one.met_at else None,
        "missed_at": one.missed_at.isoformat() if one.missed_at else None,
        "waiting_for": one.waits_for or None,
        "explanation": one.due.explanation() if one.due else None,
    }


def course_in_words(course: Simulated, step: Step) -> str:
    """How a stage of the simulated case ends."""
    after = course.protocol.stage(step.moves_to).label if step.moves_to else ""
    return COURSES[step.course].format(stage=after)


def simulated_lines(course: Simulated) -> Iterator[str]:
    """A simulated case, line by line."""
    yield f"{course.protocol.name}, version {course.protocol.version}"
    yield f"Calendar: {course.calendar.version}"
    for step in course.steps:
        yield ""
        yield f"{step.stage.label}: {step.stage.name} · opens {moment_in_words(step.opened_at)} · {step.answer}"
        yield f"  led by: {leads_in_words(step.stage)}"
        for one in step.limits:
            yield f"  limit: {one.limit.label} · {_due(one)}"
        yield from (f"  owed: {duty_in_words(spec)}" for spec in step.owed)
        yield from (
            f"  {moment_in_words(one.at)}: “{one.limit.label}” {one.what}{_mail(one)}" for one in step.recalled
        )
        yield from (f"  told {moment_in_words(one.at)}: {notice_in_words(one.notice)}" for one in step.told)
        ended = f", {moment_in_words(step.ended_at)}" if step.ended_at else ""
        yield f"  {course_in_words(course, step)}{ended}"


def _mail(one: Recalled) -> str:
    return "" if one.mailed_at == one.at else f" (e-mail at {moment_in_words(one.mailed_at)})"


def _due(one: Dated) -> str:
    if one.due is None:
        return f"no date: counted from when {ANCHORS_AWAITED.get(one.waits_for, 'its event happens')}"
    state = "passes" if one.missed_at else "met" if one.met_at else "open"
    return f"{moment_in_words(one.due.due_at)} ({state}; {one.due.rule})"
