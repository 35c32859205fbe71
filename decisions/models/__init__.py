"""What was decided, who signed it off, how it went to the board, and how it is proved."""

from decisions.models.export import Export
from decisions.models.learning import Learning, LearningItem, LearningKind
from decisions.models.outcome import OnwardItem, Outcome, OutcomeConcurrence, OutcomeConfirmation, OutstandingIssue
from decisions.models.record import Consulted, DecisionOption, DecisionRecord, SignOff
from decisions.models.referral import Referral

__all__ = [
    "Consulted",
    "DecisionOption",
    "DecisionRecord",
    "Export",
    "Learning",
    "LearningItem",
    "LearningKind",
    "OnwardItem",
    "Outcome",
    "OutcomeConcurrence",
    "OutcomeConfirmation",
    "OutstandingIssue",
    "Referral",
    "SignOff",
]
