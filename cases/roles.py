"""The roles people act in, and what each role may do at all, as the access table says; no Django."""

from __future__ import annotations

from enum import StrEnum

from cases.access import table


class Nation(StrEnum):
    """Whose bank holidays apply."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class Role(StrEnum):
    """The field's own titles (architecture.md, Names)."""

    PRACTITIONER = "practitioner"
    LINE_MANAGER = "line_manager"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    SENIOR_MANAGER = "senior_manager"
    BOARD_REPRESENTATIVE = "board_representative"
    CHIEF_SOCIAL_WORK_OFFICER = "chief_social_work_officer"
    CHAIR = "chair"
    INDEPENDENT_SCRUTINEER = "independent_scrutineer"
    AUDITOR = "auditor"
    BOARD_MANAGER = "board_manager"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The role in words, for screens and documents."""
        return TITLES[self]


TITLES = {
    Role.PRACTITIONER: "practitioner",
    Role.LINE_MANAGER: "line manager",
    Role.SAFEGUARDING_LEAD: "safeguarding lead",
    Role.SENIOR_MANAGER: "senior manager / head of service",
    Role.BOARD_REPRESENTATIVE: "board representative",
    Role.CHIEF_SOCIAL_WORK_OFFICER: "chief social work officer",
    Role.CHAIR: "board chair",
    Role.INDEPENDENT_SCRUTINEER: "independent scrutineer",
    Role.AUDITOR: "auditor",
    Role.BOARD_MANAGER: "board manager",
}


class Permission(StrEnum):
    """What a role may do at all; whether it may do it to one dispute is decided in the packages' permissions modules."""

    RAISE_DISPUTE = "raise_dispute"
    WORK_DISPUTE = "work_dispute"
    ENTER_AT_LATER_STAGE = "enter_at_later_stage"
    CONFIRM_SAFETY = "confirm_safety"
    REVIEW_AS_MANAGER = "review_as_manager"
    ASSIGN_PEOPLE = "assign_people"
    DRAFT_DECISION = "draft_decision"
    SIGN_DECISION = "sign_decision"
    GIVE_LAST_WORD = "give_last_word"
    CONFIRM_FOR_AGENCY = "confirm_for_agency"
    SEE_OWN_AGENCY = "see_own_agency"
    SEE_PARTNERSHIP_METADATA = "see_partnership_metadata"
    READ_FOR_AUDIT = "read_for_audit"
    APPROVE_ENGAGEMENT = "approve_engagement"
    MANAGE_DIRECTORY = "manage_directory"
    MANAGE_PROTOCOL = "manage_protocol"
    EXPORT_CASE_HISTORY = "export_case_history"
    BREAK_GLASS = "break_glass"


P, R = Permission, Role

# From the one access table, cases/access.yml.
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    role: frozenset(Permission(name) for name, roles in table().abilities.items() if role in roles) for role in Role
}


def allows(role: str, permission: Permission) -> bool:
    """Whether the role may do this at all."""
    return permission in ROLE_PERMISSIONS[Role(role)]


# Who may stand in for whom (F34): somebody who could be given the role, so that a place is never lent downwards.
MAY_STAND_IN: dict[Role, frozenset[Role]] = {
    R.PRACTITIONER: frozenset({R.PRACTITIONER, R.LINE_MANAGER, R.SAFEGUARDING_LEAD, R.SENIOR_MANAGER}),
    R.LINE_MANAGER: frozenset({R.LINE_MANAGER, R.SAFEGUARDING_LEAD, R.SENIOR_MANAGER}),
    R.SAFEGUARDING_LEAD: frozenset({R.LINE_MANAGER, R.SAFEGUARDING_LEAD, R.SENIOR_MANAGER}),
    R.SENIOR_MANAGER: frozenset({R.SAFEGUARDING_LEAD, R.SENIOR_MANAGER, R.BOARD_REPRESENTATIVE}),
    R.BOARD_REPRESENTATIVE: frozenset({R.SENIOR_MANAGER, R.BOARD_REPRESENTATIVE}),
    R.CHIEF_SOCIAL_WORK_OFFICER: frozenset({R.SENIOR_MANAGER, R.CHIEF_SOCIAL_WORK_OFFICER}),
    R.CHAIR: frozenset({R.CHAIR}),
    R.INDEPENDENT_SCRUTINEER: frozenset({R.INDEPENDENT_SCRUTINEER}),
    R.AUDITOR: frozenset({R.AUDITOR}),
    R.BOARD_MANAGER: frozenset({R.BOARD_MANAGER}),
}

NEVER_AS_STAND_IN = frozenset({P.RAISE_DISPUTE})
