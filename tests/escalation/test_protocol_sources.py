"""What a protocol may say: the four sources row by row."""

from pathlib import Path

import pytest

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
