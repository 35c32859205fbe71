"""The frame of every page about one dispute: which it is, is the person safe, what happens now, what can I do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import NoReverseMatch, reverse

from cases.http import NOT_FOUND, ActingRequest, visible_or_404
from cases.models import Appointment
from cases.reads import opened
from escalation import permissions
from escalation.access import opens
from escalation.actions import interests
from escalation.glass import only_read
from escalation.models import Dispute
from escalation.verbs import may
from escalation.views.acts import acts_of, address
from escalation.views.panels import line_of, safety_of, stages_of

TABS = (
    ("dispute", "Summary"),
    ("dispute_story", "Story"),
    ("dispute_positions", "Positions"),
    ("dispute_decisions", "Decisions"),
    ("dispute_learning", "Learning"),
    ("dispute_actions", "Actions"),
    ("dispute_evidence", "Evidence"),
    ("dispute_people", "People"),
    ("dispute_documents", "Documents"),
    ("dispute_readers", "Who has looked"),
)
KNOWN_TABS = (TABS[0], TABS[-1])


def page_data() -> QuerySet[Dispute]:
    """Disputes with everything the frame shows, in a fixed number of queries."""
    return Dispute.objects.with_page_data().prefetch_related(
        "positions__agency", "duties__agency", "participants__appointment__partnership", "stages__skipped_by__user",
        "stages__skipped_by__agency", "stages__skipped_by__partnership",
    )  # fmt: skip


def dispute_to_see(request: ActingRequest, reference: str) -> Dispute:
    """The dispute if the reader may know of it, be it only that it exists, where it stands and its dates."""
    found: Dispute = visible_or_404(page_data(), request.acting, reference=reference)
    only_read(request, found)
    if permissions.may_read(found, request.acting):
        opened(request, found.case)
    return found


def dispute_to_read(request: ActingRequest, reference: str) -> Dispute:
    """The dispute if the reader may read its content, which is recorded; every page with content starts here."""
    found = dispute_to_see(request, reference)
    if not permissions.may_read(found, request.acting):
        raise Http404(NOT_FOUND)
    return found


def dispute_frame(dispute: Dispute, acting: Appointment, now: datetime, tab: str = "") -> dict[str, Any]:
    """What templates/escalation/dispute_base.html needs; ``tab`` is the URL name of the tab shown, empty on a verb's page.

    Give it a dispute from ``dispute_to_read`` (or ``page_data``). Tabs of packages that are not there are left out.
    """
    may_read = permissions.may_read(dispute, acting)
    knows_readers = permissions.may_see_all_readers(dispute, acting)
    readable = permissions.readable_stages(dispute, acting) if may_read else []
    heard_of = permissions.heard_stages(dispute, acting) if may_read else []
    return {
        "dispute": dispute,
        "now": now,
        "here": {
            "tab": tab,
            "is_summary": tab == "dispute",
            "may_read": may_read,
            "readable_stages": readable,
            "heard_stages": heard_of,
            "restrict_url": address("restrict", dispute) if not may_read and may("restrict", dispute, acting) else "",
            "decides_restriction": may("decide_restriction", dispute, acting),
            "reviews_restriction": not may_read and may("review_restriction", dispute, acting),
            "asks_interest": may_read and dispute.case.person_id is not None and interests.is_asked(dispute, acting),
            "back": _home(),
            "glass": permissions.glass_of(dispute, acting),
            "may_break_glass": not may_read and opens("break_glass", dispute, acting),
            "stage": f"{dispute.rules.terminology.stage} {dispute.stage} of {len(dispute.rules.stages)}",
            "stage_name": dispute.rules_now.name,
            "is_inside": dispute.rules_now.single_agency,
            "safety": safety_of(dispute, heard_of, now) if may_read and permissions.is_about_a_person(dispute) else None,
            "safety_url": address("confirm_safety", dispute) if permissions.may_confirm_safety(dispute, acting) else "",
            "line": line_of(dispute, now),
            "acts": acts_of(dispute, acting, now=now),
            "stages": stages_of(dispute, acting, now),
            "tabs": _tabs(dispute, tab, TABS if may_read else KNOWN_TABS if knows_readers else ()),
        },
    }


def _tabs(dispute: Dispute, tab: str, tabs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"text": text, "url": url, "current": name == tab} for name, text in tabs if (url := address(name, dispute))
    ]


def _home() -> str:
    for name in ("home", "my_work"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return "/"
