"""What two people state openly, each as one event of the service: a restored database, another signing key, a lost one."""

from __future__ import annotations

from datetime import datetime

from cases import audit, keys, openly, outside, signing
from cases.errors import Refused
from cases.models import Appointment, AuditCheckpoint, Restore, SigningKey
from cases.rows import one_act

NOT_OLDER = "This database has every checkpoint of the file: there is nothing to declare."
OTHER = (
    "The file belongs to another history: the database has a checkpoint of the same number that is another one. Nothing can be "
    "declared over that. Find out which is right; then put the file aside with the reason written down, or bring the right one."
)
NO_REASON = "Give a reason of at least 20 characters: what happened, and which backup was brought back."
SAME_KEY = "This is the key in use already."
NOT_KNOWN = (
    "Put the public key that signed the newest checkpoint into AUDIT_PUBLIC_KEYS first; each mailed checkpoint has it."
)
NOT_LOST = "The key in use is the one of the newest checkpoint. To change it while it can still sign, use: manage.py audit rotate"
NO_CHECKPOINT = "There is no checkpoint yet: set the key before anything is signed."


@one_act
def declare_restore(*, reason: str, by: Appointment, second: Appointment, now: datetime) -> Restore:
    """That this database was put back on purpose; the next checkpoint follows the last one that was lost."""
    _check(reason, by, second)
    last = outside.newest()
    if last is None or not outside.what_is_older():
        raise Refused(NOT_OLDER, code="shut")
    newest = AuditCheckpoint.objects.order_by("-number").first()
    number = newest.number if newest else 0
    ours = next((line for line in outside.lines() if line.number == number), None)
    if last.number <= number or (newest is not None and (ours is None or ours.hash != bytes(newest.hash))):
        raise Refused(OTHER, code="shut")
    made = Restore.objects.create(
        first_lost=number + 1,
        last_lost=last.number,
        last_hash=last.hash,
        reason=reason.strip(),
        by=by,
        second=second,
        at=now,
    )
    data = openly.said_of_restore(made)
    audit.record("restore_declared", made, scope=audit.SCOPE_OF_SERVICE, by=by, now=now, data=data)
    return made


@one_act
def introduce_key(*, private: str, reason: str, by: Appointment, second: Appointment, now: datetime) -> SigningKey:
    """Another key signs from now on; the one in use signs that."""
    newest = _check_newest(reason, by, second)
    before, public = signing.public_key(), signing.public_of(private)
    if not keys.is_introduced(signing.key_id(before), after=newest.key_id):
        raise Refused(keys.NOBODYS.format(key=signing.key_id(before), number=newest.number), code="shut")
    if SigningKey.objects.filter(key_id=signing.key_id(public)).exists() or public == before:
        raise Refused(SAME_KEY, code="stale")
    said = keys.statement_of(public=public, before_public=before, was_lost=False, at=now)
    made = SigningKey(signature=signing.sign(said, private), before_signature=signing.sign(said), was_lost=False)
    return _introduced(made, said, (before, public), reason, (by, second), now)


@one_act
def replace_lost_key(*, reason: str, by: Appointment, second: Appointment, now: datetime) -> SigningKey:
    """The key that the settings have now signs from now on, and the record says that the one before it was lost."""
    newest = _check_newest(reason, by, second)
    public = signing.public_key()
    if keys.is_introduced(signing.key_id(public), after=newest.key_id):
        raise Refused(NOT_LOST, code="shut")
    before = keys.known_keys().get(newest.key_id)
    if before is None:
        raise Refused(NOT_KNOWN, code="shut")
    said = keys.statement_of(public=public, before_public=before, was_lost=True, at=now)
    made = SigningKey(signature=signing.sign(said), before_signature=b"", was_lost=True)
    return _introduced(made, said, (before, public), reason, (by, second), now)


def _introduced(
    made: SigningKey,
    said: str,
    pair: tuple[bytes, bytes],
    reason: str,
    people: tuple[Appointment, Appointment],
    now: datetime,
) -> SigningKey:
    made.before_public, made.public = pair
    made.before_id, made.key_id = (signing.key_id(one) for one in pair)
    made.statement, made.reason, made.at = said, reason.strip(), now
    made.by, made.second = people
    made.save(force_insert=True)
    action = openly.LOST if made.was_lost else openly.INTRODUCED
    audit.record(action, made, scope=audit.SCOPE_OF_SERVICE, by=made.by, now=now, data=openly.said_of_key(made))
    return made


def _check(reason: str, by: Appointment, second: Appointment) -> None:
    if by.user_id == second.user_id:
        raise Refused("This takes two different people.", code="forbidden")
    if len(reason.strip()) < 20:
        raise Refused(NO_REASON, field="reason")


def _check_newest(reason: str, by: Appointment, second: Appointment) -> AuditCheckpoint:
    _check(reason, by, second)
    newest = AuditCheckpoint.objects.order_by("-number").first()
    if newest is None:
        raise Refused(NO_CHECKPOINT, code="shut")
    return newest
