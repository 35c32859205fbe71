"""What a protocol may not say: every contradiction with its place and its remedy, and advice on what is often not meant."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from escalation.protocol import (
    Protocol,
)

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
    ([put("stages.0.duties.0.kind", "agreed_by")], "stages.0.duties.0.role", "write one of line_manager, safeguarding_lead"),
    (
        [put("stages.0.duties.0", {"kind": "agreed_by", "role": "chair", "gate": "escalate"})],
        "stages.0.duties.0.role",
        "write one of line_manager, safeguarding_lead",
    ),
    ([put("stages.0.duties.0.role", "line_manager")], "stages.0.duties.0.role", "only agreed_by is bound to a role"),
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
