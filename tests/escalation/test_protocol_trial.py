"""Protocols tried before they are published: the simulated case, what the tester finds, differences, and the commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from escalation.calendars import calendar_for
from escalation.deadlines import LONDON
from escalation.protocol import Data, Protocol
from escalation.protocol_differences import How, differences
from escalation.protocol_drafting import added, changed, model_at, models_in, moved, read, removed, shaped
from escalation.protocol_files import dumps, load, loads
from escalation.protocol_options import OPTIONS, option
from escalation.protocol_questions import has_question, in_form_words
from escalation.protocol_tester import Agencies, tried
from escalation.simulated import Answer, Course, Simulated
from escalation.simulation import simulate
from tests.factories_disputes import PROTOCOLS, source_protocol

SHAPES = Path(__file__).parent.parent / "protocols"
ALL = [*sorted(PROTOCOLS.glob("*.yaml")), *sorted(SHAPES.glob("*.yaml"))]
CONCERN = datetime(2026, 4, 2, 10, 0, tzinfo=LONDON)


def run(
    protocol: Protocol, *answers: Answer, at: datetime = CONCERN, closures: dict[date, str] | None = None
) -> Simulated:
    calendar = calendar_for(protocol.nation, closures=closures)
    return simulate(protocol, calendar, concern_arose_at=at, answers=answers, decision_received_at=at)


def local(at: datetime | None) -> str:
    return f"{at.astimezone(LONDON):%a %d %b %H:%M}" if at else ""


def with_settings(key: str, *place: str | int, **values: Any) -> Protocol:
    document = changed(source_protocol(key).model_dump(mode="json"), place, values)
    return Protocol.model_validate(document)


def test_silence_in_halton_goes_up_by_the_clock_on_the_dates_of_the_policy() -> None:
    course = run(source_protocol("halton"))
    assert [local(step.opened_at) for step in course.steps] == [
        "Thu 02 Apr 10:00", "Sat 04 Apr 23:59", "Fri 10 Apr 23:59", "Fri 17 Apr 23:59",
    ]  # fmt: skip
    assert [step.course for step in course.steps] == [Course.BY_CLOCK] * 3 + [Course.UNENDED]
    assert {one.notice.role for one in course.steps[1].told} == {"senior_manager", "board_representative"}
    missed = [one.limit.key for step in course.steps for one in step.limits if one.missed_at]
    assert missed == ["s2-start", "s2-conclude", "s3-start", "s3-conclude", "s4-start", "s4-conclude"]


def test_an_agreement_ends_it_and_immediate_risk_goes_straight_to_the_end() -> None:
    course = run(source_protocol("halton"), Answer.REPLY, Answer.AGREEMENT)
    assert (len(course.steps), course.steps[1].course) == (2, Course.AGREED)
    assert course.closed_at == course.steps[1].ended_at
    course = run(source_protocol("halton"), Answer.RISK, Answer.REPLY)
    assert [step.stage.order for step in course.steps] == [1, 4]
    assert [stage.order for stage in course.skipped] == [2, 3]
    assert course.steps[-1].course is Course.LAST_WORD


def test_without_limits_whoever_raised_it_goes_on_after_the_silence() -> None:
    course = run(load(SHAPES / "five_stages.yaml"), Answer.REPLY)
    assert course.steps[0].course is Course.TAKEN_FURTHER or course.steps[0].course is Course.BY_CLOCK
    course = run(source_protocol("luton"))
    days = (course.steps[0].ended_at or CONCERN) - course.steps[0].opened_at
    assert days.days == source_protocol("luton").clock.silence_days


def test_the_nations_calendar_and_local_closures_count() -> None:
    text = dumps(with_settings("halton", "clock", days="working_days"))
    england = run(loads(text))
    scotland = run(loads(text.replace("nation: england-and-wales", "nation: scotland")))
    closed = run(loads(text), closures={date(2026, 4, 7): "Spring holiday"})
    ends = [local(course.steps[0].ended_at) for course in (england, scotland, closed)]
    assert ends == ["Wed 08 Apr 23:59", "Tue 07 Apr 23:59", "Thu 09 Apr 23:59"]


@given(
    file=st.sampled_from(ALL),
    answers=st.lists(st.sampled_from(list(Answer)), max_size=8),
    days=st.integers(0, 1000),
    hours=st.integers(0, 23),
)
def test_any_case_through_any_protocol_goes_forward_and_ends(
    file: Path, answers: list[Answer], days: int, hours: int
) -> None:
    course = run(load(file), *answers, at=CONCERN + timedelta(days=days, hours=hours))
    orders = [step.stage.order for step in course.steps]
    assert orders == sorted(set(orders))
    for before, after in zip(course.steps, course.steps[1:], strict=False):
        assert before.opened_at <= after.opened_at == before.ended_at
    for step in course.steps:
        assert all(one.due or one.waits_for for one in step.limits)
        assert all(
            one.met_at is None or one.met_at >= step.opened_at
            for one in step.limits
            if one.of_stage == step.stage.order
        )


LATE = {
    "key": "late",
    "kind": "conclude",
    "number": 4,
    "unit": "hours",
    "anchor": "dispute_raised",
    "label": "Four hours",
}


def test_the_tester_finds_dates_that_cannot_be() -> None:
    document = changed(source_protocol("luton").model_dump(mode="json"), ("stages", 2), {"limits": [LATE]})
    short = Protocol.model_validate(document)
    found = tried(short, calendar_for(short.nation)).warnings
    assert any("can be over before its stage opens" in one.message for one in found)
    assert not any(
        "can be over" in one.message for one in tried(source_protocol("halton"), calendar_for("scotland")).warnings
    )


def test_the_tester_finds_gates_that_nobody_can_open() -> None:
    duty = [{"kind": "position_stated", "by": "responding", "gate": "enter"}]
    inside = source_protocol("dundee")
    after = next(stage.order for stage in inside.stages if stage.single_agency)
    document = changed(inside.model_dump(mode="json"), ("stages", after), {"duties": duty})
    trial = tried(Protocol.model_validate(document), calendar_for("scotland"))
    assert not trial.may_be_published
    assert "nobody could open this gate" in trial.problems[0].message
    nobody = Agencies(
        by_agency={"Council": frozenset({("practitioner", "")})}, everybody=frozenset({("practitioner", "")})
    )
    words = " ".join(one.message for one in tried(inside, calendar_for("scotland"), nobody).warnings)
    for said in (
        "leads this stage",
        "could write the referral",
        "would reach nobody",
        "could open this gate for Council",
    ):
        assert said in words


def test_the_tester_finds_a_missing_route() -> None:
    document = load(SHAPES / "one_stage.yaml").model_dump(mode="json") | {"onward_routes": []}
    found = tried(Protocol.model_validate(document), calendar_for("scotland")).warnings
    assert [one.place for one in found] == [("onward_routes",)]


def test_differences_are_said_in_words() -> None:
    old = source_protocol("halton")
    document = changed(old.model_dump(mode="json"), ("stages", 1, "limits", 1), {"number": 10, "unit": "working_days"})
    document = changed(document, ("stages", 2, "leads"), {"roles": [{"role": "senior_manager"}]})
    document = removed(document, ("stages", 0, "duties", 0))
    document = changed(document, ("final_authority",), {"text": ""})
    said = [one.sentence for one in differences(old, Protocol.as_published(document))]
    assert (
        "Stage 2: concluded by Day 9 (calendar days, from the day the concern arose) → "
        "concluded by Day 10 (working days, from the day the concern arose)"
    ) in said
    assert any(one.startswith("Stage 3, who leads: ") and one.endswith("of each agency") for one in said)
    assert any(one.startswith("Stage 1, what is owed: removed “Record at least one attempt") for one in said)
    assert any(one.endswith("→ nothing") for one in said)
    assert differences(old, old) == []


def test_a_stage_more_or_less_is_a_difference() -> None:
    old = source_protocol("luton")
    fewer = Protocol.as_published(removed(old.model_dump(mode="json"), ("stages", 1)))
    assert How.REMOVED in {one.how for one in differences(old, fewer)}
    assert any(one.where == "Stages" and one.how is How.ADDED for one in differences(fewer, old))


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.stem)
def test_every_protocol_is_written_and_read_back_as_it_is(file: Path) -> None:
    protocol = load(file)
    assert loads(dumps(protocol)) == protocol
    document = protocol.model_dump(mode="json")
    assert read(document)[0] == protocol
    kept, left_out = shaped(document)
    assert (read(kept)[0], left_out) == (protocol, [])


def test_drafting_keeps_what_contradicts_itself_and_numbers_the_stages() -> None:
    document, place = added(source_protocol("halton").model_dump(mode="json"), ("stages",))
    assert (place, document["stages"][-1]["order"]) == (("stages", 4), 5)
    assert read(document)[0] is None
    up = moved(document, place, -1)
    assert [stage["order"] for stage in up["stages"]] == [1, 2, 3, 4, 5]
    assert read(removed(document, place))[0] == source_protocol("halton")
    for wrong in (("stages", 9), ("stages", 0, "nothing"), ("name",), ("stages", "x")):
        with pytest.raises(LookupError):
            model_at(wrong) if len(wrong) < 2 or isinstance(wrong[1], str) else removed(document, wrong)


def test_what_has_no_place_in_a_protocol_is_left_out_of_a_draft() -> None:
    kept, left_out = shaped(
        {"name": "x", "stages": "none", "clock": {"anchor": [{}], "hours": 3}, "grounds": [1, {"code": "a"}]}
    )
    assert kept == {"name": "x", "clock": {}, "grounds": [{"code": "a"}]}
    assert left_out == [("stages",), ("clock", "anchor"), ("clock", "hours"), ("grounds", 0)]


def models(model: type[Data]) -> Iterator[type[Data]]:
    yield model
    for info in model.model_fields.values():
        for inner in models_in(info.annotation):
            yield from models(inner)


def test_every_setting_is_a_question_and_every_word_of_it_an_answer() -> None:
    unasked = {
        f"{model.__name__}.{name}"
        for model in models(Protocol)
        for name in model.model_fields
        if not has_question(model, name)
    }
    assert unasked == set()
    kinds: list[type[StrEnum]] = list(OPTIONS)
    unsaid = {f"{kind.__name__}.{word.value}" for kind in kinds for word in kind if word.value not in OPTIONS[kind]}
    assert unsaid == set()
    assert option(None, "something_new") == "Something new"
    assert (
        in_form_words("'gate: none' keeps it owed")
        == "“What does it bar until it is done: Nothing: it stays owed” keeps it owed"
    )


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("protocol", *arguments, stdout=out)
    return out.getvalue()


HALTON = str(PROTOCOLS / "halton.yaml")


def test_the_command_simulates() -> None:
    asked = ("simulate", HALTON, "--concern-arose", "2026-04-02T10:00", "--answers", "silence, reply")
    assert "The clock opens Stage 2 by itself, Sat 4 April 2026, 23:59" in command(*asked)
    answer = json.loads(command(*asked, "--json"))
    assert [stage["label"] for stage in answer["stages"]] == ["Stage 1", "Stage 2", "Stage 3", "Stage 4"]
    assert answer["stages"][0]["limits"][1]["due_local"] == "2026-04-04T23:59:00+01:00"
    for wrong in (("--answers", "shrug"), ("--raised", "2026-04-01T10:00"), ("--closure", "soon=x")):
        with pytest.raises(CommandError):
            command("simulate", HALTON, "--concern-arose", "2026-04-02T10:00", *wrong)


def test_the_command_compares(tmp_path: Path) -> None:
    changed_file = tmp_path / "ours.yaml"
    changed_file.write_text(dumps(with_settings("halton", "clock", silence_days=9)), encoding="utf-8")
    assert "How time is counted" in command("diff", HALTON, str(changed_file))
    found = json.loads(command("diff", HALTON, str(changed_file), "--json"))["differences"]
    assert [(one["before"], one["after"]) for one in found] == [("5", "9")]
    assert "Nothing is different." in command("diff", HALTON, HALTON)
    with pytest.raises(CommandError, match="two files"):
        command("diff", HALTON)


@pytest.mark.django_db
def test_the_command_exports_what_was_published(tmp_path: Path) -> None:
    from tests.factories import make_partnership

    make_partnership("halton")
    with pytest.raises(CommandError, match="no version yet"):
        command("export", "--partnership", "halton")
    command("publish", HALTON, "--partnership", "halton")
    assert loads(command("export", "--partnership", "halton")) == source_protocol("halton")
    answer = json.loads(command("export", "--partnership", "halton", "--number", "1", "--json"))
    assert (answer["version"], answer["document"]["key"]) == (1, "halton")
    assert "Nothing is different." in command("diff", HALTON, "--partnership", "halton")
    with pytest.raises(CommandError, match="no such version"):
        command("export", "--partnership", "halton", "--number", "7")
    with pytest.raises(CommandError, match="no partnership"):
        command("export", "--partnership", "nobody")
