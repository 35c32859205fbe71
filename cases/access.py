"""The one table of who may do what and what opens of a case to whom, read from ``access.yml``; no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_suffix(".yml")
EVERY = frozenset[str]()


class Answer(StrEnum):
    """What the table says, from nothing to everything."""

    DENY = "deny"
    ASK = "ask"
    SECOND = "second"
    REDACT = "redact"
    ALLOW = "allow"


class Relation(StrEnum):
    """How somebody stands to a dispute and its case."""

    PARTICIPANT = "participant"
    LAST_WORD = "last_word"
    ORIGINATOR = "originator"
    LEADS = "leads"
    SUPPORTER = "supporter"
    ADVISER = "adviser"
    TOLD = "told"
    MANAGES = "manages"
    OWN_AGENCY = "own_agency"
    PARTNERSHIP = "partnership"
    ENGAGEMENT = "engagement"
    ANYBODY = "anybody"
    BREAK_GLASS = "break_glass"
    OPENED_SO = "opened_so"


class At(StrEnum):
    """Where a stage lies, seen from somebody: at or below the latest they came to, above it, or shut to them."""

    ENTERED = "entered"
    LATER = "later"
    NOT_YET = "not_yet"
    INSIDE = "inside"


@dataclass(frozen=True)
class Facts:
    """Everything the table asks about somebody and one dispute, but for the stage in question."""

    role: str
    relations: frozenset[Relation]
    is_restricted: bool = False
    is_named: bool = False
    has_conflict: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the table; an empty set of stages is every one."""

    action: str
    roles: frozenset[str]
    relations: frozenset[str]
    stages: frozenset[str]
    answer: Answer
    whatever_restriction: bool
    whatever_conflict: bool
    after_the_end: bool

    def fits(self, facts: Facts, at: At) -> bool:
        """Whether every column fits."""
        return (
            facts.role in self.roles
            and not self.relations.isdisjoint(facts.relations)
            and (not self.stages or at in self.stages)
            and (self.whatever_conflict or not facts.has_conflict)
            and (self.after_the_end or not facts.is_over)
            and (self.whatever_restriction or not facts.is_restricted or facts.is_named)
        )


@dataclass(frozen=True)
class Table:
    """The file, read."""

    abilities: dict[str, frozenset[str]]
    rows: dict[str, tuple[Row, ...]]
    roles: frozenset[str]


@cache
def table() -> Table:
    """The table; read once."""
    read: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    abilities = {name: frozenset(roles) for name, roles in read["abilities"].items()}
    everybody = frozenset[str]().union(*abilities.values())
    rows: dict[str, list[Row]] = {}
    for line in read["rows"]:
        row = _row(dict(line), abilities, everybody)
        rows.setdefault(row.action, []).append(row)
    return Table(abilities, {action: tuple(found) for action, found in rows.items()}, everybody)


def _row(line: dict[str, Any], abilities: dict[str, frozenset[str]], everybody: frozenset[str]) -> Row:
    roles = frozenset(line.pop("roles", everybody))
    if "can" in line:
        roles = abilities[line.pop("can")]
    row = Row(
        action=line.pop("action"),
        roles=roles,
        relations=frozenset(map(Relation, _listed(line.pop("relation")))),
        stages=frozenset(map(At, _listed(line.pop("stage", [])))),
        answer=Answer(line.pop("answer", "allow")),
        whatever_restriction=line.pop("restricted", "") == "whatever",
        whatever_conflict=line.pop("conflict", "") == "whatever",
        after_the_end=line.pop("ended", "") == "whatever",
    )
    if line:
        raise ValueError(f"access.yml: a row knows nothing of {', '.join(line)}")
    return row


def _listed(said: str | list[str]) -> Iterable[str]:
    return [said] if isinstance(said, str) else said


def answer(action: str, facts: Facts, at: At = At.ENTERED) -> Answer:
    """What the table says: the widest answer of the rows that fit, no where none does."""
    found = Answer.DENY
    for row in table().rows[action]:
        if row.fits(facts, at) and _WIDTH[row.answer] > _WIDTH[found]:
            found = row.answer
    return found


_WIDTH = {one: width for width, one in enumerate(Answer)}


def relations_that_open(action: str, role: str, *, after_the_end: bool = False) -> frozenset[Relation]:
    """The relations by which a role is given this action at all, or also once access has ended: for ``visible_to``."""
    rows = [row for row in table().rows[action] if role in row.roles and (row.after_the_end or not after_the_end)]
    return frozenset(Relation(one) for row in rows for one in row.relations)
