"""Whether somebody may write, sign, refer, decide or confirm in a dispute: for the buttons, the pages and the API alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.models import AuditEvent
from cases.roles import Permission
from escalation import permissions as climbing
from escalation.access import heard_stages
from escalation.permissions import is_chair_of_a_party, may_agree, may_confirm, may_refer, standing
from escalation.protocol import Side
from escalation.verbs import may

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cases.models import Appointment
    from decisions.models import DecisionRecord, OnwardItem, OutstandingIssue, Referral
    from escalation.models import Dispute

AT_WORK = ("awaiting_reply", "in_discussion", "awaiting_referral")
WITHDRAWN = "withdrawn"
WRITING = ("decision_drafted", "decision_edited", "decision_submitted", "decision_correction_begun")

__all__ = [
    "is_chair_of_a_party",
    "may_agree",
    "may_agree_now",
    "may_complete_issue",
    "may_concur",
    "may_confirm",
    "may_confirm_now",
    "may_correct",
    "may_draft",
    "may_edit",
    "may_give_last_word",
    "may_open_onward",
    "may_prepare_referral",
    "may_read_record",
    "may_record_result",
    "may_refer",
    "may_sign",
    "readable_referrals",
]


# --- decision records ----------------------------------------------------------------------------------------------


def may_draft(dispute: Dispute, by: Appointment) -> bool:
    """Begin a decision record at the present stage."""
    return climbing.may_draft_decision(dispute, by)


def may_read_record(record: DecisionRecord, by: Appointment) -> bool:
    """A signed record is everybody's on the dispute, at a later stage too; until then it is the deciding agency's own (D-18)."""
    if record.state == "signed":
        return record.stage in heard_stages(record.dispute, by)
    if not climbing.may_read_stage(record.dispute, by, record.stage):
        return False
    return by.has(Permission.READ_FOR_AUDIT) or is_of_deciders(record, by)


def readable_referrals(dispute: Dispute, by: Appointment) -> QuerySet[Referral]:
    """The referrals of a dispute, for those who came to the stage at which it is referred."""
    rows: QuerySet[Referral] = dispute.referrals.all()
    return rows if len(dispute.rules.stages) in climbing.readable_stages(dispute, by) else rows.none()


def is_of_deciders(record: DecisionRecord, by: Appointment) -> bool:
    """Whether somebody belongs to the agency that decides, or to those with the last word when they do."""
    if record.agency_id is None:
        return standing(record.dispute, by).side is Side.AUTHORITY
    is_own = standing(record.dispute, by).agency_id == record.agency_id
    return is_own and climbing.may_read_stage(record.dispute, by, record.stage)


def is_author(record: DecisionRecord, by: Appointment) -> bool:
    """Whether it is theirs to write: its author's, whoever stands in for the author, or who took the author's place over."""
    return record.author.is_seat_of(by) or writer_now(record).pk == by.seat_id


def writer_now(record: DecisionRecord) -> Appointment:
    """Who goes on writing it: the author, or the last of those to whom the author's place on the dispute was handed."""
    places = record.dispute.participants.exclude(handed_to=None).select_related("handed_to__user", "handed_to__agency")
    handed, writer = {place.appointment_id: place.handed_to for place in places}, record.author.seat
    while (following := handed.pop(writer.pk, None)) is not None:
        writer = following
    return writer


def wrote(record: DecisionRecord, by: Appointment) -> bool:
    """Whether the person wrote any of it, also as somebody's stand-in, or takes the place of its author."""
    if record.author.is_one_with(by):
        return True
    written = AuditEvent.objects.filter(object_type=record._meta.label_lower, object_id=str(record.pk), user__in=by.people)
    return written.filter(action__in=WRITING).exists()


def may_edit(record: DecisionRecord, by: Appointment) -> bool:
    """Go on writing, or hand it in: its author, until it is signed or waits for the signature."""
    return is_author(record, by) and record.state in ("draft", "returned")


def may_sign(record: DecisionRecord, by: Appointment) -> bool:
    """Sign it off or return it: a manager of the deciding agency, never who wrote it in any of their roles (A-10)."""
    return (
        record.state == "submitted"
        and by.has(Permission.SIGN_DECISION)
        and not wrote(record, by)
        and is_of_deciders(record, by)
    )


def may_correct(record: DecisionRecord, by: Appointment) -> bool:
    """Begin the next version of a signed record: people of the deciding agency who write decisions."""
    return record.state == "signed" and by.has(Permission.DRAFT_DECISION) and is_of_deciders(record, by)


# --- referral and last word ----------------------------------------------------------------------------------------


def may_prepare_referral(dispute: Dispute, by: Appointment) -> bool:
    """Write and send the referral now."""
    return dispute.status == "awaiting_referral" and may_refer(dispute, by)


def may_give_last_word(dispute: Dispute, by: Appointment) -> bool:
    """Give the last word now, or hand the referral back: never a chair whose own agency is a party."""
    return (
        dispute.status == "referred"
        and by.has(_last_word_of(dispute))
        and climbing.may_give_last_word(dispute, by)
        and not is_chair_of_a_party(dispute, by)
    )


def _last_word_of(dispute: Dispute) -> Permission:
    """Where nobody is named for the last word (A-21), its leads settle it by the permission to work."""
    return Permission.GIVE_LAST_WORD if dispute.rules.final_authority.role else Permission.WORK_DISPUTE


def may_concur(dispute: Dispute, by: Appointment) -> bool:
    """Join in the words that another of those who speak together proposed."""
    return may_give_last_word(dispute, by)


# --- agreement and confirmation ------------------------------------------------------------------------------------


def may_agree_now(dispute: Dispute, by: Appointment) -> bool:
    """Record an agreement now."""
    return may("record_agreement", dispute, by)


def may_confirm_now(dispute: Dispute, by: Appointment) -> bool:
    """Confirm the outcome for their own agency now."""
    return dispute.status == "awaiting_confirmation" and may_confirm(dispute, by)


# --- afterwards ----------------------------------------------------------------------------------------------------


def may_complete_issue(issue: OutstandingIssue, by: Appointment) -> bool:
    """Say that an outstanding issue is done: its owner, or somebody of its agency who confirms for it; also once closed."""
    if issue.done_at is not None:
        return False
    return issue.owner_id == by.seat_id or (by.agency_id == issue.agency_id and by.has(Permission.CONFIRM_FOR_AGENCY))


def may_open_onward(dispute: Dispute, by: Appointment, role: str) -> bool:
    """Take it on to a further body: the role that the protocol names for it, on the dispute, also once closed."""
    return by.role == role and dispute.status != WITHDRAWN and standing(dispute, by).is_participant


def may_record_result(item: OnwardItem, by: Appointment) -> bool:
    """Record when the body met and what came of it: the board's manager, or the role that takes it there."""
    if item.result_at is not None or item.dispute.partnership_id != by.partnership_id:
        return False
    if by.has(Permission.SEE_PARTNERSHIP_METADATA):
        return True
    is_theirs = item.created_by is not None and item.created_by.is_seat_of(by)
    return standing(item.dispute, by).is_participant and (by.has(Permission.GIVE_LAST_WORD) or is_theirs)
