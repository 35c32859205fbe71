"""How a document can be checked: where the audit trail of the case stood, the checkpoint over it, and the way between the two."""

from __future__ import annotations

from cases import audit
from cases.checkpoints import Sealed
from cases.models import AuditHead, Restore, SigningKey
from decisions.exports.parts import Part, facts, items, note, section, when, who
from escalation.models import Dispute

FINGERPRINTS = (
    "The fingerprint at the foot of every page is the SHA-256 of everything this document says. The same content "
    "always has the same fingerprint. The file has a fingerprint of its own, which is kept in the audit trail."
)
HOW = (
    "The checkpoint is signed and kept outside the database too. The chain’s event and the hashes above lead to its root "
    "(RFC 6962), so nobody can change what came before without it being seen. Whoever runs the service can hand out the chain "
    "as a bundle, which scripts/verify_audit.py checks without the service."
)


def in_full(dispute: Dispute, sealed: Sealed | None) -> Part:
    """For a case history: the chain, the checkpoint, and the way from one to the other."""
    head = AuditHead.objects.filter(scope=audit.scope_of_case(dispute.case_id)).first()
    return section(
        "proof", "How this can be checked",
        facts(
            ("Audit trail of the case", f"{head.seq} events" if head else "No events"),
            ("Its last event (SHA-256)", bytes(head.hash).hex() if head else ""),
        ),
        _checkpoint(sealed),
        _way(sealed),
        items(_stated(), heading="What two people have stated of this record"),
        note(HOW) if sealed else None,
        note(FINGERPRINTS),
    )  # fmt: skip


def in_short(sealed: Sealed | None) -> Part | None:
    """For a referral, which is to be read: the checkpoint alone."""
    return section("proof", "How this can be checked", _checkpoint(sealed), note(FINGERPRINTS)) if sealed else None


def _stated() -> list[str]:
    """Restored databases and other signing keys, openly."""
    people = ("by__user", "by__agency", "by__partnership", "second__user", "second__agency", "second__partnership")
    restores = [
        (row, f"The database was put back to an earlier state. Checkpoints {row.first_lost} to {row.last_lost} were lost")
        for row in Restore.objects.select_related(*people)
    ]
    changed = [
        (row, f"The key {row.key_id} signs after {row.before_id}, which {'was lost' if row.was_lost else 'signed that'}")
        for row in SigningKey.objects.select_related(*people)
    ]
    rows: list[tuple[Restore | SigningKey, str]] = [*restores, *changed]
    return [
        f"{text}. Stated by {who(row.by)} and {who(row.second)}, {when(row.at)}: {row.reason}"
        for row, text in sorted(rows, key=lambda one: one[0].at)
    ]


def _checkpoint(sealed: Sealed | None) -> Part | None:
    if sealed is None:
        return None
    made = sealed.checkpoint
    return facts(
        ("Checkpoint", f"{made.number} of {made.origin}, {when(made.at)}"),
        ("Over", f"{made.heads} chains with {made.events} events"),
        ("Its root (SHA-256)", bytes(made.root).hex()),
        ("Signed with the key", made.key_id),
    )


def _way(sealed: Sealed | None) -> Part | None:
    """The proof as text: which leaf of how many, and the hashes beside its way up."""
    if sealed is None:
        return None
    path = "\n".join(step.hex() for step in sealed.proof.path)
    return facts(
        ("The chain’s place", f"{sealed.proof.index + 1} of {sealed.proof.size}, at event {sealed.seal.seq}"),
        ("That event (SHA-256)", bytes(sealed.seal.hash).hex()),
        ("The hashes beside its way up", path),
    )
