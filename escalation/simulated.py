"""What a simulated case is made of: answers, stages as they went, limits as they stood, and who was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from escalation.deadlines import Due
from escalation.protocol import DutySpec, Event, Limit, NoticeSpec, Protocol, Stage
from escalation.working_days import Calendar


class Answer(StrEnum):
    """What happens at a stage."""

    SILENCE = "silence"
    REPLY = "reply"
    AGREEMENT = "agreement"
    EXTENSION = "extension"
    RISK = "risk"


class Course(StrEnum):
    """How a stage ends."""

    BY_CLOCK = "by_clock"
    ON_SILENCE = "on_silence"
    TAKEN_FURTHER = "taken_further"
    JUMPED = "jumped"
    AGREED = "agreed"
    LAST_WORD = "last_word"
    UNENDED = "unended"


@dataclass(frozen=True)
class Dated:
    """One limit as it stands when its stage is over; without a date its event never happened."""

    limit: Limit
    of_stage: int
    due: Due | None
    met_at: datetime | None = None
    missed_at: datetime | None = None
    waits_for: str = ""


@dataclass(frozen=True)
class ToldWhen:
    """Somebody whom the protocol names, told of an event."""

    notice: NoticeSpec
    at: datetime


@dataclass(frozen=True)
class Recalled:
    """What the clock says of a limit by itself, and when the e-mail of it goes, which waits in quiet hours."""

    limit: Limit
    what: str
    at: datetime
    mailed_at: datetime


@dataclass(frozen=True)
class Step:
    """One stage of the simulated case."""

    stage: Stage
    answer: Answer
    opened_at: datetime
    ended_at: datetime | None
    course: Course
    limits: tuple[Dated, ...]
    owed: tuple[DutySpec, ...]
    told: tuple[ToldWhen, ...]
    happened: tuple[tuple[datetime, Event], ...]
    moves_to: int | None = None
    recalled: tuple[Recalled, ...] = ()


@dataclass(frozen=True)
class Simulated:
    """The whole course."""

    protocol: Protocol
    calendar: Calendar
    concern_arose_at: datetime
    raised_at: datetime
    steps: tuple[Step, ...]
    skipped: tuple[Stage, ...] = ()
    passed: tuple[Stage, ...] = ()
    closed_at: datetime | None = None


def answers_in(words: Mapping[int, str] | Sequence[str]) -> list[Answer]:
    """Answers from words; LookupError names the one that is none."""
    given = list(words.values()) if isinstance(words, Mapping) else list(words)
    known = {answer.value: answer for answer in Answer}
    for word in given:
        if word not in known:
            raise LookupError(f"'{word}' is no answer: write {', '.join(known)}.")
    return [known[word] for word in given]
