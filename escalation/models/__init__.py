"""Disputes as they climb, and everything a stage holds, owes and says."""

from escalation.models.acknowledgement import Acknowledgement
from escalation.models.advice import AdviceRequest
from escalation.models.break_glass import BreakGlass
from escalation.models.chronology import ChronologyEntry
from escalation.models.closure import LocalClosure
from escalation.models.date_request import DateRequest
from escalation.models.deadline import Deadline
from escalation.models.deadline_change import DeadlineChange
from escalation.models.debrief import Debrief
from escalation.models.dispute import Dispute
from escalation.models.draft import Draft
from escalation.models.duty import Duty
from escalation.models.engagement import EngagedDispute, Engagement
from escalation.models.evidence import Evidence
from escalation.models.feed import CalendarFeed
from escalation.models.lead_gap import LeadGap
from escalation.models.link import DisputeLink, WithdrawalPressure
from escalation.models.meeting import Invitation, Meeting
from escalation.models.notification import NoticeChoice, Notification
from escalation.models.outside import OutsideEntry, OutsideInvitation, OutsideMail, OutsideQuestion, OutsideShare
from escalation.models.parties import Participant, Party
from escalation.models.plan import InterimPlan, PlanReview
from escalation.models.point import Point, PointView
from escalation.models.protected_raiser import RaiserProtection
from escalation.models.protocol import ProtocolVersion
from escalation.models.protocol_draft import ProtocolDraft
from escalation.models.reach import AccessGrant, StillOwed
from escalation.models.sharing import Sharing
from escalation.models.stage import DisputeStage
from escalation.models.support import Support
from escalation.models.undelivered import Undelivered
from escalation.models.work import (
    Action,
    Discussion,
    ExhaustionAttestation,
    Feedback,
    FeedbackReceipt,
    IntentionNotice,
    ManagerReview,
    OwnRecordAttestation,
    PersonVoice,
    Position,
    SafetyConfirmation,
)

__all__ = [
    "AccessGrant",
    "Acknowledgement",
    "Action",
    "AdviceRequest",
    "BreakGlass",
    "CalendarFeed",
    "ChronologyEntry",
    "DateRequest",
    "Deadline",
    "DeadlineChange",
    "Debrief",
    "Discussion",
    "Dispute",
    "DisputeLink",
    "DisputeStage",
    "Draft",
    "Duty",
    "EngagedDispute",
    "Engagement",
    "Evidence",
    "ExhaustionAttestation",
    "Feedback",
    "FeedbackReceipt",
    "IntentionNotice",
    "InterimPlan",
    "Invitation",
    "LeadGap",
    "LocalClosure",
    "ManagerReview",
    "Meeting",
    "NoticeChoice",
    "Notification",
    "OutsideEntry",
    "OutsideInvitation",
    "OutsideMail",
    "OutsideQuestion",
    "OutsideShare",
    "OwnRecordAttestation",
    "Participant",
    "Party",
    "PersonVoice",
    "PlanReview",
    "Point",
    "PointView",
    "Position",
    "ProtocolDraft",
    "ProtocolVersion",
    "RaiserProtection",
    "SafetyConfirmation",
    "Sharing",
    "StillOwed",
    "Support",
    "Undelivered",
    "WithdrawalPressure",
]
