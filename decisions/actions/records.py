"""Writing a decision record, handing it in, signing it off with one's own reasons, and correcting it in a new version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime

from cases import audit, checkpoints
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Permission
from cases.rows import one_act
from decisions import permissions
from decisions.actions.outcomes import settle_by_decision
from decisions.actions.people import bring_in_holder, holders_on_it
from decisions.completeness import Content, missing_in_words
from decisions.models import Consulted, DecisionOption, DecisionRecord, SignOff
from decisions.models.record import TEXTS
from decisions.tied import said_of_signed
from escalation import chronology, leads, notifications
from escalation.actions import handover
from escalation.actions.raising_checks import check_names_nobody
from escalation.deadlines import LONDON
from escalation.models import ChronologyEntry, Dispute
from escalation.protocol import Event
from escalation.transitions import NOT_YOURS, lock

CHANGED = "This record was changed in another window or by somebody else since you opened it. What you typed is below."
OWN_WORK = "You wrote this record. Somebody else who manages for your agency signs it off."


UNSIGNED = (DecisionRecord.State.DRAFT, DecisionRecord.State.RETURNED, DecisionRecord.State.SUBMITTED)
KEPT = handover.Kept(
    "decision not signed yet", "decisions not signed yet",
    lambda held: DecisionRecord.objects.filter(author=held, state__in=UNSIGNED).values_list("dispute", flat=True),
    handover.goes_with_place, goes_with_place=True,
)  # fmt: skip


@one_act
def draft_record(*, dispute: Dispute, content: Content, by: Appointment, now: datetime) -> DecisionRecord:
    """Begin a decision record at the present stage, for one's own agency or for those with the last word."""
    dispute = lock(dispute)
    if not permissions.may_draft(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    _check_content(content, dispute, now)
    record = DecisionRecord(
        dispute=dispute, stage=dispute.stage, agency=leads.stands_for(dispute, by), author=by, created_at=now, updated_at=now
    )
    _write(record, content)
    _note(record, "decision_drafted", by=by, now=now)
    return record


@one_act
def edit_record(
    *, record: DecisionRecord, content: Content, seen_edits: int, by: Appointment, now: datetime
) -> DecisionRecord:
    """Change what it says; ``seen_edits`` is the count the writer saw: refused as stale when it was changed since (F50)."""
    record = lock_record(record)
    if not permissions.is_author(record, by):
        raise Refused("Only the person who began this record writes it.", code="forbidden")
    if not permissions.may_edit(record, by):
        raise Refused(_not_editable(record), code="stale")
    if seen_edits != record.edits:
        raise Refused(CHANGED, code="stale")
    _check_content(content, record.dispute, now)
    record.edits += 1
    record.updated_at = now
    if not record.author.is_seat_of(by):
        record.author = by
    _write(record, content)
    _note(record, "decision_edited", by=by, now=now)
    return record


@one_act
def submit_record(*, record: DecisionRecord, by: Appointment, now: datetime) -> DecisionRecord:
    """Hand it in for sign-off, complete or not; whoever may sign it is told, and brought in when nobody is."""
    record = lock_record(record)
    if not permissions.is_author(record, by):
        raise Refused("Only the person who wrote this record hands it in.", code="forbidden")
    if not permissions.may_edit(record, by):
        raise Refused(_not_editable(record), code="stale")
    dispute = record.dispute
    record.state, record.submitted_at = DecisionRecord.State.SUBMITTED, now
    record.save(update_fields=["state", "submitted_at"])
    chronology.tell(dispute, "A decision was handed in for sign-off", by=by, now=now, stage=record.stage)
    _note(record, "decision_submitted", by=by, now=now)
    if record.agency is None:
        signers = holders_on_it(dispute, None, Permission.SIGN_DECISION, but=by)
    else:
        signers = bring_in_holder(dispute, record.agency, Permission.SIGN_DECISION, now=now, but=by)
    notifications.tell(
        dispute, Event.STAGE_OPENED, signers, now=now, key=f"{dispute.pk}:decision:{record.pk}:{record.edits}:{now.isoformat()}",
        text=f"{dispute.reference}: a decision waits for your sign-off.", waits=True,
    )
    return record


@one_act
def return_record(*, record: DecisionRecord, rationale: str, by: Appointment, now: datetime) -> SignOff:
    """Give it back for more, and say what is wanted."""
    record = _for_signing(record, by)
    if not rationale.strip():
        raise Refused("Say what you want the author to add or look at again.", field="rationale")
    record.state = DecisionRecord.State.RETURNED
    record.save(update_fields=["state"])
    returned = _sign_off(record, SignOff.Verdict.RETURNED, rationale, by, now)
    chronology.tell(record.dispute, "A decision was returned for more", by=by, now=now, stage=record.stage)
    _note(record, "decision_returned", by=by, now=now)
    writer = permissions.writer_now(record)
    notifications.tell(
        record.dispute, Event.FEEDBACK, [writer], now=now, key=f"{record.dispute_id}:returned:{returned.pk}",
        text=f"{record.dispute.reference}: your decision was returned for more.", waits=True,
    )
    return returned


@one_act
def sign_record(*, record: DecisionRecord, rationale: str, by: Appointment, now: datetime) -> SignOff:
    """Sign it off with one's own reasons, which freezes it; where it settles the disagreement each agency is asked to confirm."""
    record = _for_signing(record, by)
    if not rationale.strip():
        raise Refused("Give your own reasons for signing this off.", field="rationale")
    if missing := missing_in_words(record.content):
        raise Refused(f"This cannot be signed off yet. {missing} Return it to its author for more.", code="shut")
    signed = _sign_off(record, SignOff.Verdict.SIGNED, rationale, by, now)
    record.state, record.signed_at, record.sha256 = DecisionRecord.State.SIGNED, now, signed.sha256
    record.save(update_fields=["state", "signed_at", "sha256"])
    dispute = record.dispute
    entry = chronology.tell(
        dispute, _headline(record), by=by, now=now, stage=record.stage, kind=ChronologyEntry.Kind.DECISION,
        body=f"{record.decision}\n\nReasons ({record.author.described}): {record.rationale}\n\n"
        f"Reasons for signing it off ({by.described}): {rationale}",
    )
    _note(record, "decision_signed", by=by, now=now, **said_of_signed(record, signed))
    checkpoints.seal_on_commit(now=now)
    if record.settles:
        settle_by_decision(dispute, text=record.decision, reasons=record.rationale, by=by, now=now)
    else:
        notifications.tell_all(
            dispute, Event.REPLIED, by=by, now=now, key=f"{dispute.pk}:signed:{entry.pk}",
            text=f"{dispute.reference}: a decision was signed off.",
        )
    return signed


@one_act
def correct_record(*, record: DecisionRecord, by: Appointment, now: datetime) -> DecisionRecord:
    """Begin the next version of a signed record from its words; both stay, and the earlier one holds until this is signed."""
    record = lock_record(record)
    if record.state != DecisionRecord.State.SIGNED:
        raise Refused("Only a signed record is corrected in a new version. This one can still be edited.", code="stale")
    if not permissions.may_correct(record, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if DecisionRecord.objects.filter(supersedes=record).exists():
        raise Refused("A later version of this record has been begun already. Correct that one.", code="stale")
    version = DecisionRecord(
        dispute=record.dispute, stage=record.stage, agency=record.agency, author=by, version=record.version + 1,
        supersedes=record, created_at=now, updated_at=now,
    )
    content = record.content
    _write(version, Content(**{**content.__dict__, "settles": False}))
    chronology.tell(
        record.dispute, f"A correction of a signed decision was begun (version {version.version})", by=by, now=now,
        stage=record.stage,
    )
    _note(version, "decision_correction_begun", by=by, now=now, supersedes=record.pk)
    return version


def lock_record(record: DecisionRecord) -> DecisionRecord:
    """The record as it is now, locked with its dispute until the caller's transaction ends."""
    dispute = lock(record.dispute)
    rows = DecisionRecord.objects.select_for_update(no_key=True, of=("self",))
    fresh = rows.select_related("author__user", "agency").get(pk=record.pk)
    fresh.dispute = dispute
    return fresh


def frozen_digest(record: DecisionRecord, sign_off: SignOff) -> str:
    """SHA-256 over a canonical JSON of everything that was signed: words, options, consultations, and the signer's reasons."""
    whole = {
        "record": record.pk,
        "dispute": record.dispute.reference,
        "stage": record.stage,
        "version": record.version,
        "agency": record.agency.key if record.agency else "",
        "author": record.author.described,
        "content": asdict(record.content),
        "sign_off": {
            "verdict": str(sign_off.verdict), "rationale": sign_off.rationale, "by": sign_off.by_words,
            "at": round(sign_off.at.timestamp() * 1_000_000),
        },
    }
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _for_signing(record: DecisionRecord, by: Appointment) -> DecisionRecord:
    record = lock_record(record)
    if permissions.wrote(record, by):
        raise Refused(OWN_WORK, code="forbidden")
    if record.state != DecisionRecord.State.SUBMITTED:
        raise Refused("This record does not wait for a signature any more. Look at where it stands now.", code="stale")
    if not permissions.may_sign(record, by):
        raise Refused("A manager of the agency that decides signs this off.", code="forbidden")
    return record


def _sign_off(
    record: DecisionRecord, verdict: SignOff.Verdict, rationale: str, by: Appointment, now: datetime
) -> SignOff:
    given = SignOff(record=record, verdict=verdict, rationale=rationale, by=by, by_words=by.described, at=now)
    given.sha256 = frozen_digest(record, given)
    given.save()
    return given


def _write(record: DecisionRecord, content: Content) -> None:
    for name in (*TEXTS, "settles"):
        setattr(record, name, getattr(content, name))
    record.save()
    record.options.all().delete()
    record.consulted.all().delete()
    DecisionOption.objects.bulk_create([DecisionOption(record=record, **asdict(row)) for row in content.options])
    Consulted.objects.bulk_create([Consulted(record=record, **asdict(row)) for row in content.consulted])


def _check_content(content: Content, dispute: Dispute, now: datetime) -> None:
    for name in TEXTS if dispute.rules.is_thematic else ():
        check_names_nobody(name, getattr(content, name), now)
    if not content.decision.strip():
        raise Refused("Say what was decided.", field="decision")
    if any(not row.option.strip() for row in content.options):
        raise Refused("Say what the option was, or leave its row empty.", field="options")
    if any(not row.who.strip() or not row.view.strip() for row in content.consulted):
        raise Refused("Say who was consulted and what they thought, or leave the row empty.", field="consulted")
    if any(row.on > now.astimezone(LONDON).date() for row in content.consulted):
        raise Refused("Somebody can only have been consulted today or earlier. Check the date.", field="consulted")


def _not_editable(record: DecisionRecord) -> str:
    if record.state == DecisionRecord.State.SUBMITTED:
        return "This record waits for sign-off. It can be changed again once it is returned."
    return "This record is signed and cannot be changed. Begin a correction, which becomes its next version."


def _headline(record: DecisionRecord) -> str:
    whose = record.agency.short_name if record.agency else "Those with the last word"
    version = f", version {record.version}" if record.version > 1 else ""
    return f"{whose}: decision signed off{version}"


def _note(record: DecisionRecord, action: str, *, by: Appointment, now: datetime, **data: object) -> None:
    scope = audit.scope_of_case(record.dispute.case_id)
    audit.record(action, record, scope=scope, by=by, now=now,
                 data={"stage": record.stage, "version": record.version, "edits": record.edits, **data})
