"""What a protocol may say: the four sources row by row, and every contradiction with its place and its remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cases.roles import Nation, Role
from escalation.protocol import (
    Anchor,
    AuthorityKind,
    DayKind,
    DutyKind,
    Event,
    Gate,
    LeadMode,
    LimitKind,
    Of,
    OnMissed,
    Protocol,
    Side,
    Stage,
    Unit,
)
from escalation.protocol_files import load

FOLDER = Path("escalation/protocols")
HALTON, DUNDEE, LUTON, LANARKSHIRE = (
    load(FOLDER / name) for name in ("halton.yaml", "dundee.yaml", "luton.yaml", "south_lanarkshire.yaml")
)
ALL = [HALTON, DUNDEE, LUTON, LANARKSHIRE]


def roles(stage: Stage) -> list[Role]:
    return [lead.role for lead in stage.leads.roles]


def gates(stage: Stage, kind: DutyKind) -> dict[Side, Gate]:
    return {duty.by: duty.gate for duty in stage.duties if duty.kind is kind}


def told(stage: Stage, event: Event) -> set[tuple[Role, Of]]:
    return {(notice.role, notice.of) for notice in stage.notices if notice.on is event}


# Source C, Halton.


def test_halton_limits() -> None:
    assert HALTON.nation is Nation.ENGLAND_AND_WALES
    assert HALTON.clock.anchor is Anchor.CONCERN_AROSE
    assert HALTON.clock.first_day_number == 1
    assert HALTON.clock.days is DayKind.CALENDAR_DAYS
    found = [
        (stage.order, limit.kind, limit.number, limit.unit, limit.on_missed)
        for stage in HALTON.stages
        for limit in stage.limits
    ]
    tell, escalate, days = OnMissed.TELL, OnMissed.ESCALATE, Unit.DAYS
    assert found == [
        (1, LimitKind.START, 24, Unit.HOURS, tell),  # C-11
        (2, LimitKind.START, 3, days, escalate),  # C-15
        (2, LimitKind.CONCLUDE, 9, days, tell),
        (3, LimitKind.START, 9, days, escalate),  # C-19
        (3, LimitKind.CONCLUDE, 14, days, tell),
        (4, LimitKind.START, 16, days, escalate),  # C-22
        (4, LimitKind.CONCLUDE, 21, days, tell),
    ]


def test_halton_leads_and_last_word() -> None:
    assert [roles(stage) for stage in HALTON.stages] == [
        [Role.PRACTITIONER],  # C-12
        [Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD],  # C-16
        [Role.SENIOR_MANAGER, Role.BOARD_REPRESENTATIVE],  # C-20
        [Role.CHAIR],  # C-24
    ]
    assert HALTON.last_stage.is_referral
    assert [lead.role for lead in HALTON.last_stage.referred_by] == [Role.BOARD_REPRESENTATIVE]
    assert HALTON.final_authority.kind is AuthorityKind.RECOMMENDATION
    assert HALTON.final_authority.role is Role.CHAIR
    assert gates(HALTON.stage(4), DutyKind.EXHAUSTION_ATTESTED) == {Side.RAISING: Gate.ENTER}  # C-23


def test_halton_grounds_categories_risk_and_forum() -> None:
    assert {ground.code: ground.requires_capacity for ground in HALTON.grounds} == {
        "not_safe": False,
        "not_best_interests": True,  # C-02, C-03
    }
    assert {"thresholds", "roles", "action", "communication"} <= {one.code for one in HALTON.categories}  # C-06
    assert HALTON.immediate_risk.may_enter_any_stage  # C-10
    assert "Strategy Meeting" in HALTON.earlier_forum  # C-05


def test_halton_notices_records_feedback_debrief_routes() -> None:
    assert told(HALTON.stage(2), Event.ESCALATED) == {
        (Role.SENIOR_MANAGER, Of.EACH),
        (Role.BOARD_REPRESENTATIVE, Of.EACH),
    }  # C-18
    for stage in HALTON.stages[:3]:
        assert gates(stage, DutyKind.OWN_RECORD_ATTESTED)[Side.RAISING] is Gate.LEAVE  # C-13, C-17, C-21
    assert all("originator" in stage.feedback_to for stage in HALTON.stages)  # C-26
    assert gates(HALTON.stage(2), DutyKind.DEBRIEF_OFFERED)  # C-27, during
    routes = {route.code: route for route in HALTON.onward_routes}
    assert routes["main_board"].always  # C-25
    assert routes["scrutineer"].by_role is Role.BOARD_REPRESENTATIVE  # C-28


def test_haltons_form_has_its_nine_fields_prefilled() -> None:
    assert [field.prefill for field in HALTON.board_form] == [
        "person.name",
        "person.date_of_birth",
        "person.address",
        "stage1.escalated_by",
        "stage2.escalated_by",
        "stage2.concluded_on",
        "board.members",
        "dispute.summary",
        "dispute.methodology",
    ]  # C-29 to C-37
    assert all(field.required for field in HALTON.board_form)
    assert HALTON.board_address.endswith(".example")  # C-38, and never the real mailbox


# Source B, Dundee.


def test_dundee_stages_and_leads() -> None:
    assert [(stage.label, stage.single_agency) for stage in DUNDEE.stages] == [
        ("Resolution", False),
        ("Stage 1", True),  # B-26
        ("Stage 2", False),
        ("Stage 3", False),
        ("Stage 4", False),
    ]
    assert [roles(stage)[0] for stage in DUNDEE.stages] == [
        Role.PRACTITIONER,
        Role.LINE_MANAGER,
        Role.LINE_MANAGER,
        Role.SENIOR_MANAGER,
        Role.CHIEF_SOCIAL_WORK_OFFICER,
    ]
    assert not DUNDEE.has_limits  # B-06
    assert DUNDEE.nation is Nation.SCOTLAND
    assert set(DUNDEE.populations) == {"adult", "child"}


def test_dundee_gates() -> None:
    resolution = DUNDEE.stage(1)
    assert gates(resolution, DutyKind.SAFETY_CONFIRMED) == {Side.RAISING: Gate.LEAVE}  # B-14
    for kind in (DutyKind.ATTEMPT_LOGGED, DutyKind.POSITION_STATED, DutyKind.INTENTION_NOTIFIED):
        for order in (1, 3, 4):
            assert gates(DUNDEE.stage(order), kind)[Side.RAISING] is Gate.ESCALATE  # B-19 to B-21, B-35, B-36
    for order in (2, 3, 4, 5):
        assert gates(DUNDEE.stage(order), DutyKind.EXHAUSTION_ATTESTED) == {Side.RAISING: Gate.ENTER}  # B-25 …
    assert gates(DUNDEE.stage(2), DutyKind.MANAGER_REVIEWED) == {Side.RAISING: Gate.LEAVE}  # B-28
    for order in (2, 3):
        assert gates(DUNDEE.stage(order), DutyKind.REVIEW_AGREES) == {Side.RAISING: Gate.ESCALATE}  # B-33
    for order in (2, 3, 4):
        assert gates(DUNDEE.stage(order), DutyKind.FEEDBACK_GIVEN) == {Side.RAISING: Gate.LEAVE}  # B-32
    assert [choice.code for choice in DUNDEE.stage(2).triggers] == ["not_safe_unresolved"]  # B-24
    assert [lead.role for lead in DUNDEE.stage(2).advice_from] == [Role.SAFEGUARDING_LEAD]  # B-27


def test_dundee_feedback_grows_and_the_officer_determines() -> None:
    assert [stage.feedback_to for stage in DUNDEE.stages] == [
        ("originator",),
        ("originator",),
        ("originator",),
        ("originator", "previous_leads"),  # B-36
        ("originator", "previous_leads"),  # B-37
    ]
    assert DUNDEE.final_authority.kind is AuthorityKind.DETERMINATION  # B-38
    assert DUNDEE.final_authority.role is Role.CHIEF_SOCIAL_WORK_OFFICER
    assert {"apc", "cpc", "cog"} <= {route.code for route in DUNDEE.onward_routes}  # B-37, B-39, B-45
    assert not any(route.always for route in DUNDEE.onward_routes)
    assert len(DUNDEE.categories) == 12  # B-07: eleven, and "other"
    assert {one.code for one in DUNDEE.subjects} == {"action", "inaction", "decision"}  # B-05
    assert DUNDEE.out_of_scope  # B-43


# Source D, Luton.


def test_luton() -> None:
    assert [roles(stage)[0] for stage in LUTON.stages] == [
        Role.PRACTITIONER,
        Role.LINE_MANAGER,
        Role.SAFEGUARDING_LEAD,
        Role.BOARD_REPRESENTATIVE,
    ]
    assert not LUTON.has_limits  # D-03
    for order in (2, 3):
        assert gates(LUTON.stage(order), DutyKind.SAFETY_CONFIRMED) == {Side.RAISING: Gate.ENTER}  # D-10, D-13
        assert gates(LUTON.stage(order), DutyKind.OUTCOMES_RECONFIRMED)  # D-04
    own_lead = {(Role.SAFEGUARDING_LEAD, Of.EACH)}
    assert told(LUTON.stage(2), Event.STAGE_OPENED) == own_lead  # D-11
    assert told(LUTON.stage(2), Event.AGREED) == told(LUTON.stage(2), Event.OUTCOME) == own_lead
    assert told(LUTON.stage(3), Event.STAGE_OPENED) == {(Role.SAFEGUARDING_LEAD, Of.COMMISSIONER)}  # D-15
    assert all(set(stage.participants_always) == {"originator", "responder"} for stage in LUTON.stages)  # D-08
    assert LUTON.stage(3).interim_plan  # D-14
    assert len(LUTON.stage(3).suggested_meetings) == 2
    assert LUTON.final_authority.kind is AuthorityKind.AGREEMENT  # D-16
    assert LUTON.closure.written_confirmation_by_each  # D-19
    assert LUTON.closure.outstanding_issues_need_owner_and_date


# Source A, South Lanarkshire.


def test_south_lanarkshire() -> None:
    assert [stage.kind for stage in LANARKSHIRE.stages] == ["informal", "formal", "formal", "formal"]
    assert [stage.single_agency for stage in LANARKSHIRE.stages] == [False, True, False, False]
    heads = LANARKSHIRE.last_stage.leads
    assert {(lead.role, lead.remit) for lead in heads.roles} == {
        (Role.SENIOR_MANAGER, "adult"),
        (Role.SENIOR_MANAGER, "children-and-justice"),
    }
    assert (heads.mode, heads.joint, heads.of_partnership) == (LeadMode.ALL_OF, True, True)
    assert len(LANARKSHIRE.last_stage.triggers) == 2
    assert LANARKSHIRE.final_authority.kind is AuthorityKind.NONE
    assert [route.code for route in LANARKSHIRE.onward_routes] == ["cog_pp"]
    assert (Role.LINE_MANAGER, Of.RAISING) in told(LANARKSHIRE.stage(1), Event.RAISED)
    assert gates(LANARKSHIRE.stage(3), DutyKind.FEEDBACK_GIVEN) == {Side.RAISING: Gate.LEAVE}
    assert "service" in {one.code for one in LANARKSHIRE.categories}
    assert not LANARKSHIRE.has_limits


@pytest.mark.parametrize("protocol", ALL, ids=lambda protocol: protocol.key)
def test_no_source_protocol_lets_silence_bar_the_way(protocol: Protocol) -> None:
    assert protocol.advice() == ()
    assert "not endorsed" in protocol.source


@pytest.mark.parametrize("protocol", ALL, ids=lambda protocol: protocol.key)
def test_a_protocol_survives_being_stored(protocol: Protocol) -> None:
    assert Protocol.model_validate(protocol.model_dump(mode="json")) == protocol


def test_a_stage_is_found_by_its_order() -> None:
    assert HALTON.stage(4) is HALTON.last_stage
    for order in (0, 5):
        with pytest.raises(LookupError, match=f"no stage {order}"):
            HALTON.stage(order)


# Contradictions.

Document = dict[str, Any]


def document() -> Document:
    """A valid protocol of two stages, the second a referral."""
    stage = {
        "order": 1, "label": "One", "name": "Managers", "about": "They talk.",
        "leads": {"roles": [{"role": "line_manager"}]},
        "limits": [
            {"key": "a", "kind": "respond", "number": 3, "unit": "days", "label": "Reply"},
            {"key": "b", "kind": "conclude", "number": 5, "unit": "days", "label": "End"},
        ],
        "duties": [{"kind": "position_stated", "by": "raising", "gate": "escalate"}],
        "notices": [{"on": "raised", "role": "safeguarding_lead", "of": "each"}],
    }  # fmt: skip
    last = {
        "order": 2, "label": "Two", "name": "Chair", "about": "The chair decides.", "is_referral": True,
        "leads": {"mode": "any_of", "roles": [{"role": "chair"}], "of_partnership": True},
        "limits": [{"key": "c", "kind": "start", "number": 7, "unit": "days", "label": "Start", "on_missed": "escalate"}],
        "duties": [{"kind": "safety_confirmed", "by": "raising", "gate": "enter"}],
        "notices": [{"on": "referred", "role": "chair", "of": "board"}],
    }  # fmt: skip
    return {
        "format": 1, "key": "test", "name": "Test", "version": "1", "effective_from": "2026-01-01", "source": "Invented",
        "nation": "scotland", "populations": ["adult"], "subjects": [{"code": "a", "label": "A"}],
        "grounds": [{"code": "a", "label": "A"}], "categories": [{"code": "a", "label": "A"}],
        "stages": [stage, last], "final_authority": {"kind": "determination", "role": "chair", "title": "Decision"},
        "onward_routes": [{"code": "board", "body": "Board", "when": "Always", "by_role": "chair"}],
        "board_form": [{"code": "name", "label": "Name", "prefill": "person.name"}],
    }  # fmt: skip


def put(path: str, value: Any) -> Callable[[Document], None]:
    """Set what stands at a path such as ``stages.0.leads.mode``; ``+`` at its end adds to the list there."""

    def change(found: Document) -> None:
        *way, last = path.split(".")
        here: Any = found
        for part in way:
            here = here[int(part)] if isinstance(here, list) else here[part]
        if last == "+":
            here.append(value)
        elif isinstance(here, list):
            here[int(last)] = value
        else:
            here[last] = value

    return change


def limit(**settings: Any) -> dict[str, Any]:
    return {"key": "x", "kind": "respond", "number": 4, "unit": "days", "label": "X"} | settings


SINGLE = [put("stages.0.single_agency", True), put("stages.0.leads.mode", "any_of")]

CONTRADICTIONS: list[tuple[list[Callable[[Document], None]], str, str]] = [
    ([put("stages.1.order", 3)], "stages.1.order", "write 2, not 3"),
    ([put("review_due", "2025-12-31")], "review_due", "before the protocol takes effect"),
    *(
        ([put(f"{name}.+", entry)], f"{name}.1.code", "used twice")
        for name, entry in {
            "subjects": {"code": "a", "label": "B"},
            "grounds": {"code": "a", "label": "B"},
            "categories": {"code": "a", "label": "B"},
            "onward_routes": {"code": "board", "body": "B", "when": "B", "by_role": "chair"},
            "board_form": {"code": "name", "label": "B"},
        }.items()
    ),
    ([put("out_of_scope", [{"code": "a", "question": "A", "signpost": "A"}] * 2)], "out_of_scope.1.code", "used twice"),
    ([put("stages.1.label", "One")], "stages.1.label", "used twice"),
    ([put("stages.1.triggers", [{"code": "a", "label": "A"}] * 2)], "stages.1.triggers.1.code", "used twice"),
    # Leads.
    ([put("stages.0.leads.roles.+", {"role": "line_manager"})], "stages.0.leads.roles.1.role", "used twice"),
    ([put("stages.0.leads.roles.0.role", "auditor")], "stages.0.leads.roles.0.role", "never leads"),
    ([put("stages.0.leads.roles.0.role", "chair")], "stages.0.leads.roles.0.role", "no agency has a board chair"),
    ([put("stages.0.leads.joint", True)], "stages.0.leads.joint", "all_of"),
    ([put("stages.1.leads.mode", "pair_per_agency")], "stages.1.leads.mode", "any_of or all_of"),
    ([put("stages.0.single_agency", True)], "stages.0.leads.mode", "nobody to pair"),
    # Single-agency stages.
    (
        [*SINGLE, put("stages.0.leads.of_partnership", True)],
        "stages.0.leads.of_partnership",
        "inside the raising agency",
    ),
    ([*SINGLE, put("stages.0.duties.0.by", "each")], "stages.0.duties.0.by", "by: raising"),
    (SINGLE, "stages.0.notices.0.of", "of: raising"),
    (SINGLE, "stages.0.limits.0.owner", "owner: raising"),
    # Duties and gates.
    ([put("stages.0.duties.+", {"kind": "position_stated", "by": "each"})], "stages.0.duties.1.kind", "already owes"),
    ([put("stages.0.duties.0.gate", "enter")], "stages.0.duties.0.gate", "nothing comes before"),
    ([put("stages.1.duties.0.gate", "escalate")], "stages.1.duties.0.gate", "no stage after this one"),
    ([put("stages.0.duties.0.by", "authority")], "stages.0.duties.0.by", "has an authority"),
    ([put("stages.1.duties.+", {"kind": "position_stated"})], "stages.1.duties.1.kind", "belongs before a referral"),
    # Notices.
    ([put("stages.0.notices.0.of", "board")], "stages.0.notices.0.of", "the board has no safeguarding lead"),
    ([put("stages.1.notices.0.of", "each")], "stages.1.notices.0.of", "of: board"),
    # Settings of stages.
    ([put("stages.0.is_referral", True)], "stages.0.is_referral", "only the last stage"),
    ([put("stages.0.referred_by", [{"role": "line_manager"}])], "stages.0.referred_by", "not a referral"),
    ([put("stages.1.referred_by", [{"role": "chair"}])], "stages.1.referred_by.0.role", "an agency refers"),
    ([put("stages.0.triggers", [{"code": "a", "label": "A"}])], "stages.0.triggers", "the protocol's grounds"),
    ([put("stages.0.feedback_to", ["previous_leads"])], "stages.0.feedback_to", "before the first"),
    ([put("stages.0.optional", True)], "stages.0.optional", "cannot be passed over"),
    # The last word.
    ([put("final_authority", {"kind": "determination", "title": "T"})], "final_authority", "somebody makes this"),
    ([put("final_authority.role", "chief_social_work_officer")], "final_authority.role", "those who lead it (chair)"),
    ([put("stages.1.is_referral", False)], "final_authority.kind", "needs a referral"),
    ([put("board_form.0.prefill", "person.nam")], "board_form.0.prefill", "the record has no 'person.nam'"),
    ([put("board_form.0.prefill", "stage3.escalated_by")], "board_form.0.prefill", "N is a stage of this file"),
    # Limits.
    ([put("clock", {"anchor": "previous_limit_due"})], "clock.anchor", "with an event"),
    ([put("stages.1.limits.0.key", "a")], "stages.1.limits.0.key", "a key of its own"),
    ([put("stages.0.limits.0.number", 0)], "stages.0.limits.0.number", "Day 1"),
    ([put("stages.0.limits.0", limit(number=0, unit="hours"))], "stages.0.limits.0.number", "1 or more"),
    ([put("stages.0.limits.0", limit(unit="hours", after=True))], "stages.0.limits.0.after", "always counted after"),
    ([put("stages.0.limits.0.anchor_limit", "b")], "stages.0.limits.0.anchor_limit", "counted from an event"),
    ([put("stages.1.limits.0.anchor", "previous_limit_met")], "stages.1.limits.0.anchor_limit", "(a, b)"),
    (
        [put("stages.0.limits.0", limit(anchor="previous_limit_due", anchor_limit="b"))],
        "stages.0.limits.0.anchor_limit",
        "none stands before this one",
    ),
    (
        [put("stages.0.limits.0", limit(kind="start", anchor="stage_opened"))],
        "stages.0.limits.0.anchor",
        "the raising itself",
    ),
    (
        [put("stages.0.limits.0", limit(kind="start", on_missed="escalate"))],
        "stages.0.limits.0.on_missed",
        "before the first",
    ),
    ([put("stages.1.limits.+", limit(number=9, on_missed="escalate"))], "stages.1.limits.1.on_missed", "last stage"),
    ([put("stages.1.limits.0.indicative", True)], "stages.1.limits.0.on_missed", "only a guide"),
    ([put("clock", {"indicative": True})], "stages.1.limits.0.on_missed", "only a guide"),
    ([put("stages.0.limits.1.number", 2)], "stages.0.limits.1.number", "would be due before 'a'"),
    (
        [put("stages.1.limits.+", limit(kind="conclude", number=6))],
        "stages.1.limits.1.number",
        "would be due before 'c'",
    ),
    (
        [put("stages.1.limits.+", limit(kind="conclude", number=4))],
        "stages.1.limits.1.number",
        "would be due before 'b'",
    ),
    (
        [put("stages.0.limits.0", limit(number=200, unit="hours"))],
        "stages.0.limits.1.number",
        "would be due before 'x'",
    ),
    (
        [put("stages.0.limits.1", limit(kind="conclude", number=4, unit="hours"))],
        "stages.0.limits.1.number",
        "before 'a'",
    ),
    ([put("name", "a\0b")], "name", "NUL"),
]


def test_the_document_of_these_tests_is_valid() -> None:
    assert Protocol.model_validate(document()).advice() == ()


@pytest.mark.parametrize(("changes", "place", "message"), CONTRADICTIONS)
def test_a_contradiction_is_named_with_its_place(
    changes: list[Callable[[Document], None]], place: str, message: str
) -> None:
    found = document()
    for change in changes:
        change(found)
    with pytest.raises(ValidationError) as refused:
        Protocol.model_validate(found)
    said = [(".".join(str(part) for part in error["loc"]), error["msg"]) for error in refused.value.errors()]
    assert any(where == place and message in what for where, what in said), said


def test_a_version_published_before_a_check_existed_stays_readable() -> None:
    found = document()
    put("stages.0.limits.1.number", 2)(found)
    assert Protocol.as_published(found).stage(1).limits[1].number == 2
    with pytest.raises(ValidationError):
        Protocol.as_published(found | {"format": 2})


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (put("stages.0.duties.0.by", "each"), "stages.0.duties.0.gate", "silence bars it too"),
        (put("stages.1.limits.0.number", 4), "stages.1.limits.0.number", "overlap"),
        (put("board_form", []), "stages.1.is_referral", "without a form"),
    ],
)
def test_advice_on_what_is_allowed_and_often_not_meant(
    change: Callable[[Document], None], place: str, message: str
) -> None:
    found = document()
    change(found)
    said = {".".join(str(part) for part in one.place): one.message for one in Protocol.model_validate(found).advice()}
    assert message in said[place]


@pytest.mark.parametrize(
    "change",
    [
        put(
            "stages.0.limits.1", limit(key="b", kind="conclude", number=5, unit="working_days")
        ),  # may be later, never sooner
        put("stages.0.limits.1", limit(key="b", kind="conclude", number=1, anchor="first_discussion")),  # another event
        put("stages.1.limits.0.number", 5),  # the day the stage before ends, as in Halton
        put("stages.0.limits.+", limit(key="d", number=1, owner="raising")),  # several of a kind
        put(
            "stages.0.limits.1",
            limit(key="b", kind="conclude", number=1, anchor="previous_limit_met", anchor_limit="a"),
        ),
        put("final_authority", {"kind": "none", "title": "What the chair settled"}),
        put("version", 2),
    ],
)
def test_what_may_be_meant_is_allowed(change: Callable[[Document], None]) -> None:
    found = document()
    change(found)
    Protocol.model_validate(found)
