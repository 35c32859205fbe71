"""Asserting that an attempt was refused: told why, by page and by program, with nothing changed and the attempt written down."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.files import File

from cases.audit import refused_in, scope_of_case
from cases.models import Appointment
from escalation.models import Dispute
from tests.calling import one, signed_in
from tests.journeys.visiting import Visitor

# What an attempt in vain leaves: its own trace, what was typed for its writer, and nothing else.
TRACES = ("cases.AuditEvent", "cases.AuditHead", "cases.Refusal", "cases.Typed")
STATUS = {"shut": 409, "stale": 409, "forbidden": 403, "not_found": 404}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that the product keeps."""
    models = [model for name in ("cases", "escalation", "decisions") for model in apps.get_app_config(name).get_models()]
    kept = [model for model in models if model._meta.label not in TRACES]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in kept}


def refused_of(dispute: Dispute) -> list[tuple[str, str]]:
    """What was refused in the case, the earliest first: the address and the code."""
    return [(row.data["verb"], row.data["code"]) for row in reversed(refused_in(scope_of_case(dispute.case_id)))]


def afresh(data: dict[str, Any]) -> dict[str, Any]:
    """What to post, each file from its beginning, so that the same file can be sent again."""
    for value in data.values():
        if isinstance(value, File):
            value.seek(0)
    return data


def refused_everywhere(
    dispute: Dispute, who: Appointment, page: str, api: str, *, code: str, data: dict[str, Any],
    api_data: dict[str, Any] | None = None,
) -> list[str]:
    """Post to the page and to the program's address; both are refused, nothing changes, each is written once.

    Returns what the two said.
    """
    visitor, program = Visitor(who), signed_in(who)
    before, told = everything(), refused_of(dispute)
    seen = Dispute.objects.get(pk=dispute.pk).token
    answer = visitor.client.post(f"/disputes/{dispute.reference}/{page}", afresh(data) | {"seen": data.get("seen", seen)})
    assert answer.status_code == STATUS[code], (page, answer.status_code)
    sent = afresh(data if api_data is None else api_data)
    has_file = any(isinstance(value, File) for value in sent.values())
    by_program = program.post(one(dispute, api), sent, format="multipart" if has_file else None)
    assert by_program.status_code == STATUS[code], (api, by_program.data)
    assert by_program.data["code"] == code
    assert everything() == before
    fresh = refused_of(dispute)[len(told) :]
    assert [found for _, found in fresh] == [code, code], fresh
    assert [name.startswith("api_") for name, _ in fresh] == [False, True]
    assert refused_in(scope_of_case(dispute.case_id))[0].appointment == who
    return [answer.content.decode(), by_program.data["message"]]
