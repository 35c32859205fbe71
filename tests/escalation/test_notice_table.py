"""Every notice of every protocol, in exact words: the tables in ``notices/`` are what the walks really send, no more and no less.

``WRITE_NOTICES=1`` writes the tables anew; read every line of the difference before you keep it.
"""

from __future__ import annotations

import ast
import os
import re
from datetime import datetime
from pathlib import Path

import pytest

from cases.roles import Role
from escalation import deliveries, transitions
from escalation.protocol import Event, Extension, Limit, Of, OnMissed
from escalation.protocol_parts import ToldAtOnce
from tests import notice_walk
from tests.clock import Clock
from tests.factories_disputes import source_protocol
from tests.notice_steps import walk_all
from tests.notice_trouble import a_child_and_risk, borrowed, given_to_read, shut_to_others, silent

BASE = Path(__file__).resolve().parent.parent.parent
KEYS = ("halton", "luton", "dundee", "south_lanarkshire")
EVERY_SETTING = "every_setting"


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_a_walk_tells_what_its_table_says_and_nothing_else(key: str, now: datetime, clock: Clock) -> None:
    walk = notice_walk.start(key, now=now, clock=clock)
    walk_all(walk)
    compare(key, walk)


@pytest.mark.django_db
def test_with_every_setting_of_the_clock(now: datetime, clock: Clock) -> None:
    """What none of the four protocols asks for: reminders, chases every day, more time on request, borrowed leads."""
    halton = source_protocol("halton")
    rules = halton.clock.model_copy(
        update={
            "extension": Extension(allowed=True, pause=True), "remind_after_hours": 24, "chase_every_working_day": True,
            "warn_hours_before": (24, 2), "warn_percent": (50,),
        }
    )  # fmt: skip
    stages = [one.model_copy(update={"limits": tuple(_telling(limit) for limit in one.limits)}) for one in halton.stages]
    stages[1] = stages[1].model_copy(update={"leads": stages[1].leads.model_copy(update={"borrowed_from": ("commissioner",)})})
    told = (ToldAtOnce(role=Role.SAFEGUARDING_LEAD, of=Of.EACH),)
    risk = halton.immediate_risk.model_copy(update={"told": told})
    changed = {"clock": rules, "stages": tuple(stages), "immediate_risk": risk}
    walk = notice_walk.start("halton", now=now, clock=clock, settings=changed)
    silent(walk, days=9)
    a_child_and_risk(walk)
    borrowed(walk)
    shut_to_others(walk)
    given_to_read(walk)
    compare(EVERY_SETTING, walk)


def _telling(limit: Limit) -> Limit:
    return limit.model_copy(update={"on_missed": OnMissed.TELL})


def compare(key: str, walk: notice_walk.Walk) -> None:
    """In both directions: no row without its notice, no notice without its row, and every e-mail once."""
    steps = notice_walk.table(walk, notice_walk.in_box())
    if os.environ.get("WRITE_NOTICES"):
        notice_walk.write(key, steps)
    kept = notice_walk.written(key)
    assert kept["subject"] == deliveries.SUBJECT
    assert kept["ends with"] == notice_walk.ENDS_WITH
    assert [step["step"] for step in steps] == [step["step"] for step in kept["steps"]]
    for told, said in zip(steps, kept["steps"], strict=True):
        assert told == said, told["step"]


def acts_in_the_code() -> dict[str, str]:
    """Every kind of notice that the product can send, as the key of its call says: 'limit:missed' from ``sweep.py``."""
    found: dict[str, str] = {}
    for file in (one for package in ("cases", "escalation", "decisions") for one in (BASE / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _name(node).lstrip("_").startswith("tell"):
                for word in node.keywords:
                    if word.arg == "key" and isinstance(word.value, ast.JoinedStr):
                        found[_pattern(word.value)] = str(file.relative_to(BASE))
    return found


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _pattern(key: ast.JoinedStr) -> str:
    """The key as a pattern: its own words stay, what is filled in is any number, moment or word."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[^:]*(:[^:]*)?" for part in key.values
    )


def rows_of_all_tables() -> list[dict[str, str]]:
    tables = [notice_walk.written(key) for key in (*KEYS, EVERY_SETTING)]
    return [row for table in tables for step in table["steps"] for row in step.get("told", [])]


def test_every_kind_of_notice_that_the_code_can_send_has_a_row() -> None:
    """A new call of ``tell`` without a row in a table fails here; so does a move or an event."""
    rows = rows_of_all_tables()
    keys = {row["key"] for row in rows}
    patterns = acts_in_the_code()
    assert len(patterns) > 30
    assert not {pattern: file for pattern, file in patterns.items() if not any(re.fullmatch(pattern, key) for key in keys)}
    others = {"protocol", "learning", "absence", "undelivered", "engagement", "break-glass"}
    assert {*Event, *others} == {row["event"] for row in rows}
    texts = "\n".join(row["text"] for row in rows)
    assert not [move for move, words in transitions._NOTICE_TEXTS.items() if words not in texts]


def test_no_e_mail_in_any_table_says_more_than_it_may() -> None:
    """Reference, act and time (T14): no name, agency, stage, category or word from a case; one subject for all."""
    may_say = re.compile(
        r"[A-Z]{2,5}-\d{4}-\d+: (something waits for you|there is news\. (It has ended; nothing waits for you|"
        r"What happens now is with somebody else))( by \w{3} \d+ \w+ \d{4}, (\d\d:\d\d|end of day))?\."
        r"|[A-Z]{2,5}-\d{4}-\d+: there is news\."
        r"|There is (news about the protocol of your partnership|something new on a list that you read"
        r"|news about who stands in for whom|news about what you read for audit)\."
    )
    said = {row["e-mail"] for row in rows_of_all_tables()} - {notice_walk.NO_MAIL}
    assert not [words for words in said if not may_say.fullmatch(words)]
    assert {notice_walk.written(key)["subject"] for key in KEYS} == {"Something to read in the escalation service"}
