"""Who and what: partnerships, agencies, people and their roles, persons at risk, cases, the audit trail."""

from cases.models.absence import Absence
from cases.models.attestation import Attestation
from cases.models.audit import AuditEvent, AuditHead
from cases.models.case import Case, CaseMember, Person, PersonReference
from cases.models.checkpoint import AuditCheckpoint, AuditSeal, CheckpointMail
from cases.models.own_sign_in import AgencySignIn, SignInLink
from cases.models.partnership import Agency, Partnership, ReferenceCounter
from cases.models.people import Appointment, User
from cases.models.reading import ReadingNote
from cases.models.recovery import Recovery
from cases.models.refusal import Refusal
from cases.models.restriction import Correction, Declaration, Restriction
from cases.models.safe_address import SafeAddress, SafeAddressShown
from cases.models.sent import Sent, Typed
from cases.models.sign_in import AccountNotice, SignIn
from cases.models.witnessed import Restore, SigningKey

__all__ = [
    "Absence",
    "AccountNotice",
    "Agency",
    "AgencySignIn",
    "Appointment",
    "Attestation",
    "AuditCheckpoint",
    "AuditEvent",
    "AuditHead",
    "AuditSeal",
    "Case",
    "CaseMember",
    "CheckpointMail",
    "Correction",
    "Declaration",
    "Partnership",
    "Person",
    "PersonReference",
    "ReadingNote",
    "Recovery",
    "ReferenceCounter",
    "Refusal",
    "Restore",
    "Restriction",
    "SafeAddress",
    "SafeAddressShown",
    "Sent",
    "SignIn",
    "SignInLink",
    "SigningKey",
    "Typed",
    "User",
]
