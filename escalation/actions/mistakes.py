"""A conflict of interest that somebody declared by mistake: they say so, and a second person makes it so (T5)."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.access import Answer
from cases.errors import Refused
from cases.models import Appointment, Case, Correction, Declaration
from cases.roles import Role
from cases.rows import everything, one_act
from escalation import access, leads, notifications
from escalation.actions.interests import about_the_same
from escalation.deadlines import LONDON
from escalation.models import Dispute
from escalation.protocol import Event, LeadRole

NOT_TWICE = "This takes a second person: a safeguarding lead of their agency or the board’s office, never whoever declared it."
NOT_ONE = "There is nothing of yours to take back here."
SHOWN = 50
PEOPLE = (
    "asked_by__user", "asked_by__agency", "asked_by__partnership", "declaration__by__user", "declaration__by__agency",
    "declaration__by__partnership", "declaration__case",
)  # fmt: skip


@one_act
def say_mistake(*, declaration: Declaration, why: str, by: Appointment, now: datetime) -> Correction:
    """Whoever declared it says that it was a mistake; nothing opens by that alone."""
    Case.objects.select_for_update(no_key=True).get(pk=declaration.case_id)
    if declaration.user_id != by.user_id or not declaration.has_conflict:
        raise Refused(NOT_ONE, code="forbidden")
    if not why.strip():
        raise Refused("Say in a few words how it came about.", field="why")
    if declaration.corrections.waiting().exists() or declaration.corrections.agreed().exists():
        raise Refused("You have said so already.", code="stale")
    row = Correction.objects.create(declaration=declaration, asked_by=by, asked_at=now, why=why.strip()[:300])
    audit.record("conflict_said_to_be_a_mistake", row, scope=audit.scope_of_case(declaration.case_id), by=by, now=now,
                 data={"declaration": declaration.pk})
    dispute = latest_dispute(declaration.case)
    if dispute is not None:
        notifications.tell(
            dispute, Event.STAGE_OPENED, _second_people(dispute, declaration, now=now), now=now, waits=True,
            key=f"{dispute.pk}:mistake:{row.pk}",
            text=f"{dispute.reference}: somebody says that they declared a conflict of interest by mistake. Say yes or no.",
        )  # fmt: skip
    return row


@one_act
def decide_mistake(*, correction: Correction, agrees: bool, reason: str, by: Appointment, now: datetime) -> Correction:
    """The second person says yes, and the cases open to them again; or no. The declaration stays as it was said."""
    held = Correction.objects.select_for_update(no_key=True, of=("self",)).select_related(*PEOPLE)
    row = held.get(pk=correction.pk)
    said = row.declaration
    dispute = latest_dispute(Case.objects.get(pk=said.case_id))
    if dispute is None or not may_decide(dispute, row, by):
        raise Refused(NOT_TWICE, code="forbidden")
    if row.decided_at is not None:
        raise Refused("Somebody has answered this already.", code="stale")
    if not reason.strip():
        raise Refused("Say how you know.", field="reason")
    row.decided_by, row.decided_at, row.is_agreed, row.reason = by, now, agrees, reason.strip()[:300]
    row.save(update_fields=["decided_by", "decided_at", "is_agreed", "reason"])
    audit.record("conflict_was_a_mistake" if agrees else "conflict_stays", row, scope=audit.scope_of_case(said.case_id),
                 by=by, now=now, data={"declaration": said.pk, "user": said.user_id})
    if agrees:
        for case in about_the_same(dispute.case):
            _open_again(case, now=now)
        _tell_them(dispute, row, now=now)
    return row


def _open_again(case: Case, *, now: datetime) -> None:
    """It is shut to whoever has declared a conflict with the person that is not confirmed as a mistake; built anew."""
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    there = Declaration.objects.filter(case__in=about_the_same(case), has_conflict=True)
    standing = there.exclude(pk__in=Correction.objects.agreed().values("declaration"))
    case.shut_to = sorted(set(standing.values_list("user_id", flat=True)))
    case.save(update_fields=["shut_to"])
    audit.record("case_opened_again", case, scope=audit.scope_of_case(case.pk), by=None, now=now,
                 data={"shut_to": case.shut_to})


def _tell_them(dispute: Dispute, row: Correction, *, now: datetime) -> None:
    theirs = Dispute.objects.with_page_data().filter(case=dispute.case_id, participants__appointment__user=row.asked_by.user_id)
    for one in theirs.distinct().order_by("pk"):
        notifications.tell(
            one, Event.STAGE_OPENED, [row.asked_by], now=now, key=f"{one.pk}:mistake-agreed:{row.pk}",
            text=f"{one.reference}: it was confirmed that you declared a conflict of interest by mistake. It is open to you.",
        )  # fmt: skip


def latest_dispute(case: Case) -> Dispute | None:
    """The dispute by which those who decide know of the case."""
    return Dispute.objects.with_page_data().filter(case=case).order_by("-pk").first()


def may_decide(dispute: Dispute, row: Correction, by: Appointment) -> bool:
    """Say whether it was a mistake: a lead of the declarer's own agency or the board's office, never the declarer."""
    said = row.declaration
    if by.is_one_with(said.by) or by.is_one_with(row.asked_by):
        return False
    is_office = by.role == Role.BOARD_MANAGER
    is_theirs = is_office or (by.agency_id is not None and by.agency_id == said.by.agency_id)
    return is_theirs and access.answer("confirm_mistake", dispute, by) is Answer.ALLOW


def waiting(by: Appointment) -> list[tuple[Correction, Dispute]]:
    """What waits for this person's yes or no, with the dispute by which they know of the case."""
    if by.role not in (Role.BOARD_MANAGER, Role.SAFEGUARDING_LEAD):
        return []
    rows = Correction.objects.waiting().filter(declaration__case__partnership=by.partnership_id).select_related(*PEOPLE)
    found = list(rows.order_by("asked_at", "pk")[:SHOWN])
    if not found:
        return []
    seen = Dispute.objects.visible_to(by).with_page_data().filter(case__in=[row.declaration.case_id for row in found])
    latest = {dispute.case_id: dispute for dispute in seen.order_by("pk")}
    pairs = [(row, latest[row.declaration.case_id]) for row in found if row.declaration.case_id in latest]
    return [(row, dispute) for row, dispute in pairs if may_decide(dispute, row, by)]


def _second_people(dispute: Dispute, said: Declaration, *, now: datetime) -> list[Appointment]:
    today = now.astimezone(LONDON).date()
    office = leads.board_holders(dispute.partnership_id, LeadRole(role=Role.BOARD_MANAGER), on=today)
    own = leads.holders(said.by.agency, Role.SAFEGUARDING_LEAD, on=today) if said.by.agency is not None else []
    return [who for who in (*own, *office) if who.user_id != said.user_id]


def own(by: Appointment) -> list[tuple[Declaration, Correction | None]]:
    """The conflicts that this person declared, in whatever role, the latest first, each with what came of taking it back."""
    rows = Declaration.objects.filter(user=by.user_id, has_conflict=True).prefetch_related("corrections")
    with everything("what one declared oneself, of cases that are shut to one by that very declaration"):
        found = list(rows.order_by("-pk")[:SHOWN])
    return [(row, max(row.corrections.all(), key=lambda one: one.pk, default=None)) for row in found]
